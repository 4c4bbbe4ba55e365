import type {Clock} from '../core/clock.js';

/** Takes some of what came, until this time by the clock or a little longer. Says whether there is more. */
export type ReadingStep = (until: number) => boolean;

/** The time that many connections have together for what they send. */
export type ReadingTurns = {
	/** Begins it, at once where there is time, and goes on with it until there is no more. */
	readonly enter: (step: ReadingStep) => void;
};

/**
Lets connections that only look take turns in being read: so many milliseconds for all of them in each round of the event loop, in which each has a part of that in one go. However many of them there are and whatever they send, a round takes no longer, and the farm's work, which needs several rounds from one task to the next, does not wait for them.
*/
export const createReadingTurns = ({
	clock,
	roundMs = 2,
	turnMs = 0.5,
}: {
	readonly clock: Clock;
	readonly roundMs?: number;
	readonly turnMs?: number;
}): ReadingTurns => {
	let waiting: ReadingStep[] = [];
	let next: NodeJS.Immediate | undefined;
	/** Until when somebody is read in this round; undefined: nobody was yet. */
	let roundEnd: number | undefined;

	const take = (step: ReadingStep, end: number): void => {
		if (step(Math.min(end, clock.monotonic() + turnMs))) {
			waiting.push(step);
		}
	};

	const go = (): void => {
		next = undefined;
		roundEnd = undefined;
		if (waiting.length === 0) {
			return;
		}

		const end = beginRound();
		while (clock.monotonic() < end) {
			const steps = waiting;
			waiting = [];
			for (const [index, step] of steps.entries()) {
				if (clock.monotonic() >= end) {
					waiting = [...steps.slice(index), ...waiting];
					break;
				}

				take(step, end);
			}

			if (waiting.length === 0) {
				return;
			}
		}
	};

	/** It lasts until the event loop has gone round. */
	const beginRound = (): number => {
		next ??= setImmediate(go);
		roundEnd ??= clock.monotonic() + roundMs;
		return roundEnd;
	};

	return {
		enter(step) {
			const end = beginRound();
			if (waiting.length === 0 && clock.monotonic() < end) {
				take(step, end);
			} else {
				waiting.push(step);
			}
		},
	};
};
