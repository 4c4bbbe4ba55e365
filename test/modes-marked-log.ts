import {Buffer} from 'node:buffer';
import test from 'ava';
import {FarmError} from '../source/core/errors.js';
import {invocationId} from '../source/core/ids.js';
import {
	marksBetween,
	marksText,
	packMarks,
	type LogMark,
} from '../source/core/log-marks.js';
import type {Client} from '../source/modes/client.js';
import {markedLog, type MarkedLine} from '../source/modes/marked-log.js';

const since = 1_700_000_000_000;
const text = 'one\nwrong\nno end yet\nlast';
const marks: readonly LogMark[] = [
	{end: 4, at: since, stream: 1},
	{end: 10, at: since + 1000, stream: 2},
	{end: 13, at: since + 2000, stream: 1},
	{end: 21, at: since + 3000, stream: 2},
	{end: 25, at: since + 4000, stream: 2},
];

/** What is made of a log that comes in pieces of a size. */
const linesOf = async (
	call: (range: {offset: number; limit: number}) => unknown,
	{size, isWholeLines = true}: {size: number; isWholeLines?: boolean},
) => {
	const lines: MarkedLine[] = [];
	const {take, end} = markedLog({
		client: {
			callPatiently: async (
				_: string,
				params: () => {offset: number; limit: number},
			) => call(params()),
		} as unknown as Client,
		invocation: invocationId(1),
		isFollowing: false,
		isWholeLines,
		onLine(line) {
			lines.push(line);
		},
	});
	for (let from = 0; from < text.length; from += size) {
		// eslint-disable-next-line no-await-in-loop -- as they come
		await take(Buffer.from(text.slice(from, from + size)), from);
	}

	end();
	return lines.map(({bytes, at, stream}) => [
		bytes.toString(),
		at === undefined ? undefined : at - since,
		stream,
	]);
};

const noted = (some: readonly LogMark[]) => {
	const written = marksText({since, cutAt: undefined, marks: some});
	return ({offset, limit}: {offset: number; limit: number}) =>
		packMarks(marksBetween(written, {from: offset, to: offset + limit}), 25);
};

test('in whatever pieces a log comes, each line has its time, and the output that all of it came by', async (t) => {
	for (const size of [1, 2, 3, 5, 12, 100]) {
		t.deepEqual(
			await linesOf(noted(marks), {size}), // eslint-disable-line no-await-in-loop -- one after the other
			[
				['one\n', 0, 'stdout'],
				['wrong\n', 1000, 'stderr'],
				['no end yet\n', 2000, undefined],
				['last', 4000, 'stderr'],
			],
		);
	}
});

test('a line of which a part is not noted is taken for neither', async (t) => {
	for (const size of [1, 7, 15, 100]) {
		const lines = await linesOf(noted(marks.slice(0, 1)), {size}); // eslint-disable-line no-await-in-loop -- one after the other
		t.deepEqual(
			lines.map((line) => line[2]),
			['stdout', undefined, undefined, undefined],
		);
	}
});

test('where nothing is noted, lines are as they are', async (t) => {
	const lines = await linesOf(
		() => {
			throw new FarmError('VERSION', 'There is no method log.marks.');
		},
		{size: 6},
	);
	t.is(lines.map(([line]) => line).join(''), text);
	t.true(
		lines.every(([, at, stream]) => at === undefined && stream === undefined),
	);
});

test('the beginning of a line is told at once where that is wanted', async (t) => {
	const lines = await linesOf(noted(marks), {size: 12, isWholeLines: false});
	t.deepEqual(
		lines.map(([line]) => line),
		['one\n', 'wrong\n', 'no', ' end yet\n', 'las', 't'],
	);
});
