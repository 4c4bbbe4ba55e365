import fs from 'node:fs';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {taskId} from '../../source/core/ids.js';
import {createFarm, type FarmProcess} from '../helpers/farm-process.js';
import {
	openTerminal,
	type Terminal,
	type TerminalOptions,
} from '../helpers/terminal.js';
import {until} from '../helpers/until.js';

/** A viewer that shows the graph. */
const openGraph = async (
	t: ExecutionContext,
	farm: FarmProcess,
	options: TerminalOptions & {readonly words?: readonly string[]} = {},
): Promise<Terminal> => {
	const terminal = await openTerminal(t, {farm, words: ['view'], ...options});
	await terminal.shows('live', 30_000);
	await terminal.press('2');
	await terminal.shows(/2 graph/v);
	return terminal;
};

/** An editor that writes this in place of what it is given. */
const editorThatWrites = (farm: FarmProcess, text: string): string => {
	const file = path.join(farm.folder, 'editor.sh');
	fs.writeFileSync(file, `#!/bin/sh\ncat > "$1" <<'END'\n${text}\nEND\n`, {
		mode: 0o755,
	});
	return file;
};

const fanOut = async (farm: FarmProcess): Promise<void> => {
	await farm.graph(
		{
			ingest: {type: 'null'},
			render: {type: 'command', parameters: {command: [{arg: 'true'}]}},
			preview: {type: 'null'},
			gather: {type: 'split_waiter'},
		},
		[
			'ingest -> render',
			'ingest -> preview',
			'render -> gather',
			'preview -> gather',
		],
	);
};

test('a working pipeline is made from nothing, taken back step by step, and made again', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.worker();
	const terminal = await openGraph(t, farm);
	await terminal.shows('There are no nodes');

	await terminal.press('a');
	await terminal.shows('New node');
	await terminal.type('null');
	await terminal.shows(/> null_/v);
	await terminal.press('Enter');
	await terminal.shows('New Null');
	await terminal.press('C-u');
	await terminal.type('start');
	await terminal.press('Enter');
	await terminal.shows(/┃ start/v);

	await terminal.press('o');
	await terminal.shows('New node behind start');
	await terminal.type('command');
	await terminal.press('Enter');
	await terminal.shows('Name');
	await terminal.press('Enter');
	await terminal.shows('inserted command behind start');
	await terminal.shows(/┃ command/v);

	await terminal.press('e');
	await terminal.shows('command: command');
	await terminal.press('a');
	await terminal.type('true');
	await terminal.press('Enter');
	await terminal.shows(/1\. +Argument +true/v);
	await terminal.press('w');
	await terminal.shows('set command of command');

	await terminal.press('o');
	await terminal.shows('Behind which output?');
	await terminal.press('Enter');
	await terminal.shows('New node behind command');
	await terminal.type('killer');
	await terminal.press('Enter');
	await terminal.shows('Name');
	await terminal.press('C-u');
	await terminal.type('end');
	await terminal.press('Enter');
	await terminal.shows('inserted end behind command');

	const built = await farm.ask('graph.export', {});
	t.deepEqual(built.connections, [
		'start.main -> command.main',
		'command.main -> end.main',
	]);
	// A task, too, comes from the keyboard, and goes through it to its end.
	await terminal.press('3', 'n');
	await terminal.shows('A new task in node');
	await terminal.type('start');
	await terminal.press('Enter');
	await terminal.shows('A new task in start');
	await terminal.press('Enter');
	await terminal.shows('groups, with commas');
	await terminal.press('Enter');
	await terminal.shows('Edit attributes first?');
	await terminal.press('n');
	await terminal.shows('created task');
	const task = 1;
	await farm.rest(task);
	t.is(await farm.state(task), 'dead');
	const {steps} = await farm.ask('task.history', {id: taskId(task)});
	t.deepEqual(
		[...new Set(steps.map(({node}) => node))],
		['start', 'command', 'end'],
	);
	await terminal.press('2');
	await terminal.shows(/┃ end/v);

	for (const said of [
		'undone: inserted end behind command',
		/undone: set /v,
		'undone: inserted command behind start',
		'undone: created start',
	]) {
		await terminal.press('z'); // eslint-disable-line no-await-in-loop -- one after the other
		await terminal.shows(said); // eslint-disable-line no-await-in-loop -- one after the other
	}

	await terminal.shows('There are no nodes');
	for (const said of [
		'done again: created start',
		'done again: inserted command behind start',
		/done again: set /v,
		'done again: inserted end behind command',
	]) {
		await terminal.press('Z'); // eslint-disable-line no-await-in-loop -- one after the other
		await terminal.shows(said); // eslint-disable-line no-await-in-loop -- one after the other
	}

	t.deepEqual(await farm.ask('graph.export', {}), built);
});

test('wires are laid by letters, announced as a split, cut and rerouted', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph(
		{
			first: {type: 'null'},
			second: {type: 'null'},
			third: {type: 'null'},
		},
		['first -> second'],
	);
	const terminal = await openGraph(t, farm);
	await terminal.shows(/┃ first/v);
	await terminal.press('c');
	const asked = await terminal.shows('To which input?');
	t.regex(asked, /1 to choose from/v);
	await terminal.press('a');
	await terminal.shows(
		'connected first.main -> third.main: what leaves there is split in 2',
	);
	await terminal.shows(/◆/v);

	await terminal.press('x');
	await terminal.shows('Cut which wire?');
	await terminal.type('second');
	await terminal.press('Enter');
	await terminal.shows('cut first.main -> second.main');

	await terminal.press('r');
	await terminal.shows('To which input instead?');
	await terminal.press('s');
	await terminal.shows(
		'rerouted first.main -> third.main to first.main -> second.main',
	);
	const {connections} = await farm.ask('graph.export', {});
	t.deepEqual(connections, ['first.main -> second.main']);
	await terminal.press('z', 'z', 'z');
	await terminal.shows('undone: connected first.main -> third.main');
	await until(
		async () => {
			const now = await farm.ask('graph.export', {});
			return now.connections.join(',') === 'first.main -> second.main'
				? true
				: undefined;
		},
		{what: 'the wires to be as they were'},
	);
});

test('nodes are renamed, copied, pasted, duplicated, paused and deleted, and all of it is undone', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await fanOut(farm);
	const before = await farm.ask('graph.export', {});
	const terminal = await openGraph(t, farm);
	await terminal.shows(/┃ ingest/v);
	await terminal.press('R');
	await terminal.shows('Rename ingest');
	await terminal.press('C-u');
	await terminal.type('intake');
	await terminal.press('Enter');
	await terminal.shows('renamed ingest to intake');

	await terminal.press('*', 'y');
	await terminal.shows('copied');
	t.regex(
		await terminal.clipboard(),
		/intake:[\s\S]*render\.main -> gather\.main/v,
	);
	await terminal.press('p');
	await terminal.shows('pasted 4 nodes');
	await terminal.shows('8 nodes');
	await terminal.press('Escape');
	await terminal.showsNo('4 marked');
	await terminal.press('P');
	await terminal.shows('paused intake-2');
	await terminal.shows('‖');
	await terminal.press('D');
	await terminal.shows('duplicated intake-2');
	await terminal.press('d');
	await terminal.shows('deleted intake-2');
	const {nodes} = await farm.ask('graph.export', {});
	t.deepEqual(Object.keys(nodes).toSorted(), [
		'gather',
		'gather-2',
		'intake',
		'intake-3',
		'preview',
		'preview-2',
		'render',
		'render-2',
	]);
	for (const said of [
		'undone: deleted intake-2',
		'undone: duplicated intake-2',
		'undone: paused intake-2',
		'undone: pasted',
		'undone: renamed ingest',
	]) {
		await terminal.press('z'); // eslint-disable-line no-await-in-loop -- one after the other
		await terminal.shows(said); // eslint-disable-line no-await-in-loop -- one after the other
	}

	t.deepEqual(await farm.ask('graph.export', {}), before);
});

test('a graph file that is pasted into the terminal becomes nodes', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	const terminal = await openGraph(t, farm);
	await terminal.shows('There are no nodes');
	await terminal.paste(
		'nodes:\n  one: {type: "null"}\n  two: {type: "null"}\nconnections: [one -> two]\n',
	);
	await terminal.shows('pasted one, two');
	await terminal.paste('nothing of the kind');
	await terminal.shows('is no graph file');
	const {connections} = await farm.ask('graph.export', {});
	t.deepEqual(connections, ['one.main -> two.main']);
});

test('counts are live, walking follows wires, and enter opens what is there', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await fanOut(farm);
	const terminal = await openGraph(t, farm);
	await terminal.shows(/┃ ingest/v);
	await farm.submit('render', {name: 'frame'});
	await terminal.shows('◎1');
	await terminal.press('j');
	await terminal.shows(/┃ (?:render|preview)/v);
	await terminal.press('/');
	await terminal.type('gat');
	await terminal.press('Enter');
	await terminal.shows(/┃ gather/v);
	await terminal.press('f');
	await terminal.shows('To which node?');
	await terminal.press('s');
	await terminal.shows(/┃ render/v);
	await terminal.press('Enter');
	await terminal.shows(/tasks in render[\s\S]*frame/v);
	await terminal.press('Escape');
	await terminal.shows(/┃ render/v);
});

test('boxes, lines, dots and a tree; also in ASCII, and in a narrow terminal', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await fanOut(farm);
	const terminal = await openGraph(t, farm, {columns: 100, rows: 30});
	await terminal.shows(/boxes[\s\S]*╭─▼/v);
	await terminal.press('[');
	await terminal.shows(/lines[\s\S]*\[render/v);
	await terminal.press('[');
	await terminal.shows(/dots/v);
	await terminal.press(']', ']');
	await terminal.shows(/boxes[\s\S]*╭─▼/v);
	await terminal.press('t');
	await terminal.shows(/tree[\s\S]*├─ main: preview/v);
	await terminal.press('t');
	await terminal.shows(/boxes/v);
	await terminal.resize(62, 20);
	await terminal.shows(/boxes/v);

	const plain = await openGraph(t, farm, {
		environment: {LANG: 'C', LC_ALL: 'C'},
		columns: 66,
	});
	const drawn = await plain.shows(/tree[\s\S]*`- main: render/v);
	t.regex(drawn, /^[\n\u{20}-\u{7E}]*$/v);
	await plain.press('t');
	const boxes = await plain.shows(/#=\*=[\s\S]*\| gather/v);
	t.regex(boxes, /^[\n\u{20}-\u{7E}]*$/v);
});

test('the tasks of a group light up, and the way of a task is shown', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph(
		{
			start: {type: 'null'},
			middle: {type: 'null'},
			other: {type: 'null'},
		},
		['start -> middle'],
	);
	const task = await farm.submit('start', {name: 'walker', groups: ['shot 1']});
	await farm.rest(task);
	const terminal = await openGraph(t, farm);
	await terminal.shows(/┃ /v);
	await terminal.press('g');
	await terminal.shows('Show the tasks of');
	await terminal.press('Enter');
	await terminal.shows(/graph with shot 1[\s\S]*◆1/v);
	await terminal.press('Escape');
	await terminal.showsNo('graph with');
	await terminal.press('/');
	await terminal.type('middle');
	await terminal.press('Enter');
	await terminal.shows(/┃ middle/v);
	await terminal.press('w');
	await terminal.shows('The way of which task?');
	await terminal.press('Enter');
	await terminal.shows(`way of task ${task}`);
	// Double lines: it has been there.
	await terminal.shows(/║ start/v);
	await terminal.press('Escape');
	await terminal.showsNo('║');
	await terminal.type(':way 4242');
	await terminal.press('Enter');
	await terminal.shows('There is no task 4242.');
});

test('with read-only set, nothing of the graph can be changed', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await fanOut(farm);
	const terminal = await openGraph(t, farm, {words: ['view', '--read-only']});
	await terminal.shows(/┃ ingest/v);
	await terminal.press('d');
	await terminal.shows('read-only');
	const {nodes} = await farm.ask('graph.export', {});
	t.is(Object.keys(nodes).length, 4);
});

test('parameters: rows, menus and limits, expressions, a text in the editor, and faults beside their field', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({run: {type: 'command'}, code: {type: 'script'}}, [
		'run -> code',
	]);
	const task = await farm.submit('run', {attributes: {size: 7}});
	await farm.taskIn(task, 'error');
	const terminal = await openGraph(t, farm, {
		columns: 110,
		environment: {
			EDITOR: editorThatWrites(farm, 'schedule()'),
		},
	});
	await terminal.shows(/┃ run/v);
	await terminal.press('e');
	await terminal.shows('run: command');
	await terminal.press('a');
	await terminal.type('one');
	await terminal.press('Enter', 'a');
	await terminal.type('two');
	await terminal.press('Enter', 'K');
	await terminal.shows(/1\. +Argument +two[\s\S]*2\. +Argument +one/v);
	await terminal.press('a');
	await terminal.type('three');
	await terminal.press('Enter', 'd');
	await terminal.showsNo('three');

	// Down to the attempts, of which there is no negative number.
	await terminal.press('G', 'k', 'k');
	await terminal.shows(/▌ +Attempts/v);
	await terminal.press('Enter', 'C-u');
	await terminal.type('-1');
	await terminal.press('Enter');
	await terminal.shows('✗ at least 0');
	await terminal.press('Escape');
	await terminal.showsNo('✗ at least 0');
	await terminal.press('=');
	await terminal.press('C-u');
	await terminal.type('attr.size * 6');
	await terminal.shows(new RegExp(`= 42 +.task ${task},`, 'v'));
	await terminal.type(' +');
	await terminal.showsNo('= 42');
	await terminal.press('BSpace', 'BSpace', 'Enter');
	await terminal.shows(/Attempts += attr\.size \* 6/v);
	await terminal.press('w');
	await terminal.shows('set command, attempts of run');
	const {nodes} = await farm.ask('graph.export', {});
	t.deepEqual(nodes['run']?.parameters, {
		command: [{arg: 'two'}, {arg: 'one'}],
		attempts: {expr: 'attr.size * 6'},
	});

	await terminal.press('j', 'e');
	await terminal.shows('code: script');
	await terminal.press('Enter');
	await terminal.shows('schedule()');
	await terminal.press('Escape');
	await terminal.shows('not saved');
	await terminal.press('w');
	await terminal.shows(/set .* of code/v);
	t.like((await farm.ask('graph.export', {})).nodes['code'], {
		type: 'script',
	});
});

test('in a small terminal a form that is refused tells the whole reason, and its keys to save and to leave are seen', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({run: {type: 'command'}});
	const terminal = await openGraph(t, farm, {columns: 80, rows: 24});
	await terminal.shows(/┃ run/v);
	await terminal.press('e');
	await terminal.shows('run: command');
	await terminal.shows(/w save {2}esc leave .*save as preset.*…$/mv);
	await terminal.press('a');
	await terminal.press('Enter', '=', 'C-u');
	await terminal.type("'x' +");
	await terminal.press('Enter', 'g', 'w');
	const refused = await terminal.shows(
		'is an expression that cannot be read: ',
	);
	t.regex(refused, /▌ +1\. +Argument/v);
	t.notRegex(refused, /Parameter "command"/v);
	await terminal.press('g');
	await terminal.shows('Argument, row 1: is an expression that');
	await terminal.press('w');
	await terminal.shows(/▌ +1\. +Argument/v);
	await terminal.press('=', 'w');
	await terminal.shows('set command of run');
});

test('while letters are asked for, the bottom says so, and keys of the graph do nothing', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await fanOut(farm);
	const terminal = await openGraph(t, farm, {columns: 80, rows: 24});
	await terminal.shows(/┃\s?ingest/v);
	await terminal.press('c');
	const asked = await terminal.shows('To which input?');
	t.regex(
		asked,
		/^ letters choose {2}H J K L move the drawing {2}esc leave$/mv,
	);
	await terminal.press('D', 'Enter', 'Escape');
	await terminal.shows(/enter tasks/v);
	await terminal.press('z');
	t.regex(await terminal.shows('undo: nothing left to undo'), /4 nodes/v);
});

test('what is edited while the connection is lost is not taken for done, and what was written stays', async (t) => {
	const farm = createFarm(t);
	const scheduler = await farm.scheduler();
	await farm.graph({run: {type: 'command'}});
	const terminal = await openGraph(t, farm);
	await terminal.shows(/┃\s?run/v);
	await terminal.press('R');
	await terminal.shows('Rename run');
	await terminal.type('-2');
	await terminal.shows('> run-2');
	await scheduler.end('SIGKILL');
	await terminal.shows('connection lost');
	await terminal.press('Enter');
	await terminal.shows('The scheduler could not be told');
	const second = await farm.scheduler();
	await terminal.shows(/^ \S+ {2}live/mv);
	await terminal.press('z');
	await terminal.shows('undo: nothing left to undo');

	await terminal.press('e');
	await terminal.shows('run: command');
	await terminal.press('j');
	await terminal.shows(/▌ +Working folder/v);
	await terminal.press('Enter');
	await terminal.type('/kept');
	await terminal.press('Enter');
	await second.end('SIGKILL');
	await terminal.shows('connection lost');
	await terminal.press('w');
	const kept = await terminal.shows('The scheduler is away');
	t.regex(kept, /▌ +Working folder +\/kept/v);
	await farm.scheduler();
	await terminal.shows(/^ \S+ {2}live/mv);
	await terminal.press('w');
	await terminal.shows(/set \S+ of run/v);
});
