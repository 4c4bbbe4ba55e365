import {clientToScheduler, type schedulerNotices} from './messages/client.js';
import {
	workerToScheduler,
	type schedulerToWorker,
	type workerNotices,
} from './messages/worker.js';
import type {Call, Peer} from './peer.js';

/** All that a scheduler serves, on every one of its ports. Access says who may ask for what. */
export const schedulerMethods = {
	...clientToScheduler,
	...workerToScheduler,
} as const;

export type SchedulerMethods = typeof schedulerMethods;

/** A scheduler, as whoever connected to it sees it. */
export type SchedulerPeer = Peer<SchedulerMethods, typeof workerNotices>;

/** Whoever connected, as the scheduler sees it. Only a worker serves requests. */
export type ConnectedPeer = Peer<
	typeof schedulerToWorker,
	typeof schedulerNotices
>;

/** What a scheduler has to answer; `hello` and `ping` are answered for it. */
export type SchedulerCall = Call<Omit<SchedulerMethods, 'hello' | 'ping'>>;

/** The one request of a name, for functions that answer it: `CallTo<'task.submit'>`. */
export type CallTo<Name extends SchedulerCall['name']> = Extract<
	SchedulerCall,
	{readonly name: Name}
>;
