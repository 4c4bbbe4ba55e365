import {Buffer} from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import {
	emptyLog,
	withBytesAfter,
	withBytesBefore,
	type LogText,
} from '../source/ui/screens/output/log-text.js';
import {newOutput} from '../source/ui/screens/output/output-slice.js';
import {
	looksLikeError,
	shownLines,
} from '../source/ui/screens/output/shown-lines.js';

const texts = ({lines}: LogText) => lines.map(({text}) => text);

const after = (
	log: LogText,
	bytes: Uint8Array,
	size = log.end + bytes.length,
	isComplete = false,
) => withBytesAfter(log, bytes, {at: undefined, size, isComplete});

test('a log that comes in any pieces has the lines that it has as a whole', (t) => {
	fc.assert(
		fc.property(
			fc.array(
				fc.string({unit: 'grapheme'}).map((text) => text.replaceAll('\n', '')),
			),
			fc.array(fc.nat({max: 40})),
			(lines, sizes) => {
				const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
				const whole = after(emptyLog(0), bytes, bytes.length, true);
				let pieces = emptyLog(0);
				let from = 0;
				for (const size of [...sizes, bytes.length]) {
					const piece = bytes.subarray(from, from + size);
					from += piece.length;
					pieces = after(pieces, piece, bytes.length, from >= bytes.length);
				}

				t.deepEqual(texts(pieces), texts(whole));
				t.is(whole.lines.length, lines.length);
				t.is(pieces.end, bytes.length);
			},
		),
	);
});

test('a log read backwards in pieces has the lines that it has as a whole', (t) => {
	fc.assert(
		fc.property(
			fc.array(
				fc.string({unit: 'grapheme'}).map((text) => text.replaceAll('\n', '')),
				{minLength: 1},
			),
			fc.integer({min: 64, max: 200}),
			(lines, size) => {
				const bytes = Buffer.from(
					lines.map((line) => `${line.slice(0, 20)}\n`).join(''),
				);
				let log: LogText = {...emptyLog(bytes.length), size: bytes.length};
				for (let steps = 0; log.start > 0 && steps < 1000; steps++) {
					const from = Math.max(0, log.start - size);
					log = withBytesBefore(log, bytes.subarray(from, log.start), {
						size: bytes.length,
						isComplete: true,
					});
				}

				t.is(log.start, 0);
				t.deepEqual(
					texts(log),
					texts(after(emptyLog(0), bytes, bytes.length, true)),
				);
			},
		),
	);
});

test('a line without its end is shown when the log is over, and not before', (t) => {
	const open = after(emptyLog(0), Buffer.from('one\ntwo'));
	t.deepEqual(texts(open), ['one']);
	t.deepEqual(texts(after(open, Buffer.alloc(0), open.end, true)), [
		'one',
		'two',
	]);
});

test('colours, titles and what was written over are not shown', (t) => {
	const log = after(
		emptyLog(0),
		Buffer.from(
			'\u{1B}[1;31mred\u{1B}[0m\r\n10%\r20%\r30%\n\u{1B}]0;title\u{7}plain\ta\u{8}b\n',
		),
	);
	t.deepEqual(texts(log), ['red', '30%', 'plain    ab']);
});

test('what is kept of an endless log is bounded, and says where it begins', (t) => {
	let log = emptyLog(0);
	const piece = Buffer.from('0123456\n'.repeat(20_000));
	for (let round = 0; round < 4; round++) {
		log = after(log, piece);
	}

	t.is(log.lines.length, 50_000);
	t.is(log.end, 640_000);
	t.is(log.start, 640_000 - 50_000 * 8);
});

const outputOf = (...logs: readonly string[]) => ({
	...newOutput(
		logs.map((_, index) => index + 1),
		undefined,
	),
	sources: logs.map((_, index) => ({
		task: index + 1,
		chosen: undefined,
		attempts: [
			{invocation: index + 1, attempt: 1, worker: 'w', state: 'running'},
		],
	})),
	logs: Object.fromEntries(
		logs.map((text, index) => [
			index + 1,
			withBytesAfter(emptyLog(0), Buffer.from(text), {
				at: undefined,
				size: text.length,
				isComplete: true,
			}),
		]),
	),
});

test('several logs are merged as their lines came', (t) => {
	t.deepEqual(
		shownLines(outputOf('a0\na1\na2\n', 'b2\nb3\n')).map(({text}) => text),
		['a0', 'a1', 'a2', 'b2', 'b3'],
	);
});

test('a filter shows what matches with as many lines around it as wanted, and where lines were left out', (t) => {
	const slice = {
		...outputOf('a\nb\nMatch one\nc\nd\ne\nf\nmatch two\n'),
		search: 'match',
		context: 1,
	};
	t.deepEqual(
		shownLines(slice).map(({text, isMatch, isAfterGap}) => [
			text,
			isMatch,
			isAfterGap,
		]),
		[
			['b', false, false],
			['Match one', true, false],
			['c', false, false],
			['f', false, true],
			['match two', true, false],
		],
	);
	t.deepEqual(
		shownLines({...slice, search: 'Match', context: 0}).map(({text}) => text),
		['Match one'],
	);
});

test('an error is known by its words, and a summary without errors is none', (t) => {
	const misjudged = [
		'Error: file not found',
		'Traceback (most recent call last):',
		'2026-01-01 FATAL out of memory',
		'cannot open shared object file',
		'3 errors found',
	].filter((line) => !looksLikeError(line));
	t.deepEqual(misjudged, []);

	t.deepEqual(
		['0 errors', 'no errors', 'errors: 0', 'terror', 'frame 12 done'].filter(
			(line) => looksLikeError(line),
		),
		[],
	);
});
