import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {createFarm} from '../helpers/farm-process.js';
import {openTerminal} from '../helpers/terminal.js';

test('thousands of tasks are paged through in an order that no index has', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({rest: {type: 'null'}});
	const count = 6000;
	// Names fall as ids rise.
	await farm.ask('task.submit_many', {
		tasks: Array.from({length: count}, (_, index) => ({
			node: 'rest',
			name: `name ${String(count - index).padStart(4, '0')}`,
			groups: ['many'],
		})),
	});
	const terminal = await openTerminal(t, {
		farm,
		words: ['view'],
		columns: 100,
		rows: 24,
	});
	await terminal.press('3');
	await terminal.shows(/name 0001[\s\S]*name 0002/v);
	await terminal.type(':sort name');
	await terminal.press('Enter');
	await terminal.shows(/Name↑[\s\S]*name 0001[\s\S]*name 0002/v);
	await terminal.press('S');
	await terminal.shows(/Name↓[\s\S]*name 6000[\s\S]*name 5999/v);
	await terminal.press('PageDown', 'PageDown');
	await terminal.shows(/ 41\/6,000[\s\S]*name 5960/v);
	await terminal.press('G');
	await terminal.shows(/ 6,000\/6,000[\s\S]*name 0001/v);
	await terminal.press('PageUp', 'PageUp');
	t.regex(await terminal.shows(/ 5,960\/6,000/v), /name 00/v);
});

test('groups are sorted by their errors, and tasks by what runs', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.worker();
	await farm.graph({
		fails: {
			type: 'command',
			parameters: {
				command: [{arg: 'sh'}, {arg: '-c'}, {arg: 'exit 3'}],
				attempts: 1,
			},
		},
		rest: {type: 'null'},
		work: {
			type: 'command',
			parameters: {command: [{arg: 'sleep'}, {arg: '600'}]},
		},
	});
	await farm.rest(await farm.submit('fails', {groups: ['broken']}));
	const running = await farm.submit('work', {name: 'busy', groups: ['work']});
	await farm.taskIn(running, 'in_progress');
	await farm.rest(await farm.submit('rest', {name: 'calm', groups: ['fine']}));
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.shows(/fine[\s\S]*work[\s\S]*broken/v);
	await terminal.type(':sort errors');
	await terminal.press('Enter');
	await terminal.shows(/All↑[\s\S]*broken[\s\S]*fine[\s\S]*work/v);
	await terminal.press('3');
	await terminal.shows(/calm[\s\S]*busy/v);
	await terminal.type(':sort worker');
	await terminal.press('Enter');
	t.regex(await terminal.shows(/Worker↑[\s\S]*busy[\s\S]*calm/v), /one/v);
});

test('tasks are filtered by text, state, node and group', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({
		rest: {type: 'null'},
		work: {type: 'command', parameters: {command: [{arg: 'true'}]}},
	});
	await farm.rest(await farm.submit('rest', {name: 'apple', groups: ['red']}));
	await farm.rest(await farm.submit('rest', {name: 'pear', groups: ['green']}));
	await farm.taskIn(
		await farm.submit('work', {name: 'grape', groups: ['green']}),
		'ready',
	);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows(' 1/3');
	for (const [filter, found, hidden] of [
		['app', 'apple', 'pear'],
		['state:ready', 'grape', 'apple'],
		['node:rest', 'apple', 'grape'],
		['group:green', 'pear', 'apple'],
		['group:green state:done', 'pear', 'grape'],
		['name:g*', 'grape', 'pear'],
	] as const) {
		/* eslint-disable no-await-in-loop -- one filter after the other */
		await terminal.type(`:filter ${filter}`);
		await terminal.press('Enter');
		await terminal.shows(`/${filter} `);
		await terminal.shows(found);
		const shown = await terminal.showsNo(new RegExp(`^.{10,}${hidden}`, 'mv'));
		t.true(shown.includes(found), `filtered by ${filter}`);
		/* eslint-enable no-await-in-loop */
	}
});

test('what happened last comes first, and a filter finds a part of the sentence', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({rest: {type: 'null'}});
	for (const name of ['first', 'second', 'third']) {
		// eslint-disable-next-line no-await-in-loop -- in this order
		await farm.rest(await farm.submit('rest', {groups: [name]}));
	}

	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('5');
	await terminal.shows(/Group third[\s\S]*Group first/v);
	await farm.worker();
	await terminal.shows(/is here[\s\S]*Group third[\s\S]*Group first/v);
	await terminal.press('/');
	await terminal.type('GROUP');
	await terminal.press('Enter');
	const found = await terminal.showsNo('is here');
	t.regex(found, /^ 5 log .*\/GROUP {2}1\/3$/mv);
	t.regex(found, /Group third[\s\S]*Group first/v);
	await terminal.type(':filter nobody');
	await terminal.press('Enter');
	await terminal.shows('Nothing fits the filter.');
	await terminal.press('Escape');
	await terminal.shows('is here');
	await terminal.press('Enter');
	await terminal.shows('tasks: it is not about a task');
});

test('what was typed after : is there in the next session', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	const first = await openTerminal(t, {farm, words: ['view']});
	await first.shows('There are no groups');
	await first.type(':workers');
	await first.press('Enter');
	await first.shows('There are no workers');
	await first.press('q');
	t.is(await first.ended(), 0);
	const second = await openTerminal(t, {farm, words: ['view']});
	await second.shows('There are no groups');
	await second.press(':', 'Up', 'Enter');
	t.regex(await second.shows('There are no workers'), /4 workers/v);
});

test('the viewer does not start with a key for something that there is not', async (t) => {
	const farm = createFarm(t);
	const config = path.join(farm.folder, 'config', 'viewer');
	fs.mkdirSync(config, {recursive: true});
	fs.writeFileSync(
		path.join(config, 'config.toml'),
		'[viewer.keys]\n"task.retri" = ["f5"]\n',
	);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	t.is(await terminal.ended(), 2);
	const said = (await terminal.screen()).replaceAll('\n', '');
	t.regex(said, /"task\.retry"\?/v);
});
