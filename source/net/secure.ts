import type {Socket} from 'node:net';
import {
	createSecureContext,
	TLSSocket,
	type SecureContext,
	type TlsOptions,
	type TLSSocketOptions,
} from 'node:tls';
import type {Duplex} from 'node:stream';
import type {FarmKey} from './key.js';
import {encodeError, rpcCodes} from './rpc.js';
import {acceptedByIdentity, tlsOptions} from './tls.js';

export type Secured = {
	readonly stream: Duplex;
	/** By the key that the other side proved to have. */
	readonly access: 'view' | 'change';
	/** Whether that key still is one of the farm's. */
	readonly isAccepted: () => boolean;
};

/** The farm's keys, looked up for every connection, so that a rotation holds from the next one on. `undefined`: no key and no encryption. */
export type KeySource = (() => readonly FarmKey[]) | undefined;

/**
Makes a connection that has just been accepted one that can be spoken on: TLS with the farm's key, or, without keys, as it is.

Who speaks TLS where there is none, or the other way round, is told so in plain text and put out, as is whoever has the wrong key. Calls either `onSecured` or `onRefused`, or neither when the connection ends first.
*/
export const createGate = (
	keys: KeySource,
): ((
	raw: Socket,
	outcome: {
		readonly onSecured: (secured: Secured) => void;
		readonly onRefused: (reason: string) => void;
	},
) => void) => {
	const context = createSecureContext(tlsOptions);
	return (raw, {onSecured, onRefused}) => {
		raw.once('readable', () => {
			const chunk: unknown = raw.read();
			if (!(chunk instanceof Uint8Array)) {
				return;
			}

			const speaksTls = chunk[0] === tlsHandshake;
			raw.unshift(chunk);
			if (keys === undefined) {
				if (speaksTls) {
					turnAway(raw, 'This scheduler runs without a key (--insecure).');
					onRefused('It speaks TLS, and this scheduler runs without a key.');
				} else {
					onSecured({
						stream: raw,
						access: 'change',
						isAccepted: () => true,
					});
				}
			} else if (speaksTls) {
				startTls(raw, {context, keys, onSecured, onRefused});
			} else {
				turnAway(
					raw,
					"This port is a farm's scheduler and takes encrypted connections with the farm's key only.",
				);
				onRefused('It does not speak TLS.');
			}
		});
	};
};

/** The first byte of a TLS connection. */
const tlsHandshake = 0x16;

const startTls = (
	raw: Socket,
	{
		context,
		keys,
		onSecured,
		onRefused,
	}: {
		readonly context: SecureContext;
		readonly keys: NonNullable<KeySource>;
		readonly onSecured: (secured: Secured) => void;
		readonly onRefused: (reason: string) => void;
	},
): void => {
	const accepted = acceptedByIdentity(keys());
	let shown = '';
	let access: Secured['access'] = 'view';
	const options: TLSSocketOptions & Pick<TlsOptions, 'pskCallback'> = {
		isServer: true,
		secureContext: context,
		// Null: the handshake fails. What it returns is proven before `secure` comes.
		pskCallback(_socket: TLSSocket, identity: string) {
			const key = accepted.get(identity);
			shown = identity;
			access = key?.kind === 'full' ? 'change' : 'view';
			return key?.psk ?? null;
		},
	};
	const stream = new TLSSocket(raw, options);
	const onError = (error: NodeJS.ErrnoException): void => {
		onRefused(`The encrypted connection failed: ${error.code ?? 'unknown'}.`);
		stream.destroy();
	};

	stream.on('error', onError);
	stream.once('secure', () => {
		stream.off('error', onError);
		onSecured({
			stream,
			access,
			isAccepted: () => acceptedByIdentity(keys()).has(shown),
		});
	});
};

/** Some plain words before the door is closed; they must be understood by a peer that speaks without TLS. */
const turnAway = (raw: Socket, message: string): void => {
	raw.end(
		encodeError(undefined, {
			code: rpcCodes.notRpc,
			message,
			data: {code: 'REFUSED'},
		}),
	);
	raw.resume();
};
