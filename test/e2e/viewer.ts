import process from 'node:process';
import test from 'ava';
import {childrenOf} from '../helpers/child-of.js';
import {createFarm} from '../helpers/farm-process.js';
import {restingFarm} from '../helpers/resting-farm.js';
import {openTerminal} from '../helpers/terminal.js';

test('opens on the groups, lists tasks and workers by number, and leaves the terminal as it was', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.shows(/apples[\s\S]*live|live[\s\S]*apples/v);
	await terminal.press('3');
	await terminal.shows(/banana +done/v);
	await terminal.press('4');
	await terminal.shows('There are no workers');
	await terminal.press('q');
	t.is(await terminal.ended(), 0);
	t.notRegex(await terminal.screen(), /There are no workers/v);
});

test('enter opens a group, and esc comes back', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.shows('apples');
	await terminal.press('G', 'Enter');
	const inside = await terminal.shows(/groups › tasks of apples/v);
	await terminal.shows(/1\/1/v);
	t.notRegex(inside, /banana/v);
	await terminal.press('Escape');
	await terminal.shows(/bananas/v);
});

test('the tasks of a group that is done to the last one are found where the list says', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph({end: {type: 'killer'}});
	await farm.rest(
		await farm.submit('end', {name: 'apple', groups: ['apples']}),
	);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.shows('apples');
	await terminal.press('Enter');
	await terminal.shows(
		'No living tasks are here; /dead finds those that have ended.',
	);
	await terminal.press('/');
	await terminal.type('dead');
	await terminal.press('Enter');
	await terminal.shows(/apple +dead/v);
});

test('a filter narrows the list while it is typed, and esc takes it away', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows(/cherry/v);
	await terminal.press('/');
	await terminal.type('banan');
	await terminal.showsNo('cherry');
	await terminal.press('Enter');
	t.regex(await terminal.shows(/\/banan +1\/1/v), /banana/v);
	await terminal.press('Escape');
	await terminal.shows('cherry');
});

test('a filter that means nothing is not applied, and what could be meant is said', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows(/cherry/v);
	await terminal.press('/');
	await terminal.type('state:foo');
	await terminal.press('Enter');
	await terminal.shows('knows no "foo"');
	await terminal.showsNo('/state:foo');
	await terminal.type(':tasx');
	await terminal.press('Enter');
	await terminal.shows(/did you mean "tasks?"\?/v);
	await terminal.type(':tasks state:foo');
	await terminal.press('Enter');
	t.notRegex(await terminal.shows('Nothing fits the filter.'), /cherry/v);
});

test('it says that the connection is lost, and goes on when the scheduler is back', async (t) => {
	const farm = createFarm(t);
	const scheduler = await restingFarm(farm);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows('cherry');
	await scheduler.end('SIGKILL');
	t.regex(await terminal.shows('connection lost'), /cherry/v);
	await terminal.press('4');
	await terminal.shows('No connection: what is here is not known.');
	await terminal.press('2');
	await terminal.shows(/^ 2 graph/mv);
	await terminal.shows('No connection: what is here is not known.');
	// Nothing is to be laid out yet.
	t.deepEqual(childrenOf(await terminal.pid()), []);
	await terminal.press('3');
	await terminal.shows('cherry');
	await farm.scheduler();
	await terminal.shows('live');
	await farm.submit('second', {name: 'damson'});
	await terminal.shows('damson');
});

test('the screen follows the size of the terminal, and says where it is too small', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.shows('apples');
	await terminal.resize(50, 12);
	await terminal.shows('The viewer needs 60×16');
	await terminal.resize(80, 24);
	const narrow = await terminal.shows('apples');
	t.true(narrow.split('\n').every((line) => line.length <= 80));
	t.notRegex(narrow, /Paused/v);
	await terminal.resize(160, 50);
	await terminal.shows(/Paused[\s\S]*creator +test/v);
});

test('a signal leaves the terminal usable', async (t) => {
	const farm = createFarm(t);
	await restingFarm(farm);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.shows('apples');
	process.kill(await terminal.pid(), 'SIGTERM');
	t.is(await terminal.ended(), 0);
	t.notRegex(await terminal.screen(), /apples/v);
});
