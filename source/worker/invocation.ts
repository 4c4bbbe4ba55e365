import type {Clock} from '../core/clock.js';
import type {InvocationOutcome} from '../core/invocation.js';
import {marksPath} from '../core/log-path.js';
import type {Cgroup} from './cgroup.js';
import type {Cgroups} from './cgroups.js';
import {findProgram} from './find-program.js';
import {followLog} from './follow-log.js';
import {watchLimits} from './limits.js';
import {createLogMarker} from './log-marker.js';
import type {Measured, Measurer} from './measure.js';
import {
	endForMemory,
	memoryRemark,
	overMemory,
	peakOf,
	type MemoryUse,
} from './memory-limit.js';
import {hasOutputsTo, positionsOf, tellsPositions} from './output-positions.js';
import type {Prepared} from './prepare-process.js';
import {sendSignal, type ProcessTable} from './process-table.js';
import {endTree} from './process-tree.js';
import {createProgressPattern, type Progress} from './progress-pattern.js';
import {createProgressReader} from './progress.js';
import type {Pulse} from './pulse.js';
import type {InvocationEnd, Job, Record, Recorded, Records} from './record.js';
import {remark} from './remark.js';
import {removeFolder, type ScratchPool} from './scratch.js';
import type {MemoryLimit} from './settings.js';
import type {SpareFiles} from './spare-files.js';
import type {Sweeper} from './sweeper.js';
import type {StateFolder} from './state-folder.js';
import type {LogTrimmer} from './trim-log.js';

/** What all invocations of a worker share. */
export type Tools = {
	readonly clock: Clock;
	readonly pulse: Pulse;
	readonly table: ProcessTable;
	readonly measurer: Measurer;
	readonly sweeper: Sweeper;
	readonly cgroups: Cgroups;
	readonly folder: StateFolder;
	readonly pool: ScratchPool;
	readonly records: Records;
	readonly trimmer: LogTrimmer;
	readonly spares: SpareFiles;
	/** Bytes kept of a log. */
	readonly logLimit: () => number;
	/** Seconds between TERM and KILL where nobody says otherwise. */
	readonly killGrace: () => number;
	readonly memoryLimit: () => MemoryLimit;
};

export type Invocation = {
	readonly job: Job;
	readonly pid: number;
	/** End its processes. The first reason counts, the shortest grace too. */
	readonly end: (reason: InvocationOutcome, grace: number) => void;
	/** Nobody waits for its result. */
	readonly forget: () => void;
	readonly isForgotten: () => boolean;
	/** Its process says how far it is, beside what its output says. */
	readonly report: (progress: Progress) => void;
	readonly state: () => Standing;
};

/** Characters of what a job says of its state. */
const longestStatus = 4096;

/** How an invocation stands, for whoever watches. */
export type Standing = {
	readonly percent: number | undefined;
	readonly status: string | undefined;
	readonly measured: Measured | undefined;
	readonly logBytes: number;
};

/** How to learn of the wrapper's end: it is our child, or, adopted from a worker before us, it is watched. */
export type Life =
	| {
			readonly kind: 'child';
			readonly whenGone: Promise<NodeJS.Signals | undefined>;
			readonly program: Prepared['program'];
	  }
	| {readonly kind: 'adopted'; readonly whenGone: Promise<void>};

type InvocationOptions = {
	readonly job: Job;
	readonly pid: number;
	readonly record: Record;
	readonly cgroup: Cgroup | undefined;
	readonly life: Life;
	readonly tools: Tools;
	/** What an earlier worker had already begun. */
	readonly recorded?: Recorded;
	readonly onChange: (
		invocation: Invocation,
		what: 'progress' | 'growth',
	) => void;
	/** It is being ended. */
	readonly onEnding: () => void;
	/** Once, when nothing of it runs any more; its result is on disk. */
	readonly onEnded: (end: InvocationEnd) => void;
};

/** One running process tree with all that belongs to it, until it is over. */
export const followInvocation = ({
	job,
	pid,
	record,
	cgroup,
	life,
	tools,
	recorded,
	onChange,
	onEnding,
	onEnded,
}: InvocationOptions): Invocation => {
	const {clock, table} = tools;
	const tree = {invocation: job.invocation, group: pid, cgroup};
	let reason = recorded?.reason;
	let isForgotten = recorded?.isForgotten ?? false;
	let failure: string | undefined;
	let grace = Infinity;
	let ending: Promise<void> | undefined;
	let standing: Standing = {
		percent: undefined,
		status: undefined,
		measured: undefined,
		logBytes: 0,
	};

	const endProcesses = async (): Promise<void> => {
		ending ??= (async () => {
			try {
				await endTree({
					tree,
					table,
					clock,
					grace: () => (grace === Infinity ? tools.killGrace() : grace),
				});
			} catch {
				// Without a look at the processes (no `ps`, no file descriptor left) the group is all that can be reached.
				sendSignal(-pid, 'SIGKILL');
				cgroup?.kill();
			}
		})();
		return ending;
	};

	const end = (why: InvocationOutcome, within: number): void => {
		grace = Math.min(grace, within);
		if (reason === undefined) {
			reason = why;
			record.write('reason', why);
		}

		onEnding();
		void endProcesses();
	};

	const follower = followLog({
		file: job.log,
		reader: createProgressReader(createProgressPattern(job.progress_regex)),
		marker: createLogMarker({
			file: marksPath(job.log),
			read:
				tellsPositions() &&
				(life.kind === 'child' || hasOutputsTo(pid, job.log))
					? positionsOf(pid)
					: undefined,
			clock,
		}),
		pulse: tools.pulse,
		limit: tools.logLimit(),
		trimmer: tools.trimmer,
		onGrowth(progress) {
			const told = changed(progress);
			failure = progress.failure ?? failure;
			standing = {...standing, ...told, logBytes: follower.size()};
			onChange(
				invocation,
				Object.keys(told).length > 0 ? 'progress' : 'growth',
			);
		},
	});

	const limits = watchLimits({
		startedAt: job.started_at,
		timeLimit: job.time_limit_s,
		silenceLimit: job.silence_limit_s,
		lastOutputAt: follower.lastOutputAt,
		onPassed(limit, message) {
			end({kind: 'limit', limit, message}, tools.killGrace());
		},
		clock,
	});

	const memory = (): MemoryUse => ({
		limit: job.memory_limit_bytes,
		peak: standing.measured?.peak_memory_bytes ?? 0,
		notes: cgroup?.memory(),
		mode: tools.memoryLimit(),
	});

	const endIfOver = (): void => {
		const over = overMemory(memory());
		if (over !== undefined) {
			// Nor does the kernel ask first; and meanwhile it would take the memory of others.
			end(over, 0);
		}
	};

	// The kernel kills one process. Those that wait for it would do so for ever.
	const watch =
		job.memory_limit_bytes > 0 ? cgroup?.watchMemory(endIfOver) : undefined;
	tools.measurer.add({
		tree,
		limit: job.memory_limit_bytes,
		isHeld: () => tools.memoryLimit() === 'always',
		onLook(measured, hasChanged) {
			if (hasChanged) {
				standing = {...standing, measured};
				onChange(invocation, 'growth');
			}

			endIfOver();
		},
	});

	const onGone = async (signal: NodeJS.Signals | undefined): Promise<void> => {
		limits.stop();
		watch?.[Symbol.dispose]();
		tools.measurer.remove(job.invocation);
		const finishedAt = clock.now();
		const read = record.read();
		const notes = read?.notes;
		// The wrapper goes last; whoever is still in its group was left behind. And where the wrapper itself was killed, all may still be there.
		const isLeft = sendSignal(-pid, 'SIGTERM');
		const used = memory();
		if (
			ending !== undefined ||
			isLeft ||
			notes?.end === undefined ||
			isInUse(cgroup)
		) {
			await endProcesses();
		}

		if (cgroup !== undefined) {
			tools.cgroups.release(cgroup);
		}

		remark(job.log, memoryRemark(used));
		const logBytes = follower.finish(notes?.end?.positions);
		const outcome = outcomeOf({
			reason,
			failure,
			recorded: read,
			signal,
			life,
			used,
		});
		tools.sweeper.add(job.invocation);
		const ended = {
			outcome,
			measures: {
				started_at: Math.round(job.started_at),
				finished_at: Math.round(
					life.kind === 'adopted' ? endOf(read, finishedAt) : finishedAt,
				),
				peak_memory_bytes: peakOf(used, outcome) ?? null,
				cpu_s: notes?.end?.cpu_s ?? standing.measured?.cpu_s ?? null,
				log_bytes: logBytes,
				...saidOf(standing),
			},
		};
		record.write('ended', ended);
		record.settle();
		removePlaces(job, tools);
		onEnded({invocation: job.invocation, ...ended});
	};

	const invocation: Invocation = {
		job,
		pid,
		end,
		forget() {
			isForgotten = true;
			record.write('forgotten');
		},
		isForgotten: () => isForgotten,
		report(progress) {
			standing = {...standing, ...changed(progress)};
			onChange(invocation, 'progress');
		},
		state: () => standing,
	};

	void life.whenGone.then(async (signal) => onGone(signal ?? undefined));

	if (reason !== undefined || isForgotten) {
		end(reason ?? {kind: 'cancelled'}, tools.killGrace());
	}

	return invocation;
};

/** An adopted one may have ended while nobody looked. */
const endOf = (recorded: Recorded | undefined, seenAt: number): number =>
	recorded?.notes.end === undefined
		? seenAt
		: Math.min(seenAt, recorded.changedAt);

/** It is removed at once, where it can be: somebody may be in it still where it cannot. */
const isInUse = (cgroup: Cgroup | undefined): boolean =>
	cgroup?.remove() === false && cgroup.processes().length > 0;

/** Remove what an invocation had for itself. Its log and record stay. */
export const removePlaces = (
	{invocation, scratch}: Pick<Job, 'invocation' | 'scratch'>,
	{folder, pool, spares}: Pick<Tools, 'folder' | 'pool' | 'spares'>,
): void => {
	spares.give(folder.attributesOf(invocation));
	if (scratch !== null) {
		pool.give(scratch);
	}

	removeFolder(folder.filesOf(invocation));
};

const changed = ({percent, status}: Progress): Partial<Standing> => ({
	...(percent !== undefined && {percent}),
	...(status !== undefined && {status: status.slice(0, longestStatus)}),
});

/** With its end goes what it said last: that may be newer than what was told while it ran. */
const saidOf = ({
	percent,
	status,
}: Standing): Pick<InvocationEnd['measures'], 'percent' | 'status'> => ({
	...(percent !== undefined && {percent}),
	...(status !== undefined && {status}),
});

type Evidence = {
	readonly reason: InvocationOutcome | undefined;
	readonly failure: string | undefined;
	readonly recorded: Recorded | undefined;
	/** What ended the wrapper. */
	readonly signal: NodeJS.Signals | undefined;
	readonly life: Life;
	readonly used: MemoryUse;
};

const outcomeOf = ({
	reason,
	failure,
	recorded,
	signal,
	life,
	used,
}: Evidence): InvocationOutcome => {
	if (reason !== undefined) {
		return reason;
	}

	const noted = recorded?.notes.end?.outcome;
	const memory = endForMemory(used, noted);
	if (memory !== undefined) {
		return memory;
	}

	if (failure !== undefined) {
		return {kind: 'failed', message: failure.slice(0, 60_000)};
	}

	if (noted === undefined) {
		return signal === undefined
			? {
					kind: 'vanished',
					message:
						'The process is gone, and nothing was noted of how it ended: it and its wrapper were killed together, or the disk was full.',
				}
			: {kind: 'signalled', signal};
	}

	// What a shell says when the program is not there, or cannot be executed: it went after it was looked for.
	if (
		life.kind === 'child' &&
		noted.kind === 'exited' &&
		(noted.exit_code === 126 || noted.exit_code === 127)
	) {
		const found = findProgram(life.program);
		if (found.kind === 'missing') {
			return {kind: 'not_started', message: found.message};
		}
	}

	return noted;
};
