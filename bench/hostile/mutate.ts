import {Buffer} from 'node:buffer';
import type {Random} from './random.js';

/** The bytes with a few faults in them: what a broken or a hostile program might send. */
export const mutate = (bytes: Uint8Array, random: Random): Uint8Array => {
	let mutated = bytes;
	const faults = 1 + random.below(3);
	for (let fault = 0; fault < faults; fault += 1) {
		mutated = random.pick(ways)(mutated, random);
	}

	return mutated;
};

type Way = (bytes: Uint8Array, random: Random) => Uint8Array;

const at = (bytes: Uint8Array, random: Random): number =>
	random.below(bytes.length + 1);

const replaced = (
	bytes: Uint8Array,
	{
		from,
		to,
		by,
	}: {readonly from: number; readonly to: number; readonly by: Uint8Array},
): Uint8Array =>
	Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)]);

const pieces = [
	'\n',
	'"',
	'{',
	'[',
	'\\',
	String.raw`\u0000`,
	String.raw`\ud800`,
	'null',
	'1e999',
	'9007199254740993',
	'"__proto__":{"a":1},',
	'[[[[[[[[',
	'\u{0}',
].map((text) => Buffer.from(text));

const ways: readonly Way[] = [
	// One byte is another.
	(bytes, random) => {
		const from = at(bytes, random);
		return replaced(bytes, {from, to: from + 1, by: random.bytes(1)});
	},
	// The rest is missing.
	(bytes, random) => bytes.subarray(0, at(bytes, random)),
	// A part is missing.
	(bytes, random) => {
		const from = at(bytes, random);
		return replaced(bytes, {
			from,
			to: from + random.below(16),
			by: new Uint8Array(),
		});
	},
	// Something stands where nothing should.
	(bytes, random) => {
		const from = at(bytes, random);
		return replaced(bytes, {from, to: from, by: random.pick(pieces)});
	},
	// No text.
	(bytes, random) => {
		const from = at(bytes, random);
		return replaced(bytes, {
			from,
			to: from,
			by: Buffer.from([0xff, 0xc0, 0xed, 0xa0, 0x80]),
		});
	},
	// A part stands twice.
	(bytes, random) => {
		const from = at(bytes, random);
		return replaced(bytes, {
			from,
			to: from,
			by: bytes.subarray(from, from + random.below(64)),
		});
	},
];
