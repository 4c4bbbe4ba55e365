import test from 'ava';
import {
	cutMarks,
	markedBytes,
	marksBetween,
	marksText,
	packMarks,
	parseMarks,
	thinMarks,
	unpackMarks,
	type LogMark,
	type LogStream,
} from '../source/core/log-marks.js';

const since = 1_700_000_000_000;

/** Marks with bytes and times that never repeat. */
const someMarks = (count: number): LogMark[] => {
	const marks: LogMark[] = [];
	let end = 0;
	for (let index = 0; index < count; index++) {
		end += 1 + ((index * 7919) % 113);
		marks.push({
			end,
			at: since + index * 250 + ((index * 31) % 17),
			stream: ((index * index) % 3) as LogStream,
		});
	}

	return marks;
};

/** Which mark each byte has. */
const byBytes = (marks: readonly LogMark[], from = 0): readonly string[] => {
	let begin = from;
	return marks.flatMap(({end, at, stream}) => {
		const bytes = Array.from({length: end - begin}, () => `${at} ${stream}`);
		begin = end;
		return bytes;
	});
};

test('what is written down is read again, also when its end was not written', (t) => {
	const marks = someMarks(12);
	const whole = {since, cutAt: {out: 12, error: 3}, marks};
	const text = marksText(whole);
	t.deepEqual(parseMarks(text), whole);
	t.is(markedBytes(text), marks.at(-1)?.end ?? 0);
	for (let length = 0; length < text.length; length++) {
		const piece = text.slice(0, length);
		const found = parseMarks(piece)?.marks ?? [];
		t.deepEqual(found, marks.slice(0, found.length));
		t.true(found.length >= piece.split('\n').length - 2);
	}

	t.is(parseMarks('marks 2 17\n1 1 1\n'), undefined);
	t.deepEqual(parseMarks('marks 1 17\n5 1 1\n4 1 1\n6 1 1\n')?.marks, [
		{end: 5, at: 18, stream: 1},
	]);
});

test('of any range exactly its bytes have their marks', (t) => {
	for (const count of [0, 1, 2, 3, 30]) {
		const marks = someMarks(count);
		const text = marksText({since, cutAt: undefined, marks});
		const all = byBytes(marks);
		for (let from = 0; from <= all.length + 3; from += 17) {
			for (let to = from; to <= all.length + 20; to += 29) {
				t.is(
					byBytes(marksBetween(text, {from, to}), from).join(','),
					all.slice(from, to).join(','),
				);
			}
		}
	}
});

test('marks that are sent arrive as they were', (t) => {
	const marks = someMarks(20);
	t.deepEqual(unpackMarks(packMarks(marks, 1)), marks);
	t.deepEqual(unpackMarks(packMarks([], 0)), []);
});

test('fewer marks cover the same bytes, and none of them says what was not so', (t) => {
	for (const most of [1, 2, 10, 100, 900]) {
		const marks = someMarks(1000);
		const thinned = thinMarks(marks, most);
		t.true(thinned.length <= Math.max(2, most), `${thinned.length}`);
		const before = byBytes(marks);
		const after = byBytes(thinned);
		t.is(after.length, before.length);
		t.true(
			after.every(
				(mark, index) =>
					mark.endsWith(' 0') || mark.at(-1) === before[index]?.at(-1),
			),
		);
		t.true(
			after.every(
				(mark, index) =>
					Number(mark.split(' ', 1)[0]) <=
					Number(before[index]?.split(' ', 1)[0]),
			),
		);
	}
});

test('where only one output wrote, nothing but the times gets coarser', (t) => {
	const marks = someMarks(5000).map((mark) => ({...mark, stream: 2 as const}));
	const thinned = thinMarks(marks, 300);
	t.true(thinned.length <= 300);
	t.true(thinned.length > 100);
	t.true(thinned.every(({stream}) => stream === 2));
});

test('a log whose middle went has the marks of what stayed', (t) => {
	const marks = someMarks(40);
	const all = byBytes(marks);
	for (const [head, from, more] of [
		[0, 100, 0],
		[100, 100, 0],
		[333, 900, 50],
		[400, all.length, 20],
	] as const) {
		const to = all.length + more;
		const cut = cutMarks(marks, {head, note: 10, tail: [from, to]}, 5);
		t.deepEqual(byBytes(cut), [
			...all.slice(0, head),
			...Array.from({length: 10}, () => '5 0'),
			...all.slice(from),
			...Array.from({length: more}, () => '5 0'),
		]);
	}
});
