import {execFile} from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {promisify} from 'node:util';
import {z} from 'zod';
import type {ParamsInput} from '../source/net/messages/method.js';
import type {clientToScheduler} from '../source/net/messages/client.js';
import {createBenchFolder, type BenchFolder} from './farm/bench-folder.js';
import {fillDatabase} from './farm/fill-database.js';
import {program} from './farm/paths.js';
import {startFarm, type Client} from './farm/start-farm.js';
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';
import {processUsage} from './measure/process-usage.js';
import {median} from './measure/statistics.js';
import {stopwatch} from './measure/stopwatch.js';

const mebibyte = 2 ** 20;

type Window = Omit<ParamsInput<typeof clientToScheduler, 'watch'>, 'what'>;

/** How a look at the farm is called, and what it looks at; `total` tasks are listed. */
const looks = (
	total: number,
): ReadonlyArray<readonly [name: string, window: Window]> => {
	const filter = {dead: true, archived: false};
	const order = {by: 'id', descending: true};
	const limit = 50;
	return [
		['the living tasks', {order, window: {offset: 0, limit}}],
		['the newest tasks', {filter, order, window: {offset: 0, limit}}],
		['the oldest tasks', {filter, order, window: {offset: total - 50, limit}}],
		[
			'the newest tasks by name',
			{filter, order: {by: 'name'}, window: {offset: 0, limit}},
		],
		[
			'tasks in the middle',
			{filter, order, window: {offset: Math.floor(total / 2), limit}},
		],
	];
};

/** What looking at a farm with a long past costs, and looking after its database. */
export const benchmark: Benchmark = async ({
	runs,
	quick,
	profile,
	finished,
	say,
}) => {
	const dead = finished ?? (quick ? 20_000 : 1_000_000);
	const blocked = 1000;
	await using folder = await createBenchFolder();
	const database = path.join(folder.path, 'full.db');
	say(`past: filling a database with ${dead} dead tasks`);
	await fillDatabase(database, folder, {dead, blocked});
	const total = dead + 2 * blocked + 100;
	const seconds = new Map<string, number[]>();
	const memory: number[] = [];
	const note = (name: string, took: number): void => {
		seconds.set(name, [...(seconds.get(name) ?? []), took]);
	};

	for (let run = 1; run <= runs; run += 1) {
		/* eslint-disable no-await-in-loop -- one measurement at a time */
		const untilReady = stopwatch();
		await using farm = await startFarm({database, folder, profile});
		note('scheduler ready', untilReady());
		for (const [name, window] of looks(total)) {
			note(name, await secondsToLook(farm.client, window));
		}

		memory.push(processUsage(farm.scheduler.pid).peakMemoryBytes / mebibyte);
		const copy = path.join(folder.path, `copy-${run}.db`);
		note('db backup', await secondsToRun(folder, ['backup', copy, database]));
		await fs.rm(copy);
		note('db check', await secondsToRun(folder, ['check', database]));
		say(
			`past, run ${run}: ${[...seconds].map(([name, took]) => `${name} ${(took.at(-1) ?? NaN).toFixed(3)} s`).join(', ')}; ${memory.at(-1)?.toFixed(0)} MiB`,
		);
		/* eslint-enable no-await-in-loop */
	}

	return [
		...seconds.entries().map(([name, took]) => ({
			name,
			unit: 's',
			runs: took,
			...(name === 'scheduler ready' && {
				target: {of: 'figure', atMost: 1} as const,
			}),
		})),
		{
			name: 'largest memory of the scheduler',
			unit: 'MiB',
			runs: memory,
			target: {of: 'figure', atMost: 250},
		},
	];
};

/** The median of three; whole windows are expected. */
const secondsToLook = async (
	client: Client,
	window: Window,
): Promise<number> => {
	const took: number[] = [];
	for (let again = 0; again < 3; again += 1) {
		/* eslint-disable no-await-in-loop -- one after the other */
		const elapsed = stopwatch();
		const {watch, snapshot} = await client.request('watch', {
			what: 'tasks',
			...window,
		});
		took.push(elapsed());
		await client.request('unwatch', {watch});
		/* eslint-enable no-await-in-loop */
		expectEqual(
			'the rows of a page',
			pageShape.parse(snapshot).rows.length,
			50,
		);
	}

	return median(took);
};

const pageShape = z.object({rows: z.array(z.unknown())});

const execute = promisify(execFile); // eslint-disable-line @typescript-eslint/strict-void-return -- as Node's own types have it

/** A command of `lifeblood db`, beside the scheduler that serves the database. */
const secondsToRun = async (
	{environment}: BenchFolder,
	words: readonly string[],
): Promise<number> => {
	const elapsed = stopwatch();
	const database = words.at(-1) ?? '';
	await execute(
		process.execPath,
		[program, 'db', ...words.slice(0, -1), '--db', database],
		{env: environment},
	);
	return elapsed();
};
