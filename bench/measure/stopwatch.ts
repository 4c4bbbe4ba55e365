/** Seconds since it was made. */
export const stopwatch = (): (() => number) => {
	const from = performance.now();
	return () => (performance.now() - from) / 1000;
};
