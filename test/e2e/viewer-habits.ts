import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {childOf} from '../helpers/child-of.js';
import {createFarm} from '../helpers/farm-process.js';
import {isExecutable, program} from '../helpers/program.js';
import {restingFarm} from '../helpers/resting-farm.js';
import {openTerminal} from '../helpers/terminal.js';
import {testWhere} from '../helpers/test-where.js';

test('views are reached by name with completion, earlier lines come back, and - goes to and fro', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.shows('apples');
	await terminal.type(':wor');
	await terminal.shows(/:wor .*workers/v);
	await terminal.press('Tab', 'Enter');
	await terminal.shows('4 workers');
	await terminal.press('-');
	await terminal.shows('1 groups');
	await terminal.press('-');
	await terminal.shows('4 workers');
	await terminal.press('1', ':', 'Up', 'Enter');
	await terminal.shows('4 workers');
	await terminal.type(':nonsense');
	await terminal.press('Enter');
	await terminal.shows('There is no command "nonsense"');
	await terminal.type(':q');
	await terminal.press('Enter');
	t.is(await terminal.ended(), 0);
});

test('a command that is refused says why, and goes on with the view that it was typed in', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const {pid} = await farm.ask('farm.info', {});
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows(/^ 3 tasks .* 1\/3$/mv);
	await terminal.type(':move nowhere');
	await terminal.press('Enter');
	await terminal.shows('There is no node "nowhere".');
	await terminal.press('Space');
	await terminal.shows('1 marked');
	// Answered when another view is shown.
	process.kill(pid, 'SIGSTOP');
	await terminal.type(':pause');
	await terminal.press('Enter', '6');
	await terminal.shows(/^ 6 pulse/mv);
	process.kill(pid, 'SIGCONT');
	await terminal.shows('paused 1 task');
	await terminal.press('3');
	t.notRegex(await terminal.shows(/^ 3 tasks .* 2\/3$/mv), /marked/v);
});

test('the help tells the keys that work here, and why some do not', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows('apple');
	await terminal.press('?');
	const help = await terminal.shows('process again what is in error');
	t.regex(help, /it is done, not in error/v);
	await terminal.press('Escape');
	await terminal.showsNo('process again');
});

test('in the smallest terminal the help keeps its words, and a message is gone with the next key', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {
		farm,
		words: ['view'],
		columns: 60,
		rows: 16,
	});
	await terminal.shows('apples');
	await terminal.press('3');
	await terminal.shows('apple');
	await terminal.press('?');
	await terminal.shows('Keys');
	await terminal.press('G');
	// The ends of what takes more than a line each.
	const end = await terminal.shows(/leave the viewer; ctrl\+c does/v);
	t.true(end.includes('│                       so from anywhere'));
	t.false(end.includes('…'));
	await terminal.press('Escape');
	await terminal.showsNo('so from anywhere');

	await terminal.type(':nonsense');
	await terminal.press('Enter');
	await terminal.shows('There is no command "nonsense"');
	await terminal.press('2');
	await terminal.showsNo('There is no command');
	await terminal.press('z');
	await terminal.shows('undo: nothing left to undo');
	await terminal.press('/');
	await terminal.press('Escape');
	await terminal.showsNo('nothing left');
});

test('ids and names are copied through the terminal', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows('cherry');
	await terminal.press('g', 'y');
	await terminal.shows('command that shows it');
	await terminal.type('name');
	await terminal.press('Enter');
	await terminal.shows('copied this: cherry');
	t.is(await terminal.clipboard(), 'cherry');
});

test('read-only, keys that would change something say so, and nothing is changed', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {
		farm,
		words: ['view', '--read-only'],
	});
	await terminal.press('3');
	await terminal.shows(/read-only[\s\S]*cherry/v);
	for (const key of ['p', 'x', 'e', 'm', 'n']) {
		await terminal.press(key); // eslint-disable-line no-await-in-loop -- one key after the other
		await terminal.shows(/: read-only mode/v); // eslint-disable-line no-await-in-loop -- as above
	}

	const {tasks} = await farm.ask('task.list', {});
	t.true(tasks.every(({paused, state}) => !paused && state === 'done'));
});

test('with a view-only key everything is seen, and nothing can be changed', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const key = path.join(farm.folder, 'view-only.key');
	fs.writeFileSync(
		key,
		`${(await farm.printed(['key', 'show', '--view-only'])).trim()}\n`,
		{mode: 0o600},
	);
	const terminal = await openTerminal(t, {
		farm,
		words: ['view', '--key-file', key],
	});
	await terminal.press('3');
	await terminal.shows(/read-only[\s\S]*cherry/v);
	await terminal.press('p');
	await terminal.shows('this is a view-only key');
	t.false((await farm.ask('task.list', {})).tasks.some(({paused}) => paused));
});

test('with NO_COLOR there is no colour, and what is selected is still seen', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {
		farm,
		words: ['view'],
		environment: {NO_COLOR: '1'},
	});
	await terminal.shows('▌✓ cherrys');
	const painted = await terminal.painted();
	const colours = painted
		.matchAll(/\u{1B}\[(?<codes>[\d;]*)m/gv) // eslint-disable-line no-control-regex, regexp/no-control-character -- what is looked for
		.flatMap((match) => match.groups?.['codes']?.split(';') ?? [])
		// Back to the terminal's own.
		.filter((code) => Number(code) >= 30 && !['39', '49'].includes(code))
		.toArray();
	t.deepEqual(colours, []);
	t.regex(painted, /\u{1B}\[(?:\d+;)*7m/v); // eslint-disable-line no-control-regex, regexp/no-control-character -- as above
});

test('in a terminal without Unicode, and where it is asked for, everything is ASCII', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const config = path.join(farm.folder, 'config', 'viewer');
	fs.mkdirSync(config, {recursive: true});
	fs.writeFileSync(
		path.join(config, 'config.toml'),
		'[viewer]\nascii = true\n',
	);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows('cherry');
	await terminal.press('x');
	const shown = await terminal.shows('y yes');
	t.regex(shown, /^[\n\u{20}-\u{7E}]*$/v);
});

test('keys, columns and the colour of the farm are configured', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const config = path.join(farm.folder, 'config', 'viewer');
	fs.mkdirSync(config, {recursive: true});
	fs.writeFileSync(
		path.join(config, 'config.toml'),
		`[viewer]
colour = "red"
[viewer.keys]
"task.pause" = ["f5"]
[viewer.columns]
tasks = ["name", "id"]
`,
	);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows(/Name +Id[\s\S]*cherry +3/v);
	await terminal.shows('f5 pause');
	await terminal.press('F5');
	await terminal.shows('paused 1 task');
	t.regex(await terminal.painted(), /\u{1B}\[(?:[\d;]*;)?31/v); // eslint-disable-line no-control-regex, regexp/no-control-character -- what is looked for
});

test('wide characters and escape sequences in names break no line', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	for (const name of ['漢字漢字漢字漢字漢字漢字漢字漢字', '👩‍🚀 rocket']) {
		await farm.submit('first', {name}); // eslint-disable-line no-await-in-loop -- in this order
	}

	const terminal = await openTerminal(t, {
		farm,
		words: ['view'],
		columns: 80,
		rows: 24,
	});
	await terminal.press('3');
	const shown = await terminal.shows('漢字');
	const row = shown.split('\n').find((line) => line.includes('漢字'));
	t.regex(row ?? '', /done/v);
	const plain = shown.split('\n').find((line) => line.includes('cherry'));
	t.regex(plain ?? '', /done/v);
});

test('stopped by the shell and continued, it draws itself again', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {
		farm,
		words: [],
		command: ['bash', '--norc', '-i'],
	});
	await terminal.type(`${program.join(' ')} view`);
	await terminal.press('Enter');
	await terminal.shows('apples');
	await terminal.press('C-z');
	await terminal.shows('Stopped');
	await terminal.type('echo between');
	await terminal.press('Enter');
	await terminal.shows(/^between$/mv);
	await terminal.type('fg');
	await terminal.press('Enter');
	await terminal.shows('apples');
	await terminal.press('3');
	await terminal.shows(/cherry +done/v);
	await terminal.press('q');
	t.regex(await terminal.shows('fg'), /between/v);
});

testWhere(
	isExecutable
		? 'an executable imports nothing that NODE_OPTIONS names, so no defect can be planted'
		: undefined,
	'a crash leaves the terminal usable, and says what happened',
	async (t) => {
		const farm = createFarm(t);
		await restingFarm(farm);
		const defect =
			"data:text/javascript,process.on('SIGUSR2',()=>{throw(new(Error)('a%20defect'))})";
		const terminal = await openTerminal(t, {
			farm,
			words: [],
			command: ['bash', '--norc', '-i'],
		});
		await terminal.type(
			`NODE_OPTIONS="--import=${defect}" ${program.join(' ')} view`,
		);
		await terminal.press('Enter');
		await terminal.shows('apples');
		process.kill(await childOf(await terminal.pid()), 'SIGUSR2');
		await terminal.showsNo('apples');
		await terminal.shows('a defect');
		await terminal.type('echo it is $((40 + 2))');
		await terminal.press('Enter');
		t.regex(
			await terminal.shows(/^it is 42$/mv),
			/echo it is \$\(\(40 \+ 2\)\)/v,
		);
	},
);

test('a hang-up ends it', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.shows('apples');
	process.kill(await terminal.pid(), 'SIGHUP');
	await terminal.ended();
	t.notRegex(await terminal.screen(), /apples/v);
});

test('without a terminal it says what to use instead', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const {exitCode, stderr} = await farm.cli(['view']);
	t.is(exitCode, 2);
	t.regex(stderr, /needs a terminal[\s\S]*task list/v);
});

test('lists are sorted and narrowed by command, with what could follow shown', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows(/cherry[\s\S]*apple/v);
	await terminal.type(':sort name');
	await terminal.press('Enter');
	await terminal.shows(/Name↑[\s\S]*apple[\s\S]*banana[\s\S]*cherry/v);
	await terminal.press('S');
	await terminal.shows(/Name↓[\s\S]*cherry[\s\S]*banana[\s\S]*apple/v);
	await terminal.press('/');
	await terminal.type('group:ban');
	await terminal.press('Tab', 'Enter');
	await terminal.shows(/\/group:bananas +1\/1/v);
	await terminal.type(':task 1');
	await terminal.press('Enter');
	await terminal.shows(/tasks › tasks from 1[\s\S]*apple +done/v);
});

test('the mouse selects, marks, scrolls and opens', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	const click = async (row: number, button = 0): Promise<void> =>
		terminal.type(`\u{1B}[<${button};10;${row}M\u{1B}[<${button};10;${row}m`);
	await terminal.shows('▌✓ cherrys');
	await click(6);
	await terminal.shows('▌✓ apples');
	await click(5, 16);
	await terminal.shows('●✓ bananas');
	await terminal.type('\u{1B}[<64;10;6M');
	await terminal.shows('▌✓ cherrys');
	await click(4);
	await terminal.shows('tasks of cherrys');
});

test('limits are seen, set and deleted', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.shows('apples');
	await terminal.type(':limits');
	await terminal.press('Enter');
	await terminal.shows('There are none');
	await terminal.press('s');
	await terminal.shows('as in: houdini 4');
	await terminal.type('nuke 7');
	await terminal.press('Enter');
	await terminal.shows('the limit nuke is 7');
	await terminal.type(':limits');
	await terminal.press('Enter');
	await terminal.shows(/nuke +│ +7 │ +0 │ +7/v);
	await terminal.press('x');
	await terminal.shows('Delete a limit');
	await terminal.press('Enter');
	await terminal.shows('Delete the limit nuke?');
	await terminal.press('y');
	await terminal.shows('deleted the limit nuke');
	t.deepEqual((await farm.ask('limit.list', {})).limits, []);
});
