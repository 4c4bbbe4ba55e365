import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import {formatAddress, type Address} from './address.js';
import {beforeDeadline} from './deadline.js';
import type {FarmKey} from './key.js';
import {schedulerNotices} from './messages/client.js';
import type {ResultOf} from './messages/method.js';
import {schedulerToWorker} from './messages/worker.js';
import {openSocket} from './open-socket.js';
import {createPeer, type Call, type Notice, type PeerLimits} from './peer.js';
import {protocol} from './protocol.js';
import {
	schedulerMethods,
	type SchedulerMethods,
	type SchedulerPeer,
} from './scheduler-methods.js';

export type Welcome = ResultOf<SchedulerMethods, 'hello'>;

export type ConnectOptions = {
	readonly address: Address;
	/** `undefined`: without encryption, to a scheduler that runs without a key. */
	readonly key: FarmKey | undefined;
	readonly hello: {
		readonly role: 'worker' | 'viewer' | 'client';
		/** The program's version. */
		readonly version: string;
		readonly name: string;
		/** Who sits in front of it. */
		readonly user?: string;
	};
	/** Only workers are asked for anything. */
	readonly onRequest?: (call: Call<typeof schedulerToWorker>) => void;
	readonly onNotice?: (notice: Notice<typeof schedulerNotices>) => void;
	readonly onTrouble?: (error: Error) => void;
	readonly clock: Clock;
	/** For all of it, from the first packet to the answer to the hello; 10 s. */
	readonly timeoutMs?: number;
	readonly signal?: AbortSignal;
	readonly limits?: Partial<PeerLimits>;
};

/**
Connects to a scheduler and says hello.

Rejects with `UNREACHABLE` where nobody answers, `REFUSED` where the key does not fit or one side runs without, `VERSION` where one side must be updated, with what the scheduler said against the hello, or with the signal's reason.
*/
export const connect = async ({
	address,
	key,
	hello,
	onRequest = refuseCall,
	onNotice = () => undefined,
	onTrouble,
	clock,
	timeoutMs = 10_000,
	signal,
	limits,
}: ConnectOptions): Promise<{
	readonly peer: SchedulerPeer;
	readonly welcome: Welcome;
}> => {
	signal?.throwIfAborted();
	const place = formatAddress(address);
	return beforeDeadline({place, timeoutMs, signal}, async (until) => {
		const stream = await openSocket(address, key, until);
		const peer: SchedulerPeer = createPeer({
			stream,
			address: place,
			remote: schedulerMethods,
			local: schedulerToWorker,
			onRequest,
			notices: {access: 'anyone', shapes: schedulerNotices},
			onNotice,
			...(onTrouble && {onTrouble}),
			clock,
			...(limits && {limits}),
		});
		try {
			const welcome = await peer.request(
				'hello',
				{...hello, protocol: [protocol[0], protocol[1]]},
				{signal: until},
			);
			return {peer, welcome};
		} catch (error) {
			peer.close('The hello was not answered.');
			throw error;
		}
	});
};

const refuseCall = ({name, refuse}: Call<typeof schedulerToWorker>): void => {
	refuse(
		new FarmError('INVALID', `This is no worker: ${name} is for workers.`),
	);
};
