/**
The time of day in milliseconds since 1970, finer than `Date.now()`: what a monotonic clock adds to a moment at which the time of day was seen to turn over. Make one shortly before it is used, as the two clocks drift apart.
*/
export const createWallClock = (): (() => number) => {
	const before = Date.now();
	let turned = Date.now();
	while (turned === before) {
		turned = Date.now();
	}

	const offset = turned - performance.now();
	return () => performance.now() + offset;
};
