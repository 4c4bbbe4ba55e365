import {setTimeout as delay} from 'node:timers/promises';
import type {Clock} from '../../core/clock.js';
import {FarmError} from '../../core/errors.js';
import type {TurnLoop} from '../turn-loop.js';

export type Health =
	{readonly isWell: true} | {readonly isWell: false; readonly why: string};

/** A turn that is not committed by then is stuck; in milliseconds. */
const patienceMs = 5000;
/** How often it is looked meanwhile whether it is known why. */
const lookMs = 100;
/** An answer holds for so long: it costs a write to the disk. */
const freshMs = 1000;

/** Whether the scheduler does its work, by letting it do a little: a turn that writes. */
export const createHealth = ({
	loop,
	clock,
}: {
	readonly loop: Pick<TurnLoop, 'submit' | 'trouble'>;
	readonly clock: Clock;
}): (() => Promise<Health>) => {
	let last: {readonly at: number; readonly health: Health} | undefined;

	const write = async (): Promise<Health> => {
		try {
			await loop.submit(({desk, statements}) => {
				desk.touch();
				statements.farm.put.run('checked_at', String(desk.now()));
			});
			return {isWell: true};
		} catch (error) {
			return ill(error instanceof FarmError ? error.message : 'A turn failed.');
		}
	};

	const look = async (): Promise<Health> => {
		const trouble = loop.trouble();
		if (trouble) {
			return ill(trouble.message);
		}

		const tired = new AbortController();
		try {
			return await Promise.race([write(), stuck(loop, tired.signal)]);
		} finally {
			tired.abort();
		}
	};

	return async () => {
		if (last === undefined || clock.monotonic() - last.at >= freshMs) {
			const health = await look();
			last = {at: clock.monotonic(), health};
		}

		return last.health;
	};
};

/** What holds the turn up, once that is known, or only that it is. */
const stuck = async (
	{trouble}: Pick<TurnLoop, 'trouble'>,
	signal: AbortSignal,
): Promise<Health> => {
	for (
		let waited = 0;
		waited < patienceMs && !trouble() && !signal.aborted;
		waited += lookMs
	) {
		try {
			await delay(lookMs, undefined, {signal, ref: false}); // eslint-disable-line no-await-in-loop -- until then
		} catch {
			// It was written in time.
		}
	}

	return ill(
		trouble()?.message ??
			`No turn was committed for ${patienceMs / 1000} seconds.`,
	);
};

/** One line, whatever it was. */
const ill = (why: string): Health => ({
	isWell: false,
	why: why.replaceAll(/\s+/gv, ' '),
});
