import fs from 'node:fs/promises';
import path from 'node:path';
import {createBenchFolder} from './farm/bench-folder.js';
import {copySynced} from './farm/copy-synced.js';
import {fillDatabase} from './farm/fill-database.js';
import {startSimulatedWorkers} from './farm/simulated-workers.js';
import {startFarm} from './farm/start-farm.js';
import {applyGraph, statesOf, submitMany, waitForGroup} from './farm/work.js';
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';
import {processUsage} from './measure/process-usage.js';
import {stopwatch} from './measure/stopwatch.js';

const mebibyte = 2 ** 20;
const taskSeconds = 2;

/** A thousand connected workers, and tasks of two seconds. The protocol is the real one, the workers' processes are not. */
export const benchmark: Benchmark = async ({
	runs,
	quick,
	profile,
	finished = 0,
	say,
}) => {
	const workers = quick ? 100 : 1000;
	const tasks = workers * (quick ? 2 : 20);
	const used: number[] = [];
	const cores: number[] = [];
	const memory: number[] = [];
	await using folder = await createBenchFolder();
	const filled = path.join(folder.path, 'filled.db');
	if (finished > 0) {
		say(`wide: filling a database with ${finished} dead tasks`);
		await fillDatabase(filled, folder, {dead: finished, blocked: 0});
	}

	for (let run = 1; run <= runs; run += 1) {
		/* eslint-disable no-await-in-loop -- one measurement at a time */
		const database = path.join(folder.path, 'farm.db');
		if (finished > 0) {
			await copySynced(filled, database);
		} else {
			await fs.rm(database, {force: true});
		}

		await using farm = await startFarm({database, folder, profile});
		const {client, scheduler} = farm;
		await applyGraph(client, {
			nodes: {
				run: {type: 'command', parameters: {command: [{arg: 'true'}]}},
			},
		});
		const half = workers / 2;
		await using left = await startSimulatedWorkers(farm, {
			first: 0,
			count: half,
			runMs: taskSeconds * 1000,
		});
		await using right = await startSimulatedWorkers(farm, {
			first: half,
			count: workers - half,
			runMs: taskSeconds * 1000,
		});
		const before = processUsage(scheduler.pid);
		const seconds = stopwatch();
		await submitMany(client, {node: 'run', group: 'wide', count: tasks});
		await waitForGroup(client, 'wide');
		const took = seconds();
		const after = processUsage(scheduler.pid);
		used.push((100 * tasks * taskSeconds) / (workers * took));
		cores.push((after.cpuSeconds - before.cpuSeconds) / took);
		memory.push(after.peakMemoryBytes / mebibyte);
		const ended = (await left.stop()) + (await right.stop());
		expectEqual('what the workers ran', ended, tasks);
		await farm.finish((connection) => {
			expectEqual('the states', statesOf(connection, 'wide'), {done: tasks});
			expectEqual(
				'the invocations',
				connection
					.prepare(
						"SELECT count(*) AS runs, count(DISTINCT task_id) AS tasks, sum(state = 'finished' AND exit_code = 0) AS good FROM invocations",
					)
					.get(),
				{runs: tasks, tasks, good: tasks},
			);
		});
		say(
			`wide, run ${run}: ${used.at(-1)?.toFixed(1)} % used, ${cores.at(-1)?.toFixed(2)} cores, ${memory.at(-1)?.toFixed(0)} MiB`,
		);
		/* eslint-enable no-await-in-loop */
	}

	return [
		{
			name: "the workers' time that is used, submitting included",
			unit: '%',
			runs: used,
			target: {of: 'figure', atLeast: 95},
		},
		{
			name: 'CPU of the scheduler',
			unit: 'cores',
			runs: cores,
			target: {of: 'figure', atMost: 1},
		},
		{
			name: 'largest memory of the scheduler',
			unit: 'MiB',
			runs: memory,
			target: {of: 'figure', atMost: 400},
		},
	];
};
