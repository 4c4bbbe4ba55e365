import type {Clock} from '../core/clock.js';
import type {LogFollower} from './follow-log.js';

export type Limits = {readonly stop: () => void};

type LimitOptions = {
	/** By the wall clock, since it may have been started by a worker before this one. */
	readonly startedAt: number;
	/** Seconds; 0: none. */
	readonly timeLimit: number;
	/** Seconds; 0: none. */
	readonly silenceLimit: number;
	/** When the log last grew, by the wall clock; undefined: never; unknown: that cannot be seen now. */
	readonly lastOutputAt: LogFollower['lastOutputAt'];
	readonly onPassed: (limit: 'time' | 'silence', message: string) => void;
	readonly clock: Clock;
};

/** Until it is looked again at a log that cannot be looked at. */
const askAgainMs = 1000;
// The longest that a timer can take.
const longestMs = 2 ** 31 - 1;

/** Watch an invocation's time and silence limits. The log is looked at only when the silence could be too long by then: no more than once per limit, but for one that cannot be looked at. */
export const watchLimits = ({
	startedAt,
	timeLimit,
	silenceLimit,
	lastOutputAt,
	onPassed,
	clock,
}: LimitOptions): Limits => {
	const timers: Partial<Record<'time' | 'silence', NodeJS.Timeout>> = {};
	let isOver = false;

	const pass = (limit: 'time' | 'silence', message: string): void => {
		isOver = true;
		onPassed(limit, message);
	};

	/** Looks at `remaining` when it should have come down to nothing, and again if it has not. */
	const watch = (
		limit: 'time' | 'silence',
		remaining: () => number,
		message: string,
	): void => {
		const look = (): void => {
			if (isOver) {
				return;
			}

			const left = remaining();
			if (left <= 0) {
				pass(limit, message);
				return;
			}

			timers[limit] = setTimeout(look, Math.min(Math.ceil(left), longestMs));
		};

		look();
	};

	if (timeLimit > 0) {
		// Only what went before us is taken from the wall clock: that may be set.
		const begun = clock.monotonic();
		const before = Math.max(0, clock.now() - startedAt);
		watch(
			'time',
			() => timeLimit * 1000 - before - (clock.monotonic() - begun),
			`It ran longer than its time limit of ${timeLimit} s.`,
		);
	}

	if (silenceLimit > 0) {
		watch(
			'silence',
			() => {
				const lastAt = lastOutputAt();
				return lastAt === 'unknown'
					? askAgainMs
					: Math.max(startedAt, lastAt ?? 0) +
							silenceLimit * 1000 -
							clock.now();
			},
			`It wrote nothing for its silence limit of ${silenceLimit} s.`,
		);
	}

	return {
		stop() {
			isOver = true;
			clearTimeout(timers.time);
			clearTimeout(timers.silence);
		},
	};
};
