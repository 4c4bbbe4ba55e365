import type {Clock} from '../core/clock.js';
import type {Invocation} from './invocation.js';

export type Notices = {
	readonly add: (invocation: Invocation, what: 'progress' | 'growth') => void;
	readonly remove: (invocation: Invocation['job']['invocation']) => void;
	readonly stop: () => void;
};

/** At most one a second of an invocation's progress, as the specification says; what merely grows is worth less. */
const pauseMs = {progress: 1000, growth: 3000} as const;

type Waiting = {readonly invocation: Invocation; readonly due: number};

/** Tells how invocations stand: at once, unless it was told lately; then when it may be told again, once for all that changed meanwhile. */
export const createNotices = (
	tell: (invocation: Invocation) => void,
	clock: Clock,
): Notices => {
	const toldAt = new Map<Invocation['job']['invocation'], number>();
	const waiting = new Map<Invocation['job']['invocation'], Waiting>();
	let timer: NodeJS.Timeout | undefined;
	let flushAt = Infinity;

	const arm = (inMs: number): void => {
		// Those that are due soon go together.
		const pause = Math.max(50, inMs);
		flushAt = clock.monotonic() + pause;
		timer = setTimeout(flush, pause);
	};

	const flush = (): void => {
		flushAt = Infinity;
		const now = clock.monotonic();
		let next = Infinity;
		for (const [id, {invocation, due}] of waiting) {
			if (due <= now) {
				waiting.delete(id);
				toldAt.set(id, now);
				tell(invocation);
			} else {
				next = Math.min(next, due);
			}
		}

		if (next < Infinity) {
			arm(next - now);
		}
	};

	return {
		add(invocation, what) {
			const id = invocation.job.invocation;
			const last = toldAt.get(id);
			const now = clock.monotonic();
			const due = Math.min(
				waiting.get(id)?.due ?? Infinity,
				last === undefined
					? what === 'progress'
						? now
						: now + pauseMs.progress
					: last + pauseMs[what],
			);
			waiting.set(id, {invocation, due});
			if (!(due < flushAt)) {
				return;
			}

			clearTimeout(timer);
			if (due <= now) {
				flush();
			} else {
				arm(due - now);
			}
		},
		remove(id) {
			toldAt.delete(id);
			waiting.delete(id);
		},
		stop() {
			clearTimeout(timer);
			waiting.clear();
		},
	};
};
