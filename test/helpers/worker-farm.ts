import {fork, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {ExecutionContext} from 'ava';
import {systemClock} from '../../source/core/clock.js';
import {connect} from '../../source/net/connect.js';
import {createFarmKey, toJoinCode} from '../../source/net/key.js';
import type {WorkerSettings} from '../../source/worker/settings.js';
import {createWorker, type Worker} from '../../source/worker/worker.js';
import {startFakeScheduler, type FakeScheduler} from './fake-scheduler.js';
import {until} from './until.js';

export type WorkerFarm = {
	readonly scheduler: FakeScheduler;
	readonly folder: string;
	readonly settings: WorkerSettings;
	/** What workers within the test said. */
	readonly said: readonly string[];
	/** A worker within the test. Started at once. */
	readonly worker: () => {
		readonly worker: Worker;
		readonly ended: Promise<void>;
	};
	/** A worker as a process of its own. */
	readonly process: () => Promise<ChildProcess>;
	/** Processes that carry the mark of this farm's workers; none of them is a worker. */
	readonly marked: () => readonly number[];
};

type Options = Omit<Parameters<typeof startFakeScheduler>[0], 'key'> & {
	readonly settings?: Partial<WorkerSettings>;
};

/** A scheduler's end and a place for workers. At the end all workers are stopped, and nothing of them may run. */
export const workerFarm = async (
	t: ExecutionContext,
	{settings: more = {}, ...options}: Options = {},
): Promise<WorkerFarm> => {
	const folder = fs.realpathSync(
		fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-worker-')),
	);
	const key = createFarmKey();
	const scheduler = await startFakeScheduler({key, ...options});
	const workers: Array<{worker: Worker; ended: Promise<void>}> = [];
	const processes: ChildProcess[] = [];
	const said: string[] = [];
	const settings: WorkerSettings = {
		name: 'tester',
		machine_id: 'machine',
		host: 'here',
		type: 'standard',
		groups: [],
		capabilities: {},
		resources: {cpus: 8, memory_bytes: 1e9, gpus: 0, gpu_memory_bytes: 0},
		version: '1',
		once: false,
		state_folder: path.join(folder, 'state'),
		scratch_folder: path.join(folder, 'scratch'),
		environment: {PATH: process.env['PATH'] ?? '', FROM_WORKER: 'yes'},
		packages: {},
		resolver: {resolver: 'trivial', arguments: {}},
		log_limit_bytes: 64 * 1024 * 1024,
		grace_s: null,
		kill_grace_s: null,
		memory_limit: 'auto',
		control_groups: 'auto',
		path_mapping: {},
		path_attributes: ['file', '*_path'],
		runtime: {bin: undefined, python: undefined},
		...more,
	};

	const marked = (): number[] =>
		fs
			.readdirSync('/proc')
			.filter((name) => /^\d+$/v.test(name))
			.filter((pid) => {
				try {
					return (
						fs
							.readFileSync(`/proc/${pid}/environ`)
							.includes(`LIFEBLOOD_ATTRIBUTES=${folder}/`) &&
						!/^\d+ \(.*\) Z/sv.test(
							fs.readFileSync(`/proc/${pid}/stat`, 'latin1'),
						)
					);
				} catch {
					return false;
				}
			})
			.map(Number);

	t.teardown(async () => {
		for (const {worker} of workers) {
			worker.stop('now');
		}

		const alive = processes.filter(
			(one) => one.exitCode === null && one.signalCode === null,
		);
		for (const child of alive) {
			const exit = once(child, 'exit');
			child.kill('SIGTERM');
			await exit; // eslint-disable-line no-await-in-loop -- one after the other
		}

		await Promise.all(workers.map(async ({ended}) => ended));
		await scheduler.stop();
		const left = marked();
		for (const pid of left) {
			process.kill(pid, 'SIGKILL');
		}

		fs.rmSync(folder, {recursive: true, force: true});
		if (left.length > 0) {
			throw new Error(`Processes were left running: ${left.join(', ')}`);
		}
	});

	return {
		scheduler,
		folder,
		settings,
		said,
		marked,
		worker() {
			const worker = createWorker({
				settings,
				dial: async (onRequest, signal) =>
					connect({
						address: scheduler.address,
						key,
						hello: {role: 'worker', version: '1', name: settings.name},
						onRequest,
						clock: systemClock,
						signal,
					}),
				clock: systemClock,
				say(text) {
					said.push(text);
				},
			});
			const started = {worker, ended: worker.run()};
			// A test that expects the end to be a failure awaits it itself.
			workers.push({worker, ended: started.ended.catch(() => undefined)});
			return started;
		},
		async process() {
			const before = scheduler.registrations.length;
			const child = fork(path.join(import.meta.dirname, 'worker-process.ts'), {
				execArgv: ['--import=tsx'],
				stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
			});
			processes.push(child);
			child.send(
				JSON.stringify({
					settings,
					address: scheduler.address,
					joinCode: toJoinCode(key),
				}),
			);
			await until(
				() => (scheduler.registrations.length > before ? true : undefined),
				{what: 'the worker process to register', within: 30_000},
			);
			return child;
		},
	};
};
