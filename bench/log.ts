import {once} from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import type {InvocationId, TaskId} from '../source/core/ids.js';
import type {JsonObject} from '../source/core/json.js';
import {followLines} from './farm/follow-lines.js';
import {helperProgram} from './farm/paths.js';
import {startFarm, type Client, type Farm} from './farm/start-farm.js';
import {applyGraph, statesOf, submitMany, waitForGroup} from './farm/work.js';
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';
import {processUsage} from './measure/process-usage.js';
import {stopwatch} from './measure/stopwatch.js';
import {secondsToCat, writingInto} from './raw/cats.js';

const mebibyte = 2 ** 20;
const cpus = 8;
const followed = 10;
const stampsPerSecond = 20;

/** A process that writes a gigabyte of lines; and a hundred that write 10 MB each, ten of them over some seconds, while these are followed. */
export const benchmark: Benchmark = async ({runs, quick, profile, say}) => {
	const largeBytes = quick ? 100_000_000 : 1_000_000_000;
	const smallBytes = quick ? 1_000_000 : 10_000_000;
	const count = 100 - followed;
	const slowSeconds = quick ? 2 : 5;
	const one = {farm: [] as number[], raw: [] as number[]};
	const many = {farm: [] as number[], raw: [] as number[]};
	const growth: number[] = [];
	const lag: number[] = [];
	for (let run = 1; run <= runs; run += 1) {
		/* eslint-disable no-await-in-loop -- one measurement at a time */
		await using farm = await startFarm({profile});
		const {client, folder} = farm;
		const large = path.join(folder.path, 'large.txt');
		const small = path.join(folder.path, 'small.txt');
		const slow = [
			process.execPath,
			helperProgram('stamped-lines.ts'),
			String(smallBytes),
			String(slowSeconds),
		] as const;
		writeLines(large, largeBytes);
		writeLines(small, smallBytes);
		await applyGraph(client, {
			nodes: {
				large: command(['cat', large]),
				small: command(['cat', small]),
				slow: command(slow),
			},
		});
		const worker = await farm.startWorker({
			name: 'worker',
			cpus: cpus + followed,
		});
		await catSeconds(client, {
			node: 'small',
			group: 'warm-up',
			count,
		});
		// From here on it has done all that it ever does, once.
		await catSeconds(client, {node: 'large', group: 'large-first', count: 1});
		const before = processUsage(worker.pid).memoryBytes;

		const copy = {file: large, copies: 1, atOnce: 1};
		const firstRaw = await secondsToCat(folder.path, copy);
		one.farm.push(
			await catSeconds(client, {node: 'large', group: 'large', count: 1}),
		);
		one.raw.push((firstRaw + (await secondsToCat(folder.path, copy))) / 2);

		many.raw.push(
			await besideSlowOnes(folder.path, slow, async () =>
				secondsToCat(folder.path, {file: small, copies: count, atOnce: cpus}),
			),
		);
		const ids = await submitMany(client, {
			node: 'slow',
			group: 'slow',
			count: followed,
		});
		const lags: number[] = [];
		const following = Promise.all(
			ids.map(async (id) =>
				followStamps(farm, id, (late) => {
					lags.push(late);
				}),
			),
		);
		await until(() => lags.length >= followed, 'the slow ones to be followed');
		many.farm.push(
			await catSeconds(client, {node: 'small', group: 'small', count}),
		);
		expectEqual(
			'the number of followed lines that say when they were written',
			await following,
			ids.map(() => slowSeconds * stampsPerSecond),
		);
		await waitForGroup(client, 'slow');
		lag.push(Math.max(...lags));
		growth.push((processUsage(worker.pid).peakMemoryBytes - before) / mebibyte);
		expectEqual(
			'the number of logs with all that cat wrote',
			logSizes(path.join(folder.path, 'farm.logs')).filter(
				(size) => size === fs.statSync(small).size,
			).length,
			count + count,
		);
		await farm.finish((connection) => {
			expectEqual('the states', statesOf(connection, 'large'), {done: 1});
			expectEqual('the states', statesOf(connection, 'small'), {done: count});
			expectEqual('the states', statesOf(connection, 'slow'), {
				done: followed,
			});
		});
		say(
			`log, run ${run}: ${one.farm.at(-1)?.toFixed(2)} s (cat ${one.raw.at(-1)?.toFixed(2)} s), ${many.farm.at(-1)?.toFixed(2)} s (cat ${many.raw.at(-1)?.toFixed(2)} s), followed ${lag.at(-1)?.toFixed(0)} ms behind, the worker grew by ${growth.at(-1)?.toFixed(0)} MiB`,
		);
		/* eslint-enable no-await-in-loop */
	}

	const rate = (seconds: readonly number[], bytes: number): number[] =>
		seconds.map((value) => bytes / 1_000_000 / value);
	return [
		{
			name: `one process, ${largeBytes / 1_000_000} MB`,
			unit: 'MB/s',
			runs: rate(one.farm, largeBytes),
			raw: {
				name: 'cat into a file',
				unit: 'MB/s',
				runs: rate(one.raw, largeBytes),
			},
			target: {of: 'ratio', atLeast: 0.95},
		},
		{
			name: `${count} processes of ${smallBytes / 1_000_000} MB beside ${followed} followed ones`,
			unit: 'MB/s',
			runs: rate(many.farm, smallBytes * count),
			raw: {
				name: `cat into files, ${cpus} at a time`,
				unit: 'MB/s',
				runs: rate(many.raw, smallBytes * count),
			},
			target: {of: 'ratio', atLeast: 0.95},
		},
		{
			name: 'a followed line is seen after, at most',
			unit: 'ms',
			runs: lag,
			target: {of: 'figure', atMost: 500},
		},
		{
			name: "growth of the worker's memory",
			unit: 'MiB',
			runs: growth,
			// Node itself takes a few as it comes to run.
			target: {of: 'figure', atMost: 16},
		},
	];
};

const command = (
	words: readonly string[],
): {readonly type: string; readonly parameters: JsonObject} => ({
	type: 'command',
	parameters: {command: words.map((arg) => ({arg}))},
});

const catSeconds = async (
	client: Client,
	work: {readonly node: string; readonly group: string; readonly count: number},
): Promise<number> => {
	const seconds = stopwatch();
	await submitMany(client, work);
	await waitForGroup(client, work.group);
	return seconds();
};

/** The same company as the farm's processes have. */
const besideSlowOnes = async <Value>(
	folder: string,
	slow: readonly [string, ...string[]],
	act: () => Promise<Value>,
): Promise<Value> => {
	const files = Array.from({length: followed}, (_, number) =>
		path.join(folder, `raw-slow-${number}`),
	);
	const children = files.map((file) => writingInto(file, slow));
	const ended = Promise.all(children.map(async (child) => once(child, 'exit')));
	await until(
		() => files.every((file) => fs.statSync(file).size > 0),
		'the slow ones to write',
	);
	const value = await act();
	await ended;
	for (const file of files) {
		fs.rmSync(file);
	}

	return value;
};

/** Follows the log of a task's invocation to its end; `onLate` gets how many milliseconds after it was written a line was seen. Gives how many lines said when that was. */
const followStamps = async (
	farm: Farm,
	task: TaskId,
	onLate: (milliseconds: number) => void,
): Promise<number> => {
	let stamps = 0;
	await followLines(farm, await invocationOf(farm.client, task), (lines) => {
		const now = Date.now();
		for (const line of lines) {
			const at = /^at (?<time>\d+)$/v.exec(line)?.groups?.['time'];
			if (at === undefined) {
				continue;
			}

			stamps += 1;
			onLate(now - Number(at));
		}
	});
	return stamps;
};

const invocationOf = async (
	client: Client,
	id: TaskId,
): Promise<InvocationId> => {
	const deadline = performance.now() + 10_000;
	for (;;) {
		// eslint-disable-next-line no-await-in-loop -- one look after the other
		const {invocations} = await client.request('task.invocations', {id});
		const [first] = invocations;
		if (first?.state === 'running') {
			return first.id;
		}

		if (performance.now() > deadline) {
			throw new Error(`Task ${id} does not run.`);
		}

		await delay(10); // eslint-disable-line no-await-in-loop -- the pause between looks
	}
};

const until = async (look: () => boolean, what: string): Promise<void> => {
	const deadline = performance.now() + 20_000;
	while (!look()) {
		if (performance.now() > deadline) {
			throw new Error(`Gave up waiting for ${what}.`);
		}

		await delay(10); // eslint-disable-line no-await-in-loop -- the pause between looks
	}
};

const writeLines = (file: string, bytes: number): void => {
	const line = `${'A line of a log, as programs write them. '.repeat(2)}\n`;
	const piece = line.repeat(Math.floor(1_000_000 / line.length));
	const descriptor = fs.openSync(file, 'w');
	for (let written = 0; written < bytes; written += piece.length) {
		fs.writeSync(descriptor, piece);
	}

	fs.closeSync(descriptor);
};

const logSizes = (folder: string): number[] =>
	fs
		.readdirSync(folder, {recursive: true, withFileTypes: true})
		.filter((entry) => entry.isFile())
		.map((entry) => fs.statSync(path.join(entry.parentPath, entry.name)).size);
