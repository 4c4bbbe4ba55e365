import type {InvocationOutcome} from '../core/invocation.js';
import type {MemoryNotes} from './cgroup.js';
import type {MemoryLimit} from './settings.js';

/** All that is known of an invocation's memory. */
export type MemoryUse = {
	/** Bytes that were reserved for it; 0: none, or nobody minds. */
	readonly limit: number;
	/** The largest measured; 0: none was. */
	readonly peak: number;
	/** Of its control group, where the kernel looks after that. */
	readonly notes: MemoryNotes | undefined;
	/** What the worker does where the kernel does not. */
	readonly mode: MemoryLimit;
};

type OverLimit = Extract<InvocationOutcome, {readonly kind: 'limit'}>;

/** Why it has to end, or was ended, for going over its limit; undefined: it did not. */
export const overMemory = ({
	limit,
	peak,
	notes,
	mode,
}: MemoryUse): OverLimit | undefined => {
	if (notes !== undefined && notes.kills > 0 && notes.timesFull > 0) {
		return outcome(
			`It needed more memory than the ${gibibytes(notes.limit)} that were reserved for it (memory_gb), and was killed${reachedText(notes.peak > 0 ? notes.peak : peak)}.`,
		);
	}

	return mode === 'always' && !isHeld(notes) && limit > 0 && peak > limit
		? outcome(
				`It used more memory than the ${gibibytes(limit)} that were reserved for it (memory_gb), and was ended${reachedText(peak)}.`,
			)
		: undefined;
};

/** How one that is over ended, where it was for memory: its own limit, or that its machine had no more; undefined: it was not. `noted` is how its program ended, as far as that is known. */
export const endForMemory = (
	use: MemoryUse,
	noted: InvocationOutcome | undefined,
): OverLimit | undefined => {
	const over = overMemory(use);
	// It may have coped with the loss of a process.
	const isGood = noted?.kind === 'exited' && noted.exit_code === 0;
	return over ?? (isGood ? undefined : outOfMemory(use));
};

const outOfMemory = ({limit, peak, notes}: MemoryUse): OverLimit | undefined =>
	notes !== undefined && notes.kills > 0
		? outcome(
				`Its machine ran out of memory, and the system killed a process of it${reachedText(Math.max(peak, notes.peak))}; ${limit > 0 ? `${gibibytes(limit)} were` : 'nothing was'} reserved for it (memory_gb).`,
			)
		: undefined;

/** A line for the log of one that went over its memory and was let be. */
export const memoryRemark = ({
	limit,
	peak,
	notes,
	mode,
}: MemoryUse): string | undefined =>
	mode === 'auto' && !isHeld(notes) && limit > 0 && peak > limit
		? `[lifeblood: this used ${gibibytes(peak)} of memory, more than the ${gibibytes(limit)} that were reserved for it (memory_gb)]`
		: undefined;

/** The most that it used, in bytes; undefined: it was not measured. Of one that was killed between two looks the kernel knows more. */
export const peakOf = (
	{peak, notes}: MemoryUse,
	outcome: InvocationOutcome,
): number | undefined => {
	const most =
		outcome.kind === 'limit' && outcome.limit === 'memory'
			? Math.max(peak, notes?.peak ?? 0)
			: peak;
	return most > 0 ? most : undefined;
};

const isHeld = (notes: MemoryNotes | undefined): boolean =>
	notes !== undefined && notes.limit > 0;

const outcome = (message: string): OverLimit => ({
	kind: 'limit',
	limit: 'memory',
	message,
});

const reachedText = (peak: number): string =>
	peak > 0 ? `; it had reached ${gibibytes(peak)}` : '';

/** As nodes have it, in two decimals or two digits. */
const gibibytes = (bytes: number): string => {
	const amount = bytes / 1024 ** 3;
	return `${Number(amount < 1 ? amount.toPrecision(2) : amount.toFixed(2))} GiB`;
};
