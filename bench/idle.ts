import {setTimeout as delay} from 'node:timers/promises';
import {startFarm} from './farm/start-farm.js';
import {applyGraph, statesOf, submitMany, waitForGroup} from './farm/work.js';
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';
import {processUsage} from './measure/process-usage.js';
import {stopwatch} from './measure/stopwatch.js';

/** A farm with resting tasks and workers without work, left alone. */
export const benchmark: Benchmark = async ({runs, quick, profile, say}) => {
	const tasks = quick ? 1000 : 100_000;
	const workers = quick ? 2 : 8;
	const watched = quick ? 5 : 60;
	const share: number[] = [];
	const written: number[] = [];
	const memory: number[] = [];
	for (let run = 1; run <= runs; run += 1) {
		/* eslint-disable no-await-in-loop -- one measurement at a time */
		await using farm = await startFarm({profile});
		const {client} = farm;
		await applyGraph(client, {nodes: {rest: {type: 'null'}}});
		await submitMany(client, {node: 'rest', group: 'resting', count: tasks});
		await waitForGroup(client, 'resting');
		const daemons = [farm.scheduler];
		for (let number = 1; number <= workers; number += 1) {
			daemons.push(await farm.startWorker({name: `worker-${number}`, cpus: 1}));
		}

		// What the runtime puts off until there is time, such as collecting garbage, is over then.
		await delay(quick ? 1000 : 10_000);
		const usage = () => daemons.map(({pid}) => processUsage(pid));
		const before = usage();
		const seconds = stopwatch();
		await delay(watched * 1000);
		const after = usage();
		const took = seconds();
		const growth = (field: 'cpuSeconds' | 'writtenBytes'): number =>
			after.reduce(
				(sum, one, index) => sum + one[field] - (before[index]?.[field] ?? NaN),
				0,
			);
		share.push((100 * growth('cpuSeconds')) / took);
		written.push(growth('writtenBytes'));
		memory.push((after[0]?.memoryBytes ?? NaN) / 2 ** 20);
		await farm.finish((connection) => {
			expectEqual('the states', statesOf(connection, 'resting'), {done: tasks});
		});
		say(
			`idle, run ${run}: ${share.at(-1)?.toFixed(3)} % of a core, ${written.at(-1)} bytes`,
		);
		/* eslint-enable no-await-in-loop */
	}

	return [
		{
			name: `CPU of the scheduler and ${workers} workers`,
			unit: '% of a core',
			runs: share,
			target: {of: 'figure', atMost: 0.5},
		},
		{
			name: 'written to the disk',
			unit: 'bytes',
			runs: written,
			target: {of: 'figure', atMost: 0},
		},
		{name: 'memory of the scheduler', unit: 'MiB', runs: memory},
	];
};
