import {setTimeout as delay} from 'node:timers/promises';
import {FarmError} from '../core/errors.js';
import type {ParamsInput, ResultOf} from '../net/messages/method.js';
import type {
	SchedulerMethods,
	SchedulerPeer,
} from '../net/scheduler-methods.js';

/** Requests to the scheduler that outlast its connections. */
export type SchedulerLine = {
	/** This worker is registered over this connection. */
	readonly connected: (peer: SchedulerPeer) => void;
	/**
	Wait for a connection where there is none, ask, and ask again on the next one where the connection ends before the answer, or after a while where the scheduler cannot write. So what changes something must say by itself that it is the same as before.

	Rejects with the signal's reason, or with what the scheduler has against it.
	*/
	readonly request: <Name extends keyof SchedulerMethods & string>(
		name: Name,
		params: ParamsInput<SchedulerMethods, Name>,
		signal: AbortSignal,
	) => Promise<ResultOf<SchedulerMethods, Name>>;
	/** Say it if there is a connection; whether it is heard does not matter. */
	readonly tell: <Name extends keyof SchedulerMethods & string>(
		name: Name,
		params: ParamsInput<SchedulerMethods, Name>,
	) => void;
};

const firstPauseMs = 500;
const longestPauseMs = 10_000;

export const createSchedulerLine = (): SchedulerLine => {
	let current: SchedulerPeer | undefined;
	const waiting = new Set<(peer: SchedulerPeer) => void>();

	/** In the order in which they asked. */
	const whenConnected = async (signal: AbortSignal): Promise<SchedulerPeer> => {
		signal.throwIfAborted();
		if (current !== undefined && !current.isClosed()) {
			return current;
		}

		return new Promise((resolve, reject) => {
			const take = (peer: SchedulerPeer): void => {
				signal.removeEventListener('abort', leave);
				resolve(peer);
			};

			const leave = (): void => {
				waiting.delete(take);
				reject(reasonOf(signal));
			};

			waiting.add(take);
			signal.addEventListener('abort', leave, {once: true});
		});
	};

	return {
		connected(peer) {
			current = peer;
			const takers = [...waiting];
			waiting.clear();
			for (const take of takers) {
				take(peer);
			}
		},
		async request(name, params, signal) {
			let pause = firstPauseMs;
			for (;;) {
				/* eslint-disable no-await-in-loop -- one connection after the other */
				const peer = await whenConnected(signal);
				try {
					return await peer.request(name, params, {signal});
				} catch (error) {
					signal.throwIfAborted();
					if (!(error instanceof FarmError)) {
						throw error;
					}

					if (error.code !== 'STORAGE' && error.code !== 'CLOSED') {
						throw error;
					}

					// A scheduler that is just stopping says so before the connection ends.
					if (!peer.isClosed()) {
						await delay(pause, undefined, {signal});
						pause = Math.min(pause * 2, longestPauseMs);
					}
				}
				/* eslint-enable no-await-in-loop */
			}
		},
		tell(name, params) {
			if (current !== undefined && !current.isClosed()) {
				current.request(name, params).catch(() => undefined);
			}
		},
	};
};

const reasonOf = (signal: AbortSignal): Error =>
	signal.reason instanceof Error
		? signal.reason
		: new FarmError('CLOSED', String(signal.reason));
