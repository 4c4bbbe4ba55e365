export type Bell = {
	readonly ring: () => void;
	/** Resolves when it is rung; at once where it was since the last time. Only one may wait. */
	readonly rung: () => Promise<void>;
};

/** Wakes whoever waits for something to look at: no ring is missed, and many count as one. */
export const createBell = (): Bell => {
	let next = Promise.withResolvers<undefined>();
	return {
		ring() {
			next.resolve(undefined);
		},
		async rung() {
			await next.promise;
			next = Promise.withResolvers();
		},
	};
};
