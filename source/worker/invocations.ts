import fs from 'node:fs';
import type {InvocationId} from '../core/ids.js';
import type {InvocationOutcome} from '../core/invocation.js';
import {logPath, marksPath} from '../core/log-path.js';
import type {ResultOf} from '../net/messages/method.js';
import type {schedulerToWorker} from '../net/messages/worker.js';
import {findLeft, removeUnclaimed, whenGone} from './adopt.js';
import type {Cgroup} from './cgroup.js';
import {
	followInvocation,
	removePlaces,
	type Invocation,
	type Life,
	type Tools,
} from './invocation.js';
import {createLogMarker} from './log-marker.js';
import {endForMemory, peakOf} from './memory-limit.js';
import {mapToHere} from './path-mapping.js';
import {
	prepareProcess,
	type Prepared,
	type RunRequest,
} from './prepare-process.js';
import {endTree} from './process-tree.js';
import type {FindProgram} from './program-cache.js';
import {
	type InvocationEnd,
	type Job,
	type Record,
	type Recorded,
} from './record.js';
import type {JobInterface} from './job-interface.js';
import {createJobToken} from './job-token.js';
import type {Progress} from './progress-pattern.js';
import {resolveEnvironment} from './resolve-environment.js';
import type {Resolved} from './resolvers/contract.js';
import type {WorkerSettings} from './settings.js';
import {openLog} from './open-log.js';
import {spawnWrapped} from './spawn-wrapped.js';
import {isMachineTrouble} from './trouble.js';

export type RunAnswer = ResultOf<typeof schedulerToWorker, 'invocation.run'>;

/** A log that is only here, of an invocation whose result was told. */
export type PendingLog = {
	readonly invocation: InvocationId;
	readonly file: string;
};

export type Invocations = {
	/** Take up what a worker of this name left behind. Before anything else. */
	readonly recover: () => Promise<void>;
	/** The same invocation again is started once, and gets the same answer. */
	readonly run: (request: RunRequest) => RunAnswer | Promise<RunAnswer>;
	/** False: it is not here, or over. */
	readonly cancel: (
		invocation: InvocationId,
		how: {readonly grace: number; readonly forget: boolean},
	) => boolean;
	/** What was given up: end it if it runs, and report nothing. */
	readonly forget: (invocation: InvocationId) => void;
	/** Whether it runs, or is just being started. */
	readonly has: (invocation: InvocationId) => boolean;
	readonly running: () => readonly InvocationId[];
	/** Ended ones whose result nobody has acknowledged. */
	readonly unreported: () => readonly InvocationEnd[];
	/** The scheduler has the result. */
	readonly acknowledge: (invocation: InvocationId, isWanted: boolean) => void;
	readonly pendingLogs: () => readonly PendingLog[];
	readonly logSent: (invocation: InvocationId) => void;
	readonly log: (invocation: InvocationId) => string | undefined;
	/** A process says how far it is. */
	readonly report: (invocation: InvocationId, progress: Progress) => void;
	/** End everything, and wait until nothing runs. */
	readonly endAll: (reason: InvocationOutcome) => Promise<void>;
	/** Kill everything at once. */
	readonly killAll: () => void;
	/** Forget everything there is, for it is of another farm. */
	readonly abandon: () => Promise<void>;
	/** Resolves when nothing runs. */
	readonly whenIdle: () => Promise<void>;
	/** Look at nothing any more, and clear up. */
	readonly detach: () => void;
};

/** What is still there of an invocation that is over. */
type Left = {readonly job: Job; readonly record: Record};

type InvocationsOptions = {
	readonly settings: WorkerSettings;
	readonly tools: Tools;
	readonly findProgram: FindProgram;
	/** The folder of logs that is shared with the scheduler; undefined: there is none. */
	readonly sharedLogs: () => string | undefined;
	/** Where they are let in while they run. */
	readonly jobs: Omit<JobInterface, 'stop'>;
	readonly onChange: (
		invocation: Invocation,
		what: 'progress' | 'growth',
	) => void;
	readonly onEnded: (end: InvocationEnd) => void;
};

/** Everything that runs on this worker, and what of it is not told yet. */
export const createInvocations = ({
	settings,
	tools,
	findProgram,
	sharedLogs,
	jobs,
	onChange,
	onEnded,
}: InvocationsOptions): Invocations => {
	const {folder, clock, table, records} = tools;
	const live = new Map<InvocationId, Invocation>();
	const starting = new Map<
		InvocationId,
		{readonly answer: Promise<RunAnswer>; cancelled: boolean}
	>();
	const ended = new Map<
		InvocationId,
		{readonly end: InvocationEnd; readonly left: Left}
	>();
	const logs = new Map<InvocationId, Left>();
	const attention = new AbortController();
	let idle: PromiseWithResolvers<void> | undefined;

	const follow = ({
		job,
		pid,
		record,
		cgroup,
		life,
		recorded,
	}: {
		readonly job: Job;
		readonly pid: number;
		readonly record: Record;
		readonly cgroup: Cgroup | undefined;
		readonly life: Life;
		readonly recorded?: Recorded;
	}): Invocation => {
		const invocation: Invocation = followInvocation({
			job,
			pid,
			record,
			cgroup,
			life,
			tools,
			...(recorded !== undefined && {recorded}),
			onChange,
			onEnding() {
				jobs.interrupt(job.invocation);
			},
			onEnded(end) {
				live.delete(job.invocation);
				jobs.close(job.invocation);
				if (invocation.isForgotten()) {
					remove({job, record});
				} else {
					ended.set(job.invocation, {end, left: {job, record}});
					onEnded(end);
				}

				if (live.size > 0) {
					return;
				}

				idle?.resolve();
				idle = undefined;
			},
		});
		live.set(job.invocation, invocation);
		return invocation;
	};

	/** Nothing of an invocation that could not be started stays. */
	const refuse = (
		invocation: InvocationId,
		message: string,
		{
			kind = 'not_started',
			scratch = null,
		}: {
			readonly kind?: 'not_started' | 'unable';
			readonly scratch?: Job['scratch'];
		} = {},
	): RunAnswer => {
		jobs.close(invocation);
		removePlaces({invocation, scratch}, tools);
		return {kind, message: message.slice(0, 60_000)};
	};

	const start = (
		request: RunRequest,
		resolved: Resolved,
	): RunAnswer | Promise<RunAnswer> => {
		const {invocation} = request;
		if (resolved.kind === 'failed') {
			return refuse(invocation, resolved.message);
		}

		let record: Record | undefined;
		let prepared: Prepared | undefined;
		let cgroup: Cgroup | undefined;
		const fail = (error: unknown): RunAnswer => {
			record?.remove();
			if (cgroup !== undefined) {
				tools.cgroups.release(cgroup);
			}

			return refuse(invocation, whyNot(error), {
				kind: isMachineTrouble(error) ? 'unable' : 'not_started',
				scratch: prepared?.scratch ?? null,
			});
		};

		try {
			const token = createJobToken();
			const laidOut = prepareProcess({
				request,
				resolved,
				settings,
				folder,
				findProgram,
				pool: tools.pool,
				spares: tools.spares,
				jobs: {address: jobs.address(), token},
			});
			prepared = laidOut;
			const limit =
				settings.memory_limit === 'never' || !request.process.memory_is_limit
					? 0
					: request.resources.memory_bytes;
			const made = tools.cgroups.make(invocation, limit);
			cgroup = made;
			const shared = sharedLogs();
			const job: Job = {
				invocation,
				task: request.task,
				started_at: clock.now(),
				time_limit_s: request.process.time_limit_s,
				silence_limit_s: request.process.silence_limit_s,
				progress_regex: request.process.progress_regex,
				log: `${shared ?? folder.logs}/${logPath(invocation)}`,
				is_local: shared === undefined,
				scratch: laidOut.scratch,
				cgroup: made?.folder ?? null,
				memory_limit_bytes: limit,
				token,
			};
			const begun = records.begin(job);
			record = begun;
			// Before it starts: it may have something to say at once.
			jobs.open(invocation, token);
			const gone = Promise.withResolvers<NodeJS.Signals | undefined>();
			const begin = (pid: number): RunAnswer => {
				follow({
					job,
					pid,
					record: begun,
					cgroup: made,
					life: {
						kind: 'child',
						whenGone: gone.promise,
						program: laidOut.program,
					},
				});
				return {kind: 'running', pid};
			};

			const pid = spawnWrapped(laidOut, {
				log: openLog(job.log),
				record: begun.descriptor,
				cgroup: made,
				onExit: gone.resolve,
			});
			return pid instanceof Promise
				? pid.then((value) => begin(value)).catch(fail)
				: begin(pid);
		} catch (error) {
			return fail(error);
		}
	};

	const startResolved = async (
		request: RunRequest,
		resolved: Promise<Resolved>,
	): Promise<RunAnswer> => {
		try {
			const made = await resolved.catch((error: unknown): Resolved => ({
				kind: 'failed',
				message: `The environment resolver failed: ${whyNot(error)}`,
			}));
			return starting.get(request.invocation)?.cancelled === true
				? refuse(request.invocation, 'It was cancelled before it started.')
				: await start(request, made);
		} finally {
			starting.delete(request.invocation);
		}
	};

	const cancel: Invocations['cancel'] = (invocation, {grace, forget}) => {
		const coming = starting.get(invocation);
		if (coming !== undefined) {
			coming.cancelled = true;
			return true;
		}

		const found = live.get(invocation);
		if (found === undefined) {
			return false;
		}

		if (forget) {
			found.forget();
		}

		found.end({kind: 'cancelled'}, grace);
		return true;
	};

	const whenIdle = async (): Promise<void> => {
		if (live.size === 0) {
			return;
		}

		idle ??= Promise.withResolvers<void>();
		await idle.promise;
	};

	const cgroupOf = ({cgroup}: Job): Cgroup | undefined =>
		cgroup === null ? undefined : tools.cgroups.find(cgroup);

	/** Settle one that ended while no worker looked. Whatever of it still runs is ended first. */
	const settleLeft = async (
		record: Record,
		recorded: Recorded,
	): Promise<void> => {
		const {job, notes} = recorded;
		const cgroup = cgroupOf(job);
		await endTree({
			tree: {invocation: job.invocation, group: undefined, cgroup},
			table,
			clock,
			grace: tools.killGrace,
		});
		const used = {
			limit: job.memory_limit_bytes,
			peak: 0,
			notes: cgroup?.memory(),
			mode: settings.memory_limit,
		};
		if (cgroup !== undefined) {
			tools.cgroups.release(cgroup);
		}

		if (recorded.ended === undefined) {
			createLogMarker({
				file: marksPath(job.log),
				read: undefined,
				clock: {...clock, now: () => recorded.changedAt},
			}).finish(sizeOf(job.log), notes.end?.positions);
		}

		removePlaces(job, tools);
		if (recorded.isForgotten) {
			remove({job, record});
			return;
		}

		if (recorded.isReported) {
			record.settle();
			logs.set(job.invocation, {job, record});
			return;
		}

		const outcome =
			recorded.reason ??
			endForMemory(used, notes.end?.outcome) ??
			notes.end?.outcome ??
			({
				kind: 'vanished',
				message: `Nothing was noted of how the process ended: it was gone, with its wrapper, when the worker on ${settings.host} came back.`,
			} as const);
		const found = recorded.ended ?? {
			outcome,
			measures: {
				started_at: Math.round(job.started_at),
				finished_at: Math.round(recorded.changedAt),
				peak_memory_bytes: peakOf(used, outcome) ?? null,
				cpu_s: notes.end?.cpu_s ?? null,
				log_bytes: sizeOf(job.log),
			},
		};
		if (recorded.ended === undefined) {
			record.write('ended', found);
		}

		record.settle();
		const end = {invocation: job.invocation, ...found};
		ended.set(job.invocation, {end, left: {job, record}});
		onEnded(end);
	};

	return {
		async recover() {
			const left = await findLeft({folder, records, table});
			tools.pool.clear(
				left.running.flatMap(({recorded}) => recorded.job.scratch ?? []),
			);
			removeUnclaimed(folder, left);
			for (const {record, recorded, pid} of left.running) {
				if (recorded.job.token !== undefined) {
					jobs.open(recorded.job.invocation, recorded.job.token);
				}

				follow({
					job: recorded.job,
					pid,
					record,
					cgroup: cgroupOf(recorded.job),
					recorded,
					life: {
						kind: 'adopted',
						whenGone: whenGone(pid, table, attention.signal),
					},
				});
			}

			// Not before it knows all their tokens: whoever is refused asks no more.
			await jobs.start();
			await Promise.all([
				...left.over.map(async ({record, recorded}) =>
					settleLeft(record, recorded),
				),
				...left.strays.map(async (invocation) =>
					endTree({
						tree: {invocation, group: undefined},
						table,
						clock,
						grace: tools.killGrace,
					}),
				),
			]);
			// What has no record was about to start.
			tools.cgroups.clear(
				left.running.flatMap(({recorded}) => recorded.job.cgroup ?? []),
			);
		},
		async run(request) {
			const {invocation} = request;
			const running = live.get(invocation);
			if (running !== undefined) {
				return {kind: 'running', pid: running.pid};
			}

			const coming = starting.get(invocation);
			if (coming !== undefined) {
				return coming.answer;
			}

			if (ended.has(invocation) || logs.has(invocation)) {
				// Its result is on its way. The number of a process that is gone is of no use to anybody.
				return {kind: 'running', pid: 0};
			}

			const resolved = resolveEnvironment({
				request:
					request.environment &&
					mapToHere(settings).environment(request.environment),
				fallback: settings.resolver,
				environment: settings.environment,
				packages: settings.packages,
			});
			if (!(resolved instanceof Promise)) {
				return start(request, resolved);
			}

			// Not at once: it looks into `starting` itself.
			// eslint-disable-next-line unicorn/prefer-promise-try -- that would begin at once
			const answer = Promise.resolve().then(async () =>
				startResolved(request, resolved),
			);
			starting.set(invocation, {answer, cancelled: false});
			return answer;
		},
		cancel,
		forget(invocation) {
			if (cancel(invocation, {grace: tools.killGrace(), forget: true})) {
				return;
			}

			const found = ended.get(invocation);
			if (found === undefined) {
				return;
			}

			ended.delete(invocation);
			remove(found.left);
		},
		has: (invocation) => live.has(invocation) || starting.has(invocation),
		running: () => live.keys().toArray(),
		unreported: () => Array.from(ended.values(), ({end}) => end),
		acknowledge(invocation, isWanted) {
			const found = ended.get(invocation);
			if (found === undefined) {
				return;
			}

			ended.delete(invocation);
			if (isWanted && found.left.job.is_local) {
				found.left.record.write('reported');
				logs.set(invocation, found.left);
			} else {
				remove(found.left);
			}
		},
		pendingLogs: () =>
			[...logs].map(([invocation, {job}]) => ({invocation, file: job.log})),
		logSent(invocation) {
			const left = logs.get(invocation);
			if (left === undefined) {
				return;
			}

			logs.delete(invocation);
			remove(left);
		},
		log: (invocation) =>
			live.get(invocation)?.job.log ??
			ended.get(invocation)?.left.job.log ??
			logs.get(invocation)?.job.log,
		report(invocation, progress) {
			live.get(invocation)?.report(progress);
		},
		async endAll(reason) {
			for (const coming of starting.values()) {
				coming.cancelled = true;
			}

			for (const invocation of live.values()) {
				invocation.end(reason, tools.killGrace());
			}

			await Promise.all(
				Array.from(starting.values(), async ({answer}) => answer),
			);
			await whenIdle();
			await tools.sweeper.finish();
		},
		killAll() {
			for (const invocation of live.values()) {
				invocation.end({kind: 'cancelled'}, 0);
			}
		},
		async abandon() {
			for (const invocation of live.values()) {
				invocation.forget();
				invocation.end({kind: 'cancelled'}, tools.killGrace());
			}

			for (const {left} of ended.values()) {
				remove(left);
			}

			ended.clear();
			for (const left of logs.values()) {
				remove(left);
			}

			logs.clear();
			await whenIdle();
		},
		whenIdle,
		detach() {
			attention.abort();
			records.clear();
			tools.spares.clear();
			tools.pool.clear(
				live
					.values()
					.map(({job}) => job.scratch)
					.filter((scratch) => scratch !== null)
					.toArray(),
			);
		},
	};
};

/** Of an invocation that is over; a log that is only here goes with the record. */
const remove = ({job, record}: Left): void => {
	if (job.is_local) {
		fs.rmSync(job.log, {force: true});
		fs.rmSync(marksPath(job.log), {force: true});
	}

	record.remove();
};

const sizeOf = (log: string): number =>
	fs.statSync(log, {throwIfNoEntry: false})?.size ?? 0;

const whyNot = (error: unknown): string => {
	if (!(error instanceof Error)) {
		return String(error);
	}

	const code = 'code' in error ? error.code : undefined;
	switch (code) {
		case 'E2BIG': {
			return 'The arguments and the environment are larger than the system takes for one process. Large attributes can be read from the file that LIFEBLOOD_ATTRIBUTES names.';
		}

		case 'EMFILE':
		case 'ENFILE': {
			return `No more files can be opened on this machine (${error.message}).`;
		}

		case 'EAGAIN': {
			return `This machine takes no more processes (${error.message}).`;
		}

		case 'ENOSPC': {
			return `The disk is full (${error.message}).`;
		}

		default: {
			return error.message;
		}
	}
};
