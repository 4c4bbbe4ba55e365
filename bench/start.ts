import {spawn} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import process from 'node:process';
import {createBenchFolder} from './farm/bench-folder.js';
import {program} from './farm/paths.js';
import {startFarm} from './farm/start-farm.js';
import {applyGraph, submitMany, waitForGroup} from './farm/work.js';
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';
import {median} from './measure/statistics.js';
import {stopwatch} from './measure/stopwatch.js';

const resting = 20;

/** How long the daemons take until they are ready, and a command until it has ended. */
export const benchmark: Benchmark = async ({runs, quick, profile, say}) => {
	const times = quick ? 2 : 7;
	const measured = {
		scheduler: [] as number[],
		worker: [] as number[],
		list: [] as number[],
		node: [] as number[],
	};
	await using folder = await createBenchFolder();
	const database = path.join(folder.path, 'farm.db');
	{
		// The first start makes key, configuration and database; it is not measured.
		await using farm = await startFarm({folder, database});
		await applyGraph(farm.client, {nodes: {rest: {type: 'null'}}});
		await submitMany(farm.client, {
			node: 'rest',
			group: 'resting',
			count: resting,
		});
		await waitForGroup(farm.client, 'resting');
		await farm.startWorker({name: 'first'});
	}

	for (let run = 1; run <= runs; run += 1) {
		const figures = {
			scheduler: [] as number[],
			worker: [] as number[],
			list: [] as number[],
			node: [] as number[],
		};
		for (let time = 0; time < times; time += 1) {
			/* eslint-disable no-await-in-loop -- one measurement at a time */
			const ofScheduler = stopwatch();
			await using farm = await startFarm({folder, database, profile});
			figures.scheduler.push(ofScheduler());
			const ofWorker = stopwatch();
			await farm.startWorker({name: 'worker'});
			figures.worker.push(ofWorker());
			const ofList = stopwatch();
			const output = await runNode(
				[program, 'task', 'list', '--json', ...farm.clientWords],
				folder.environment,
			);
			figures.list.push(ofList());
			const listed: unknown = JSON.parse(output);
			expectEqual(
				'the number of listed tasks',
				Array.isArray(listed) ? listed.length : listed,
				resting,
			);
			const ofNode = stopwatch();
			await runNode(['-e', '0'], folder.environment);
			figures.node.push(ofNode());
			/* eslint-enable no-await-in-loop */
		}

		for (const kind of ['scheduler', 'worker', 'list', 'node'] as const) {
			measured[kind].push(median(figures[kind]));
		}

		say(
			`start, run ${run}: scheduler ${median(figures.scheduler).toFixed(3)} s, worker ${median(figures.worker).toFixed(3)} s, task list ${median(figures.list).toFixed(3)} s, Node ${median(figures.node).toFixed(3)} s`,
		);
	}

	const raw = {name: 'node -e 0', unit: 's', runs: measured.node};
	return [
		{
			name: 'scheduler, until it answers a client',
			unit: 's',
			runs: measured.scheduler,
			raw,
			target: {of: 'figure', atMost: 0.4},
		},
		{
			name: 'worker, until it is registered',
			unit: 's',
			runs: measured.worker,
			raw,
			target: {of: 'figure', atMost: 0.4},
		},
		{
			name: 'task list, until it has ended',
			unit: 's',
			runs: measured.list,
			raw,
			target: {of: 'figure', atMost: 0.2},
		},
	];
};

const runNode = async (
	words: readonly string[],
	environment: NodeJS.ProcessEnv,
): Promise<string> => {
	const child = spawn(process.execPath, words, {
		env: environment,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let output = '';
	child.stdout.setEncoding('utf8');
	child.stdout.on('data', (text: string) => {
		output += text;
	});
	const ends: unknown[] = await once(child, 'close');
	expectEqual(`the exit status of ${words.join(' ')}`, ends[0], 0);
	return output;
};
