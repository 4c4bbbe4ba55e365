import test from 'ava';
import type {InvocationOutcome} from '../source/core/invocation.js';
import {
	forceState,
	onEachTask,
	taskActions,
} from '../source/scheduler/operations/act-on-tasks.js';
import {
	actOnGroups,
	deleteGroupStep,
} from '../source/scheduler/operations/groups.js';
import {workerDisconnected} from '../source/scheduler/operations/workers.js';
import {createTestFarm} from './helpers/test-farm.js';

const good: InvocationOutcome = {kind: 'exited', exit_code: 0};

const graph = {
	nodes: {
		run: {type: 'command', parameters: {command: [{arg: 'true'}]}},
		end: {type: 'killer'},
	},
	connections: ['run -> end'],
};

test('a process given up while its worker was away is asked to end when the worker is back, and only then its task goes on', async (t) => {
	const farm = await createTestFarm(t, {graph});
	const worker = await farm.addWorker();
	const id = await farm.submitTask('run');
	const {invocation} = await worker.take();
	await worker.start(invocation);
	await farm.submit(workerDisconnected(worker.id, worker.link));
	await farm.submit(onEachTask([id], forceState('ready')));

	const back = await farm.addWorker({running: [invocation]});
	t.deepEqual(back.end, []);
	t.deepEqual(back.cancelled, [invocation]);
	t.deepEqual(back.offered, []);
	t.is(await back.finish(invocation, {kind: 'cancelled'}), 'stale');
	t.is((await back.take()).task, id);
	farm.expectSound();
});

test('a process given up is not forgotten when the scheduler starts again', async (t) => {
	const farm = await createTestFarm(t, {graph});
	const worker = await farm.addWorker();
	const id = await farm.submitTask('run');
	const {invocation} = await worker.take();
	await worker.start(invocation);
	await farm.submit(onEachTask([id], forceState('ready')));
	await farm.restart();

	const other = await farm.addWorker({name: 'w2', machine: 'm2'});
	t.is(farm.row(id).state, 'ready');
	t.deepEqual(other.offered, []);
	const back = await farm.addWorker({running: [invocation]});
	t.deepEqual(back.cancelled, [invocation]);
	t.is(await back.finish(invocation, {kind: 'cancelled'}), 'stale');
	t.is(farm.row(id).state, 'invoking');
	farm.expectSound();
});

test('what a person asked for is done also if the scheduler starts again before the process has ended', async (t) => {
	const farm = await createTestFarm(t, {graph});
	const worker = await farm.addWorker();
	const cancelled = await farm.submitTask('run');
	const restarted = await farm.submitTask('run');
	const first = await worker.take();
	const second = await worker.take();
	await worker.start(first.invocation);
	await worker.start(second.invocation);
	await farm.submit(onEachTask([cancelled], taskActions.cancel));
	await farm.submit(onEachTask([restarted], taskActions.restart));
	await farm.restart();

	const back = await farm.addWorker({
		running: [first.invocation, second.invocation],
	});
	t.deepEqual(back.cancelled, [first.invocation, second.invocation]);
	await back.finish(first.invocation, {kind: 'cancelled'});
	await back.finish(second.invocation, good);
	t.is(farm.row(cancelled).state, 'error');
	t.is(farm.details(cancelled)?.['reason'], 'cancelled');
	const third = await back.take();
	t.is(third.task, restarted);
	t.is(third.attempt, 1);
	farm.expectSound();
});

test('a process given up whose task was deleted leaves nothing behind once it is gone', async (t) => {
	const farm = await createTestFarm(t, {graph});
	const worker = await farm.addWorker();
	await farm.submitTask('run', {groups: ['job']});
	const {invocation} = await worker.take();
	await farm.submit(actOnGroups(['job'], 'archive'));
	await farm.submit(deleteGroupStep('job'));
	await farm.submit(deleteGroupStep('job'));
	await farm.restart();

	t.is(farm.books().fleet.live.size, 1);
	const back = await farm.addWorker({running: [invocation]});
	await back.finish(invocation, {kind: 'cancelled'});
	t.is(farm.books().fleet.live.size, 0);
	t.is(
		farm
			.database()
			.writer.prepare<unknown[], {count: number}>(
				'SELECT count(*) AS count FROM invocations',
			)
			.get()?.count,
		0,
	);
	farm.expectSound();
});

test('a worker that is lost in a turn that is rolled back is lost all the same', async (t) => {
	const farm = await createTestFarm(t, {graph});
	const worker = await farm.addWorker();
	await farm.submitTask('run');
	const {invocation} = await worker.take();
	await worker.start(invocation);
	const [lost, broken] = await Promise.allSettled([
		farm.submit(workerDisconnected(worker.id, worker.link)),
		farm.submit(({desk}) => {
			desk.touch();
			throw new Error('broken');
		}),
	]);
	t.like(lost, {status: 'fulfilled', value: 'lost'});
	t.like(broken, {status: 'rejected'});
	t.is(farm.books().fleet.workers.get(worker.id)?.link, undefined);
	t.is(farm.defects.splice(0).length, 1);
	farm.expectSound();
});
