import {once} from 'node:events';
import {createServer, type Server, type Socket} from 'node:net';
import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {Service} from '../core/service.js';
import {formatAddress, type Address} from './address.js';
import {
	greet,
	type Connection,
	type ConnectionHandlers,
	type SchedulerIdentity,
} from './greet.js';
import {createComplaints} from './complaints.js';
import {createHandshakes} from './handshakes.js';
import type {PeerLimits} from './peer.js';
import {createReadingTurns} from './reading-turns.js';
import type {ConnectedPeer} from './scheduler-methods.js';
import {createGate, type KeySource, type Secured} from './secure.js';

export type ListenerLimits = {
	/** Connections that said hello. */
	readonly maxConnections: number;
	/** Connections that did not yet. */
	readonly maxHandshakes: number;
	/** From the first byte to the hello. */
	readonly handshakeTimeoutMs: number;
	/** How often those who are connected are looked at, whether their key is still accepted. */
	readonly keyCheckMs: number;
};

const defaultListenerLimits: ListenerLimits = {
	maxConnections: 10_000,
	maxHandshakes: 1000,
	handshakeTimeoutMs: 10_000,
	keyCheckMs: 60_000,
};

export type Place = {
	readonly host?: string | undefined;
	readonly port: number;
};

export type ListenerOptions = {
	/** Where to listen. No host: every interface of the machine; port 0: any free one. The same address twice counts once. */
	readonly ports: readonly Place[];
	/** Looked up for every connection. `undefined`: no key, everyone may do everything. */
	readonly keys: KeySource;
	readonly identity: () => SchedulerIdentity;
	/** Someone said hello. `connection.peer.closed` tells when it has gone. Throws a `FarmError` to refuse it. */
	readonly accept: (connection: Connection) => ConnectionHandlers;
	/** Who was turned away and other things for a log. Called for one a second at most: the others are counted. */
	readonly onTrouble?: (message: string) => void;
	readonly clock: Clock;
	readonly limits?: Partial<ListenerLimits>;
	readonly peerLimits?: Partial<PeerLimits>;
};

export type Listener = Service & {
	/** In the order of `ports`, with the ports that were really taken. Empty before the start. */
	readonly addresses: () => readonly Address[];
	/** How many have said hello and are still there. */
	readonly connectionCount: () => number;
};

/** Waits for workers, viewers and clients. `start` rejects with `CONFLICT` where a port is taken. */
export const createListener = ({
	ports,
	keys,
	identity,
	accept,
	onTrouble = () => undefined,
	clock,
	limits: ownLimits = {},
	peerLimits = {},
}: ListenerOptions): Listener => {
	const limits = {...defaultListenerLimits, ...ownLimits};
	const handshakes = createHandshakes({
		most: limits.maxHandshakes,
		timeoutMs: limits.handshakeTimeoutMs,
	});
	const gate = createGate(keys);
	const readingTurns = createReadingTurns({clock});
	const complain = createComplaints(clock, onTrouble);
	const servers = new Map<string, Server>();
	const sockets = new Set<Socket>();
	const peers = new Map<ConnectedPeer, Secured['isAccepted']>();
	let keyCheck: NodeJS.Timeout | undefined;
	let isStopping = false;
	const addresses: Address[] = [];

	const takeSocket = (raw: Socket): void => {
		if (isStopping) {
			raw.destroy();
			return;
		}

		const address = formatAddress({
			host: raw.remoteAddress ?? '?',
			port: raw.remotePort ?? 0,
		});
		const {speaks, leave} = handshakes.enter(raw);
		raw.once('readable', speaks);
		sockets.add(raw);
		// Errors are dealt with where the connection is used; a reset before that is nobody's business.
		raw.on('error', () => undefined);
		raw.on('close', () => {
			leave();
			sockets.delete(raw);
		});
		gate(raw, {
			onSecured(secured) {
				takeSecured(secured, {address, leave});
			},
			onRefused(reason) {
				complain(`${address} was turned away. ${reason}`);
			},
		});
	};

	const takeSecured = (
		{stream, access, isAccepted}: Secured,
		{address, leave}: {readonly address: string; readonly leave: () => void},
	): void => {
		greet({
			stream,
			address,
			access,
			isInsecure: keys === undefined,
			identity,
			accept(connection) {
				if (peers.size >= limits.maxConnections) {
					throw new FarmError(
						'CONFLICT',
						`The scheduler has ${peers.size} connections, as many as it takes.`,
					);
				}

				const handlers = accept(connection);
				leave();
				const {peer} = connection;
				peers.set(peer, isAccepted);
				void peer.closed.then(() => {
					peers.delete(peer);
				});
				return handlers;
			},
			onTrouble(error) {
				complain(`${address}: ${error.message}`);
			},
			readingTurns,
			clock,
			limits: peerLimits,
		});
	};

	/** A key that was changed is accepted for a while, and so are connections that were made with it. */
	const cutOldKeys = (): void => {
		for (const [peer, isAccepted] of peers) {
			if (isAccepted()) {
				continue;
			}

			const reason =
				'The farm key with which this connection was made was changed, and its time is over: get the new one with `lifeblood join`.';
			complain(`${peer.address} was cut off. ${reason}`);
			peer.close(reason);
		}
	};

	const stop = async (): Promise<void> => {
		isStopping = true;
		clearInterval(keyCheck);
		const ended = Array.from(
			servers.values(),
			async (server) =>
				new Promise<void>((resolve) => {
					// With an error where it never listened or is closed already: it is closed either way.
					server.close(() => {
						resolve();
					});
				}),
		);
		handshakes.endAll();
		for (const peer of peers.keys()) {
			peer.close('The scheduler stops.');
		}

		await Promise.all([
			...ended,
			...[...sockets].map(async (socket) => once(socket, 'close')),
		]);
	};

	return {
		async start(signal) {
			signal.throwIfAborted();
			try {
				for (const [index, place] of ports.entries()) {
					const key =
						place.port === 0 ? `${index}` : `${place.host}:${place.port}`;
					let server = servers.get(key);
					if (server === undefined) {
						server = createServer({noDelay: true}, takeSocket);
						servers.set(key, server);
						await listenAt(server, place); // eslint-disable-line no-await-in-loop -- one after the other, so that the first that fails is told
					}

					addresses.push(addressOf(server));
				}

				signal.throwIfAborted();
				if (keys) {
					keyCheck = setInterval(cutOldKeys, limits.keyCheckMs).unref();
				}
			} catch (error) {
				await stop();
				throw error;
			}

			signal.addEventListener(
				'abort',
				() => {
					void stop();
				},
				{once: true},
			);
		},
		stop,
		addresses: () => addresses,
		connectionCount: () => peers.size,
	};
};

/** Connections that may wait to be taken, where the system lets so many: a farm's workers all come back at once, and Node's own 511 are fewer. Beyond it the system resets them. */
const backlog = 4096;

const listenAt = async (server: Server, {host, port}: Place): Promise<void> => {
	try {
		server.listen({port, backlog, ...(host !== undefined && {host})});
		await once(server, 'listening');
	} catch (error) {
		throw cannotListen(formatAddress({host: host ?? '*', port}), error);
	}

	// Too many open files, for instance: those who wait are taken when there is room again.
	server.on('error', () => undefined);
};

const cannotListen = (place: string, error: unknown): unknown => {
	switch (error instanceof Error && 'code' in error ? error.code : undefined) {
		case 'EADDRINUSE': {
			return new FarmError(
				'CONFLICT',
				`${place} is taken by another program, perhaps another scheduler: stop it, or choose another port with --server-port and --ui-port.`,
				{cause: error},
			);
		}

		case 'EADDRNOTAVAIL':
		case 'ENOTFOUND': {
			return new FarmError(
				'INVALID',
				`${place} cannot be listened on: this machine has no such address.`,
				{cause: error},
			);
		}

		case 'EACCES': {
			return new FarmError(
				'INVALID',
				`${place} cannot be listened on: the system does not permit it; ports from 1024 on are open to everyone.`,
				{cause: error},
			);
		}

		default: {
			return error;
		}
	}
};

const addressOf = (server: Server): Address => {
	const address = server.address();
	if (address === null || typeof address === 'string') {
		throw new FarmError('INTERNAL', 'A listening server has no address.');
	}

	return {host: address.address, port: address.port};
};
