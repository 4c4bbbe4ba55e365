import {startFarm, type Farm} from './farm/start-farm.js';
import {applyGraph, statesOf, submitMany, waitForGroup} from './farm/work.js';
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';
import {median} from './measure/statistics.js';
import {stopwatch} from './measure/stopwatch.js';
import {updatesPerSecond} from './raw/updates.js';

export const visits = 4;

/** Tasks through `null → set_attrib → null → killer`, submitted in bulk by one client, with no worker. */
export const benchmark: Benchmark = async ({runs, quick, profile, say}) => {
	const small = quick ? 100 : 1000;
	const large = quick ? 2000 : 100_000;
	const cold: number[] = [];
	const warm: number[] = [];
	const bulk: number[] = [];
	const rawSmall: number[] = [];
	const rawLarge: number[] = [];
	for (let run = 1; run <= runs; run += 1) {
		/* eslint-disable no-await-in-loop -- one measurement at a time */
		await using farm = await startFarm({profile});
		await applyPassage(farm);
		cold.push(await passageRate(farm, {group: 'cold', count: small}));
		const rates: number[] = [];
		const limits: number[] = [];
		for (let again = 0; again < 5; again += 1) {
			rates.push(
				await passageRate(farm, {group: `small-${again}`, count: small}),
			);
			limits.push(
				updatesPerSecond(farm.folder.path, {rows: small, visits}) / visits,
			);
		}

		warm.push(median(rates));
		rawSmall.push(median(limits));
		bulk.push(await passageRate(farm, {group: 'large', count: large}));
		rawLarge.push(
			updatesPerSecond(farm.folder.path, {rows: large, visits}) / visits,
		);
		await farm.finish((connection) => {
			expectEqual('the states', statesOf(connection, 'large'), {dead: large});
			expectEqual(
				'tasks with both attributes',
				connection
					.prepare(
						"SELECT count(*) AS n FROM tasks WHERE json_extract(attributes, '$.mark') = 'seen' AND json_extract(attributes, '$.frame') IS NOT NULL",
					)
					.get(),
				{n: large + 6 * small},
			);
		});
		say(
			`graph, run ${run}: ${Math.round(rates.at(-1) ?? 0)} and ${Math.round(bulk.at(-1) ?? 0)} tasks/s`,
		);
		/* eslint-enable no-await-in-loop */
	}

	const target = {of: 'figure', atLeast: 20_000} as const;
	const name = 'prepared UPDATEs, 1,000 a transaction, 4 a task';
	return [
		{
			name: `${small} tasks`,
			unit: 'tasks/s',
			runs: warm,
			raw: {name, unit: 'tasks/s', runs: rawSmall},
			target,
		},
		{
			name: `${large} tasks`,
			unit: 'tasks/s',
			runs: bulk,
			raw: {name, unit: 'tasks/s', runs: rawLarge},
			target,
		},
		{
			name: `${small} tasks as the first work of a scheduler`,
			unit: 'tasks/s',
			runs: cold,
		},
	];
};

export const applyPassage = async ({client}: Farm): Promise<void> =>
	applyGraph(client, {
		nodes: {
			enter: {type: 'null'},
			mark: {
				type: 'set_attrib',
				parameters: {attributes: [{name: 'mark', value: 'seen'}]},
			},
			leave: {type: 'null'},
			end: {type: 'killer'},
		},
		connections: ['enter -> mark', 'mark -> leave', 'leave -> end'],
	});

/** Tasks a second, from the first byte of the submission until it is known that all are dead. */
export const passageRate = async (
	{client}: Farm,
	{group, count}: {readonly group: string; readonly count: number},
): Promise<number> => {
	const seconds = stopwatch();
	await submitMany(client, {
		node: 'enter',
		group,
		count,
		attributes: (frame) => ({frame}),
	});
	await waitForGroup(client, group);
	const rate = count / seconds();
	const {counts} = await client.request('group.get', {name: group});
	expectEqual('the dead', counts.dead, count);
	return rate;
};
