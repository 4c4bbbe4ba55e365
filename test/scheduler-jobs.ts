import test from 'ava';
import type {InvocationId, WorkerId} from '../source/core/ids.js';
import {getAttributes} from '../source/scheduler/operations/get-attributes.js';
import {setAttributes} from '../source/scheduler/operations/set-attributes.js';
import {setTask} from '../source/scheduler/operations/set-task.js';
import {spawnTask} from '../source/scheduler/operations/spawn-task.js';
import {
	onEachTask,
	taskActions,
} from '../source/scheduler/operations/act-on-tasks.js';
import {
	workerGone,
	workerDisconnected,
} from '../source/scheduler/operations/workers.js';
import type {TurnChanges} from '../source/scheduler/turn-changes.js';
import {createTestFarm, type TestFarm} from './helpers/test-farm.js';

const graph = {
	nodes: {
		run: {
			type: 'command',
			parameters: {command: [{arg: 'true'}]},
		},
		after: {type: 'null'},
		children: {type: 'null'},
	},
	connections: ['run -> after', 'run.spawned -> children'],
};

/** A task that runs on a played worker, and what its process may ask for. */
const start = async (farm: TestFarm) => {
	const id = await farm.submitTask('run', {
		name: 'parent',
		attributes: {a: 1, b: {c: [2]}},
		groups: ['show', 'more'],
		priority: 7,
	});
	const worker = await farm.addWorker();
	const {invocation} = await worker.take();
	await worker.start(invocation);
	return {
		id,
		worker,
		invocation,
		...asking(farm, {invocation, worker: worker.id}),
	};
};

const asking = (
	{submit}: TestFarm,
	asker: {readonly invocation: InvocationId; readonly worker: WorkerId},
) => ({
	get: async () => submit(getAttributes(asker)),
	set: async (
		attributes: Parameters<typeof setAttributes>[0]['set'],
		{
			remove = [],
			requestId = `set ${JSON.stringify(attributes)}`,
		}: {readonly remove?: readonly string[]; readonly requestId?: string} = {},
	) => submit(setAttributes({asker, set: attributes, remove, requestId})),
	spawn: async (
		more: Partial<Parameters<typeof spawnTask>[0]> & {
			readonly requestId: string;
		},
	) =>
		submit(
			spawnTask({
				asker,
				name: undefined,
				attributes: {},
				environment: undefined,
				output: 'spawned',
				...more,
			}),
		),
});

test('a running process sees and changes what its task carries, and whoever watches it is told', async (t) => {
	const farm = await createTestFarm(t, {graph});
	const {id, get, set, worker, invocation} = await start(farm);
	t.deepEqual(await get(), {a: 1, b: {c: [2]}});
	const seen: Array<TurnChanges['tasks']> = [];
	farm.onCommit(({tasks}) => {
		seen.push(tasks);
	});
	await set({b: 'new', d: null}, {remove: ['a', 'never there']});
	t.deepEqual(farm.attributes(id), {b: 'new', d: null});
	t.deepEqual(await get(), {b: 'new', d: null});
	t.true(seen.some((tasks) => tasks.has(id)));
	t.is(farm.row(id).state, 'in_progress');
	await worker.finish(invocation, {kind: 'exited', exit_code: 0});
	await farm.untilState(id, 'done');
	t.deepEqual(farm.attributes(id), {b: 'new', d: null});
	farm.expectSound();
});

test('the same request sent again changes nothing a second time', async (t) => {
	const farm = await createTestFarm(t, {graph});
	const {id, set, spawn} = await start(farm);
	await set({a: 1}, {requestId: 'r1'});
	await set({a: 2}, {requestId: 'r2'});
	await set({a: 1}, {requestId: 'r1'});
	t.is(farm.attributes(id)['a'], 2);
	const child = await spawn({requestId: 'r3'});
	t.is(await spawn({requestId: 'r3'}), child);
	t.is(farm.row(id).children_count, 1);
	farm.expectSound();
});

test('a request that is answered survives the scheduler, and is not done again after it', async (t) => {
	const farm = await createTestFarm(t, {graph});
	const {id, set, spawn, invocation, worker} = await start(farm);
	await set({late: true}, {requestId: 'r1'});
	const child = await spawn({requestId: 'r2'});
	await farm.restart();
	await farm.addWorker({running: [invocation]});
	const again = asking(farm, {invocation, worker: worker.id});
	t.is(await again.spawn({requestId: 'r2'}), child);
	t.is(farm.row(id).children_count, 1);
	t.true(farm.attributes(id)['late']);
	farm.expectSound();
});

test('a task carries 4 MiB of attributes at most, whoever sets them, and what would be more changes nothing', async (t) => {
	const large = 'ü'.repeat(1_500_000);
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				...graph.nodes,
				grow: {
					type: 'set_attrib',
					parameters: {
						attributes: [{name: 'copy', value: {expr: 'attr.large'}}],
					},
				},
			},
			connections: graph.connections,
		},
	});
	const {id, set, spawn} = await start(farm);
	await set({one: large}, {requestId: 'r1'});
	const refused = {code: 'INVALID', message: /5\.72 MiB .* at most 4 MiB/v};
	await t.throwsAsync(set({two: large}, {requestId: 'r2'}), refused);
	await t.throwsAsync(
		spawn({requestId: 'r3', attributes: {large: [large, large]}}),
		refused,
	);
	await t.throwsAsync(
		farm.submit(setTask({id, attributes: {two: large}, delete: []}, 'someone')),
		refused,
	);
	await t.throwsAsync(
		farm.submitTask('grow', {attributes: {large: [large, large]}}),
		refused,
	);
	t.deepEqual(Object.keys(farm.attributes(id)), ['a', 'b', 'one']);
	t.is(farm.row(id).children_count, 0);
	await set({two: large}, {remove: ['one'], requestId: 'r4'});
	t.deepEqual(Object.keys(farm.attributes(id)), ['a', 'b', 'two']);
	const grown = await farm.submitTask('grow', {attributes: {large}});
	await farm.untilState(grown, 'error');
	t.regex(farm.row(grown).state_details ?? '', /at most 4 MiB/v);
	t.deepEqual(Object.keys(farm.attributes(grown)), ['large']);
	farm.expectSound();
});

test("a child of a process is its task's: groups, priority, environment and name, unless it brings its own", async (t) => {
	const farm = await createTestFarm(t, {graph});
	const {id, spawn} = await start(farm);
	const plain = await spawn({requestId: 'r1', attributes: {frame: 1}});
	const environment = {resolver: 'standard', arguments: {user: 'x'}};
	const own = await spawn({requestId: 'r2', name: 'own', environment});
	const other = await spawn({requestId: 'r3', output: 'main'});
	await farm.untilState(plain, 'done');
	await farm.untilState(other, 'done');
	t.like(farm.row(plain), {
		name: 'parent',
		parent_id: id,
		root_id: id,
		priority: 7,
		environment: null,
	});
	t.deepEqual(farm.attributes(plain), {frame: 1});
	t.is(farm.nodeOf(plain), 'children');
	t.is(farm.nodeOf(other), 'after');
	t.like(farm.row(own), {
		name: 'own',
		environment: JSON.stringify(environment),
	});
	t.like(farm.row(id), {children_count: 3, active_children_count: 3});
	const groups = (task: number) =>
		farm
			.database()
			.writer.prepare<[number], {name: string}>(
				'SELECT name FROM task_groups JOIN groups ON groups.id = group_id WHERE task_id = ? ORDER BY name',
			)
			.all(task)
			.map(({name}) => name);
	t.deepEqual(groups(plain), ['more', 'show']);
	farm.expectSound();
});

test('a child inherits the environment that its parent has by then', async (t) => {
	const farm = await createTestFarm(t, {graph});
	const {id, spawn} = await start(farm);
	const environment = {resolver: 'trivial', arguments: {x: 'y'}};
	await farm.submit(setTask({id, attributes: {}, delete: [], environment}, ''));
	const child = await spawn({requestId: 'r1'});
	t.is(farm.row(child).environment, JSON.stringify(environment));
	farm.expectSound();
});

test('an output that the node does not have is refused, and so is a package in no version, and nothing is made', async (t) => {
	const farm = await createTestFarm(t, {graph});
	const {id, spawn} = await start(farm);
	await t.throwsAsync(spawn({requestId: 'r1', output: 'sideways'}), {
		code: 'INVALID',
		message:
			'Node run has no output "sideways" for a task to leave by, only main, spawned.',
	});
	await t.throwsAsync(
		spawn({
			requestId: 'r1',
			environment: {
				resolver: 'standard',
				arguments: {'package.blender': '~=none'},
			},
		}),
		{code: 'INVALID', message: /"~=none", which is no version range/v},
	);
	t.is(farm.row(id).children_count, 0);
	// What was refused is not remembered as an answer.
	await spawn({requestId: 'r1'});
	t.is(farm.row(id).children_count, 1);
	farm.expectSound();
});

for (const [what, giveUp] of [
	[
		'killed',
		async (farm: TestFarm, {id}: {readonly id: number}) =>
			farm.submit(onEachTask([id as never], taskActions.kill)),
	],
	[
		'finished',
		async (
			_farm: TestFarm,
			{worker, invocation}: Awaited<ReturnType<typeof start>>,
		) => worker.finish(invocation, {kind: 'exited', exit_code: 0}),
	],
	[
		'lost with its worker',
		async (farm: TestFarm, {worker}: Awaited<ReturnType<typeof start>>) => {
			await farm.submit(workerDisconnected(worker.id, worker.link));
			await farm.submit(workerGone(worker.id, {said: false}));
		},
	],
] as const) {
	test(`a late call of an invocation that was ${what} is refused, and changes nothing`, async (t) => {
		const farm = await createTestFarm(t, {graph});
		const started = await start(farm);
		await giveUp(farm, started);
		const before = farm.all();
		const refused = {code: 'CONFLICT'};
		await t.throwsAsync(started.get(), refused);
		await t.throwsAsync(started.set({a: 'late'}), refused);
		await t.throwsAsync(started.spawn({requestId: 'late'}), refused);
		t.deepEqual(farm.all(), before);
		farm.expectSound();
	});
}

test('nobody speaks for an invocation of another worker, nor for one that never was', async (t) => {
	const farm = await createTestFarm(t, {graph});
	const {id, invocation} = await start(farm);
	const other = await farm.addWorker({name: 'w2', machine: 'm2'});
	const refused = {code: 'CONFLICT'};
	const foreign = asking(farm, {invocation, worker: other.id});
	await t.throwsAsync(foreign.set({a: 'foreign'}), refused);
	const never = asking(farm, {
		invocation: 4711 as InvocationId,
		worker: other.id,
	});
	await t.throwsAsync(never.get(), refused);
	t.is(farm.attributes(id)['a'], 1);
	farm.expectSound();
});

test('what processes do is not in the journal of what people did', async (t) => {
	const farm = await createTestFarm(t, {graph});
	const {set, spawn} = await start(farm);
	await set({a: 2});
	await spawn({requestId: 'r1'});
	t.deepEqual(
		farm.database().writer.prepare('SELECT * FROM journal').all(),
		[],
	);
	farm.expectSound();
});
