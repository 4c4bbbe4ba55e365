import {Worker} from 'node:worker_threads';
import {FarmError} from '../core/errors.js';
import type {Call} from './engine.js';
import type {ThreadAnswer, ThreadSettings} from './thread.js';

/** Threads that run what takes long. Started when they are first needed, and again when they die; without a call to run, they do not keep the process alive. */
export type Threads = {
	/**
	Calls of different keys take turns, so that one node's scripts that take long do not hold up another's.

	@throws {FarmError} `CLOSED` if all are stopped
	*/
	readonly call: (
		key: string,
		call: Call,
	) => Promise<ThreadAnswer | ThreadDeath>;
	readonly stop: () => Promise<void>;
};

/** The thread had to be ended, or, with a message, ended by itself. */
export type ThreadDeath = {readonly death: string | undefined};

type Job = {
	readonly key: string;
	readonly call: Call;
	readonly resolve: (answer: ThreadAnswer | ThreadDeath) => void;
	readonly reject: (error: unknown) => void;
};

export const createThreads = (
	settings: ThreadSettings,
	count: number,
): Threads => {
	const idle: Worker[] = [];
	const running = new Map<
		Worker,
		{readonly job: Job; readonly watchdog: NodeJS.Timeout}
	>();
	// In order of whose turn it is: a key goes to the end when one of its jobs was taken.
	const waiting = new Map<string, Job[]>();
	let stopped = false;

	const take = (): Job | undefined => {
		const [first] = waiting;
		if (first === undefined || stopped) {
			return undefined;
		}

		const [key, jobs] = first;
		const job = jobs.shift();
		waiting.delete(key);
		if (jobs.length > 0) {
			waiting.set(key, jobs);
		}

		return job;
	};

	const next = (): void => {
		while (running.size < count) {
			const job = take();
			if (job === undefined) {
				return;
			}

			run(idle.pop() ?? start(), job);
		}
	};

	const start = (): Worker => {
		const worker = new Worker(threadUrl, {
			workerData: settings,
			env: {},
			// QuickJS's own limit for calls within calls comes first.
			resourceLimits: {stackSizeMb: 16},
		});
		worker.on('message', (answer: ThreadAnswer) => {
			// Its end is waited for, which only what it holds open brings about.
			if (stopped) {
				return;
			}

			worker.unref();
			idle.push(worker);
			finish(worker, answer);
		});
		let death: string | undefined;
		// Followed by 'exit'.
		worker.on('error', (cause) => {
			death = cause instanceof Error ? cause.message : String(cause);
		});
		worker.on('exit', () => {
			const index = idle.indexOf(worker);
			if (index !== -1) {
				idle.splice(index, 1);
			}

			finish(worker, {death});
		});
		return worker;
	};

	const finish = (worker: Worker, answer: ThreadAnswer | ThreadDeath): void => {
		const current = running.get(worker);
		running.delete(worker);
		clearTimeout(current?.watchdog);
		current?.job.resolve(answer);
		next();
	};

	const run = (worker: Worker, job: Job): void => {
		// The thread stops by itself at its limit; this is for what nobody has thought of.
		const watchdog = setTimeout(
			() => {
				void worker.terminate();
			},
			slackMs + settings.timeLimitMs * job.call.sources.length * 20,
		);
		watchdog.unref();
		running.set(worker, {job, watchdog});
		worker.ref();
		worker.postMessage(job.call);
	};

	return {
		async call(key, call) {
			return new Promise((resolve, reject) => {
				if (stopped) {
					reject(closed());
					return;
				}

				const jobs = waiting.get(key) ?? [];
				jobs.push({key, call, resolve, reject});
				waiting.set(key, jobs);
				next();
			});
		},
		async stop() {
			stopped = true;
			const workers = [...idle, ...running.keys()];
			for (const {job, watchdog} of running.values()) {
				clearTimeout(watchdog);
				job.reject(closed());
			}

			for (const job of waiting.values().toArray().flat()) {
				job.reject(closed());
			}

			running.clear();
			waiting.clear();
			await Promise.all(workers.map(async (worker) => worker.terminate()));
		},
	};
};

const slackMs = 5000;

const closed = (): FarmError =>
	new FarmError(
		'CLOSED',
		'The sandbox is stopping; what was to run there did not.',
	);

const threadUrl = new URL(
	import.meta.url.endsWith('.ts') ? 'thread.ts' : 'sandbox-thread.js',
	import.meta.url,
);
