import {Buffer} from 'node:buffer';
import {constants} from 'node:crypto';
import type {SecureContextOptions} from 'node:tls';
import {viewOnly, type FarmKey, type KeyKind} from './key.js';

/**
The one way in which both sides speak: a fresh Diffie-Hellman key for each connection, proven by the farm's key.

No session tickets: a ticket would let a key in that was rotated away meanwhile.
*/
export const tlsOptions = {
	ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
	minVersion: 'TLSv1.2',
	maxVersion: 'TLSv1.2',
	// eslint-disable-next-line no-bitwise -- OpenSSL's options are bits
	secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
} as const satisfies SecureContextOptions;

/** Tells the server which key the client has, and nothing of the key itself. */
export const pskIdentity = (key: FarmKey): string => `${key.kind}:${key.id}`;

export type AcceptedKey = {
	readonly kind: KeyKind;
	readonly psk: NodeJS.NonSharedUint8Array;
};

/** The accepted keys by identity; each full key brings its view-only key along. */
export const acceptedByIdentity = (
	keys: readonly FarmKey[],
): ReadonlyMap<string, AcceptedKey> =>
	new Map(keys.flatMap((key) => entriesOf(key)));

type Entry = readonly [identity: string, key: AcceptedKey];

/** Asked for with every connection, and most of what it costs to refuse one if they are derived each time. */
const known = new WeakMap<FarmKey, readonly Entry[]>();

const entriesOf = (key: FarmKey): readonly Entry[] => {
	const before = known.get(key);
	if (before) {
		return before;
	}

	const entries = [key, viewOnly(key)].map((one): Entry => [
		pskIdentity(one),
		{kind: one.kind, psk: Buffer.from(one.secret())},
	]);
	known.set(key, entries);
	return entries;
};
