import {setTimeout as delay} from 'node:timers/promises';
import {startFarm, type Client, type Farm} from './farm/start-farm.js';
import {applyGraph, submitMany, waitForGroup} from './farm/work.js';
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';
import {stopwatch} from './measure/stopwatch.js';

/** Tasks through a node with three expressions; and the same while a script that loops forever runs for every one of as many other tasks. */
export const benchmark: Benchmark = async ({runs, quick, profile, say}) => {
	const count = quick ? 500 : 10_000;
	const alone: number[] = [];
	const beside: number[] = [];
	for (let run = 1; run <= runs; run += 1) {
		/* eslint-disable no-await-in-loop -- one measurement at a time */
		await using farm = await startFarm({profile});
		const {client} = farm;
		await applyGraph(client, {
			nodes: {
				compute: {
					type: 'set_attrib',
					parameters: {
						attributes: [
							{name: 'twice', value: {expr: 'attr.frame * 2'}},
							{
								name: 'file',
								value: {
									expr: "join('/renders', task.name + '.' + pad(attr.frame, 6))",
								},
							},
							{name: 'root', value: {expr: 'sqrt(attr.frame)'}},
						],
					},
				},
				loop: {
					type: 'script',
					parameters: {process: 'for (;;) {}'},
				},
			},
		});
		await computeRate(farm, {group: 'warm-up', count: count / 10});
		alone.push(await computeRate(farm, {group: 'alone', count}));
		await submitMany(client, {node: 'loop', group: 'looping', count});
		// They have begun: some of them were stopped already.
		await untilMoreFailed(client, 0);
		const before = await errorsOf(client);
		beside.push(await computeRate(farm, {group: 'beside', count}));
		// And they go on.
		await untilMoreFailed(client, before);
		const after = await errorsOf(client);
		if (after === count) {
			throw new Error('The looping tasks were over too soon.');
		}

		await checkSome(client, 'beside');
		say(
			`sandbox, run ${run}: ${Math.round(alone.at(-1) ?? 0)} tasks/s alone, ${Math.round(beside.at(-1) ?? 0)} beside ${count} loops, of which ${after} were stopped`,
		);
		/* eslint-enable no-await-in-loop */
	}

	return [
		{
			name: `${count} tasks`,
			unit: 'tasks/s',
			runs: alone,
			target: {of: 'figure', atLeast: 5000},
		},
		{
			name: `${count} tasks beside a script that loops`,
			unit: 'tasks/s',
			runs: beside,
			raw: {name: 'without it', unit: 'tasks/s', runs: alone},
			target: {of: 'ratio', atLeast: 0.5},
		},
	];
};

const computeRate = async (
	{client}: Farm,
	{group, count}: {readonly group: string; readonly count: number},
): Promise<number> => {
	const seconds = stopwatch();
	await submitMany(client, {
		node: 'compute',
		group,
		count,
		attributes: (frame) => ({frame}),
	});
	await waitForGroup(client, group);
	const rate = count / seconds();
	const {counts} = await client.request('group.get', {name: group});
	expectEqual('the tasks that are done', counts.done, count);
	return rate;
};

const errorsOf = async (client: Client): Promise<number> => {
	const {counts} = await client.request('group.get', {name: 'looping'});
	return counts.error;
};

const untilMoreFailed = async (client: Client, than: number): Promise<void> => {
	const deadline = performance.now() + 30_000;
	// eslint-disable-next-line no-await-in-loop -- one look after the other
	while ((await errorsOf(client)) <= than) {
		if (performance.now() > deadline) {
			throw new Error('No looping script was stopped within 30 s.');
		}

		await delay(20); // eslint-disable-line no-await-in-loop -- the pause between looks
	}
};

const checkSome = async (client: Client, group: string): Promise<void> => {
	const {tasks} = await client.request('task.list', {
		filter: {group},
		limit: 100,
	});
	for (const {attributes, name} of tasks) {
		const frame = Number(attributes['frame']);
		expectEqual('the attributes', attributes, {
			frame,
			twice: frame * 2,
			file: `/renders/${name}.${String(frame).padStart(6, '0')}`,
			root: Math.sqrt(frame),
		});
	}
};
