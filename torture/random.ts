import {createHash} from 'node:crypto';

/** Decisions of a run, the same for the same seed. */
export type Random = {
	/** At least 0, below 1. */
	readonly next: () => number;
	/** A whole number, at least 0 and below `count`; 0 for an empty choice. */
	readonly below: (count: number) => number;
	/** At least `from`, below `to`. */
	readonly between: (from: number, to: number) => number;
	readonly chance: (probability: number) => boolean;
	/** @throws {RangeError} for an empty list */
	readonly pick: <T>(list: readonly T[]) => T;
};

/**
Numbers for one purpose. Each purpose has a sequence of its own, so that what one draws never moves what another one gets.
*/
export const createRandom = (seed: number, purpose: string): Random => {
	let drawn = 0;
	const next = (): number => {
		drawn++;
		return (
			createHash('sha256')
				.update(`${seed} ${purpose} ${drawn}`)
				.digest()
				.readUInt32BE() /
			2 ** 32
		);
	};

	const below = (count: number): number => Math.floor(next() * count);
	return {
		next,
		below,
		between: (from, to) => from + next() * (to - from),
		chance: (probability) => next() < probability,
		pick<T>(list: readonly T[]): T {
			if (list.length === 0) {
				throw new RangeError('There is nothing to choose from.');
			}

			return list[below(list.length)] as T;
		},
	};
};
