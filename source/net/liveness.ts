import type {Clock} from '../core/clock.js';

export type Liveness = {
	/** Bytes came. Costs no timer. */
	readonly heard: () => void;
	readonly stop: () => void;
};

/**
Asks when nothing was heard for `pingAfterMs`, and gives up when nothing came for `closeAfterMs`. Infinite: never does either.

One timer for each connection, set anew only when it fires: what comes and goes meanwhile costs nothing.
*/
export const watchLiveness = ({
	clock,
	pingAfterMs,
	closeAfterMs,
	isPaused,
	ping,
	giveUp,
}: {
	readonly clock: Clock;
	readonly pingAfterMs: number;
	readonly closeAfterMs: number;
	/** Nothing can be heard, since this side does not read at present. */
	readonly isPaused: () => boolean;
	readonly ping: () => void;
	readonly giveUp: () => void;
}): Liveness => {
	let lastHeard = clock.monotonic();
	let due = lastHeard + pingAfterMs;

	const look = (): void => {
		const now = clock.monotonic();
		// This side itself was stopped or busy (a laptop's sleep, a debugger): what came meanwhile is not read yet, so ask before judging.
		const late = now - due > pingAfterMs;
		if (late || isPaused()) {
			lastHeard = Math.max(lastHeard, now - pingAfterMs);
		}

		const silence = now - lastHeard;
		if (silence >= closeAfterMs) {
			giveUp();
			return;
		}

		if (silence >= pingAfterMs) {
			ping();
		}

		const wait = Math.min(
			silence >= pingAfterMs ? pingAfterMs : pingAfterMs - silence,
			closeAfterMs - silence,
		);
		due = now + wait;
		timer = setTimeout(look, wait).unref();
	};

	let timer =
		pingAfterMs === Infinity
			? undefined
			: setTimeout(look, pingAfterMs).unref();

	return {
		heard() {
			lastHeard = clock.monotonic();
		},
		stop() {
			clearTimeout(timer);
		},
	};
};
