import fs from 'node:fs';
import type {Clock} from '../core/clock.js';
import type {InvocationId} from '../core/ids.js';
import type {ProcessEntry, ProcessTable} from './process-table.js';
import {membersOf, type Tree} from './process-tree.js';

export type Measured = {
	readonly peak_memory_bytes: number;
	readonly cpu_s: number;
};

type Watched = {
	readonly tree: Tree;
	/** Bytes that it is not to go over; 0: as much as it likes. */
	readonly limit: number;
	/** Whether it is ended for going over, and so looked at more often. */
	readonly isHeld: () => boolean;
	/** Called at every look. */
	readonly onLook: (measured: Measured, hasChanged: boolean) => void;
};

export type Measurer = {
	readonly add: (watched: Watched) => void;
	/** What is held has changed: look soon. */
	readonly hurry: () => void;
	readonly remove: (invocation: InvocationId) => void;
	readonly stop: () => void;
};

/** A process that is over sooner is not measured: hundreds of them a second must not be looked at. */
const firstAfterMs = 300;
const everyMs = 1500;
/** Where going over the limit ends it. */
const heldEveryMs = 250;
/** However many processes there are: no more than this part of the time is spent on looking. */
const mostOfTheTime = 0.01;
/** What goes over must end before it takes the memory of others. */
const mostOfTheTimeHeld = 0.1;
/** A look takes long also where the machine does something else just then: that is no reason not to look for minutes. */
const longestPauseMs = 10_000;

/** Looks at the trees of all invocations together, every now and then; never while nothing runs. */
export const createMeasurer = (table: ProcessTable, clock: Clock): Measurer => {
	const trees = new Map<
		InvocationId,
		{readonly watched: Watched; peak: number; cpu: number}
	>();
	let timer: NodeJS.Timeout | undefined;
	let due = Infinity;

	const arm = (inMs: number): void => {
		const at = clock.monotonic() + inMs;
		if (!(at < due)) {
			return;
		}

		due = at;
		clearTimeout(timer);
		timer = setTimeout(() => {
			void look();
		}, inMs);
	};

	const look = async (): Promise<void> => {
		due = Infinity;
		timer = undefined;
		if (trees.size === 0) {
			return;
		}

		const begun = clock.monotonic();
		try {
			const processes = await table.read();
			for (const entry of trees.values()) {
				const {tree, limit, onLook} = entry.watched;
				const members = membersOf(processes, tree);
				const memory = Math.max(
					memoryOf(members, limit),
					...members.map((member) => highestOf(member)),
				);
				// Of a child that nobody waited for the time is lost with it, so the sum may fall: the highest stays.
				const cpu = members.reduce((sum, member) => sum + member.cpu_s, 0);
				const hasChanged = memory > entry.peak || cpu > entry.cpu;
				entry.peak = Math.max(entry.peak, memory);
				entry.cpu = Math.max(entry.cpu, cpu);
				onLook({peak_memory_bytes: entry.peak, cpu_s: entry.cpu}, hasChanged);
			}
		} catch {
			// A look that failed, as without `ps`, leaves things unmeasured; the next one may do better.
		}

		if (trees.size === 0) {
			return;
		}

		const isHeld = trees
			.values()
			.some(({watched: {limit, isHeld}}) => limit > 0 && isHeld());
		arm(
			Math.max(
				isHeld ? heldEveryMs : everyMs,
				Math.min(
					longestPauseMs,
					(clock.monotonic() - begun) /
						(isHeld ? mostOfTheTimeHeld : mostOfTheTime),
				),
			),
		);
	};

	return {
		add(watched) {
			trees.set(watched.tree.invocation, {watched, peak: 0, cpu: 0});
			arm(watched.limit > 0 && watched.isHeld() ? heldEveryMs : firstAfterMs);
		},
		hurry() {
			arm(heldEveryMs);
		},
		remove(invocation) {
			trees.delete(invocation);
		},
		stop() {
			trees.clear();
			clearTimeout(timer);
			due = Infinity;
		},
	};
};

/** What several processes share counts once for each of them here, which is no matter until it would be over the limit; only then the kernel is asked to divide it, which takes longer. */
const memoryOf = (members: readonly ProcessEntry[], limit: number): number => {
	const sum = members.reduce(
		(bytes, member) => bytes + member.resident_bytes,
		0,
	);
	return limit > 0 && sum > limit && members.length > 1
		? members.reduce((bytes, member) => bytes + shareOf(member), 0)
		: sum;
};

/** The most that a process has used at any time since it began to execute its program, between two looks too; what several used together is only known for the moment of a look. 0 where the system does not tell. */
const highestOf = ({pid}: ProcessEntry): number => {
	try {
		const kibibytes = /^VmHWM:\s+(?<kibibytes>\d+) kB$/mv.exec(
			fs.readFileSync(`/proc/${pid}/status`, 'latin1'),
		)?.groups?.['kibibytes'];
		return Number(kibibytes ?? 0) * 1024;
	} catch {
		// Not on Linux, or gone.
		return 0;
	}
};

const shareOf = ({pid, resident_bytes: resident}: ProcessEntry): number => {
	try {
		const kibibytes = /^Pss:\s+(?<kibibytes>\d+) kB$/mv.exec(
			fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'),
		)?.groups?.['kibibytes'];
		return kibibytes === undefined ? resident : Number(kibibytes) * 1024;
	} catch {
		// Not on Linux, not ours to look at, or gone.
		return resident;
	}
};
