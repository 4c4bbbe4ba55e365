import path from 'node:path';
import {expectTrueRan, runTrue} from './dispatch.js';
import {createBenchFolder} from './farm/bench-folder.js';
import {copySynced} from './farm/copy-synced.js';
import {fillDatabase} from './farm/fill-database.js';
import {startFarm} from './farm/start-farm.js';
import {statesOf} from './farm/work.js';
import {passageRate} from './graph.js';
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';
import {processUsage} from './measure/process-usage.js';
import {median} from './measure/statistics.js';
import {stopwatch} from './measure/stopwatch.js';

const mebibyte = 2 ** 20;

/** `graph` and `dispatch` on the database of a farm with a long past, next to the same on an empty one. */
export const benchmark: Benchmark = async ({
	runs,
	quick,
	profile,
	finished,
	say,
}) => {
	const past = quick
		? {dead: finished ?? 10_000, blocked: 1000}
		: {dead: finished ?? 1_000_000, blocked: 100_000};
	const none = {dead: 0, blocked: 0};
	const size = quick
		? {tasks: 1000, processes: 100}
		: {tasks: 20_000, processes: 2000};
	await using folder = await createBenchFolder();
	const templates = {
		full: path.join(folder.path, 'full-template.db'),
		empty: path.join(folder.path, 'empty-template.db'),
	};
	say(`scale: filling a database with ${past.dead} dead tasks`);
	await fillDatabase(templates.full, folder, past);
	await fillDatabase(templates.empty, folder, none);
	const measured = {full: [] as Figures[], empty: [] as Figures[]};
	for (let run = 1; run <= runs; run += 1) {
		// By turns, and each time another one first.
		const order =
			run % 2 === 1
				? (['empty', 'full'] as const)
				: (['full', 'empty'] as const);
		for (const kind of order) {
			/* eslint-disable no-await-in-loop -- one measurement at a time */
			const database = path.join(folder.path, `${kind}.db`);
			await copySynced(templates[kind], database);
			const seconds = stopwatch();
			await using farm = await startFarm({database, folder, profile});
			const ready = seconds();
			await farm.startWorker({name: 'worker', cpus: 8});
			await passageRate(farm, {group: 'warm-up', count: size.tasks / 10});
			const graph: number[] = [];
			const dispatch: number[] = [];
			for (let again = 0; again < 3; again += 1) {
				graph.push(
					await passageRate(farm, {group: `graph-${again}`, count: size.tasks}),
				);
				dispatch.push(
					await runTrue(farm, {
						group: `dispatch-${again}`,
						count: size.processes,
					}),
				);
			}

			const memory =
				processUsage(farm.scheduler.pid).peakMemoryBytes / mebibyte;
			measured[kind].push({
				ready,
				memory,
				graph: median(graph),
				dispatch: median(dispatch),
			});
			await farm.finish((connection) => {
				expectEqual('the states', statesOf(connection, 'graph-0'), {
					dead: size.tasks,
				});
				expectTrueRan(connection, {group: 'dispatch-0', count: size.processes});
				if (kind === 'full') {
					expectEqual(
						'the tasks of the past',
						connection
							.prepare(
								"SELECT count(*) AS n FROM tasks WHERE name LIKE 'old task%' OR name LIKE 'element%'",
							)
							.get(),
						{n: past.dead + 2 * past.blocked},
					);
				}
			});
			say(
				`scale, run ${run}, ${kind}: ${Math.round(graph[0] ?? 0)} and ${Math.round(dispatch[0] ?? 0)} tasks/s, ready in ${ready.toFixed(2)} s, ${Math.round(memory)} MiB`,
			);
			/* eslint-enable no-await-in-loop */
		}
	}

	const of = (kind: keyof typeof measured, figure: keyof Figures): number[] =>
		measured[kind].map((figures) => figures[figure]);
	const name = 'on an empty database';
	return [
		...(['graph', 'dispatch'] as const).map((figure) => ({
			name: figure,
			unit: 'tasks/s',
			runs: of('full', figure),
			raw: {name, unit: 'tasks/s', runs: of('empty', figure)},
			target: {of: 'ratio', atLeast: 0.9} as const,
		})),
		{
			name: 'scheduler ready',
			unit: 's',
			runs: of('full', 'ready'),
			raw: {name, unit: 's', runs: of('empty', 'ready')},
			target: {of: 'figure', atMost: 1},
		},
		{
			name: 'largest memory of the scheduler',
			unit: 'MiB',
			runs: of('full', 'memory'),
			raw: {name, unit: 'MiB', runs: of('empty', 'memory')},
			target: {of: 'figure', atMost: 250},
		},
	];
};

type Figures = {
	readonly ready: number;
	readonly memory: number;
	readonly graph: number;
	readonly dispatch: number;
};
