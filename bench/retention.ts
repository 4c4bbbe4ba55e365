import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {systemClock} from '../source/core/clock.js';
import {checkDatabase} from '../source/db/check.js';
import {openDatabase} from '../source/db/open.js';
import {coreNodes} from '../source/nodes/core-nodes.js';
import {createRegistry} from '../source/nodes/registry.js';
import {createSandbox} from '../source/sandbox/sandbox.js';
import {submitTasks} from '../source/scheduler/operations/submit-tasks.js';
import {createScheduler} from '../source/scheduler/scheduler.js';
import {engineSettings} from '../test/helpers/test-farm.js'; // eslint-disable-line node-test/no-import-test-files -- it has no tests
import {createBenchFolder} from './farm/bench-folder.js';
import {fillDatabase} from './farm/fill-database.js';
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';
import {quantile} from './measure/statistics.js';
import {stopwatch} from './measure/stopwatch.js';

/** So many tasks come at once, while old ones go. */
const atOnce = 100;

/** Old groups are removed: on a farm that rests, and beside as much work as it can do. Without that work a turn is a step of the removal, with its commit. */
export const benchmark: Benchmark = async ({runs, quick, finished, say}) => {
	const dead = finished ?? (quick ? 20_000 : 300_000);
	await using folder = await createBenchFolder();
	const filled = path.join(folder.path, 'filled.db');
	await fillDatabase(filled, folder, {dead, blocked: 0});
	const kinds = ['resting', 'busy'] as const;
	const figures = new Map(kinds.map((kind) => [kind, noFigures()]));
	for (let run = 1; run <= runs; run += 1) {
		for (const kind of kinds) {
			/* eslint-disable no-await-in-loop -- one measurement at a time */
			const file = path.join(folder.path, `${kind}-${run}.db`);
			await fs.copyFile(filled, file);
			const {seconds, turns, processor} = await removeAll(file, {
				dead,
				isBusy: kind === 'busy',
			});
			await fs.rm(file);
			const of = figures.get(kind);
			of?.rate.push(dead / seconds);
			of?.median.push(quantile(turns, 0.5));
			of?.late.push(quantile(turns, 0.99));
			of?.longest.push(Math.max(...turns));
			of?.processor.push(quantile(processor, 0.99));
			say(
				`retention, run ${run}, ${kind}: ${Math.round(dead / seconds)} tasks/s removed, turns of ${quantile(turns, 0.5).toFixed(1)} ms, 99th percentile ${quantile(turns, 0.99).toFixed(1)} ms, longest ${Math.max(...turns).toFixed(1)} ms; of the processor 99th percentile ${quantile(processor, 0.99).toFixed(1)} ms, most ${Math.max(...processor).toFixed(1)} ms`,
			);
			/* eslint-enable no-await-in-loop */
		}
	}

	return [...figures].flatMap(
		([kind, {rate, median, late, longest, processor}]) => [
			{name: `removed, ${kind}`, unit: 'tasks/s', runs: rate},
			{name: `turn, ${kind}, median`, unit: 'ms', runs: median},
			{
				name: `turn, ${kind}, 99th percentile`,
				unit: 'ms',
				runs: late,
				...(kind === 'resting' && {
					target: {of: 'figure', atMost: 50} as const,
				}),
			},
			{name: `turn, ${kind}, longest`, unit: 'ms', runs: longest},
			{
				name: `processor time of a turn, ${kind}, 99th percentile`,
				unit: 'ms',
				runs: processor,
			},
		],
	);
};

type Figures = Record<
	'rate' | 'median' | 'late' | 'longest' | 'processor',
	number[]
>;

/** Milliseconds of a processor that this thread has had. */
const spentMs = (): number => {
	const {user, system} = process.threadCpuUsage();
	return (user + system) / 1000;
};

const noFigures = (): Figures => ({
	rate: [],
	median: [],
	late: [],
	longest: [],
	processor: [],
});

const removeAll = async (
	file: string,
	{dead, isBusy}: {readonly dead: number; readonly isBusy: boolean},
): Promise<{
	readonly seconds: number;
	readonly turns: readonly number[];
	/** Of each turn and what came before it: what a busy machine does not change. */
	readonly processor: readonly number[];
}> => {
	const database = await openDatabase(file);
	const scheduler = createScheduler({
		database,
		registry: createRegistry(coreNodes),
		sandbox: await createSandbox(),
		settings: {
			...engineSettings,
			retention: {...engineSettings.retention, groupsDays: 1},
		},
		farm: 'bench',
		version: '0',
		pid: process.pid,
		ports: [{host: '127.0.0.1', port: 0}],
		keys: undefined,
		rotateKeys: async () => ({join_code: '', view_only_join_code: ''}),
		presetFiles: {save: async () => undefined, remove: async () => undefined},
		onTold: () => undefined,
		logFolder: `${file}.logs`,
		clock: systemClock,
		log: {
			info: () => undefined,
			warn(message) {
				throw new Error(message);
			},
			error(message) {
				throw new Error(message);
			},
		},
	});
	try {
		await scheduler.start(new AbortController().signal);
		const turns: number[] = [];
		const processor: number[] = [];
		let spent = spentMs();
		scheduler.observe({
			onTurn(milliseconds) {
				turns.push(milliseconds);
				const now = spentMs();
				processor.push(now - spent);
				spent = now;
			},
			onCommit: () => undefined,
		});
		const over = new AbortController();
		const work = async (): Promise<void> => {
			while (!over.signal.aborted) {
				// eslint-disable-next-line no-await-in-loop -- one request after the other
				await scheduler.loop.submit(
					submitTasks(
						Array.from({length: atOnce}, () => ({
							node: 'enter',
							attributes: {},
							groups: ['new'],
							priority: 0,
							paused: false,
						})),
						'bench',
					),
				);
			}
		};

		const working = isBusy ? work() : undefined;
		const elapsed = stopwatch();
		const {tasks} = await scheduler.removeOld();
		const seconds = elapsed();
		over.abort();
		await working;
		expectEqual('what was removed', tasks, dead);
		expectEqual('what is wrong', checkDatabase(database.writer), []);
		return {seconds, turns, processor};
	} finally {
		await scheduler.stop();
		database.close();
	}
};
