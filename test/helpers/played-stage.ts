import {inspect} from 'node:util';
import type {Clock} from '../../source/core/clock.js';
import {FarmError} from '../../source/core/errors.js';
import type {createPlayedFleet} from './played-fleet.js';
import type {TestFarm} from './test-farm.js';

/** What a play of random steps goes on. */
export type Stage = {
	readonly farm: TestFarm;
	readonly fleet: ReturnType<typeof createPlayedFleet>;
	/** Lets more time pass than a lost worker is waited for. */
	readonly passGrace: () => void;
};

/** They choose among what there is at that moment. */
export type Numbers = readonly [a: number, b: number, c: number];

export type PlayStep = (stage: Stage, numbers: Numbers) => Promise<void>;

export const groupNames = ['a', 'b', 'c'];

export const pick = <One>(
	from: readonly One[],
	number: number,
): One | undefined => from[number % Math.max(1, from.length)];

/** A clock that goes as the real one does, and can be put forward. */
export const createLeapingClock = (): Clock & {
	readonly leap: (milliseconds: number) => void;
} => {
	let ahead = 0;
	return {
		now: () => Date.now() + ahead,
		monotonic: () => performance.now(),
		leap(milliseconds) {
			ahead += milliseconds;
		},
	};
};

/** Waits for all. Refusals are part of the play; a defect is not. */
export const allDone = async (
	works: ReadonlyArray<Promise<unknown>>,
): Promise<void> => {
	const outcomes = await Promise.allSettled(works);
	const defect = outcomes.find(
		(outcome) => outcome.status === 'rejected' && !isRefusal(outcome.reason),
	);
	if (defect?.status === 'rejected') {
		throw new Error(`A step broke: ${inspect(defect.reason)}`);
	}
};

const isRefusal = (reason: unknown): boolean =>
	reason instanceof FarmError && reason.code !== 'INTERNAL';
