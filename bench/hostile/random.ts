/** Decisions that a seed replays. */
export type Random = {
	/** From 0 up to, but never, 1. */
	readonly next: () => number;
	/** A whole number from 0 up to, but never, this. */
	readonly below: (limit: number) => number;
	/** One of a list that is not empty. */
	readonly pick: <Value>(values: readonly Value[]) => Value;
	readonly bytes: (count: number) => Uint8Array;
};

/** Mulberry32: small, and good enough to be a nuisance. */
export const createRandom = (seed: number): Random => {
	let state = seed % 2 ** 32;
	/* eslint-disable no-bitwise -- it is made of bits */
	const next = (): number => {
		state = (state + 0x6d_2b_79_f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	/* eslint-enable no-bitwise */

	const below = (limit: number): number => Math.floor(next() * limit);
	return {
		next,
		below,
		pick(values) {
			const value = values[below(values.length)];
			if (value === undefined) {
				throw new Error('There is nothing to pick from.');
			}

			return value;
		},
		bytes: (count) =>
			Uint8Array.from({length: Math.floor(count)}, () => below(256)),
	};
};
