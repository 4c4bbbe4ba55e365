import {setTimeout as delay} from 'node:timers/promises';
import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {Welcome} from '../net/connect.js';
import type {ResultOf} from '../net/messages/method.js';
import type {
	schedulerToWorker,
	workerToScheduler,
} from '../net/messages/worker.js';
import type {Call} from '../net/peer.js';
import type {SchedulerPeer} from '../net/scheduler-methods.js';

export type SchedulerRequest = Call<typeof schedulerToWorker>;

/** Find a scheduler, connect to it and say hello. Asked anew for every connection: a scheduler that was started again may be elsewhere. */
export type Dial = (
	onRequest: (request: SchedulerRequest) => void,
	signal: AbortSignal,
) => Promise<{readonly peer: SchedulerPeer; readonly welcome: Welcome}>;

type SessionOptions = {
	readonly dial: Dial;
	readonly onRequest: (request: SchedulerRequest) => void;
	/** Says who this worker is, and puts itself in order with the answer. */
	readonly register: (peer: SchedulerPeer, welcome: Welcome) => Promise<void>;
	readonly onLost: () => void;
	/** A line for people. */
	readonly say: (text: string) => void;
	readonly clock: Clock;
};

export type Session = {
	/** Keep connected until the signal. Rejects where the first connection shows that trying again is of no use: a wrong key, another version, a faulty configuration. */
	readonly run: (signal: AbortSignal) => Promise<void>;
	readonly close: () => Promise<void>;
};

const firstPauseMs = 100;
const longestPauseMs = 5000;
/** A connection that held so long was a good one: the next pause is short again. */
const goodAfterMs = 10_000;

/** The one connection to the scheduler, made again whenever it ends. The pauses grow, and are spread so that a thousand workers do not come at once. */
export const createSession = ({
	dial,
	onRequest,
	register,
	onLost,
	say,
	clock,
}: SessionOptions): Session => {
	let current: SchedulerPeer | undefined;

	/** Resolves when the connection has ended; says whether it was ever of use. */
	const connectOnce = async (signal: AbortSignal): Promise<void> => {
		const connected = await dial(onRequest, signal);
		current = connected.peer;
		let isRegistered = false;
		try {
			signal.throwIfAborted();
			await register(connected.peer, connected.welcome);
			isRegistered = true;
			say(
				`connected to ${connected.peer.address}, farm "${connected.welcome.farm}"`,
			);
			const reason = await connected.peer.closed;
			if (!signal.aborted) {
				say(`${reason} Running processes go on; trying again`);
			}
		} finally {
			connected.peer.close('The worker ends the connection.');
			if (isRegistered) {
				onLost();
			}
		}
	};

	return {
		async run(signal) {
			let pause = firstPauseMs;
			let wasConnected = false;
			let lastTrouble = '';
			while (!signal.aborted) {
				const begun = clock.monotonic();
				try {
					/* eslint-disable no-await-in-loop -- one connection after the other */
					await connectOnce(signal);
					wasConnected = true;
					lastTrouble = '';
				} catch (error) {
					if (signal.aborted) {
						return;
					}

					if (!wasConnected && isHopeless(error)) {
						throw error;
					}

					const trouble =
						error instanceof Error ? error.message : String(error);
					if (trouble !== lastTrouble) {
						say(trouble);
						lastTrouble = trouble;
					}
				}

				if (clock.monotonic() - begun > goodAfterMs) {
					pause = firstPauseMs;
				}

				await delay(pause * (0.5 + Math.random()), undefined, {signal}).catch(
					() => undefined,
				);
				/* eslint-enable no-await-in-loop */
				pause = Math.min(pause * 1.6, longestPauseMs);
			}
		},
		async close() {
			current?.close('The worker stops.');
			await current?.closed;
		},
	};
};

const isHopeless = (error: unknown): boolean =>
	!(error instanceof FarmError) ||
	!['UNREACHABLE', 'CLOSED', 'TIMEOUT', 'CONFLICT', 'STORAGE'].includes(
		error.code,
	);
