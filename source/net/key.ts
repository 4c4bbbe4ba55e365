import {Buffer} from 'node:buffer';
import {createHash, hkdfSync, randomBytes} from 'node:crypto';
import {FarmError} from '../core/errors.js';
import {fromBase32, toBase32} from './base32.js';

/** The full key may do everything; the view-only key, which is made from it, may look. */
export type KeyKind = 'full' | 'view';

/** What lets someone into a farm. Its secret is behind a function, so that printing a key by mistake shows none of it. */
export type FarmKey = {
	readonly kind: KeyKind;
	/** Which key it is; no secret. 16 hexadecimal digits. */
	readonly id: string;
	/** Which farm it belongs to: the same for a full key and its view-only key, another after a rotation. No secret. */
	readonly farmId: string;
	/** 32 bytes. */
	readonly secret: () => Uint8Array;
	/** With which announcements are signed: the same for a full key and its view-only key. 32 bytes. */
	readonly announcementSecret: () => Uint8Array;
};

/** A full key that nobody else has. */
export const createFarmKey = (): FarmKey => farmKey('full', randomBytes(32));

/** The view-only key of a full key; a view-only key itself as it is. The way back does not exist. */
export const viewOnly = (key: FarmKey): FarmKey =>
	key.kind === 'view'
		? key
		: farmKey('view', derive(key.secret(), 'view-only key', 32));

/**
The key as text that can be pasted or typed: `full-` or `view-`, and seven groups of eight letters and digits, the last of which end in a checksum.
*/
export const toJoinCode = (key: FarmKey): string => {
	const text = toBase32(
		Buffer.concat([key.secret(), checksum(key.kind, key.secret())]),
	);
	return [key.kind, ...(text.match(/.{8}/gv) ?? [])].join('-');
};

/** Case, spaces and hyphens do not matter. Throws `INVALID` with one line that never holds any of the text. */
export const fromJoinCode = (text: string): FarmKey => {
	const clean = text.replaceAll(/[\s\-]/gv, '').toLowerCase();
	const kind = kinds.find((known) => clean.startsWith(known));
	if (kind === undefined) {
		throw new FarmError(
			'INVALID',
			'This is not a join code: one begins with "full-" or "view-". `lifeblood key show` prints it where the scheduler runs.',
		);
	}

	const digits = clean.slice(kind.length);
	if (digits.length !== codeLength) {
		throw new FarmError(
			'INVALID',
			`The join code is not whole: ${codeLength} letters and digits belong after "${kind}-", and ${digits.length} are there.`,
		);
	}

	const bytes = fromBase32(digits);
	const secret = bytes?.subarray(0, 32);
	if (
		bytes === undefined ||
		secret === undefined ||
		!checksum(kind, secret).equals(bytes.subarray(32))
	) {
		throw new FarmError(
			'INVALID',
			'The join code has a typing error: its checksum does not fit. Copy it again.',
		);
	}

	return farmKey(kind, secret);
};

const kinds: readonly KeyKind[] = ['full', 'view'];
const codeLength = 56;

const farmKey = (kind: KeyKind, bytes: Uint8Array): FarmKey => {
	const secret = Buffer.from(bytes);
	const view = kind === 'view' ? secret : derive(secret, 'view-only key', 32);
	return {
		kind,
		id: derive(secret, `${kind} key id`, 8).toString('hex'),
		farmId: derive(view, 'farm id', 8).toString('hex'),
		secret: () => secret,
		announcementSecret: () => derive(view, 'announcements', 32),
	};
};

const derive = (secret: Uint8Array, purpose: string, length: number) =>
	Buffer.from(
		hkdfSync('sha256', secret, 'lifeblood', `lifeblood 1 ${purpose}`, length),
	);

const checksum = (kind: KeyKind, secret: Uint8Array) =>
	createHash('sha256')
		.update(`lifeblood join code ${kind}`)
		.update(secret)
		.digest()
		.subarray(0, 3);
