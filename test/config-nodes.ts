import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {FarmError} from '../source/core/errors.js';
import {
	chooseDatabase,
	knownDatabase,
} from '../source/config/database-choice.js';
import type {Host} from '../source/config/host.js';
import {loadSchedulerConfig} from '../source/config/load.js';
import {loadNodeConfig} from '../source/config/node-config.js';
import {createPresetFiles} from '../source/config/preset-files.js';
import type {JsonObject} from '../source/core/json.js';
import {presetChecker} from '../source/modes/preset-checker.js';
import {coreNodes} from '../source/nodes/core-nodes.js';
import {createRegistry} from '../source/nodes/registry.js';
import {createSandbox} from '../source/sandbox/sandbox.js';

const makeFolder = async (
	t: ExecutionContext,
	files: Readonly<Record<string, string>>,
): Promise<string> => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-test-'));
	t.teardown(async () => {
		await fs.rm(folder, {recursive: true});
	});
	for (const [name, content] of Object.entries(files)) {
		const file = path.join(folder, name);
		await fs.mkdir(path.dirname(file), {recursive: true}); // eslint-disable-line no-await-in-loop -- in order
		await fs.writeFile(file, content); // eslint-disable-line no-await-in-loop -- in order
	}

	return folder;
};

test('node types have values, presets and what a new node starts with', async (t) => {
	const folder = await makeFolder(t, {
		'scheduler/nodes/config.toml': '[command]\nroot = "/srv"\n',
		'scheduler/nodes/defaults.toml': 'command = "big"\n',
		'scheduler/nodes/settings/command/big.toml': 'cpus = 8\n',
		'scheduler/nodes/settings/command/small.toml': 'cpus = 1\n',
		'scheduler/nodes/settings/command/readme.txt': 'not one\n',
	});
	t.deepEqual(await loadNodeConfig(folder), {
		config: {command: {root: '/srv'}},
		initialPreset: {command: 'big'},
		presets: {command: {big: {cpus: 8}, small: {cpus: 1}}},
	});
});

test('no node configuration is none', async (t) => {
	t.deepEqual(await loadNodeConfig(await makeFolder(t, {})), {
		config: {},
		initialPreset: {},
		presets: {},
	});
});

test('every fault of node configuration is told with file and line', async (t) => {
	const folder = await makeFolder(t, {
		'scheduler/nodes/config.toml': '# one\nroot = "/srv"\n',
		'scheduler/nodes/defaults.toml': 'command = "huge"\nscript = 3\n',
		'scheduler/nodes/settings/command/big.toml': 'cpus = = 8\n',
	});
	const error = await t.throwsAsync(loadNodeConfig(folder), {
		instanceOf: FarmError,
		code: 'INVALID',
	});
	const lines =
		error?.message.replaceAll(`${folder}/scheduler/nodes/`, '').split('\n') ??
		[];
	t.is(lines.length, 4);
	t.is(
		lines[0],
		'config.toml:2: "root" must be a section [root], one for a node type',
	);
	t.regex(lines[1] ?? '', /^settings\/command\/big\.toml:1: not TOML: /v);
	t.is(
		lines[2],
		'defaults.toml:1: there are no settings "huge" for "command": settings/command/huge.toml is not there',
	);
	t.is(
		lines[3],
		'defaults.toml:2: "script" must be the name of settings in quotes',
	);
});

test('presets are checked as their node types take them, and told with the line that is wrong', async (t) => {
	const folder = await makeFolder(t, {
		'scheduler/nodes/settings/command/big.toml':
			'cpus = 8\n[[command]]\narg = "a"\n[[command]]\nargs = "b"\n',
		'scheduler/nodes/settings/command/odd.toml':
			'# half a core\ncpus = "half"\nmemory = 1\n',
		'scheduler/nodes/settings/command/lost.toml':
			'cwd = {expr = "attr.folder["}\n',
		'scheduler/nodes/settings/comand/a.toml': '',
	});
	const sandbox = createSandbox();
	t.teardown(async () => (await sandbox).stop());
	const check = presetChecker({registry: createRegistry(coreNodes), sandbox});
	const error = await t.throwsAsync(loadNodeConfig(folder, check), {
		instanceOf: FarmError,
		code: 'INVALID',
	});
	t.deepEqual(
		error?.message
			.replaceAll(`${folder}/scheduler/nodes/settings/`, '')
			.split('\n'),
		[
			'comand/a.toml: there is no node type "comand", after which the folder is named; did you mean "command"?',
			'command/big.toml:2: Parameter "command", row 2, "args" of a command node is not known: a row has arg.',
			'command/lost.toml:1: Parameter "cwd" of a command node is an expression that cannot be read: it ends where more must follow (line 1, column 13).',
			'command/odd.toml:2: Parameter "cpus" of a command node must be a number, not "half".',
			'command/odd.toml:3: A command node has no parameter "memory"; did you mean "memory_gb"?',
		],
	);
	const fixed = await makeFolder(t, {
		'scheduler/nodes/settings/command/big.toml':
			'cpus = {expr = "attr.cpus"}\n[[command]]\narg = "a"\n',
	});
	const {presets} = await loadNodeConfig(fixed, check);
	t.deepEqual(presets, {
		command: {big: {cpus: {expr: 'attr.cpus'}, command: [{arg: 'a'}]}},
	});
});

test('a preset that is saved is read back the same, and none is written over unasked', async (t) => {
	const folder = await makeFolder(t, {
		'scheduler/nodes/settings/command/big.toml': '# mine\ncpus = 8\n',
	});
	const file = path.join(folder, 'scheduler/nodes/settings/command/big.toml');
	const files = createPresetFiles(folder);
	const parameters = {
		command: [{arg: 'a'}, {arg: {expr: "attr['x']"}}],
		cwd: 'two\nlines "quoted"',
		cpus: 0.5,
		environment: [],
	};
	const save = async (
		preset: {readonly name: string; readonly parameters: JsonObject},
		isReplacing = false,
	) => files.save({type: 'command', ...preset}, {isReplacing});
	await save({name: 'small one', parameters});
	const read = await loadNodeConfig(folder);
	t.deepEqual(read.presets, {
		command: {big: {cpus: 8}, 'small one': parameters},
	});

	await save({name: 'big', parameters: {cpus: 8}});
	t.is(await fs.readFile(file, 'utf8'), '# mine\ncpus = 8\n');
	await t.throwsAsync(save({name: 'big', parameters}), {
		code: 'CONFLICT',
		message: /There is a preset "big" for command already, in .*big\.toml/v,
	});
	await save({name: 'big', parameters: {cpus: 4}}, true);
	t.is(await fs.readFile(file, 'utf8'), 'cpus = 4\n');
	await files.remove({type: 'command', name: 'big'});
	await files.remove({type: 'command', name: 'big'});
	t.deepEqual(
		Object.keys((await loadNodeConfig(folder)).presets['command'] ?? {}),
		['small one'],
	);

	for (const name of [
		'../big',
		'.big',
		'a/b',
		String.raw`a\b`,
		'a\nb',
		'ü'.repeat(101),
	]) {
		// eslint-disable-next-line no-await-in-loop -- each by itself
		await t.throwsAsync(save({name, parameters}), {code: 'INVALID'});
	}

	await t.throwsAsync(save({name: 'nothing', parameters: {cwd: [null]}}), {
		code: 'INVALID',
		message: /TOML has no word/v,
	});
});

test('a preset may have any name that a file may have', async (t) => {
	const folder = await makeFolder(t, {
		'scheduler/nodes/defaults.toml': 'command = "constructor"\n',
	});
	const {save} = createPresetFiles(folder);
	const names = ['__proto__', 'ü'.repeat(100)];
	for (const name of names) {
		// eslint-disable-next-line no-await-in-loop -- each by itself
		await save(
			{type: 'command', name, parameters: {cpus: 2}},
			{isReplacing: false},
		);
	}

	await t.throwsAsync(loadNodeConfig(folder), {
		message: /there are no settings "constructor" for "command"/v,
	});
	await fs.rm(path.join(folder, 'scheduler/nodes/defaults.toml'));
	const {presets} = await loadNodeConfig(folder);
	t.deepEqual(Object.entries(presets['command'] ?? {}), [
		['__proto__', {cpus: 2}],
		['ü'.repeat(100), {cpus: 2}],
	]);
});

test('a database is chosen by name, path, URL or not at all', async (t) => {
	const home = await makeFolder(t, {
		'.config/lifeblood/scheduler/config.toml':
			'[scheduler.database]\npath = "main"\n[scheduler.databases]\nmain = "~/farm.db"\nbeside = "beside.db"\nfar = "postgres://db/farm"\n',
	});
	const host: Host = {
		environment: {},
		platform: 'linux',
		home,
		cwd: '/here',
		name: 'machine',
	};
	const {settings, inForce, configuration} = await loadSchedulerConfig({host});
	const choose = (chosen?: string) =>
		chooseDatabase({
			settings,
			inForce,
			folder: configuration.folder,
			host,
			chosen,
		});
	t.deepEqual(choose(), {
		kind: 'file',
		path: path.join(home, 'farm.db'),
		name: 'main',
		isDefault: false,
	});
	t.deepEqual(choose('beside'), {
		kind: 'file',
		path: path.join(home, '.config/lifeblood/scheduler/beside.db'),
		name: 'beside',
		isDefault: false,
	});
	t.deepEqual(choose('far'), {
		kind: 'url',
		url: 'postgres://db/farm',
		name: 'far',
	});
	t.deepEqual(choose('./x'), {
		kind: 'file',
		path: '/here/x',
		name: undefined,
		isDefault: false,
	});
	t.deepEqual(choose('x.db'), {
		kind: 'file',
		path: '/here/x.db',
		name: undefined,
		isDefault: false,
	});
	t.deepEqual(choose(''), {
		kind: 'file',
		path: path.join(home, '.local/share/lifeblood/farm.db'),
		name: undefined,
		isDefault: true,
	});
	t.throws(() => choose('mai'), {
		instanceOf: FarmError,
		code: 'NOT_FOUND',
		message: /did you mean "main"/v,
	});
	t.throws(() => choose('constructor'), {
		instanceOf: FarmError,
		code: 'NOT_FOUND',
	});
	t.is(
		knownDatabase({settings, folder: configuration.folder, host}, 'nothing'),
		undefined,
	);
});
