import {Buffer} from 'node:buffer';
import test from 'ava';
import fc from 'fast-check';
import type {LogMark} from '../source/core/log-marks.js';
import {
	emptyLog,
	nextToMark,
	withBytesAfter,
	withBytesBefore,
	withMarks,
	type LogText,
} from '../source/ui/screens/output/log-text.js';
import {seekFirstError} from '../source/ui/screens/output/follow-output.js';
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

/** Each line is noted to have come at a second of its own, and by the output that it names. */
const noted = (text: string, from: number): LogMark[] => {
	let end = 0;
	return text
		.split(/(?<=\n)/v)
		.map((line): LogMark => {
			end += line.length;
			return {
				end,
				at: Number(/\d+/v.exec(line)?.[0]) * 1000,
				stream: line.startsWith('err') ? 2 : 1,
			};
		})
		.filter((mark) => mark.end > from);
};

test('lines have what is noted of them, wherever the log was begun, and nothing is asked for twice', (t) => {
	const text = Array.from(
		{length: 40},
		(_, index) => `${index % 3 === 0 ? 'err' : 'out'} ${index}\n`,
	).join('');
	const bytes = Buffer.from(text);
	const whole = {size: bytes.length, isComplete: true};
	for (const most of [12, 50, 1000]) {
		const middle = text.indexOf('out 20');
		let log = withBytesAfter(emptyLog(middle), bytes.subarray(middle), {
			...whole,
			at: undefined,
		});
		log = withBytesBefore(log, bytes.subarray(50, middle), whole);
		log = withBytesBefore(log, bytes.subarray(0, log.start), whole);
		const asked = new Set<number>();
		for (;;) {
			const range = nextToMark(log, {noted: bytes.length, most});
			if (range === undefined) {
				break;
			}

			t.true(range.to - range.from <= most);
			for (let byte = range.from; byte < range.to; byte++) {
				t.false(asked.has(byte));
				asked.add(byte);
			}

			log = withMarks(log, range, noted(text, range.from));
		}

		t.is(asked.size, bytes.length);
		t.deepEqual(
			log.lines.map(({at, stream}) => [at, stream]),
			log.lines.map((_, index) => [index * 1000, index % 3 === 0 ? 2 : 1]),
		);
	}
});

test('what is not noted yet is asked for when it is', (t) => {
	const text = 'out 0\nerr 1\nout 2\n';
	const log = after(emptyLog(0), Buffer.from(text));
	t.is(nextToMark(log, {noted: 0, most: 100}), undefined);
	t.is(nextToMark(log, {noted: 5, most: 100}), undefined);
	const range = nextToMark(log, {noted: 14, most: 100})!;
	t.deepEqual(range, {from: 0, to: 12});
	const marked = withMarks(log, range, noted(text, 0));
	t.deepEqual(
		marked.lines.map(({stream}) => stream),
		[1, 2, 0],
	);
	t.is(nextToMark(marked, {noted: 14, most: 100}), undefined);
	t.deepEqual(nextToMark(marked, {noted: 18, most: 100}), {from: 12, to: 18});
});

test('several logs are merged by the times of their lines, and only those of standard error are shown where that is wanted', (t) => {
	const [first, second] = [
		'out 1\nerr 4\nout 5\nout 9\n',
		'err 2\nout 4\nout 3\nerr 7\n',
	];
	const slice = outputOf(first, second);
	const logs = Object.fromEntries(
		[first, second].map((text, index) => [
			index + 1,
			withMarks(
				slice.logs[index + 1]!,
				{from: 0, to: text.length},
				noted(text, 0),
			),
		]),
	);
	t.deepEqual(
		shownLines({...slice, logs}).map(({text}) => text),
		// Of a clock that went back no line goes before the one above it.
		['out 1', 'err 2', 'err 4', 'out 4', 'out 3', 'out 5', 'err 7', 'out 9'],
	);
	t.deepEqual(
		shownLines({...slice, logs, isOnlyErrors: true}).map(({text}) => text),
		['err 2', 'err 4', 'err 7'],
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

test('the first error is sought in all lines, also where only standard error is shown', (t) => {
	const narrowed = {...newOutput([1], undefined), isOnlyErrors: true};
	const {isOnlyErrors, isSeeking, top} = seekFirstError(narrowed);
	t.deepEqual(
		{isOnlyErrors, isSeeking, top},
		{
			isOnlyErrors: false,
			isSeeking: true,
			top: 0,
		},
	);
});
