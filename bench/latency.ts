import {Buffer} from 'node:buffer';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {startFarm, type Client} from './farm/start-farm.js';
import {applyGraph} from './farm/work.js';
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';
import {median, quantile} from './measure/statistics.js';
import {createWallClock} from './measure/wall-clock.js';

/** Prints the time of day in nanoseconds, first and last of what it does. */
const tellTime = ['date', '+%s%N'] as const;

/** On an idle farm, one task at a time that writes the time as its first act. */
export const benchmark: Benchmark = async ({runs, quick, profile, say}) => {
	const times = quick ? 5 : 50;
	const starts: number[][] = [];
	const ends: number[][] = [];
	const raw: number[][] = [];
	for (let run = 1; run <= runs; run += 1) {
		/* eslint-disable no-await-in-loop -- one measurement at a time */
		await using farm = await startFarm({profile});
		const {client, folder} = farm;
		await applyGraph(client, {
			nodes: {
				tell: {
					type: 'command',
					parameters: {command: tellTime.map((arg) => ({arg}))},
				},
			},
		});
		await farm.startWorker({name: 'worker'});
		const started: number[] = [];
		const known: number[] = [];
		const alone: number[] = [];
		for (let time = -2; time < times; time += 1) {
			// Idle means that nothing of the last one is still going on.
			await delay(50);
			const one = await farmLatency(client);
			await delay(50);
			const without = await rawLatency(folder.path);
			// The first two are warm-ups.
			if (!(time >= 0)) {
				continue;
			}

			started.push(one.start);
			known.push(one.known);
			alone.push(without);
		}

		starts.push(started);
		ends.push(known);
		raw.push(alone);
		await farm.finish((connection) => {
			expectEqual(
				'the finished invocations',
				connection
					.prepare(
						"SELECT count(*) AS n FROM invocations WHERE state = 'finished' AND exit_code = 0",
					)
					.get(),
				{n: times + 2},
			);
		});
		say(
			`latency, run ${run}: ${median(started).toFixed(1)} ms to the start, ${median(alone).toFixed(1)} ms without a farm, known ${median(known).toFixed(1)} ms later`,
		);
		/* eslint-enable no-await-in-loop */
	}

	const name = 'the same started by Node';
	const last = (values: readonly number[]): number => quantile(values, 0.99);
	return [
		{
			name: 'to its first act, median',
			unit: 'ms',
			runs: starts.map((values) => median(values)),
			raw: {name, unit: 'ms', runs: raw.map((values) => median(values))},
			target: {of: 'difference', atMost: 5},
		},
		{
			name: 'to its first act, 99th percentile',
			unit: 'ms',
			runs: starts.map((values) => last(values)),
			raw: {name, unit: 'ms', runs: raw.map((values) => last(values))},
			target: {of: 'difference', atMost: 25},
		},
		{
			name: 'from its last act until the client knows that it is done, median',
			unit: 'ms',
			runs: ends.map((values) => median(values)),
			target: {of: 'figure', atMost: 10},
		},
		{
			name: 'from its last act until the client knows that it is done, 99th percentile',
			unit: 'ms',
			runs: ends.map((values) => last(values)),
		},
	];
};

const farmLatency = async (
	client: Client,
): Promise<{readonly start: number; readonly known: number}> => {
	const now = createWallClock();
	const submittedAt = now();
	const {id} = await client.request('task.submit', {node: 'tell'});
	await client.request('task.wait', {ids: [id]});
	const knownAt = now();
	const {state} = await client.request('task.get', {id});
	expectEqual('the state of the task', state, 'done');
	const {invocations} = await client.request('task.invocations', {id});
	const invocation = invocations.at(-1);
	if (!invocation) {
		throw new Error(`Task ${id} is done, but has no invocation.`);
	}

	const {data} = await client.request('log.read', {
		invocation: invocation.id,
		offset: 0,
	});
	const toldAt = toldTime(Buffer.from(data, 'base64').toString());
	return {start: toldAt - submittedAt, known: knownAt - toldAt};
};

const rawLatency = async (folder: string): Promise<number> => {
	const file = path.join(folder, 'raw-latency.log');
	const now = createWallClock();
	const begunAt = now();
	const output = fs.openSync(file, 'w');
	const [program, ...words] = tellTime;
	const child = spawn(program, words, {stdio: ['ignore', output, output]});
	fs.closeSync(output);
	await once(child, 'exit');
	return toldTime(fs.readFileSync(file, 'utf8')) - begunAt;
};

/** Milliseconds since 1970, of nanoseconds as text. */
const toldTime = (text: string): number => {
	const told = Number(text.trim()) / 1e6;
	if (!(told > 0)) {
		throw new Error(`This is no time: ${text}`);
	}

	return told;
};
