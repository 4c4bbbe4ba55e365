import {Buffer} from 'node:buffer';
import {once} from 'node:events';
import {connect as connectPlain, type Socket} from 'node:net';
import {connect as connectTls} from 'node:tls';
import {FarmError} from '../core/errors.js';
import {formatAddress, type Address} from './address.js';
import type {FarmKey} from './key.js';
import {pskIdentity, tlsOptions} from './tls.js';

/**
A connection to a scheduler on which nothing was said yet: encrypted and proven by the key, or as it is without one.

Rejects with `UNREACHABLE` where nobody answers, `REFUSED` where the key does not fit or one side runs without, or with the signal's reason.
*/
export const openSocket = async (
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
