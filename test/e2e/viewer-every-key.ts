import fs from 'node:fs';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {encode} from 'fast-png';
import type {ScreenName} from '../../source/ui/screen-name.js';
import {screens} from '../../source/ui/screens/table.js';
import {createFarm, type FarmProcess} from '../helpers/farm-process.js';
import {openTerminal, type Terminal} from '../helpers/terminal.js';
import {bindingsOf, tmuxKey, walk, type Step} from '../helpers/viewer-walk.js';

const lists: readonly Step[] = [
	{id: 'list.down', shows: ' 2/60'},
	{id: 'list.up', shows: ' 1/60'},
	{id: 'list.page-down', shows: ' 21/60'},
	{id: 'list.page-up', shows: ' 1/60'},
	{id: 'list.half-down', shows: ' 11/60'},
	{id: 'list.half-up', shows: ' 1/60'},
	{id: 'list.last', shows: ' 60/60'},
	{id: 'list.first', shows: ' 1/60'},
	{id: 'list.mark', shows: /1 marked +2\/60/v},
	{id: 'list.range', shows: /2 marked +range/v, keys: ['v']},
	{id: 'list.mark-all', shows: 'all marked'},
	{id: 'list.clear', showsNo: 'marked'},
	{
		id: 'list.filter',
		types: 't07',
		keys: ['Enter'],
		after: /\/t07 +1\/1/v,
	},
	{id: 'list.clear', shows: ' 1/60'},
	{
		id: 'list.sort',
		shows: 'Sort by',
		types: 'name',
		keys: ['Enter'],
		after: 'Name↑',
	},
	{id: 'list.reverse', shows: 'Name↓'},
];

const details: readonly Step[] = [
	{id: 'task.open', shows: 'a005'},
	{id: 'detail.line-down', showsNo: /✓ t60/v},
	{id: 'detail.line-up', shows: /✓ t60/v},
	{id: 'detail.page-down', shows: 'a020'},
	{id: 'detail.page-up', shows: /✓ t60/v},
	{id: 'detail.down', showsNo: /✓ t60/v},
	{id: 'detail.up', shows: /✓ t60/v},
	{id: 'detail.page-down', shows: 'a020'},
	{id: 'detail.first', shows: /✓ t60/v},
	{id: 'detail.close', shows: ' 1/60'},
];

const tasks: readonly Step[] = [
	{id: 'task.pause', shows: 'paused 1 task'},
	{id: 'task.resume', shows: 'resumed 1 task'},
	{id: 'task.cancel', shows: 'yes', keys: ['y'], after: 'cancelled 1 task'},
	{id: 'task.retry', shows: 'retried 1 task'},
	{id: 'task.restart', shows: 'yes', keys: ['y'], after: 'restarted 1 task'},
	{id: 'task.edit', shows: 'nothing was changed'},
	{id: 'task.set', shows: 'Set, of task', keys: ['Escape']},
	{id: 'task.move', shows: /Move|To which/v, keys: ['Escape']},
	{id: 'task.create', shows: 'A new task in', keys: ['Escape']},
	{id: 'task.log', shows: 'tasks › ', keys: ['Escape'], after: ' 1/1'},
	{id: 'task.pictures', shows: 'no attribute of this task'},
	{id: 'task.why', shows: 'Why task', keys: ['Escape']},
	{id: 'task.errors', shows: '/state:error', keys: ['!'], after: ' 1/1'},
	{id: 'task.dead', shows: '/dead'},
	{id: 'task.causes', shows: 'nothing is in error here'},
	{id: 'task.go', shows: 'From task', keys: ['Escape']},
	{id: 'task.copy', shows: 'command that shows it', keys: ['Escape']},
	{id: 'task.kill', shows: 'yes', keys: ['y'], after: /work1 +dead/v},
	{id: 'task.revive', shows: 'revived 1 task'},
];

const groups: readonly Step[] = [
	{id: 'group.open', shows: 'tasks of g1', keys: ['Escape'], after: ' 1/1'},
	{id: 'group.graph', shows: 'groups › graph', keys: ['Escape'], after: ' 1/1'},
	{id: 'group.retry', shows: 'retried the errors of group "g1"'},
	{id: 'group.pause', shows: 'paused group "g1"'},
	{id: 'group.resume', shows: 'resumed group "g1"'},
	{id: 'group.priority-up', shows: 'has priority 60'},
	{id: 'group.priority-down', shows: 'has priority 50'},
	{id: 'group.priority', shows: 'a number; higher', keys: ['Escape']},
	{id: 'group.archive', shows: 'archived group "g1"'},
	{id: 'group.show-archived', shows: /· g1/v},
	{id: 'group.delete', shows: 'Type g1 to do it', keys: ['Escape']},
	{id: 'group.copy', shows: 'lifeblood group show', keys: ['Escape']},
];

const workers: readonly Step[] = [
	{id: 'worker.open', shows: 'last seen', keys: ['Enter'], after: ' 1/1'},
	{
		id: 'worker.tasks',
		shows: 'tasks on blade',
		keys: ['Escape'],
		after: ' 1/1',
	},
	{id: 'worker.log', shows: 'nothing runs on it'},
	{id: 'worker.drain', shows: 'drained 1 worker'},
	{id: 'worker.resume', shows: 'resumed 1 worker'},
	{id: 'worker.groups', shows: 'Groups of worker blade', keys: ['Escape']},
	{id: 'worker.cancel', shows: 'cancel: nothing runs on it'},
	{id: 'worker.copy', shows: 'lifeblood worker show', keys: ['Escape']},
	{id: 'worker.stop', shows: 'Stop worker blade?', keys: ['n']},
	{id: 'worker.forget', shows: 'it is not off'},
];

const pulse: readonly Step[] = [
	{id: 'pulse.span', shows: '30 min ago'},
	{id: 'pulse.errors', shows: 'tasks (error)', keys: ['Escape']},
	{id: 'pulse.queue', shows: 'tasks (ready)', keys: ['Escape']},
	{id: 'pulse.workers', shows: '4 workers'},
];

const everywhere: readonly Step[] = [
	{id: 'go.graph', shows: '2 graph'},
	{id: 'go.workers', shows: '4 workers'},
	{id: 'go.log', shows: '5 log'},
	{id: 'go.pulse', shows: '6 pulse'},
	{id: 'go.output', shows: '7 '},
	{id: 'go.pictures', shows: '8 pictures'},
	{id: 'go.groups', shows: '1 groups'},
	{id: 'go.tasks', shows: '3 tasks'},
	{id: 'previous', shows: '1 groups'},
	{id: 'command', types: 'task 1', keys: ['Enter'], after: 'tasks from 1'},
	{id: 'back', showsNo: 'tasks from 1'},
	{id: 'help', shows: 'Keys', keys: ['Escape']},
	{id: 'enlarge', shows: 'priority', keys: ['+']},
	{id: 'copy-command', shows: 'nothing was changed yet'},
	{id: 'limits', shows: 'Limits', keys: ['Escape']},
	{id: 'redraw', shows: '1 groups'},
	{id: 'leave'},
];

const output: readonly Step[] = [
	{id: 'output.follow', shows: /^ *line 200$/mv},
	{id: 'output.first', shows: /^ *line 1$/mv},
	{id: 'output.down', showsNo: /^ *line 1$/mv},
	{id: 'output.up', shows: /^ *line 1$/mv},
	{id: 'output.page-down', showsNo: /^ *line 1$/mv},
	{id: 'output.page-up', shows: /^ *line 1$/mv},
	{id: 'output.half-down', showsNo: /^ *line 1$/mv},
	{id: 'output.half-up', shows: /^ *line 1$/mv},
	{
		id: 'output.search',
		types: 'line 9',
		keys: ['Enter'],
		after: /\/line 9 +11/v,
	},
	{id: 'output.next'},
	{id: 'output.next', shows: /line 9\d/v},
	{id: 'output.previous', shows: /line 9/v},
	{id: 'output.clear', showsNo: '/line 9'},
	{id: 'output.times', shows: /\d\d:\d\d:\d\d.*line/v},
	{id: 'output.wrap'},
	{id: 'output.earlier'},
	{id: 'output.later'},
	{id: 'output.pictures', shows: /picture/v},
	{id: 'output.stderr'},
	{id: 'output.stderr'},
	{id: 'output.copy', shows: /cop(?:y|ied)/iv},
];

const pictures: readonly Step[] = [
	{id: 'pictures.next', shows: 'p2.png'},
	{id: 'pictures.previous', shows: 'p1.png'},
	{id: 'pictures.last', shows: 'p3.png'},
	{id: 'pictures.first', shows: 'p1.png'},
	{id: 'pictures.page-down', shows: 'p3.png'},
	{id: 'pictures.page-up', shows: 'p1.png'},
	{id: 'pictures.again', shows: 'p1.png'},
	{id: 'pictures.copy', shows: 'copied'},
	{id: 'pictures.compare', shows: /A p1\.png.+B p2\.png/v},
	{id: 'pictures.swap', shows: /A p2\.png.+B p1\.png/v, keys: ['b', 'b']},
	{id: 'pictures.sheet', shows: 'p3.png'},
	{id: 'pictures.right'},
	{id: 'pictures.left'},
	{id: 'pictures.open', showsNo: 'p3.png'},
];

const graph: readonly Step[] = [
	{id: 'graph.down', shows: /┃ /v},
	{id: 'graph.right', shows: /┃ /v},
	{id: 'graph.left', shows: /┃ /v},
	{id: 'graph.up', shows: /┃ first/v},
	{id: 'graph.pan-down'},
	{id: 'graph.pan-up'},
	{id: 'graph.pan-left'},
	{id: 'graph.pan-right', shows: 'first'},
	{id: 'graph.find', types: 'second', keys: ['Enter'], after: /┃ second/v},
	{id: 'graph.next', shows: /┃ second/v},
	{id: 'graph.before', shows: /┃ second/v},
	{id: 'graph.mark', shows: '1 marked'},
	{id: 'graph.clear', showsNo: '1 marked'},
	{id: 'graph.move-tasks'},
	{id: 'graph.retry', shows: 'no task is in error here'},
	{id: 'graph.save-preset'},
];

/** By the view that they are pressed in. */
const walks: ReadonlyMap<ScreenName | 'everywhere', readonly Step[]> = new Map([
	['tasks', [...lists, ...details, ...tasks]],
	['groups', groups],
	['workers', workers],
	['pulse', pulse],
	['everywhere', everywhere],
	['output', output],
	['pictures', pictures],
	['graph', graph],
]);

/** Tests that press keys of these views only. */
const ownTests: ReadonlyMap<ScreenName, RegExp> = new Map([
	['graph', /^viewer-graph/v],
	['output', /^viewer-output/v],
	['pictures', /^viewer-pictures/v],
]);

/** Pressed in a test of their own. */
const elsewhere: ReadonlyMap<string, readonly [file: string, title: string]> =
	new Map([
		[
			'stop',
			[
				'viewer-habits.ts',
				'stopped by the shell and continued, it draws itself again',
			],
		],
		[
			'log.open',
			[
				'viewer-every-key.ts',
				'what happened leads to the task that it is about',
			],
		],
		[
			'log.output',
			[
				'viewer-every-key.ts',
				'what happened leads to the task that it is about',
			],
		],
	]);

const folder = import.meta.dirname;

test('every key of every view is pressed in some test', (t) => {
	const pressed = new Set(
		walks.values().flatMap((steps) => steps.map(({id}) => id)),
	);
	for (const [id, [file, title]] of elsewhere) {
		t.true(
			fs.readFileSync(`${folder}/${file}`, 'utf8').includes(`test('${title}'`),
			`${file} has the test of ${id}`,
		);
		pressed.add(id);
	}

	const files = fs.readdirSync(folder);
	const views = [
		...(Object.keys(screens) as ScreenName[]),
		'everywhere',
	] as const;
	const missing = views.flatMap((view) => {
		const own = view === 'everywhere' ? undefined : ownTests.get(view);
		const text = files
			.filter((file) => own?.test(file))
			.map((file) => fs.readFileSync(`${folder}/${file}`, 'utf8'))
			.join('\n');
		return bindingsOf(view)
			.filter(
				({id, keys}) =>
					!pressed.has(id) &&
					keys.every((key) => !text.includes(`'${tmuxKey(key)}'`)),
			)
			.map(({id}) => id);
	});
	t.deepEqual([...new Set(missing)], []);
});

const shell = (script: string) => ({
	type: 'command',
	parameters: {
		command: [{arg: 'sh'}, {arg: '-c'}, {arg: script}],
		attempts: 1,
	},
});

const openAt = async (
	t: ExecutionContext,
	farm: FarmProcess,
	number: string,
): Promise<Terminal> => {
	const terminal = await openTerminal(t, {
		farm,
		words: ['view'],
		columns: 100,
		rows: 24,
		environment: {EDITOR: 'true'},
	});
	await terminal.shows('live', 30_000);
	await terminal.press(number);
	return terminal;
};

test('the keys of lists and details', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({rest: {type: 'null'}});
	const attributes = Object.fromEntries(
		Array.from({length: 100}, (_, index) => [
			`a${String(index).padStart(3, '0')}`,
			index,
		]),
	);
	const {ids} = await farm.ask('task.submit_many', {
		tasks: Array.from({length: 60}, (_, index) => ({
			node: 'rest',
			name: `t${String(index + 1).padStart(2, '0')}`,
			groups: ['many'],
			attributes,
		})),
	});
	await farm.rest(ids);
	const terminal = await openAt(t, farm, '3');
	await terminal.shows(' 1/60');
	await t.notThrowsAsync(walk(terminal, 'tasks', lists));
	await t.notThrowsAsync(walk(terminal, 'tasks', details));
});

test('the keys of tasks', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({work: shell('true')});
	const id = await farm.submit('work', {name: 'work1', groups: ['g1']});
	const terminal = await openAt(t, farm, '3');
	await terminal.shows(/work1 +ready/v);
	await walk(terminal, 'tasks', tasks);
	t.is((await farm.taskIn(id, 'ready')).name, 'work1');
});

test('the keys of groups', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({work: shell('true')});
	const id = await farm.submit('work', {name: 'work1', groups: ['g1']});
	await farm.ask('task.act', {action: 'cancel', select: {ids: [id]}});
	await farm.taskIn(id, 'error');
	const terminal = await openAt(t, farm, '1');
	await terminal.shows(/✗ g1/v);
	await walk(terminal, 'groups', groups);
	t.true((await farm.ask('group.get', {name: 'g1'})).archived);
});

test('the keys of workers', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.worker({name: 'blade'});
	const terminal = await openAt(t, farm, '4');
	await terminal.shows(/blade.+idle/v);
	await walk(terminal, 'workers', workers);
	t.is((await farm.workerIn('blade', 'idle')).name, 'blade');
});

test('the keys of the pulse, and those that every view has', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({rest: {type: 'null'}});
	await farm.rest(await farm.submit('rest', {name: 'apple', groups: ['g1']}));
	const terminal = await openAt(t, farm, '6');
	await terminal.shows('60 min ago');
	await walk(terminal, 'pulse', pulse);
	await walk(terminal, 'everywhere', everywhere);
	t.is(await terminal.ended(), 0);
});

test('the keys of the graph that change nothing', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph(
		{first: {type: 'null'}, second: {type: 'null'}, third: {type: 'null'}},
		['first -> second', 'first -> third'],
	);
	const terminal = await openAt(t, farm, '2');
	await terminal.shows(/┃ first/v);
	await walk(terminal, 'graph', graph);
	t.is(Object.keys((await farm.ask('graph.export', {})).nodes).length, 3);
});

test('the keys of what a process wrote', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.worker();
	await farm.graph({talks: shell("seq -f 'line %g' 1 200")});
	await farm.rest(await farm.submit('talks', {name: 'talker'}));
	const terminal = await openAt(t, farm, '3');
	await terminal.shows('talker');
	await terminal.press('L');
	await terminal.shows(/^ *line 200$/mv);
	await t.notThrowsAsync(walk(terminal, 'output', output));
});

test('the keys of pictures', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({rest: {type: 'null'}});
	const files = ['p1', 'p2', 'p3'].map((name) =>
		path.join(farm.folder, `${name}.png`),
	);
	for (const file of files) {
		fs.writeFileSync(
			file,
			encode({
				width: 8,
				height: 8,
				channels: 3,
				data: new Uint8Array(8 * 8 * 3).fill(100),
			}),
		);
	}

	await farm.rest(
		await farm.submit('rest', {name: 'painter', attributes: {files}}),
	);
	const terminal = await openAt(t, farm, '3');
	await terminal.shows('painter');
	await terminal.press('i');
	await terminal.shows('p1.png');
	await t.notThrowsAsync(walk(terminal, 'pictures', pictures));
});

test('what happened leads to the task that it is about', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.worker();
	await farm.graph({fails: shell('echo oh no; exit 3')});
	await farm.rest(await farm.submit('fails', {name: 'doomed'}));
	const terminal = await openAt(t, farm, '5');
	await terminal.shows('"doomed"');
	for (const key of ['Enter', 'L']) {
		/* eslint-disable no-await-in-loop -- one after the other */
		await terminal.press('g');
		const shown = await terminal.shows('"doomed"');
		const at = shown
			.split('\n')
			.slice(3)
			.findIndex((line) => line.includes('"doomed"'));
		await terminal.press(...Array.from({length: at}, () => 'j'), key);
		t.regex(await terminal.shows('5 log › '), /log › /v);
		await terminal.press('Escape');
		await terminal.showsNo('log › ');
		/* eslint-enable no-await-in-loop */
	}
});
