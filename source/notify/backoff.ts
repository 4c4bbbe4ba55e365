/** A quarter of an hour. */
const longestMs = 15 * 60 * 1000;

/** Milliseconds until another attempt after so many failures in a row: twice as long each time, and each time a part of it by chance, so that many who wait do not come together. `chance` from 0 to 1. */
export const backoffMs = (
	failures: number,
	{firstMs, chance}: {readonly firstMs: number; readonly chance: number},
): number =>
	Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30)) *
	(0.75 + chance / 2);
