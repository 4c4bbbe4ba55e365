import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {z} from 'zod';
import {createFarm} from '../helpers/farm-process.js';
import {openTerminal} from '../helpers/terminal.js';

const presetFolder = (environment: Readonly<Record<string, string>>): string =>
	path.join(
		environment['LIFEBLOOD_CONFIG_LOCATION'] ?? '',
		'scheduler',
		'nodes',
		'settings',
		'command',
	);

test('presets are saved, listed, applied and deleted on the command line, and a scheduler that starts again knows them', async (t) => {
	const farm = createFarm(t);
	const scheduler = await farm.scheduler();
	await farm.graph({
		render: {type: 'command', parameters: {cpus: 4, memory_gb: 8}},
		comp: {type: 'command', parameters: {cpus: 1.5, time_limit_minutes: 9}},
	});
	t.is(
		await farm.printed(['node', 'save-preset', 'render', 'heavy']),
		'preset heavy for command saved',
	);
	const shape = z.array(z.record(z.string(), z.json()));
	t.deepEqual(shape.parse(await farm.json(['node', 'presets'])), [
		{
			type: 'command',
			name: 'heavy',
			parameters: {cpus: 4, memory_gb: 8},
			initial: false,
		},
	]);

	const again = await farm.cli(['node', 'save-preset', 'comp', 'heavy']);
	t.is(again.exitCode, 1);
	t.regex(again.stderr, /There is a preset "heavy" for command already/v);
	t.regex(
		(await farm.cli(['node', 'apply-preset', 'comp', 'heawy'])).stderr,
		/no preset "heawy" for command; did you mean "heavy"\?/v,
	);
	await farm.printed(['node', 'apply-preset', 'comp', 'heavy']);
	const {nodes} = await farm.ask('graph.export', {});
	t.deepEqual(nodes['comp']?.parameters, {
		cpus: 4,
		memory_gb: 8,
		time_limit_minutes: 9,
	});

	await scheduler.end('SIGTERM');
	await farm.scheduler();
	t.regex(
		await farm.printed(['node', 'presets', 'command']),
		/command +heavy +cpus, memory_gb/v,
	);
	await farm.printed(['node', 'delete-preset', 'command', 'heavy']);
	t.deepEqual(await farm.json(['node', 'presets']), []);
	await t.throwsAsync(
		farm.ask('preset.save', {
			type: 'command',
			name: 'odd',
			parameters: {cpus: 'many'},
		}),
		{message: /Parameter "cpus" of a command node must be a number/v},
	);
});

test('in the graph view a preset is applied by a key and taken back, a node is saved as one, and a new node begins with one', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({render: {type: 'command', parameters: {cpus: 2}}});
	await farm.ask('preset.save', {
		type: 'command',
		name: 'heavy',
		parameters: {cpus: 8, memory_gb: 16},
	});
	const parameters = async (name = 'render') => {
		const {nodes} = await farm.ask('graph.export', {});
		return nodes[name]?.parameters;
	};

	const terminal = await openTerminal(t, {farm, words: ['view'], columns: 100});
	await terminal.shows('live', 30_000);
	await terminal.press('2');
	await terminal.shows(/┃ render/v);

	await terminal.press('s');
	await terminal.shows(/Preset for command[\s\S]*heavy +cpus 8, memory_gb 16/v);
	await terminal.press('Enter');
	await terminal.shows('applied heavy to render');
	t.deepEqual(await parameters(), {cpus: 8, memory_gb: 16});
	await terminal.press('z');
	await terminal.shows('undone: applied heavy to render');
	t.deepEqual(await parameters(), {cpus: 2});

	await terminal.press('S');
	await terminal.shows('Save as a preset for command');
	await terminal.type('light');
	await terminal.press('Enter');
	await terminal.shows('saved as preset light for command');
	const {presets} = await farm.ask('preset.list', {});
	t.deepEqual(
		presets.map(({name, parameters: kept}) => [name, kept]),
		[
			['heavy', {cpus: 8, memory_gb: 16}],
			['light', {cpus: 2}],
		],
	);

	// In the form: what the preset sets is there to be looked at, and saved with the rest.
	await terminal.press('e');
	await terminal.shows('render: command');
	await terminal.press('p');
	await terminal.shows('Preset for command');
	await terminal.type('heavy');
	await terminal.press('Enter');
	await terminal.shows(/CPU cores +8/v);
	t.deepEqual(await parameters(), {cpus: 2});
	await terminal.press('s');
	await terminal.shows('Save as a preset for command');
	await terminal.type('light');
	await terminal.press('Enter');
	await terminal.shows('Replace the preset light?');
	await terminal.press('y');
	await terminal.shows('Saved as preset light.');
	await terminal.press('w');
	await terminal.shows(/set cpus, memory_gb of render/v);
	t.deepEqual(await parameters(), {cpus: 8, memory_gb: 16});

	await terminal.press('a');
	await terminal.shows('New node');
	await terminal.type('command: heavy');
	await terminal.shows(/> command: heavy_/v);
	await terminal.press('Enter');
	await terminal.shows('New Command');
	await terminal.press('C-u');
	await terminal.type('sim');
	await terminal.press('Enter');
	await terminal.shows('created sim');
	t.deepEqual(await parameters('sim'), {cpus: 8, memory_gb: 16});
});

test('a scheduler does not start on presets with faults, and tells each with its line; new nodes begin with what defaults.toml names', async (t) => {
	const farm = createFarm(t);
	const first = await farm.scheduler();
	await farm.ask('preset.save', {
		type: 'command',
		name: 'heavy',
		parameters: {cpus: 8},
	});
	await first.end('SIGTERM');
	const found = presetFolder(farm.environment);
	await fs.writeFile(
		path.join(found, '..', '..', 'defaults.toml'),
		'command = "heavy"\n',
	);
	await fs.writeFile(path.join(found, 'odd.toml'), '# odd\ncpus = "many"\n');
	const refused = await farm.cli(['scheduler', '--db', 'unused.db']);
	t.is(refused.exitCode, 2);
	t.regex(
		refused.stderr,
		/odd\.toml:2: Parameter "cpus" of a command node must be a number, not "many"/v,
	);

	await fs.rm(path.join(found, 'odd.toml'));
	await farm.scheduler();
	const made = await farm.ask('node.create', {name: 'render', type: 'command'});
	t.is(made.parameters['cpus'], 8);
	const {presets} = await farm.ask('preset.list', {});
	t.true(presets[0]?.initial);
});
