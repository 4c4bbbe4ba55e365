import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {createFarm} from '../helpers/farm-process.js';
import {openTerminal} from '../helpers/terminal.js';

const longJob = {
	type: 'command',
	parameters: {command: [{arg: 'sleep'}, {arg: '600'}], attempts: 1},
};

const failingJob = {
	type: 'command',
	parameters: {
		command: [{arg: 'sh'}, {arg: '-c'}, {arg: 'exit 3'}],
		attempts: 1,
	},
};

test('tasks are paused, resumed, killed after a question, and revived', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({work: longJob});
	const id = await farm.submit('work', {name: 'apple'});
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows(/apple +ready/v);
	await terminal.press('p');
	await terminal.shows('paused 1 task');
	t.true((await farm.task(id)).paused);
	await terminal.press('P');
	await terminal.shows('resumed 1 task');
	t.false((await farm.task(id)).paused);

	await terminal.press('x');
	await terminal.shows(`lifeblood task kill ${id}`);
	await terminal.press('n');
	await terminal.showsNo('yes');
	t.is(await farm.state(id), 'ready');
	await terminal.press('x');
	await terminal.shows('yes');
	await terminal.press('y');
	await terminal.shows('killed 1 task');
	t.is(await farm.state(id), 'dead');

	await terminal.press('D');
	await terminal.shows(/apple +dead/v);
	await terminal.press('u');
	await terminal.shows('revived 1 task');
	await farm.taskIn(id, 'ready');
});

test('a key that makes no sense here says why, and changes nothing', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({rest: {type: 'null'}});
	const id = await farm.submit('rest', {name: 'apple'});
	await farm.rest(id);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows(/apple +done/v);
	await terminal.press('r');
	await terminal.shows('retry: it is done, not in error');
	t.is(await farm.state(id), 'done');
});

test('what runs is cancelled, and errors are retried by their cause', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.worker();
	await farm.graph({work: longJob, broken: failingJob});
	const running = await farm.submit('work', {name: 'apple'});
	const first = await farm.submit('broken', {name: 'banana'});
	const second = await farm.submit('broken', {name: 'cherry'});
	await farm.taskIn(running, 'in_progress');
	await farm.taskIn(first, 'error');
	await farm.taskIn(second, 'error');
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows(/apple +in_progress/v);
	await terminal.press('G', 'c');
	await terminal.shows(`lifeblood task cancel ${running}`);
	await terminal.press('y');
	await farm.taskIn(running, 'error');

	await terminal.press('C');
	await terminal.shows(/3 tasks in error, 2 causes[\s\S]*exit code 3/v);
	await terminal.press('r');
	await terminal.shows('retried 2 tasks');
	await farm.ask('task.wait', {ids: [first, second], timeout_s: 20});
	t.is((await farm.invocations(first)).length, 2);
	t.is((await farm.invocations(second)).length, 2);
	t.is((await farm.invocations(running)).length, 1);

	await terminal.press('!');
	await terminal.shows('/state:error');
	await terminal.press('*', 'x');
	await terminal.shows(/Kill all 3 tasks[\s\S]*--all --state error/v);
	await terminal.press('y');
	await terminal.shows('Nothing fits the filter.');
	t.is(await farm.state(running), 'dead');
});

test('attributes are edited in the editor, and what would change is shown before', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({rest: {type: 'null'}});
	const id = await farm.submit('rest', {
		name: 'apple',
		attributes: {frames: [1, 2], quality: 'low', old: 1},
	});
	await farm.rest(id);
	const editor = path.join(farm.folder, 'editor');
	fs.writeFileSync(
		editor,
		`#!/bin/sh
printf '{"frames":[1,2],"quality":"high","new":true}' > "$1"
`,
		{mode: 0o755},
	);
	const terminal = await openTerminal(t, {
		farm,
		words: ['view'],
		environment: {EDITOR: editor},
	});
	await terminal.press('3');
	await terminal.shows('apple');
	await terminal.press('e');
	const shown = await terminal.shows('+ new: true');
	t.regex(shown, /- old: 1/v);
	t.regex(shown, /- quality: "low"\s[\s\S]*\+ quality: "high"/v);
	t.notRegex(shown, /[+\-] frames/v);
	await terminal.press('n');
	await terminal.showsNo('+ new: true');
	t.is((await farm.task(id)).attributes['old'], 1);
	await terminal.press('e');
	await terminal.shows('+ new: true');
	await terminal.press('y');
	await terminal.shows(`changed task ${id}`);
	t.deepEqual((await farm.task(id)).attributes, {
		frames: [1, 2],
		quality: 'high',
		new: true,
	});
	await terminal.press('Y');
	await terminal.shows('copied the command');
	const command = await terminal.clipboard();
	t.is(
		command,
		`lifeblood task set ${id} --attr quality=high --attr new:=true --delete old`,
	);
});

test('marked tasks are moved and set together, and new ones are created', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({first: {type: 'null'}, second: {type: 'null'}});
	const ids = [];
	for (const name of ['apple', 'banana', 'cherry']) {
		// eslint-disable-next-line no-await-in-loop -- in this order
		ids.push(await farm.submit('first', {name}));
	}

	await farm.rest(ids);
	const [apple = 0, banana = 0, cherry = 0] = ids;
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows('apple');
	await terminal.press('g', 'Space', 'Space');
	await terminal.shows('2 marked');
	await terminal.press('m');
	await terminal.shows('Move 2 tasks to');
	await terminal.type('/sec');
	await terminal.press('Enter');
	await terminal.shows('moved to second: 2 tasks');
	t.is((await farm.task(cherry)).node, 'second');
	t.is((await farm.task(banana)).node, 'second');
	t.is((await farm.task(apple)).node, 'first');

	await terminal.press('g', 'v', 'G', 'E');
	await terminal.shows('Set, of 3 tasks');
	await terminal.type('priority');
	await terminal.press('Enter');
	await terminal.shows('a number');
	await terminal.press('C-u');
	await terminal.type('7');
	await terminal.press('Enter');
	await terminal.shows('changed 3 tasks');
	for (const id of ids) {
		t.is((await farm.task(id)).priority, 7); // eslint-disable-line no-await-in-loop -- three
	}

	await terminal.type(':create second');
	await terminal.press('Enter');
	await terminal.shows('A new task in second');
	await terminal.press('C-u');
	await terminal.type('damson');
	await terminal.press('Enter');
	await terminal.shows('groups, with commas');
	await terminal.type('fruit, red');
	await terminal.press('Enter');
	await terminal.shows('Edit attributes first?');
	await terminal.press('n');
	await terminal.shows(/damson +done/v);
	const {tasks} = await farm.ask('task.list', {filter: {name: 'damson'}});
	t.like(tasks[0], {node: 'second', groups: ['fruit', 'red']});
});

test('groups are archived, deleted after their name is typed, and given priority', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({rest: {type: 'null'}});
	for (const group of ['keep', 'lose']) {
		// eslint-disable-next-line no-await-in-loop -- in this order
		await farm.rest(await farm.submit('rest', {groups: [group]}));
	}

	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.shows(/▌✓ lose/v);
	await terminal.press('X');
	await terminal.shows('archive it first');
	await terminal.press(']');
	await terminal.shows('has priority 60');
	t.is((await farm.ask('group.get', {name: 'lose'})).priority, 60);
	await terminal.press('a');
	await terminal.shows('archived group "lose"');
	await terminal.press('A');
	await terminal.shows(/· lose/v);
	await terminal.press('X');
	await terminal.shows('Type lose to do it');
	await terminal.type('los');
	await terminal.press('Enter');
	await terminal.type('e');
	t.true((await farm.ask('group.get', {name: 'lose'})).archived);
	await terminal.press('Enter');
	await terminal.shows('deleted group "lose"');
	const {groups} = await farm.ask('group.list', {archived: true});
	t.deepEqual(
		groups.map(({name}) => name),
		['keep'],
	);
});

test('workers are drained, resumed, given groups and stopped', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	const worker = await farm.worker({name: 'blade'});
	await farm.graph({work: longJob});
	const id = await farm.submit('work', {name: 'apple'});
	await farm.taskIn(id, 'in_progress');
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('4');
	await terminal.shows(/blade +busy[\s\S]*Runs[\s\S]*apple, work/v);
	await terminal.press('d');
	await terminal.shows(/blade +draining/v);
	await terminal.press('r');
	await terminal.shows(/blade +busy/v);
	await terminal.press('e');
	await terminal.shows('Groups of worker blade');
	await terminal.type('night, gpu');
	await terminal.press('Enter');
	await terminal.shows('set the groups of blade');
	t.deepEqual((await farm.workerIn('blade', 'busy')).groups, ['night', 'gpu']);
	await terminal.press('t');
	await terminal.shows(/tasks on blade[\s\S]*apple/v);
	await terminal.press('Escape');
	await terminal.showsNo('tasks on blade');
	await terminal.press('c');
	await terminal.shows('Cancel 1 task on blade?');
	await terminal.press('y');
	await farm.taskIn(id, 'error');
	await terminal.press('x');
	await terminal.shows('Stop worker blade?');
	await terminal.press('y');
	await worker.ended;
	await terminal.shows(/blade +off/v);
	await terminal.press('X');
	await terminal.shows('There are no workers');
	t.deepEqual((await farm.ask('worker.list', {})).workers, []);
});
