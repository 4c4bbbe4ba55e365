import test from 'ava';
import type {InvocationOutcome} from '../source/core/invocation.js';
import type {JsonObject} from '../source/core/json.js';
import {
	forceState,
	onEachTask,
	taskActions,
} from '../source/scheduler/operations/act-on-tasks.js';
import {
	actOnGroups,
	deleteGroupStep,
	setGroupPriority,
} from '../source/scheduler/operations/groups.js';
import {setLimit} from '../source/scheduler/operations/limits.js';
import {
	actOnWorkers,
	workerDisconnected,
	workerGone,
} from '../source/scheduler/operations/workers.js';
import {createTestFarm} from './helpers/test-farm.js';

const good: InvocationOutcome = {kind: 'exited', exit_code: 0};

const running = (parameters: JsonObject = {}) => ({
	nodes: {
		run: {
			type: 'command',
			parameters: {command: [{arg: 'true'}], ...parameters},
		},
		end: {type: 'killer'},
	},
	connections: ['run -> end'],
});

test('a task with a process waits for a worker, runs, and goes on when it ended well', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const id = await farm.submitTask('run', {attributes: {x: 1}});
	await farm.untilState(id, 'ready');
	farm.expectSound();
	const worker = await farm.addWorker();
	const request = await worker.take();
	t.is(request.task, id);
	t.deepEqual(request.attributes, {x: 1});
	t.deepEqual(request.process.arguments, ['true']);
	t.is(farm.row(id).state, 'invoking');
	farm.expectSound();
	await worker.start(request.invocation);
	t.is(farm.row(id).state, 'in_progress');
	t.is(await worker.finish(request.invocation, good), 'finished');
	await farm.untilState(id, 'dead');
	t.is(await worker.finish(request.invocation, good), 'stale');
	farm.expectSound();
});

test('a bad exit code is an error at once; a retry code is tried until the attempts are used up', async (t) => {
	const farm = await createTestFarm(t, {
		graph: running({retry_exit_codes: '3', attempts: 2}),
	});
	const worker = await farm.addWorker();
	const bad = await farm.submitTask('run');
	const first = await worker.take();
	await worker.finish(first.invocation, {kind: 'exited', exit_code: 7});
	t.is(farm.row(bad).state, 'error');
	t.like(farm.details(bad), {reason: 'exit', exit_code: 7, worker: 'w1'});

	const id = await farm.submitTask('run');
	const second = await worker.take();
	t.is(second.attempt, 1);
	await worker.finish(second.invocation, {kind: 'exited', exit_code: 3});
	const third = await worker.take();
	t.is(third.attempt, 2);
	await worker.finish(third.invocation, {kind: 'exited', exit_code: 3});
	t.is(farm.row(id).state, 'error');
	t.regex(String(farm.details(id)?.['message']), /attempt 2 of 2/v);
	farm.expectSound();

	await farm.submit(onEachTask([id], taskActions.retry));
	const fourth = await worker.take();
	t.is(fourth.attempt, 1);
	await worker.finish(fourth.invocation, good);
	await farm.untilState(id, 'dead');
	farm.expectSound();
});

test('a task stays away from a machine where it did not start, unless there is no other', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const one = await farm.addWorker({
		name: 'one',
		machine: 'm1',
		resources: {cpus: 4, memory_bytes: 2 ** 33, gpus: 0, gpu_memory_bytes: 0},
	});
	const id = await farm.submitTask('run');
	const first = await one.take();
	const two = await farm.addWorker({
		name: 'two',
		machine: 'm2',
		resources: {cpus: 1, memory_bytes: 2 ** 33, gpus: 0, gpu_memory_bytes: 0},
	});
	await one.finish(first.invocation, {
		kind: 'not_started',
		message: 'no program',
	});
	const second = await two.take();
	t.is(second.task, id);
	await two.finish(second.invocation, {
		kind: 'not_started',
		message: 'no program',
	});
	// Both are avoided now: then somewhere, after all.
	await farm.untilState(id, 'invoking');
	t.is(one.offered.length + two.offered.length, 3);
	farm.expectSound();
});

test('a worker that can start nothing just now uses up no attempt', async (t) => {
	const farm = await createTestFarm(t, {
		graph: running(),
		overrides: {attempts: 2},
	});
	const worker = await farm.addWorker();
	const id = await farm.submitTask('run');
	const unable = {kind: 'unable', message: 'The disk is full.'} as const;
	for (let times = 0; times < 5; times++) {
		const {invocation, attempt} = await worker.take(); // eslint-disable-line no-await-in-loop -- one after the other
		t.is(attempt, 1);
		await worker.finish(invocation, unable); // eslint-disable-line no-await-in-loop -- as above
	}

	const {invocation} = await worker.take();
	await worker.finish(invocation, {kind: 'not_started', message: 'missing'});
	const second = await worker.take();
	t.is(second.attempt, 2);
	await worker.finish(second.invocation, {
		kind: 'not_started',
		message: 'missing',
	});
	await farm.untilState(id, 'error');
	t.is(farm.row(id).attempts, 2);
});

test('higher priority first; among equals the group with fewer running; then the older task', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const a1 = await farm.submitTask('run', {groups: ['a']});
	const a2 = await farm.submitTask('run', {groups: ['a']});
	const b1 = await farm.submitTask('run', {groups: ['b']});
	const high = await farm.submitTask('run', {groups: ['b'], priority: 5});
	await farm.untilState(high, 'ready');
	const worker = await farm.addWorker({
		resources: {cpus: 4, memory_bytes: 2 ** 33, gpus: 0, gpu_memory_bytes: 0},
	});
	const order = [];
	for (let index = 0; index < 4; index += 1) {
		order.push((await worker.take()).task); // eslint-disable-line no-await-in-loop -- one after the other
	}

	t.deepEqual(order, [high, a1, a2, b1]);
	farm.expectSound();
});

test("a change of a group's priority reorders what is ready", async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	await farm.submitTask('run', {groups: ['a']});
	const b = await farm.submitTask('run', {groups: ['b']});
	await farm.untilState(b, 'ready');
	await farm.submit(setGroupPriority(['b'], 90));
	farm.expectSound();
	const worker = await farm.addWorker({
		resources: {cpus: 1, memory_bytes: 2 ** 33, gpus: 0, gpu_memory_bytes: 0},
	});
	t.is((await worker.take()).task, b);
	farm.expectSound();
});

test('what no worker can take holds nobody back', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				huge: {
					type: 'command',
					parameters: {
						command: [{arg: 'true'}],
						cpus: 999,
						priority_adjustment: 100,
					},
				},
				small: {type: 'command', parameters: {command: [{arg: 'true'}]}},
			},
		},
	});
	const huge = await farm.submitTask('huge');
	const small = await farm.submitTask('small');
	const worker = await farm.addWorker();
	t.is((await worker.take()).task, small);
	t.is(farm.row(huge).state, 'ready');
	farm.expectSound();
});

test('a worker that was full and came free while nothing was ready is given what comes later', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const worker = await farm.addWorker({
		resources: {cpus: 1, memory_bytes: 2 ** 33, gpus: 0, gpu_memory_bytes: 0},
	});
	await farm.submitTask('run');
	await farm.submitTask('run');
	for (const _ of [1, 2]) {
		const {invocation} = await worker.take(); // eslint-disable-line no-await-in-loop -- one core, one after the other
		await worker.start(invocation); // eslint-disable-line no-await-in-loop -- as above
		await worker.finish(invocation, good); // eslint-disable-line no-await-in-loop -- as above
	}

	const late = await farm.submitTask('run');
	const {task} = await worker.take();
	t.is(task, late);
	farm.expectSound();
});

test('resources are reserved up to the preferred, and shared by workers of one machine', async (t) => {
	const farm = await createTestFarm(t, {
		graph: running({cpus: 2, cpus_preferred: 3}),
	});
	const resources = {
		cpus: 4,
		memory_bytes: 2 ** 33,
		gpus: 0,
		gpu_memory_bytes: 0,
	};
	const one = await farm.addWorker({name: 'one', resources});
	const two = await farm.addWorker({name: 'two', resources});
	const first = await farm.submitTask('run');
	const second = await farm.submitTask('run');
	await farm.untilState(first, 'invoking');
	t.is([...one.offered, ...two.offered][0]?.resources.cpus, 3);
	await farm.untilState(second, 'ready');
	// One core is left on the machine, whichever worker is asked.
	t.is(one.offered.length + two.offered.length, 1);
	const busy = one.offered.length > 0 ? one : two;
	await busy.finish((await busy.take()).invocation, good);
	await farm.untilState(second, 'invoking');
	farm.expectSound();
});

test('a limit is never exceeded, and comes free however the process ended', async (t) => {
	const farm = await createTestFarm(t, {graph: running({limits: 'licence:1'})});
	const worker = await farm.addWorker();
	const first = await farm.submitTask('run');
	await farm.untilState(first, 'ready');
	await farm.submit(setLimit('licence', 1));
	await farm.untilState(first, 'invoking');
	const second = await farm.submitTask('run');
	await farm.untilState(second, 'ready');
	t.is(farm.books().fleet.limits.get('licence')?.inUse, 1);
	await worker.finish((await worker.take()).invocation, {
		kind: 'signalled',
		signal: 'SIGSEGV',
	});
	t.is(farm.row(first).state, 'error');
	await farm.untilState(second, 'invoking');
	farm.expectSound();
});

test('only workers of a matching group, type and capability are offered a task', async (t) => {
	const farm = await createTestFarm(t, {
		graph: running({worker_groups: 'gpu*', capabilities: 'blender ~=3.4'}),
	});
	const id = await farm.submitTask('run');
	const plain = await farm.addWorker({name: 'plain', machine: 'a'});
	const old = await farm.addWorker({
		name: 'old',
		machine: 'b',
		groups: ['gpu-1'],
		capabilities: {blender: '3.3.0'},
	});
	const right = await farm.addWorker({
		name: 'right',
		machine: 'c',
		groups: ['gpu-2'],
		capabilities: {blender: ['2.93', '3.4.1', '4.1']},
	});
	t.is((await right.take()).task, id);
	t.is(plain.offered.length + old.offered.length, 0);
	farm.expectSound();
});

test('a group without a name is refused by its task alone, and others run', async (t) => {
	const graph = running();
	const farm = await createTestFarm(t, {
		graph: {
			...graph,
			nodes: {...graph.nodes, odd: running({worker_groups: '""'}).nodes.run},
		},
	});
	const worker = await farm.addWorker({groups: ['gpu']});
	const odd = await farm.submitTask('odd');
	const id = await farm.submitTask('run');
	t.is((await worker.take()).task, id);
	await farm.untilState(odd, 'error');
	t.regex(String(farm.details(odd)?.['message']), /worker_groups has ""/v);
	farm.expectSound();
});

test('a cancelled process is an error that says so, once it is gone', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const worker = await farm.addWorker();
	const id = await farm.submitTask('run');
	const {invocation} = await worker.take();
	await worker.start(invocation);
	await farm.submit(onEachTask([id], taskActions.cancel));
	t.deepEqual(worker.cancelled, [invocation]);
	t.is(farm.row(id).state, 'in_progress');
	await worker.finish(invocation, {kind: 'signalled', signal: 'SIGTERM'});
	t.is(farm.row(id).state, 'error');
	t.is(farm.details(id)?.['reason'], 'cancelled');
	farm.expectSound();
});

test('a restarted task runs again', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const worker = await farm.addWorker();
	const id = await farm.submitTask('run');
	const {invocation} = await worker.take();
	await worker.start(invocation);
	await farm.submit(onEachTask([id], taskActions.restart));
	await worker.finish(invocation, {kind: 'signalled', signal: 'SIGTERM'});
	const again = await worker.take();
	t.is(again.task, id);
	t.is(again.attempt, 1);
	farm.expectSound();
});

test('a task whose process was given up is not dispatched before that process is gone', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const worker = await farm.addWorker();
	const id = await farm.submitTask('run');
	const {invocation} = await worker.take();
	await worker.start(invocation);
	await farm.submit(onEachTask([id], forceState('ready')));
	t.is(farm.row(id).state, 'ready');
	t.deepEqual(worker.cancelled, [invocation]);
	t.is(worker.offered.length, 1);
	t.is(
		await worker.finish(invocation, {kind: 'signalled', signal: 'SIGKILL'}),
		'stale',
	);
	t.is((await worker.take()).task, id);
	farm.expectSound();
});

test('a lost worker is waited for; what it still runs when it comes back goes on', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const worker = await farm.addWorker();
	const id = await farm.submitTask('run');
	const {invocation} = await worker.take();
	await worker.start(invocation);
	await farm.submit(workerDisconnected(worker.id, worker.link));
	t.is(farm.row(id).state, 'in_progress');
	const back = await farm.addWorker({running: [invocation]});
	t.is(back.id, worker.id);
	t.deepEqual(back.end, []);
	await back.finish(invocation, good);
	await farm.untilState(id, 'dead');
	farm.expectSound();
});

test('after the grace time the task goes on elsewhere, and a late result is refused', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const worker = await farm.addWorker();
	const id = await farm.submitTask('run');
	const {invocation} = await worker.take();
	await worker.start(invocation);
	await farm.submit(workerDisconnected(worker.id, worker.link));
	t.is(await farm.submit(workerGone(worker.id, {said: false})), 1);
	const other = await farm.addWorker({name: 'w2', machine: 'm2'});
	const second = await other.take();
	t.is(second.task, id);
	const back = await farm.addWorker({running: [invocation]});
	t.deepEqual(back.end, [invocation]);
	t.is(await back.finish(invocation, good), 'stale');
	await other.finish(second.invocation, good);
	await farm.untilState(id, 'dead');
	farm.expectSound();
});

test('an invocation that a worker never got is offered again', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const worker = await farm.addWorker();
	await farm.submitTask('run');
	await worker.take();
	await farm.submit(workerDisconnected(worker.id, worker.link));
	const back = await farm.addWorker();
	t.is((await back.take()).attempt, 2);
	farm.expectSound();
});

test('what ran goes on over a restart of the scheduler', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const worker = await farm.addWorker();
	const id = await farm.submitTask('run');
	const other = await farm.submitTask('run');
	const first = await worker.take();
	const second = await worker.take();
	await worker.start(first.invocation);
	await farm.restart();
	t.is(farm.row(id).state, 'in_progress');
	t.is(farm.books().fleet.live.size, 2);
	const back = await farm.addWorker({
		running: [first.invocation],
		unreported: [second.invocation],
	});
	t.deepEqual(back.end, []);
	await back.finish(second.invocation, good);
	await farm.untilState(other, 'dead');
	await back.finish(first.invocation, good);
	await farm.untilState(id, 'dead');
	t.is(farm.books().fleet.live.size, 0);
	farm.expectSound();
});

test('a draining worker finishes what it has and gets nothing new', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const worker = await farm.addWorker();
	await farm.submitTask('run');
	const {invocation} = await worker.take();
	await farm.submit(actOnWorkers(['w1'], 'drain'));
	const id = await farm.submitTask('run');
	await farm.untilState(id, 'ready');
	await worker.finish(invocation, good);
	t.is(farm.row(id).state, 'ready');
	await farm.submit(actOnWorkers(['w1'], 'resume'));
	t.is((await worker.take()).task, id);
	farm.expectSound();
});

test('archiving a group cancels what it runs and takes it out of every count and queue', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const worker = await farm.addWorker({
		resources: {cpus: 1, memory_bytes: 2 ** 33, gpus: 0, gpu_memory_bytes: 0},
	});
	const first = await farm.submitTask('run', {groups: ['job']});
	const second = await farm.submitTask('run', {groups: ['job']});
	const shared = await farm.submitTask('run', {groups: ['job', 'other']});
	const {invocation} = await worker.take();
	await farm.submit(actOnGroups(['job'], 'archive'));
	t.deepEqual(worker.cancelled, [invocation]);
	t.is(farm.row(first).archived, 1);
	t.is(farm.row(second).queue, null);
	t.is(farm.row(shared).archived, 0);
	farm.expectSound();
	await worker.finish(invocation, {kind: 'signalled', signal: 'SIGTERM'});
	t.is((await worker.take()).task, shared);
	await farm.submit(actOnGroups(['job'], 'unarchive'));
	t.is(farm.row(second).queue, 'dispatch');
	t.is(farm.details(first)?.['reason'], 'cancelled');
	farm.expectSound();
});

test('an archived group is deleted for good, step by step; what is in other groups stays', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {nodes: {end: {type: 'killer'}}},
	});
	const ids = await Promise.all(
		Array.from({length: 450}, async (_, index) =>
			farm.submitTask('end', {
				groups: index === 0 ? ['job', 'other'] : ['job'],
			}),
		),
	);

	await t.throwsAsync(farm.submit(deleteGroupStep('job')), {code: 'CONFLICT'});
	await farm.submit(actOnGroups(['job'], 'archive'));
	farm.expectSound();
	let steps = 0;
	for (;;) {
		const {more} = await farm.submit(deleteGroupStep('job')); // eslint-disable-line no-await-in-loop -- step by step
		steps += 1;
		farm.expectSound();
		if (!more) {
			break;
		}
	}

	t.true(steps > 2);
	t.deepEqual(
		farm.all().map((row) => row.id),
		ids.slice(0, 1),
	);
	farm.expectSound();
});
