import {mkdirSync, statSync, writeFileSync} from 'node:fs';
import {mkdtemp, readdir, rm, stat, utimes} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import v8 from 'node:v8';
import vm from 'node:vm';
import {logPath} from '../../source/core/log-path.js';
import {checkDatabase} from '../../source/db/check.js';
import {openDatabase} from '../../source/db/open.js';
import {coreNodes} from '../../source/nodes/core-nodes.js';
import {createRegistry} from '../../source/nodes/registry.js';
import {createSandbox} from '../../source/sandbox/sandbox.js';
import {recorded} from '../../source/scheduler/journal.js';
import {confirmRunning} from '../../source/scheduler/operations/confirm-running.js';
import {finishInvocation} from '../../source/scheduler/operations/finish-invocation.js';
import {applyGraph} from '../../source/scheduler/operations/graph.js';
import {submitTasks} from '../../source/scheduler/operations/submit-tasks.js';
import {registerWorker} from '../../source/scheduler/operations/workers.js';
import {createScheduler} from '../../source/scheduler/scheduler.js';
import type {SchedulerSettings} from '../../source/scheduler/turn-context.js';
import type {RunRequest} from '../../source/scheduler/worker-link.js';
import {engineSettings} from './test-farm.js';
import {until} from './until.js';

/** How large everything is at the end of a day. */
export type Day = {
	readonly databaseBytes: number;
	/** Of these, what waits to be used again. */
	readonly freeBytes: number;
	readonly walBytes: number;
	readonly logBytes: number;
	readonly journalEntries: number;
	readonly groups: number;
	readonly tasks: number;
	/** After a collection. */
	readonly heapBytes: number;
	readonly memoryBytes: number;
};

const hourMs = 60 * 60 * 1000;

/**
A whole scheduler on real files, through days that pass as fast as it can: groups come and finish, their processes are played and leave logs, and what is old is removed.
*/
export const liveThrough = async ({
	days,
	groupsPerDay,
	retention,
	looksPerDay = 2,
	logBytes = 2000,
	onDay = () => undefined,
}: {
	readonly days: number;
	readonly groupsPerDay: number;
	readonly retention: SchedulerSettings['retention'];
	/** How often a day work comes and what is old is looked for. */
	readonly looksPerDay?: number;
	readonly logBytes?: number;
	readonly onDay?: (day: Day) => void;
}): Promise<{
	readonly days: readonly Day[];
	readonly groups: number;
	readonly tasks: number;
	/** Milliseconds, of the turn that took longest. */
	readonly longestTurnMs: number;
	readonly faults: readonly unknown[];
}> => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeblood-month-'));
	const database = await openDatabase(path.join(folder, 'farm.db'));
	const logFolder = path.join(folder, 'farm.logs');
	let now = Date.UTC(2026, 0, 1);
	const clock = {now: () => now, monotonic: () => performance.now()};
	const faults: unknown[] = [];
	const scheduler = createScheduler({
		database,
		registry: createRegistry(coreNodes),
		sandbox: await createSandbox(),
		settings: {...engineSettings, retention},
		farm: 'month',
		version: '0',
		pid: process.pid,
		ports: [{host: '127.0.0.1', port: 0}],
		keys: undefined,
		rotateKeys: async () => ({join_code: '', view_only_join_code: ''}),
		presetFiles: {save: async () => undefined, remove: async () => undefined},
		onTold: () => undefined,
		logFolder,
		clock,
		log: {
			info: () => undefined,
			warn(message) {
				faults.push(message);
			},
			error(message) {
				faults.push(message);
			},
		},
	});
	try {
		await scheduler.start(new AbortController().signal);
		const {loop} = scheduler;
		await loop.submit(applyGraph(graph, {prune: false, dryRun: false}));
		let processes = 0;

		/** Every fortieth does not start at first; each of the others writes its log and ends well. */
		const play = async ({invocation, attempt}: RunRequest): Promise<void> => {
			processes += 1;
			const measures = {
				started_at: now,
				finished_at: now,
				peak_memory_bytes: null,
				cpu_s: null,
				log_bytes: logBytes,
			};
			if (attempt === 1 && invocation % 40 === 0) {
				await loop.submit(
					finishInvocation({
						invocation,
						worker: id,
						outcome: {
							kind: 'not_started',
							message: 'There is no such program.',
						},
						measures,
					}),
				);
				return;
			}

			await loop.submit(confirmRunning(invocation, now));
			const log = path.join(logFolder, logPath(invocation));
			mkdirSync(path.dirname(log), {recursive: true});
			writeFileSync(log, 'x'.repeat(logBytes));
			await utimes(log, now / 1000, now / 1000);
			await loop.submit(
				finishInvocation({
					invocation,
					worker: id,
					outcome: {kind: 'exited', exit_code: 0},
					measures,
				}),
			);
		};

		const link = {
			run(request: RunRequest) {
				play(request).catch((error: unknown) => {
					faults.push(error);
				});
			},
			cancel: () => undefined,
			stop: () => undefined,
			close: () => undefined,
			address: '127.0.0.1:1',
			lastHeardAt: clock.now,
		};
		const {id} = await loop.submit(registerWorker(worker, link));

		const live = async (first: number, count: number): Promise<void> => {
			for (let index = first; index < first + count; index++) {
				const groups = [`shot ${index}`];
				void loop
					.submit(
						recorded(
							{...request, requestId: `request ${index}`},
							submitTasks(
								[
									{...submission, node: 'start', groups},
									{...submission, node: 'run', groups},
									...(index % 20 === 0
										? [
												{
													...submission,
													node: 'cut',
													groups,
													attributes: {frames: [1, 2, 3, 4, 5]},
												},
											]
										: []),
								],
								'tester',
							),
						),
					)
					.catch((error: unknown) => {
						faults.push(error);
					});
			}

			const wanted = processes + count;
			await until(
				async () => {
					await loop.submit(() => undefined);
					const {fleet, ready, queued} = loop.books;
					return processes >= wanted &&
						fleet.live.size === 0 &&
						ready.total() === 0 &&
						queued.advance.size === 0
						? true
						: undefined;
				},
				{what: 'the work of an hour to be done', within: 60_000},
			);
		};

		const amount = (sql: string): number =>
			database.writer.prepare<unknown[], {n: number}>(sql).get()?.n ?? 0;
		const measured: Day[] = [];
		let groups = 0;
		for (let day = 0; day < days; day++) {
			/* eslint-disable no-await-in-loop -- one hour after the other */
			for (let look = 0; look < looksPerDay; look++) {
				const count = Math.round(groupsPerDay / looksPerDay);
				await live(groups, count);
				groups += count;
				now += (24 / looksPerDay) * hourMs;
				await scheduler.removeOld();
			}

			const pageBytes = amount('SELECT page_size AS n FROM pragma_page_size()');
			measured.push({
				databaseBytes:
					pageBytes * amount('SELECT page_count AS n FROM pragma_page_count()'),
				freeBytes:
					pageBytes *
					amount('SELECT freelist_count AS n FROM pragma_freelist_count()'),
				walBytes: statSync(`${database.path}-wal`).size,
				logBytes: await sizeOf(logFolder),
				journalEntries: amount('SELECT count(*) AS n FROM journal'),
				groups: amount('SELECT count(*) AS n FROM groups'),
				tasks: amount('SELECT count(*) AS n FROM tasks'),
				heapBytes: collected(),
				memoryBytes: process.memoryUsage.rss(),
			});
			onDay(measured.at(-1)!);
			/* eslint-enable no-await-in-loop */
		}

		faults.push(...checkDatabase(database.writer));
		return {
			days: measured,
			groups,
			tasks: loop.books.lastTaskId,
			longestTurnMs: loop.turns().longestMs,
			faults,
		};
	} finally {
		await scheduler.stop();
		database.close();
		await rm(folder, {recursive: true, force: true});
	}
};

const graph = {
	nodes: {
		start: {type: 'null', parameters: {}},
		end: {type: 'null', parameters: {}},
		run: {type: 'command', parameters: {command: [{arg: 'true'}]}},
		cut: {
			type: 'attribute_splitter',
			parameters: {attribute: 'frames', chunk_size: 1},
		},
		gather: {type: 'split_waiter', parameters: {}},
		kill: {type: 'killer', parameters: {}},
	},
	connections: [
		'start -> end',
		'run -> kill',
		'cut -> gather',
		'gather -> kill',
	],
};

const worker = {
	name: 'w',
	machine_id: 'm',
	host: 'h',
	address: '127.0.0.1:1',
	type: 'standard',
	groups: [],
	capabilities: {},
	resources: {cpus: 64, memory_bytes: 2 ** 40, gpus: 0, gpu_memory_bytes: 0},
	resolver: 'trivial',
	version: '0',
	once: false,
	running: [],
	unreported: [],
} as const;

const request = {
	method: 'task.submit_many',
	params: {},
	client: 'test',
	user: 'tester',
	address: '127.0.0.1:1',
};
const submission = {attributes: {}, groups: [], priority: 0, paused: false};

const sizeOf = async (folder: string): Promise<number> => {
	let bytes = 0;
	for (const entry of await readdir(folder, {
		recursive: true,
		withFileTypes: true,
	})) {
		if (!entry.isFile()) {
			continue;
		}

		const {size} = await stat(path.join(entry.parentPath, entry.name)); // eslint-disable-line no-await-in-loop -- one after the other
		bytes += size;
	}

	return bytes;
};

/** What the heap has after everything that is not needed has gone from it. */
const collected = (): number => {
	v8.setFlagsFromString('--expose-gc');
	const collect = vm.runInNewContext('gc') as () => void;
	collect();

	return process.memoryUsage().heapUsed;
};
