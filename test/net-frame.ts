import {Buffer} from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import {createFrameReader, type Frame} from '../source/net/frame.js';

const cut = (
	bytes: Uint8Array,
	cuts: readonly number[],
): readonly Uint8Array[] => {
	const edges = [0, ...cuts.map((at) => at % (bytes.length + 1)), bytes.length];
	edges.sort((a, b) => a - b);
	return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
};

const read = (
	chunks: readonly Uint8Array[],
	limit?: number,
): readonly Frame[] => {
	const reader =
		limit === undefined ? createFrameReader() : createFrameReader(() => limit);
	return chunks.flatMap((chunk) => reader.push(chunk));
};

test('the same lines come out however the bytes are cut', (t) => {
	fc.assert(
		fc.property(
			fc.array(
				fc
					.string({unit: 'binary', maxLength: 5000})
					.map((text) => text.replaceAll('\n', '').toWellFormed()),
			),
			fc.array(fc.nat()),
			(lines, cuts) => {
				const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
				t.deepEqual(
					read(cut(bytes, cuts)),
					lines.map((text) => ({kind: 'line', text})),
				);
			},
		),
	);
});

test('any bytes at all give the same frames however they are cut', (t) => {
	fc.assert(
		fc.property(
			fc.uint8Array({maxLength: 300}).map((bytes) =>
				// Line feeds are rare among random bytes.
				Buffer.from(bytes.map((byte) => (byte % 16 === 0 ? 10 : byte))),
			),
			fc.array(fc.nat()),
			(bytes, cuts) => {
				t.deepEqual(read(cut(bytes, cuts), 20), read([bytes], 20));
			},
		),
	);
});

test('a line of exactly the limit is read, and one byte more is too long wherever it is cut', (t) => {
	for (let at = 0; at <= 9; at += 1) {
		t.deepEqual(read(cut(Buffer.from('12345678\n'), [at]), 8), [
			{kind: 'line', text: '12345678'},
		]);
		t.deepEqual(read(cut(Buffer.from('123456789\n'), [at]), 8), [
			{kind: 'too_long'},
		]);
	}
});

test('lines before one that is too long are read, and nothing after it', (t) => {
	t.deepEqual(
		read([Buffer.from('ab\n0123456789\ncd\n'), Buffer.from('e\n')], 8),
		[{kind: 'line', text: 'ab'}, {kind: 'too_long'}],
	);
});

test('an endless line is refused when the limit is reached, and not held', (t) => {
	const reader = createFrameReader(() => 1000);
	const chunk = Buffer.alloc(300, 'x');
	t.deepEqual(
		[1, 2, 3].flatMap(() => reader.push(chunk)),
		[],
	);
	t.deepEqual(reader.push(chunk), [{kind: 'too_long'}]);
	t.is(reader.pendingBytes(), 0);
});

test('bytes that are not UTF-8 are told apart from a line', (t) => {
	t.deepEqual(read([Buffer.from([0xff, 0xfe, 0x0a, 0x61, 0x0a])]), [
		{kind: 'not_text'},
		{kind: 'line', text: 'a'},
	]);
});

test('a line of two million chunks is read in time', (t) => {
	// Joined anew for each chunk, 2 TB would be moved, and the test would run into its timeout.
	const reader = createFrameReader();
	const chunk = Buffer.from('x');
	for (let index = 0; index < 2_000_000; index += 1) {
		reader.push(chunk);
	}

	t.deepEqual(reader.push(Buffer.from('\n')), [
		{kind: 'line', text: 'x'.repeat(2_000_000)},
	]);
	t.is(reader.pendingBytes(), 0);
});
