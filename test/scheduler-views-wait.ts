import test from 'ava';
import {createWaits, type WaitResult} from '../source/scheduler/views/wait.js';
import {noChanges} from '../source/scheduler/turn-changes.js';
import {taskId} from '../source/core/ids.js';
import {createShownFarm} from './helpers/shown-farm.js';

const {promise: never} = Promise.withResolvers<never>();

/** Whether a promise is settled, as of the microtasks that are due. */
const peek = async (
	promise: Promise<WaitResult>,
): Promise<WaitResult | 'waits'> =>
	Promise.race([
		promise,
		new Promise<'waits'>((resolve) => {
			setImmediate(resolve, 'waits');
		}),
	]);

test('a wait is answered when the task and all that came of it are at rest', async (t) => {
	const farm = await createShownFarm(t);
	const node = farm.node('a');
	const root = farm.task({state: 'waiting', node_id: node});
	farm.load();
	const waits = createWaits(farm.context);
	const answer = waits.forTasks({ids: [root]}, never);
	let child = root;
	waits.onCommit(
		farm.commit(() => {
			child = farm.task({
				state: 'spawned',
				node_id: node,
				output: 'spawned',
				parent_id: root,
				root_id: root,
			});
			farm.set(root, {state: 'dead', queue: null});
		}),
	);
	t.is(waits.size(), 0, 'a spawned task without a wire is at rest');
	t.deepEqual(await answer, {at_rest: true, errors: 0, live: 0});

	const again = waits.forTasks({ids: [root, child]}, never);
	t.deepEqual(await again, {at_rest: true, errors: 0, live: 0});
});

test('a finished task with a wire to go on by is not at rest', async (t) => {
	const farm = await createShownFarm(t);
	const [a, b] = [farm.node('a'), farm.node('b')];
	farm.statements.nodes.connect.run({
		from_node: a,
		from_output: 'main',
		to_node: b,
		to_input: 'main',
	});
	const group = farm.group('g');
	const [done, paused] = [
		farm.task({state: 'done', node_id: a, groups: [group]}),
		farm.task({state: 'done', node_id: a, groups: [group], paused: 1}),
	];
	farm.load();
	const waits = createWaits(farm.context);
	const [one, other, all] = [
		waits.forTasks({ids: [done]}, never),
		waits.forTasks({ids: [paused]}, never),
		waits.forGroups({names: ['g']}, never),
	];
	t.is(await peek(one), 'waits');
	t.is(await peek(other), 'waits');
	t.is(await peek(all), 'waits');
	waits.onCommit(
		farm.commit(() => {
			farm.set(done, {node_id: b, queue: null});
		}),
	);
	t.deepEqual(await one, {at_rest: true, errors: 0, live: 0});
	t.is(await peek(all), 'waits', 'the paused one would go on, too');
	waits.onCommit(
		farm.commit(
			() => {
				farm.database.writer.exec('DELETE FROM connections');
			},
			{graph: true},
		),
	);
	t.deepEqual(await other, {at_rest: true, errors: 0, live: 0});
	t.deepEqual(await all, {at_rest: true, errors: 0, live: 0});
	t.is(waits.size(), 0);
});

test('blocked tasks are at rest only beside an error', async (t) => {
	const farm = await createShownFarm(t);
	const node = farm.node('a');
	const group = farm.group('g');
	const origin = farm.task({state: 'splitted', node_id: node, groups: [group]});
	const split = farm.split(origin, 2);
	const element = (
		index: number,
		state: 'waiting_blocked' | 'in_progress' | 'waiting',
	) =>
		farm.task({
			state,
			node_id: node,
			groups: [group],
			split_id: split,
			split_index: index,
			root_id: origin,
		});
	element(0, 'waiting_blocked');
	const second = element(1, 'waiting');
	farm.load();
	const waits = createWaits(farm.context);
	const [tree, whole, part] = [
		waits.forTasks({ids: [origin]}, never),
		waits.forGroups({names: ['g']}, never),
		waits.forTasks({ids: [second]}, never),
	];
	waits.onCommit(
		farm.commit(() => {
			farm.set(second, {state: 'waiting_blocked', queue: null});
		}),
	);
	t.is(await peek(tree), 'waits');
	t.is(await peek(whole), 'waits');
	t.is(await peek(part), 'waits');
	waits.onCommit(
		farm.commit(() => {
			farm.set(second, {
				state: 'error',
				state_details: '{"reason":"exit","message":"x"}',
			});
		}),
	);
	const failed = {at_rest: true, errors: 1, live: 0};
	t.deepEqual(await tree, failed);
	t.deepEqual(await whole, failed);
	t.deepEqual(await part, failed);
});

test('a wait for a part of a tree follows what is made of that part, and nothing else', async (t) => {
	const farm = await createShownFarm(t);
	const node = farm.node('a');
	const root = farm.task({state: 'waiting', node_id: node});
	const part = farm.task({
		state: 'waiting',
		node_id: node,
		parent_id: root,
		root_id: root,
	});
	farm.load();
	const waits = createWaits(farm.context);
	const answer = waits.forTasks({ids: [part]}, never);
	let element = part;
	waits.onCommit(
		farm.commit(() => {
			farm.set(part, {state: 'splitted', queue: null});
			element = farm.task({
				state: 'waiting',
				node_id: node,
				parent_id: root,
				root_id: root,
				split_id: farm.split(part, 1),
				split_index: 0,
			});
			farm.task({
				state: 'waiting',
				node_id: node,
				parent_id: element,
				root_id: root,
			});
		}),
	);
	t.is(await peek(answer), 'waits');
	waits.onCommit(
		farm.commit(() => {
			farm.set(element, {state: 'dead', queue: null});
			farm.set(part, {state: 'dead', queue: null});
		}),
	);
	t.is(await peek(answer), 'waits', 'the element has a child');
	waits.onCommit(
		farm.commit(() => {
			farm.set(element + 1, {state: 'dead', queue: null});
		}),
	);
	t.deepEqual(await answer, {at_rest: true, errors: 0, live: 0});
});

test('when the time is over, a wait tells how much is left', async (t) => {
	const farm = await createShownFarm(t);
	const node = farm.node('a');
	const group = farm.group('g');
	const [first, second] = [
		farm.task({state: 'waiting', node_id: node, paused: 1, groups: [group]}),
		farm.task({state: 'error', node_id: node, groups: [group]}),
	];
	farm.load();
	const waits = createWaits(farm.context);
	t.deepEqual(
		await waits.forTasks({ids: [first, second], timeout_s: 0.01}, never),
		{at_rest: false, errors: 1, live: 1},
	);
	t.deepEqual(await waits.forGroups({names: ['g'], timeout_s: 0.01}, never), {
		at_rest: false,
		errors: 1,
		live: 1,
	});
	t.is(waits.size(), 0);
});

test('a wait ends with its connection, with the scheduler, and for what is not there', async (t) => {
	const farm = await createShownFarm(t);
	const node = farm.node('a');
	const task = farm.task({state: 'waiting', node_id: node});
	farm.load();
	const waits = createWaits(farm.context);
	const {promise, resolve} = Promise.withResolvers<string>();
	const answer = waits.forTasks({ids: [task]}, promise);
	resolve('gone');
	await t.throwsAsync(answer, {code: 'CLOSED'});
	await t.throwsAsync(waits.forTasks({ids: [task, taskId(99)]}, never), {
		code: 'NOT_FOUND',
	});
	await t.throwsAsync(waits.forGroups({names: ['nowhere']}, never), {
		code: 'NOT_FOUND',
	});
	t.is(waits.size(), 0);
	const last = waits.forTasks({ids: [task]}, never);
	waits.stop();
	await t.throwsAsync(last, {code: 'CLOSED'});
	t.is(waits.size(), 0);
});

test('a large tree that many changes hit at once is read anew, and answered then', async (t) => {
	const farm = await createShownFarm(t);
	const node = farm.node('a');
	const root = farm.task({state: 'waiting', node_id: node});
	const children = Array.from({length: 1500}, () =>
		farm.task({
			state: 'waiting',
			node_id: node,
			parent_id: root,
			root_id: root,
		}),
	);
	farm.load();
	const waits = createWaits(farm.context);
	const answer = waits.forTasks({ids: [root]}, never);
	farm.database.writer
		.prepare("UPDATE tasks SET state = 'dead', queue = NULL")
		.run();
	farm.load();
	waits.onCommit({...noChanges(), manyTasks: true});
	t.deepEqual(await answer, {at_rest: true, errors: 0, live: 0});
	t.is(children.length, 1500);
});
