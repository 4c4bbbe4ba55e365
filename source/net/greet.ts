import type {Duplex} from 'node:stream';
import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {Standing} from './access.js';
import {schedulerToWorker, workerNotices} from './messages/worker.js';
import {createPeer, type Notice, type PeerLimits} from './peer.js';
import {protocol} from './protocol.js';
import type {ReadingTurns} from './reading-turns.js';
import {
	schedulerMethods,
	type ConnectedPeer,
	type SchedulerCall,
	type SchedulerMethods,
} from './scheduler-methods.js';
import type {ParamsOf} from './messages/method.js';
import {objectionToProtocol} from './version-check.js';

/** A connection that has said hello. */
export type Connection = {
	readonly peer: ConnectedPeer;
	readonly role: 'worker' | 'viewer' | 'client';
	/** By the key that it has. */
	readonly access: 'view' | 'change';
	readonly name: string;
	readonly user: string;
	readonly version: string;
	/** `address:port`. */
	readonly address: string;
};

export type ConnectionHandlers = {
	readonly onRequest: (call: SchedulerCall) => void;
	/** Only from workers. */
	readonly onNotice: (notice: Notice<typeof workerNotices>) => void;
};

/** What a scheduler says of itself in answer to a hello. */
export type SchedulerIdentity = {
	readonly farm: string;
	readonly databaseId: string;
	readonly version: string;
};

type Hello = ParamsOf<SchedulerMethods, 'hello'>;

/**
Speaks to a new connection until it has said hello, and passes on what it asks for from then on.

`accept` may throw a `FarmError`: the hello is refused with it, and the connection closed.
*/
export const greet = ({
	stream,
	address,
	access,
	isInsecure,
	identity,
	accept,
	onTrouble,
	readingTurns,
	clock,
	limits,
}: {
	readonly stream: Duplex;
	readonly address: string;
	readonly access: 'view' | 'change';
	readonly isInsecure: boolean;
	readonly identity: () => SchedulerIdentity;
	readonly accept: (connection: Connection) => ConnectionHandlers;
	readonly onTrouble: (error: Error) => void;
	/** Of those who only look. */
	readonly readingTurns: ReadingTurns;
	readonly clock: Clock;
	readonly limits: Partial<PeerLimits>;
}): ConnectedPeer => {
	let standing: Standing = {kind: 'stranger'};
	let handlers: ConnectionHandlers | undefined;

	/** After the answer that is about to be sent. */
	const closeSoon = (reason: string): void => {
		setImmediate(() => {
			peer.close(reason);
		});
	};

	const takeHello = (hello: Hello): void => {
		if (standing.kind === 'known') {
			throw new FarmError(
				'CONFLICT',
				'This connection has said hello already.',
			);
		}

		if (access === 'view' && hello.role === 'worker') {
			throw new FarmError(
				'REFUSED',
				"A worker needs the farm's full key, and this is the view-only key.",
			);
		}

		const {role, name, user, version} = hello;
		handlers = accept({peer, role, access, name, user, version, address});
		standing = {kind: 'known', access, role};
	};

	const peer: ConnectedPeer = createPeer({
		stream,
		address,
		remote: schedulerToWorker,
		local: schedulerMethods,
		notices: {access: 'worker', shapes: workerNotices},
		standing: () => standing,
		isTrusted: () => standing.kind === 'known' || !isInsecure,
		inspect(name, params) {
			const objection =
				name === 'hello' ? objectionToProtocol(params) : undefined;
			if (objection !== undefined) {
				closeSoon(`${address} speaks another protocol.`);
			}

			return objection;
		},
		onRequest(call) {
			if (call.name === 'hello') {
				try {
					takeHello(call.params);
				} catch (error) {
					if (standing.kind === 'stranger') {
						closeSoon(`${address} was not let in.`);
					}

					throw error;
				}

				const {farm, databaseId, version} = identity();
				call.reply({
					farm,
					database_id: databaseId,
					version,
					protocol: [protocol[0], protocol[1]],
					access,
					insecure: isInsecure,
				});
			} else if (call.name === 'ping') {
				call.reply({});
			} else {
				handlers?.onRequest(call);
			}
		},
		onNotice(notice) {
			handlers?.onNotice(notice);
		},
		onTrouble,
		readingTurns: access === 'view' ? readingTurns : undefined,
		clock,
		limits,
	});
	return peer;
};
