import type {InvocationId} from '../core/ids.js';
import {logPath} from '../core/log-path.js';
import type {ResultOf} from '../net/messages/method.js';
import type {schedulerToWorker} from '../net/messages/worker.js';
import type {Cgroup} from './cgroup.js';
import {removePlaces, type Life, type Tools} from './invocation.js';
import type {JobInterface} from './job-interface.js';
import {createJobToken} from './job-token.js';
import {openLog} from './open-log.js';
import {
	prepareProcess,
	type Prepared,
	type RunRequest,
} from './prepare-process.js';
import type {FindProgram} from './program-cache.js';
import type {Job, Record} from './record.js';
import type {Resolved} from './resolvers/contract.js';
import type {WorkerSettings} from './settings.js';
import {spawnWrapped} from './spawn-wrapped.js';
import {isMachineTrouble} from './trouble.js';
import {whyNotStarted} from './why-not-started.js';

export type RunAnswer = ResultOf<typeof schedulerToWorker, 'invocation.run'>;

/** The process of an invocation, with what belongs to it. */
export type Started = {
	readonly job: Job;
	readonly pid: number;
	readonly record: Record;
	readonly cgroup: Cgroup | undefined;
	readonly life: Life;
};

/** What is needed to start one. */
export type Starting = {
	readonly settings: WorkerSettings;
	readonly tools: Tools;
	readonly findProgram: FindProgram;
	/** The folder of logs that is shared with the scheduler; undefined: there is none. */
	readonly sharedLogs: () => string | undefined;
	/** Where they are let in while they run. */
	readonly jobs: Pick<JobInterface, 'address' | 'open' | 'close'>;
	/** It runs. */
	readonly onStarted: (started: Started) => void;
};

/** Start the process of an invocation. One that cannot be started leaves nothing behind. */
export const startInvocation = async (
	{
		request,
		resolved,
	}: {readonly request: RunRequest; readonly resolved: Resolved},
	starting: Starting,
): Promise<RunAnswer> => {
	const {settings, tools, findProgram, sharedLogs, jobs, onStarted} = starting;
	const {folder, clock, records} = tools;
	const {invocation} = request;
	if (resolved.kind === 'failed') {
		return refuseInvocation({invocation, message: resolved.message}, starting);
	}

	let record: Record | undefined;
	let prepared: Prepared | undefined;
	let cgroup: Cgroup | undefined;
	const fail = (error: unknown): RunAnswer => {
		record?.remove();
		if (cgroup !== undefined) {
			tools.cgroups.release(cgroup);
		}

		return refuseInvocation(
			{
				invocation,
				message: whyNotStarted(error),
				kind: isMachineTrouble(error) ? 'unable' : 'not_started',
				scratch: prepared?.scratch ?? null,
			},
			starting,
		);
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
		const pid = await spawnWrapped(laidOut, {
			log: openLog(job.log),
			record: begun.descriptor,
			cgroup: made,
			onExit: gone.resolve,
		});
		onStarted({
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
	} catch (error) {
		return fail(error);
	}
};

/** The answer for one that does not start; nothing of it stays. */
export const refuseInvocation = (
	{
		invocation,
		message,
		kind = 'not_started',
		scratch = null,
	}: {
		readonly invocation: InvocationId;
		readonly message: string;
		readonly kind?: 'not_started' | 'unable';
		readonly scratch?: Job['scratch'];
	},
	{jobs, tools}: Pick<Starting, 'jobs' | 'tools'>,
): RunAnswer => {
	jobs.close(invocation);
	removePlaces({invocation, scratch}, tools);
	return {kind, message: message.slice(0, 60_000)};
};
