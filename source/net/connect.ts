import {Buffer} from 'node:buffer';
import {once} from 'node:events';
import {connect as connectPlain, type Socket} from 'node:net';
import {connect as connectTls} from 'node:tls';
import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import {formatAddress, type Address} from './address.js';
import type {FarmKey} from './key.js';
import {schedulerNotices} from './messages/client.js';
import type {ResultOf} from './messages/method.js';
import {schedulerToWorker} from './messages/worker.js';
import {createPeer, type Call, type Notice, type PeerLimits} from './peer.js';
import {protocol} from './protocol.js';
import {
	schedulerMethods,
	type SchedulerMethods,
	type SchedulerPeer,
} from './scheduler-methods.js';
import {pskIdentity, tlsOptions} from './tls.js';

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
	const deadline = new AbortController();
	const timer = setTimeout(() => {
		deadline.abort(
			new FarmError(
				'UNREACHABLE',
				`${place} did not answer within ${timeoutMs / 1000} s: check the address, that the scheduler runs there, and that no firewall is in the way.`,
			),
		);
	}, timeoutMs);
	const until =
		signal === undefined
			? deadline.signal
			: AbortSignal.any([signal, deadline.signal]);
	try {
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
	} finally {
		clearTimeout(timer);
	}
};

const refuseCall = ({name, refuse}: Call<typeof schedulerToWorker>): void => {
	refuse(
		new FarmError('INVALID', `This is no worker: ${name} is for workers.`),
	);
};

const openSocket = async (
	address: Address,
	key: FarmKey | undefined,
	signal: AbortSignal,
): Promise<Socket> => {
	let isConnected = false;
	const socket = openStream(address, key);
	// From here to the end: an error that comes while nobody waits must not end the program.
	socket.on('error', () => undefined);
	socket.once('connect', () => {
		isConnected = true;
	});
	const onAbort = (): void => {
		socket.destroy();
	};

	signal.addEventListener('abort', onAbort, {once: true});
	try {
		await once(socket, key === undefined ? 'connect' : 'secureConnect', {
			signal,
		});
		socket.setNoDelay(true);
		return socket;
	} catch (error) {
		socket.destroy();
		signal.throwIfAborted();
		throw explain(error, {
			place: formatAddress(address),
			isConnected,
		});
	} finally {
		signal.removeEventListener('abort', onAbort);
	}
};

const openStream = (
	{host, port}: Address,
	key: FarmKey | undefined,
): Socket => {
	if (key === undefined) {
		return connectPlain({host, port});
	}

	const psk = Buffer.from(key.secret());
	return connectTls({
		host,
		port,
		...tlsOptions,
		pskCallback: () => ({psk, identity: pskIdentity(key)}),
		// The key proves who the other side is; there are no certificates.
		checkServerIdentity: () => undefined,
	});
};

/** What went wrong before a word was said, in the words of whoever has to mend it. */
const explain = (
	error: unknown,
	{place, isConnected}: {readonly place: string; readonly isConnected: boolean},
): FarmError => {
	const code =
		error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
	if (!isConnected) {
		return new FarmError(
			'UNREACHABLE',
			`Nobody answers at ${place} (${code}): check the address, that the scheduler runs there, and that no firewall is in the way.`,
			{cause: error},
		);
	}

	if (notTls.has(code)) {
		return new FarmError(
			'REFUSED',
			`What answers at ${place} does not speak TLS: a scheduler that runs without a key (--insecure) wants --insecure here too; anything else is no scheduler.`,
			{cause: error},
		);
	}

	if (code.startsWith('ERR_SSL')) {
		return new FarmError(
			'REFUSED',
			`The farm key does not fit the scheduler at ${place}: get its join code with \`lifeblood key show\` there, and use \`lifeblood join\` here.`,
			{cause: error},
		);
	}

	return new FarmError(
		'UNREACHABLE',
		`${place} takes connections but ended this one before the keys were exchanged (${code}): it may be stopping, or be something else than a scheduler.`,
		{cause: error},
	);
};

const notTls: ReadonlySet<string> = new Set([
	'ERR_SSL_WRONG_VERSION_NUMBER',
	'ERR_SSL_PACKET_LENGTH_TOO_LONG',
	'ERR_SSL_HTTP_REQUEST',
	'ERR_SSL_UNEXPECTED_MESSAGE',
]);
