import type {InvocationId} from '../core/ids.js';
import type {InvocationOutcome} from '../core/invocation.js';
import {findLeft, removeUnclaimed, whenGone, type Left} from './adopt.js';
import type {Cgroup} from './cgroup.js';
import {followInvocation, type Invocation} from './invocation.js';
import type {JobInterface} from './job-interface.js';
import {mapToHere} from './path-mapping.js';
import type {RunRequest} from './prepare-process.js';
import {endTree} from './process-tree.js';
import type {Progress} from './progress-pattern.js';
import type {InvocationEnd, Job, Recorded} from './record.js';
import {createRemains, removeRemains, type PendingLog} from './remains.js';
import {resolveEnvironment} from './resolve-environment.js';
import type {Resolved} from './resolvers/contract.js';
import {settleLeft} from './settle-left.js';
import {
	refuseInvocation,
	startInvocation,
	type RunAnswer,
	type Started,
	type Starting,
} from './start-invocation.js';
import {whyNotStarted} from './why-not-started.js';

export type Invocations = {
	/** Take up what a worker of this name left behind. Before anything else. */
	readonly recover: () => Promise<void>;
	/** The same invocation again is started once, and gets the same answer. */
	readonly run: (request: RunRequest) => Promise<RunAnswer>;
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
	/** How many run, or are just being started. */
	readonly count: () => number;
	/** Ended ones whose result nobody has acknowledged. */
	readonly unreported: () => readonly InvocationEnd[];
	/** The scheduler has the result. */
	readonly acknowledge: (invocation: InvocationId, isWanted: boolean) => void;
	readonly pendingLogs: () => readonly PendingLog[];
	readonly logSent: (invocation: InvocationId) => void;
	readonly log: (invocation: InvocationId) => string | undefined;
	/** A process says how far it is. */
	readonly report: (invocation: InvocationId, progress: Progress) => void;
	/** Resolves when each process that was just starting runs, or does not. */
	readonly whenStarted: () => Promise<void>;
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

/** One that is just being started, which takes milliseconds. */
type Coming = {
	readonly answer: Promise<RunAnswer>;
	/** Somebody wants it to end: all that was said of that, for when it runs. */
	readonly endings: Ending[];
};

type Ending = {
	readonly reason: InvocationOutcome;
	/** Seconds between TERM and KILL. */
	readonly grace: number;
	/** Nobody waits for its result. */
	readonly forget: boolean;
};

type InvocationsOptions = Omit<Starting, 'jobs' | 'onStarted'> & {
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
	jobs,
	onChange,
	onEnded,
	...given
}: InvocationsOptions): Invocations => {
	const {settings, tools} = given;
	const {folder, clock, table, records} = tools;
	const live = new Map<InvocationId, Invocation>();
	const coming = new Map<InvocationId, Coming>();
	const remains = createRemains();
	const attention = new AbortController();
	let idle: PromiseWithResolvers<void> | undefined;

	const tellIdle = (): void => {
		if (live.size > 0 || coming.size > 0) {
			return;
		}

		idle?.resolve();
		idle = undefined;
	};

	const follow = ({
		recorded,
		...started
	}: Started & {readonly recorded?: Recorded}): void => {
		const {job, record} = started;
		const invocation: Invocation = followInvocation({
			...started,
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
					removeRemains({job, record});
				} else {
					remains.keepResult(end, {job, record});
					onEnded(end);
				}

				tellIdle();
			},
		});
		live.set(job.invocation, invocation);
	};

	const starting: Starting = {...given, jobs, onStarted: follow};

	const resolve = ({environment}: RunRequest): Resolved => {
		try {
			return resolveEnvironment({
				request: environment && mapToHere(settings).environment(environment),
				fallback: settings.resolver,
				environment: settings.environment,
				packages: settings.packages,
			});
		} catch (error) {
			return {
				kind: 'failed',
				message: `The environment resolver failed: ${whyNotStarted(error)}`,
			};
		}
	};

	const start = async (request: RunRequest): Promise<RunAnswer> => {
		const {invocation} = request;
		const own = coming.get(invocation);
		try {
			return await startInvocation(
				{request, resolved: resolve(request)},
				starting,
			);
		} finally {
			coming.delete(invocation);
			for (const ending of own?.endings ?? []) {
				endLive(invocation, ending);
			}

			tellIdle();
		}
	};

	const endLive = (
		invocation: InvocationId,
		{reason, grace, forget}: Ending,
	): boolean => {
		const found = live.get(invocation);
		if (found === undefined) {
			return false;
		}

		if (forget) {
			found.forget();
		}

		found.end(reason, grace);
		return true;
	};

	const endOne = (invocation: InvocationId, ending: Ending): boolean => {
		const soon = coming.get(invocation);
		if (soon === undefined) {
			return endLive(invocation, ending);
		}

		soon.endings.push(ending);
		return true;
	};

	const endEach = (ending: Ending): void => {
		for (const invocation of [...coming.keys(), ...live.keys()]) {
			endOne(invocation, ending);
		}
	};

	const cancel: Invocations['cancel'] = (invocation, {grace, forget}) =>
		endOne(invocation, {reason: {kind: 'cancelled'}, grace, forget});

	const whenIdle = async (): Promise<void> => {
		if (live.size === 0 && coming.size === 0) {
			return;
		}

		idle ??= Promise.withResolvers<void>();
		await idle.promise;
	};

	const cgroupOf = ({cgroup}: Job): Cgroup | undefined =>
		cgroup === null ? undefined : tools.cgroups.find(cgroup);

	const settle = async ({
		record,
		recorded,
	}: Left['over'][number]): Promise<void> => {
		const {job} = recorded;
		const settled = await settleLeft(
			{record, recorded, cgroup: cgroupOf(job)},
			{settings, tools},
		);
		switch (settled.kind) {
			case 'forgotten': {
				removeRemains({job, record});
				break;
			}

			case 'reported': {
				remains.keepLog({job, record});
				break;
			}

			case 'ended': {
				const end = {invocation: job.invocation, ...settled.ended};
				remains.keepResult(end, {job, record});
				onEnded(end);
				break;
			}
		}
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
				...left.over.map(async (one) => settle(one)),
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

			const soon = coming.get(invocation);
			if (soon !== undefined) {
				return soon.answer;
			}

			if (remains.has(invocation)) {
				// Its result is on its way. The number of a process that is gone is of no use to anybody.
				return {kind: 'running', pid: 0};
			}

			// Not at once: it looks into `coming` itself.
			// eslint-disable-next-line unicorn/prefer-promise-try -- that would begin at once
			const answer = Promise.resolve().then(async () => start(request));
			coming.set(invocation, {answer, endings: []});
			return answer;
		},
		cancel,
		forget(invocation) {
			if (cancel(invocation, {grace: tools.killGrace(), forget: true})) {
				return;
			}

			remains.forget(invocation);
		},
		has: (invocation) => live.has(invocation) || coming.has(invocation),
		running: () => live.keys().toArray(),
		count: () => live.size + coming.size,
		unreported: remains.unreported,
		acknowledge: remains.acknowledge,
		pendingLogs: remains.pendingLogs,
		logSent: remains.logSent,
		log: (invocation) =>
			live.get(invocation)?.job.log ?? remains.log(invocation),
		report(invocation, progress) {
			live.get(invocation)?.report(progress);
		},
		async whenStarted() {
			await Promise.allSettled(
				Array.from(coming.values(), async ({answer}) => answer),
			);
		},
		async endAll(reason) {
			endEach({reason, grace: tools.killGrace(), forget: false});
			await whenIdle();
			await tools.sweeper.finish();
		},
		killAll() {
			endEach({reason: {kind: 'cancelled'}, grace: 0, forget: false});
		},
		async abandon() {
			endEach({
				reason: {kind: 'cancelled'},
				grace: tools.killGrace(),
				forget: true,
			});
			remains.forgetAll();
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
