/* eslint-disable no-bitwise -- groups of five bits are what base 32 is */
import {Buffer} from 'node:buffer';

/** Crockford's: no I, L, O and U, so that nothing read aloud or off a screen is mistaken. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Five bytes become eight characters; `bytes` must be a multiple of five. */
export const toBase32 = (bytes: Uint8Array): string => {
	let bits = 0n;
	for (const byte of bytes) {
		bits = (bits << 8n) | BigInt(byte);
	}

	let text = '';
	for (let left = (bytes.length * 8) / 5; left > 0; left -= 1) {
		text = `${alphabet[Number(bits & 31n)] ?? ''}${text}`;
		bits >>= 5n;
	}

	return text;
};

/** Small letters, and the letters that stand for digits, are taken too. Undefined: another character, or no whole number of bytes. */
export const fromBase32 = (text: string): Uint8Array | undefined => {
	const clean = text
		.toUpperCase()
		.replaceAll('O', '0')
		.replaceAll(/[IL]/gv, '1');
	if (clean.length % 8 !== 0) {
		return undefined;
	}

	let bits = 0n;
	for (const character of clean) {
		const value = alphabet.indexOf(character);
		if (value === -1) {
			return undefined;
		}

		bits = (bits << 5n) | BigInt(value);
	}

	const digits = (clean.length / 8) * 10;
	return Buffer.from(bits.toString(16).padStart(digits, '0'), 'hex');
};
