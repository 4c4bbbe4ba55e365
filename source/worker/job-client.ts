import type {Socket} from 'node:net';
import type {InvocationId} from '../core/ids.js';
import type {jobToWorker} from '../net/messages/job.js';
import type {Call} from '../net/peer.js';

/** A running invocation, as the job interface knows it. */
export type JobClient = {
	readonly invocation: InvocationId;
	/** Aborted when it is being ended: from then on it waits for nobody. */
	readonly ending: AbortSignal;
	/** Aborted when nothing of it runs any more. */
	readonly over: AbortSignal;
};

/** One connection of a client. */
export type JobConnection = {
	readonly client: JobClient;
	/** Aborted when the connection has ended in both directions. */
	readonly gone: AbortSignal;
	/** Aborted when nobody listens at the other end any more, or asks nothing more. */
	readonly left: AbortSignal;
	/** Resolves when all that was answered so far is with the operating system; false where the connection ended before. */
	readonly whenWritten: () => Promise<boolean>;
};

export type JobCall = Call<typeof jobToWorker>;

/** Whoever does not read what it asked for within this time holds up others. */
const writeMs = 10_000;

export const whenWritten = async (socket: Socket): Promise<boolean> =>
	new Promise((resolve) => {
		// What was answered is written at the end of this tick, just before.
		queueMicrotask(() => {
			if (socket.destroyed || !socket.writable) {
				resolve(false);
				return;
			}

			const timer = setTimeout(() => {
				socket.destroy();
			}, writeMs);
			socket.write('', (error) => {
				clearTimeout(timer);
				resolve(error === undefined || error === null);
			});
		});
	});
