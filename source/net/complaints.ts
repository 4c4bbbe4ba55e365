import type {Clock} from '../core/clock.js';

const atMostEveryMs = 1000;

/** Passes on one message a second and counts the others, so that a flood of them fills no log. */
export const createComplaints = (
	clock: Clock,
	tell: (message: string) => void,
): ((message: string) => void) => {
	let lastTold = -Infinity;
	let untold = 0;
	return (message) => {
		const now = clock.monotonic();
		if (now - lastTold < atMostEveryMs) {
			untold += 1;
			return;
		}

		tell(untold === 0 ? message : `${message} (And ${untold} like it before.)`);
		lastTold = now;
		untold = 0;
	};
};
