/** Where time comes from, so that tests can bring their own. */
export type Clock = {
	/** Wall-clock time in milliseconds since 1970, UTC. */
	readonly now: () => number;
	/** Milliseconds that never go back, from an arbitrary start. */
	readonly monotonic: () => number;
};

export const systemClock: Clock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
};
