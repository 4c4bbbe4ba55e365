import type {Connection} from '../source/db/open.js';
import {startFarm, type Farm} from './farm/start-farm.js';
import {applyGraph, statesOf, submitMany, waitForGroup} from './farm/work.js';
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';
import {stopwatch} from './measure/stopwatch.js';
import {spawnsPerSecond, xargsPerSecond} from './raw/spawns.js';

const cpus = 8;

/** Tasks that run `true`, on one worker that offers 8 cores. */
export const benchmark: Benchmark = async ({runs, quick, profile, say}) => {
	const count = quick ? 100 : 2000;
	const rates: number[] = [];
	const raw: number[] = [];
	const xargs: number[] = [];
	for (let run = 1; run <= runs; run += 1) {
		/* eslint-disable no-await-in-loop -- one measurement at a time */
		await using farm = await startFarm({profile});
		await applyTrue(farm);
		await farm.startWorker({name: 'worker', cpus});
		const before = await spawnsPerSecond(farm.folder.path, {
			count: count / 2,
			atOnce: cpus,
		});
		await runTrue(farm, {group: 'warm-up', count: count / 10});
		rates.push(await runTrue(farm, {group: 'measured', count}));
		const after = await spawnsPerSecond(farm.folder.path, {
			count: count / 2,
			atOnce: cpus,
		});
		raw.push((before + after) / 2);
		xargs.push(await xargsPerSecond({count, atOnce: cpus}));
		await farm.finish((connection) => {
			expectTrueRan(connection, {group: 'measured', count});
		});
		say(
			`dispatch, run ${run}: ${Math.round(rates.at(-1) ?? 0)} tasks/s, Node alone ${Math.round(raw.at(-1) ?? 0)}`,
		);
		/* eslint-enable no-await-in-loop */
	}

	return [
		{
			name: `${count} tasks`,
			unit: 'tasks/s',
			runs: rates,
			raw: {
				name: `Node running \`true\`, ${cpus} at a time, output to files`,
				unit: 'tasks/s',
				runs: raw,
			},
			target: {of: 'ratio', atLeast: 0.8},
		},
		{
			name: 'by xargs',
			unit: 'tasks/s',
			runs: rates,
			raw: {name: `xargs -P ${cpus}`, unit: 'tasks/s', runs: xargs},
		},
	];
};

export const applyTrue = async ({client}: Farm): Promise<void> =>
	applyGraph(client, {
		nodes: {
			run: {type: 'command', parameters: {command: [{arg: 'true'}]}},
		},
	});

/** Tasks a second, from the first byte of the submission until it is known that all are done. */
export const runTrue = async (
	{client}: Farm,
	{group, count}: {readonly group: string; readonly count: number},
): Promise<number> => {
	const seconds = stopwatch();
	await submitMany(client, {node: 'run', group, count});
	await waitForGroup(client, group);
	return count / seconds();
};

/** Each task ran once and ended with 0. */
export const expectTrueRan = (
	connection: Connection,
	{group, count}: {readonly group: string; readonly count: number},
): void => {
	expectEqual('the states', statesOf(connection, group), {done: count});
	expectEqual(
		'the invocations',
		connection
			.prepare(
				`SELECT count(*) AS runs, count(DISTINCT invocations.task_id) AS tasks, sum(exit_code = 0 AND attempt = 1 AND invocations.state = 'finished') AS good
				FROM invocations JOIN task_groups ON task_groups.task_id = invocations.task_id JOIN groups ON groups.id = group_id WHERE groups.name = ?`,
			)
			.get(group),
		{runs: count, tasks: count, good: count},
	);
};
