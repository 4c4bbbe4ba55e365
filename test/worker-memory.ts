import {queryObjects} from 'node:v8';
import test from 'ava';
import {until} from './helpers/until.js';
import {workerFarm, type WorkerFarm} from './helpers/worker-farm.js';

/** Everything that anybody still has in this process, of the worker and of what it talks to. */
const kept = (): number =>
	[Object, Function, Promise]
		.map((kind) => queryObjects(kind, {format: 'count'}))
		.reduce((sum, count) => sum + count, 0);

/** Runs these to their ends, a few at a time; of each the log is taken, and the other end forgets it. */
const runAll = async (
	{scheduler}: WorkerFarm,
	{first, count}: {readonly first: number; readonly count: number},
): Promise<void> => {
	let next = first;
	const some = async (): Promise<void> => {
		while (next < first + count) {
			const id = next++;
			/* eslint-disable no-await-in-loop -- one after the other */
			await scheduler.run(id, ['/bin/sh', '-c', 'echo done']);
			await scheduler.end(id);
			await until(() => scheduler.logs.get(id), {what: 'the log'});
			/* eslint-enable no-await-in-loop */
		}
	};

	await Promise.all(Array.from({length: 8}, some));
	scheduler.finished.length = 0;
	scheduler.logs.clear();
	scheduler.marks.clear();
	scheduler.progress.length = 0;
};

test('a worker keeps nothing of invocations that are over', async (t) => {
	const farm = await workerFarm(t);
	farm.worker();
	await runAll(farm, {first: 1, count: 100});
	const before = kept();
	const count = 200;
	await runAll(farm, {first: 101, count});
	// Less than one object for two of them. What a timer still holds goes with it.
	const more = (): number => kept() - before;
	await until(() => (more() < count / 2 ? true : undefined), {
		what: `${count} invocations to be forgotten`,
	}).catch(() => undefined);
	t.true(more() < count / 2, `${more()} objects were kept.`);
});
