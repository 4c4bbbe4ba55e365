import {startFarm, type Client} from './farm/start-farm.js';
import {applyGraph, statesOf, waitForGroup} from './farm/work.js';
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';
import {median} from './measure/statistics.js';
import {stopwatch} from './measure/stopwatch.js';
import {secondsToInsertAndDelete} from './raw/insert-and-delete.js';

/** One task with a list, cut into as many elements as the list has, gathered again into a sorted list. */
export const benchmark: Benchmark = async ({runs, quick, profile, say}) => {
	const small = quick ? 100 : 1000;
	const large = quick ? 2000 : 100_000;
	const few: number[] = [];
	const many: number[] = [];
	const rawFew: number[] = [];
	const rawMany: number[] = [];
	for (let run = 1; run <= runs; run += 1) {
		/* eslint-disable no-await-in-loop -- one measurement at a time */
		await using farm = await startFarm({profile});
		const {client, folder} = farm;
		await applyGraph(client, {
			nodes: {
				cut: {
					type: 'attribute_splitter',
					parameters: {attribute: 'frames', chunk_size: 1},
				},
				gather: {
					type: 'split_waiter',
					parameters: {
						promote: [{attribute: 'frames', mode: 'extend', sort_by: 'frames'}],
					},
				},
				end: {type: 'killer'},
			},
			connections: ['cut -> gather', 'gather -> end'],
		});
		const times: number[] = [];
		const limits: number[] = [];
		// The first one is a warm-up: a scheduler that has run for a while is what people have.
		for (let again = 0; again <= 5; again += 1) {
			times.push(await fanSeconds(client, `small-${again}`, small));
			limits.push(secondsToInsertAndDelete(folder.path, small));
		}

		few.push(median(times.slice(1)));
		rawFew.push(median(limits.slice(1)));
		many.push(await fanSeconds(client, 'large', large));
		rawMany.push(secondsToInsertAndDelete(folder.path, large));
		await farm.finish((connection) => {
			expectEqual('the states', statesOf(connection, 'large'), {
				dead: large + 1,
			});
		});
		say(
			`fan, run ${run}: ${few.at(-1)?.toFixed(3)} s and ${many.at(-1)?.toFixed(2)} s`,
		);
		/* eslint-enable no-await-in-loop */
	}

	const name = 'inserting and deleting as many rows';
	return [
		{
			name: `${small} elements`,
			unit: 's',
			runs: few,
			raw: {name, unit: 's', runs: rawFew},
			target: {of: 'figure', atMost: 0.15},
		},
		{
			name: `${large} elements`,
			unit: 's',
			runs: many,
			raw: {name, unit: 's', runs: rawMany},
			target: {of: 'figure', atMost: 8},
		},
		{
			name: `cost of an element, of ${large} to of ${small}`,
			unit: 'times',
			runs: many.map(
				(seconds, run) => seconds / large / ((few[run] ?? NaN) / small),
			),
			target: {of: 'figure', atMost: 1.5},
		},
	];
};

/** Seconds from the submission until it is known that all are dead. The list is in no order when it is cut. */
const fanSeconds = async (
	client: Client,
	group: string,
	count: number,
): Promise<number> => {
	const frames = Array.from(
		{length: count},
		(_, index) => (index * 7919) % count,
	);
	const seconds = stopwatch();
	const {id} = await client.request('task.submit', {
		node: 'cut',
		groups: [group],
		attributes: {frames},
	});
	await waitForGroup(client, group);
	const took = seconds();
	const {state, attributes} = await client.request('task.get', {id});
	expectEqual('the state of the task', state, 'dead');
	expectEqual(
		'the gathered list',
		attributes['frames'],
		Array.from({length: count}, (_, index) => index),
	);
	return took;
};
