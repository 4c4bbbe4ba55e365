import process from 'node:process';
import {setImmediate as nextTick} from 'node:timers/promises';
import test from 'ava';
import {defineNode} from '../source/nodes/contract.js';
import {setNode} from '../source/scheduler/operations/graph.js';
import {createTestFarm, type TestFarm} from './helpers/test-farm.js';
import {until} from './helpers/until.js';

/** As a plugin's author may write it in JavaScript. */
const nothing = (): never => undefined as unknown as never;

const careless = defineNode({
	type: 'careless',
	label: 'Careless',
	description: 'Forgets to return anything.',
	parameters: {},
	process: nothing,
});

const carelessLater = defineNode({
	type: 'careless_later',
	label: 'Careless later',
	description: 'Forgets it after a while.',
	parameters: {},
	async process() {
		await nextTick();
		return nothing();
	},
});

const graph = {
	nodes: {
		careless: {type: 'careless'},
		later: {type: 'careless_later'},
		run: {type: 'command', parameters: {command: [{arg: 'true'}]}},
		set: {
			type: 'set_attrib',
			parameters: {attributes: [{name: 'a', value: 1}]},
		},
		slow: {
			type: 'script',
			parameters: {process: 'for (let i = 0; i < 300000; i++);'},
		},
		end: {type: 'killer'},
	},
	connections: ['set -> end', 'run -> end', 'slow -> end'],
};

const definitions = [careless, carelessLater];

const forgetDefects = (farm: TestFarm): number => farm.defects.splice(0).length;

test('a node type that returns nothing is the error of its task, at once or later, and of no other', async (t) => {
	const farm = await createTestFarm(t, {graph, definitions});
	const [before, now, later, after] = await Promise.all([
		farm.submitTask('set'),
		farm.submitTask('careless'),
		farm.submitTask('later'),
		farm.submitTask('set'),
	]);
	await farm.untilState(now, 'error');
	await farm.untilState(later, 'error');
	await farm.untilState(before, 'dead');
	await farm.untilState(after, 'dead');
	t.true(forgetDefects(farm) > 0);
	farm.expectSound();
});

test('a ready task that cannot be given out is put aside, and the others are given out', async (t) => {
	const farm = await createTestFarm(t, {graph, definitions});
	const broken = await farm.submitTask('run');
	const whole = await farm.submitTask('run');
	await farm.untilState(whole, 'ready');
	farm
		.database()
		.writer.prepare("UPDATE works SET json = '{' WHERE task_id = ?")
		.run(broken);
	const worker = await farm.addWorker();
	t.is((await worker.take()).task, whole);
	await farm.untilState(broken, 'error');
	const innocent = await farm.submitTask('set');
	await farm.untilState(innocent, 'dead');
	t.true(forgetDefects(farm) > 0);
	farm.expectSound();
});

test('what came of a node type that awaits is taken though the turn that brought it is rolled back', async (t) => {
	const gate = Promise.withResolvers<undefined>();
	const gated = defineNode({
		type: 'gated',
		label: 'Gated',
		description: 'Waits for the test.',
		parameters: {},
		async process() {
			await gate.promise;
			return {kind: 'pass'};
		},
	});
	const farm = await createTestFarm(t, {
		graph: {nodes: {gated: {type: 'gated'}}},
		definitions: [gated],
	});
	const id = await farm.submitTask('gated');
	await farm.untilState(id, 'generating');
	gate.resolve(undefined);
	// The result is handed in before the next turn, and before what breaks it.
	await new Promise((resolve) => {
		process.nextTick(resolve);
	});
	await t.throwsAsync(
		farm.submit(({desk}) => {
			desk.touch();
			throw new Error('broken');
		}),
		{code: 'INTERNAL'},
	);
	await farm.untilState(id, 'done');
	t.is(forgetDefects(farm), 1);
	farm.expectSound();
});

test('a full disk is told to whoever asks, and forgotten once there is space', async (t) => {
	const farm = await createTestFarm(t, {graph, definitions});
	const worker = await farm.addWorker();
	const running = await farm.submitTask('run');
	const {invocation} = await worker.take();
	await worker.start(invocation);
	const slow = await farm.submitTask('slow');
	await farm.untilState(slow, 'generating');
	const {writer} = farm.database();
	const pages = Number(writer.pragma('page_count', {simple: true}));
	writer.pragma(`max_page_count = ${pages}`);
	const attributes = {text: 'x'.repeat(100_000)};
	await t.throwsAsync(farm.submitTask('set', {attributes}), {code: 'STORAGE'});
	t.is(farm.row(running).state, 'in_progress');
	t.is(farm.all().length, 2);

	writer.pragma('max_page_count = 1000000');
	await farm.untilState(slow, 'dead');
	const id = await until(
		async () => farm.submitTask('set', {attributes}).catch(() => undefined),
		{what: 'a task to be taken again'},
	);
	await farm.untilState(id, 'dead');
	t.is(
		await worker.finish(invocation, {kind: 'exited', exit_code: 0}),
		'finished',
	);
	await farm.untilState(running, 'dead');
	t.is(forgetDefects(farm), 1);
	farm.expectSound();
});

test('a scheduler whose disk is full can be stopped', async (t) => {
	const farm = await createTestFarm(t, {graph, definitions});
	const {writer} = farm.database();
	writer.pragma(
		`max_page_count = ${Number(writer.pragma('page_count', {simple: true}))}`,
	);
	const refused = farm.submitTask('set', {
		attributes: {text: 'x'.repeat(100_000)},
	});
	const [, asked] = await Promise.allSettled([farm.end(), refused]);
	t.is(asked.status, 'rejected');
	t.is(forgetDefects(farm), 1);
});

test('somebody who cannot be told what was committed keeps it from nobody else', async (t) => {
	const farm = await createTestFarm(t, {graph, definitions});
	const [first, second] = await Promise.all([
		farm.submit(({desk}) => {
			desk.after(() => {
				throw new Error('gone');
			});
			return 1;
		}),
		farm.submit(() => 2),
	]);
	t.deepEqual([first, second], [1, 2]);
	t.is(forgetDefects(farm), 1);
	await farm.submit(setNode('set', {parameters: {}}));
	farm.expectSound();
});
