import type {Clock} from '../core/clock.js';
import type {InvocationId} from '../core/ids.js';
import type {ProcessTable} from './process-table.js';
import {membersOf, type Tree} from './process-tree.js';

export type Measured = {
	readonly peak_memory_bytes: number;
	readonly cpu_s: number;
};

export type Measurer = {
	/** `onMeasured` is called when there is something new to tell. */
	readonly add: (tree: Tree, onMeasured: (measured: Measured) => void) => void;
	readonly remove: (invocation: InvocationId) => void;
	readonly stop: () => void;
};

/** A process that is over sooner is not measured: hundreds of them a second must not be looked at. */
const firstAfterMs = 300;
const everyMs = 1500;
/** However many processes there are: no more than this part of the time is spent on looking. */
const mostOfTheTime = 0.01;

/** Looks at the trees of all invocations together, every now and then; never while nothing runs. */
export const createMeasurer = (table: ProcessTable, clock: Clock): Measurer => {
	const trees = new Map<
		InvocationId,
		{
			readonly tree: Tree;
			readonly onMeasured: (measured: Measured) => void;
			peak: number;
			cpu: number;
		}
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
				const members = membersOf(processes, entry.tree);
				const memory = members.reduce(
					(sum, member) => sum + member.resident_bytes,
					0,
				);
				// Of a child that nobody waited for the time is lost with it, so the sum may fall: the highest stays.
				const cpu = members.reduce((sum, member) => sum + member.cpu_s, 0);
				if (!(memory > entry.peak || cpu > entry.cpu)) {
					continue;
				}

				entry.peak = Math.max(entry.peak, memory);
				entry.cpu = Math.max(entry.cpu, cpu);
				entry.onMeasured({peak_memory_bytes: entry.peak, cpu_s: entry.cpu});
			}
		} catch {
			// A look that failed, as without `ps`, leaves things unmeasured; the next one may do better.
		}

		if (trees.size > 0) {
			arm(Math.max(everyMs, (clock.monotonic() - begun) / mostOfTheTime));
		}
	};

	return {
		add(tree, onMeasured) {
			trees.set(tree.invocation, {tree, onMeasured, peak: 0, cpu: 0});
			arm(firstAfterMs);
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
