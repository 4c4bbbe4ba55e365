import type {Socket} from 'node:net';
import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {InvocationId} from '../core/ids.js';
import {createComplaints} from '../net/complaints.js';
import {createHandshakes} from '../net/handshakes.js';
import {mebibytes} from '../net/large.js';
import {jobToWorker} from '../net/messages/job.js';
import {createPeer, type Peer, type PeerLimits} from '../net/peer.js';
import {
	whenWritten,
	type JobCall,
	type JobClient,
	type JobConnection,
} from './job-client.js';
import {createTokenSeeker, digestOf} from './job-token.js';
import {listenOnLoopback, type LoopbackServer} from './loopback-server.js';

/** Where running processes talk to their worker. */
export type JobInterface = {
	readonly start: () => Promise<void>;
	/** Ends all connections. */
	readonly stop: () => Promise<void>;
	/** `host:port`, once it has started. */
	readonly address: () => string;
	/** From now on whoever has this token speaks for the invocation. */
	readonly open: (invocation: InvocationId, token: string) => void;
	/** It is being ended: nothing that it waits for may hold that up. */
	readonly interrupt: (invocation: InvocationId) => void;
	/** It is over, and its token with it. */
	readonly close: (invocation: InvocationId) => void;
};

type JobInterfaceOptions = {
	/** Remembers the port from one worker to the next. */
	readonly portFile: string;
	/** Called for each request with a valid token. What it throws is the answer. */
	readonly onCall: (call: JobCall, connection: JobConnection) => void;
	/** Nothing of an invocation runs any more, if ever something did. */
	readonly onClosed: (invocation: InvocationId) => void;
	/** A line for people. */
	readonly say: (text: string) => void;
	readonly clock: Clock;
};

/** Connections that have not shown a token yet, and how long they may take. */
const mostStrangers = 100;
const strangerMs = 10_000;
/** Connections of one invocation: programs that wait for several things at once have one for each. */
const mostConnections = 64;
/** Answers that its processes do not read, and requests that wait for their answers, each on all its connections together. */
const mostUnsentBytes = 32 * 1024 * 1024;
const mostUnansweredBytes = 128 * 1024 * 1024;

const peerLimits: Partial<PeerLimits> = {
	// What speaks here may be a line of shell, which answers no ping. That it is gone the operating system says, as it runs on this machine.
	pingAfterMs: Infinity,
	closeAfterMs: Infinity,
	maxUnansweredCalls: 1024,
	maxUnansweredBytes: 16 * 1024 * 1024,
	maxUnsentBytes: mostUnsentBytes,
};

type JobPeer = Peer<Record<never, never>, Record<never, never>>;

type Entry = {
	readonly client: JobClient;
	readonly digest: string;
	readonly ending: AbortController;
	readonly over: AbortController;
	readonly peers: Set<JobPeer>;
};

/** Serves the processes that run here, on loopback. Each is known by its invocation's token, which every request carries. */
export const createJobInterface = ({
	portFile,
	onCall,
	onClosed,
	say,
	clock,
}: JobInterfaceOptions): JobInterface => {
	const byDigest = new Map<string, Entry>();
	const byInvocation = new Map<InvocationId, Entry>();
	const peers = new Set<JobPeer>();
	const strangers = createHandshakes({
		most: mostStrangers,
		timeoutMs: strangerMs,
	});
	const complain = createComplaints(clock, say);
	let server: LoopbackServer | undefined;

	const take = (socket: Socket): void => {
		const address = `127.0.0.1:${socket.remotePort ?? 0}`;
		const gone = new AbortController();
		const left = new AbortController();
		const {leave: known} = strangers.enter(socket);
		let entry: Entry | undefined;

		/** After the answer that is about to be sent. */
		const closeSoon = (reason: string): void => {
			setImmediate(() => {
				peer.close(reason);
			});
		};

		/** It has shown a token; from now on it may say longer things. */
		const admit = (asker: Entry): FarmError | undefined => {
			if (entry === undefined) {
				if (asker.peers.size >= mostConnections) {
					closeSoon('Too many connections.');
					return new FarmError(
						'CONFLICT',
						`Invocation ${asker.client.invocation} has ${asker.peers.size} connections to its worker, as many as it may: close some.`,
					);
				}

				known();
				entry = asker;
				entry.peers.add(peer);
			}

			return entry === asker
				? undefined
				: new FarmError(
						'REFUSED',
						`This connection is invocation ${entry.client.invocation}'s: make another one for another token.`,
					);
		};

		const inspect = (name: string, params: unknown): FarmError | undefined => {
			const token = tokenIn(params);
			if (token === undefined) {
				// Its schema has more to say to that.
				return undefined;
			}

			const asker = byDigest.get(digestOf(token));
			if (asker !== undefined) {
				return admit(asker);
			}

			complain(
				`${address} asked for ${name} with a wrong token, and was refused.`,
			);
			closeSoon('A wrong token.');
			return new FarmError(
				'REFUSED',
				'This token is none of an invocation that runs here. The right one is in LIFEBLOOD_RUNTIME_TOKEN, and it ends with its invocation.',
			);
		};

		/** The first line may be a long one already, if it begins with its token. */
		const head = createTokenSeeker((token) => {
			const asker = byDigest.get(digestOf(token));
			if (asker !== undefined) {
				admit(asker);
			}
		});
		// Before the peer's own look at the same bytes.
		socket.on('data', (chunk: Uint8Array) => {
			if (entry === undefined) {
				head(chunk);
			}
		});
		const peer: JobPeer = createPeer({
			stream: socket,
			address,
			remote: {},
			local: jobToWorker,
			notices: {access: 'anyone', shapes: {}},
			isTrusted: () => entry !== undefined,
			answersAfterEnd: true,
			inspect,
			onRequest(call) {
				if (entry === undefined) {
					throw new FarmError('INTERNAL', 'A request came without its token.');
				}

				if (sumOf(entry, 'unsentBytes') > mostUnsentBytes) {
					closeSoon('It does not read its answers.');
					throw new FarmError(
						'CONFLICT',
						'Too many answers wait to be read: read them.',
					);
				}

				if (sumOf(entry, 'unansweredBytes') > mostUnansweredBytes) {
					throw new FarmError(
						'CONFLICT',
						`Requests of more than ${mebibytes(mostUnansweredBytes)} wait for their answers: ask again when some of them are answered.`,
					);
				}

				onCall(call, {
					client: entry.client,
					gone: gone.signal,
					left: left.signal,
					whenWritten: async () => whenWritten(socket),
				});
			},
			onNotice: () => undefined,
			onTrouble(error) {
				complain(`${address}: ${error.message}`);
			},
			clock,
			limits: peerLimits,
		});
		peers.add(peer);
		socket.on('end', () => {
			left.abort();
		});
		void peer.closed.then(() => {
			known();
			gone.abort();
			left.abort();
			peers.delete(peer);
			entry?.peers.delete(peer);
		});
	};

	const close = (invocation: InvocationId): void => {
		const entry = byInvocation.get(invocation);
		if (entry !== undefined) {
			byInvocation.delete(invocation);
			byDigest.delete(entry.digest);
			entry.ending.abort(invocationOver);
			entry.over.abort(invocationOver);
			for (const peer of entry.peers) {
				peer.close('The invocation is over.');
			}
		}

		onClosed(invocation);
	};

	return {
		async start() {
			server = await listenOnLoopback({portFile, onConnection: take, clock});
		},
		async stop() {
			const closed = server?.close();
			strangers.endAll();
			for (const invocation of byInvocation.keys()) {
				close(invocation);
			}

			for (const peer of peers) {
				peer.close('The worker stops.');
			}

			await closed;
		},
		address() {
			if (server === undefined) {
				throw new FarmError('INTERNAL', 'The job interface has not started.');
			}

			return `127.0.0.1:${server.port}`;
		},
		open(invocation, token) {
			const ending = new AbortController();
			const over = new AbortController();
			const entry: Entry = {
				client: {invocation, ending: ending.signal, over: over.signal},
				digest: digestOf(token),
				ending,
				over,
				peers: new Set(),
			};
			byInvocation.set(invocation, entry);
			byDigest.set(entry.digest, entry);
		},
		interrupt(invocation) {
			byInvocation.get(invocation)?.ending.abort(invocationOver);
		},
		close,
	};
};

/** One for all: whoever gives no reason has an error made for each, with its stack. */
const invocationOver = new FarmError('CLOSED', 'The invocation is over.');

const tokenIn = (params: unknown): string | undefined =>
	typeof params === 'object' &&
	params !== null &&
	'token' in params &&
	typeof params.token === 'string'
		? params.token
		: undefined;

const sumOf = (
	{peers}: Entry,
	what: 'unsentBytes' | 'unansweredBytes',
): number => {
	let bytes = 0;
	for (const peer of peers) {
		bytes += peer[what]();
	}

	return bytes;
};
