import path from 'node:path';
import {startFarm, type Client} from './farm/start-farm.js';
import {applyGraph, statesOf} from './farm/work.js';
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';
import {stopwatch} from './measure/stopwatch.js';
import {roundTripsPerSecond} from './raw/round-trips.js';
import {syncsPerSecond} from './raw/syncs.js';

/** What one request is on the wire, about. */
const lineBytes = 150;

/** Requests of one task each on one connection, every one answered when it is durable: one after the other, and without waiting. */
export const benchmark: Benchmark = async ({runs, quick, profile, say}) => {
	const count = quick ? 500 : 10_000;
	const oneByOne: number[] = [];
	const pipelined: number[] = [];
	const syncs: number[] = [];
	const trips: number[] = [];
	const durable: number[] = [];
	for (let run = 1; run <= runs; run += 1) {
		/* eslint-disable no-await-in-loop -- one measurement at a time */
		await using farm = await startFarm({profile});
		const {client, folder} = farm;
		await applyGraph(client, {nodes: {rest: {type: 'null'}}});
		await submitInTurn(client, {group: 'warm-up', count: count / 10});
		const before = syncsPerSecond(folder.path, count / 2);
		const seconds = stopwatch();
		await submitInTurn(client, {group: 'one-by-one', count});
		oneByOne.push(count / seconds());
		const after = syncsPerSecond(folder.path, count / 2);
		syncs.push((before + after) / 2);
		const together = stopwatch();
		await Promise.all(
			Array.from({length: count}, async (_, frame) =>
				client.request('task.submit', submission('pipelined', frame)),
			),
		);
		pipelined.push(count / together());
		trips.push(await roundTripsPerSecond({count, size: lineBytes}));
		durable.push(
			await roundTripsPerSecond({
				count,
				size: lineBytes,
				file: path.join(folder.path, 'raw-answers'),
			}),
		);
		await farm.finish((connection) => {
			for (const group of ['one-by-one', 'pipelined']) {
				expectEqual('the states', statesOf(connection, group), {done: count});
				expectEqual(
					'the distinct attributes',
					connection
						.prepare(
							"SELECT count(DISTINCT json_extract(attributes, '$.frame')) AS n FROM tasks JOIN task_groups ON task_id = tasks.id JOIN groups ON groups.id = group_id WHERE groups.name = ?",
						)
						.get(group),
					{n: count},
				);
			}
		});
		say(
			`submit, run ${run}: ${Math.round(oneByOne.at(-1) ?? 0)}/s one by one, ${Math.round(pipelined.at(-1) ?? 0)}/s pipelined`,
		);
		/* eslint-enable no-await-in-loop */
	}

	return [
		{
			name: 'one by one',
			unit: 'requests/s',
			runs: oneByOne,
			raw: {
				name: 'pages written and synced, one by one',
				unit: 'requests/s',
				runs: syncs,
			},
			target: {of: 'ratio', atLeast: 0.8},
		},
		{
			name: 'one by one, beside the least that is durable',
			unit: 'requests/s',
			runs: oneByOne,
			raw: {
				name: 'a page written and synced, then answered over loopback',
				unit: 'requests/s',
				runs: durable,
			},
		},
		{
			name: 'pipelined',
			unit: 'requests/s',
			runs: pipelined,
			raw: {
				name: 'round trips over loopback',
				unit: 'requests/s',
				runs: trips,
			},
			target: {of: 'figure', atLeast: 15_000},
		},
	];
};

const submitInTurn = async (
	client: Client,
	{group, count}: {readonly group: string; readonly count: number},
): Promise<void> => {
	for (let frame = 0; frame < count; frame += 1) {
		await client.request('task.submit', submission(group, frame)); // eslint-disable-line no-await-in-loop -- one by one is what is measured
	}
};

const submission = (group: string, frame: number) => ({
	node: 'rest',
	groups: [group],
	attributes: {frame},
});
