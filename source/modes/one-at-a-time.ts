/** Runs what it is given one after the other, each to its end, well or not. */
export const oneAtATime = () => {
	let last: Promise<unknown> = Promise.resolve();
	return async <Result>(work: () => Promise<Result>): Promise<Result> => {
		const before = last;
		const next = (async () => {
			await before;
			return work();
		})();
		last = next.catch(() => undefined);
		return next;
	};
};
