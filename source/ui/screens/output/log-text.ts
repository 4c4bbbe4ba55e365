import {stripVTControlCharacters} from 'node:util';
import {plain} from '../../text/plain.js';

export type LogLine = {
	readonly text: string;
	/** Order of arrival among all logs that are shown. */
	readonly order: number;
	/** When it came, milliseconds since 1970; undefined for what was there already. */
	readonly at: number | undefined;
};

/** The part of one log that is here: from byte `start` to byte `end`. */
export type LogText = {
	readonly start: number;
	readonly end: number;
	/** How long the log is, as far as it is known. */
	readonly size: number;
	/** Nothing more will be written. */
	readonly isComplete: boolean;
	readonly lines: readonly LogLine[];
	/** Bytes before `end` that are no whole line yet. */
	readonly rest: Uint8Array;
};

export const emptyLog = (start: number): LogText => ({
	start,
	end: start,
	size: start,
	isComplete: false,
	lines: [],
	rest: new Uint8Array(),
});

/** With more lines than this, those far from where bytes were added are let go; they can be read again. */
const mostLines = 50_000;
/** A line without an end is shown as one when it has become as long as this. */
const longestRest = 65_536;

type Arrival = {
	/** Of the first line; the others follow, or precede it where they are put before what is there. */
	readonly order: number;
	readonly at: number | undefined;
	readonly size: number;
	readonly isComplete: boolean;
};

/** Bytes that follow on what is there. */
export const withBytesAfter = (
	log: LogText,
	bytes: Uint8Array,
	{order, at, size, isComplete}: Arrival,
): LogText => {
	const all = joined(log.rest, bytes);
	const end = log.end + bytes.length;
	const isOver = isComplete && end >= size;
	const cut =
		isOver || all.length > longestRest ? all.length : all.lastIndexOf(10) + 1;
	const added = linesOf(all.subarray(0, cut)).map((text, index) => ({
		text,
		order: order + index,
		at,
	}));
	const lines = added.length === 0 ? log.lines : [...log.lines, ...added];
	const dropped = Math.max(0, lines.length - mostLines);
	return {
		...log,
		end,
		size,
		isComplete,
		lines: dropped === 0 ? lines : lines.slice(dropped),
		// How many bytes the dropped lines had is not known: what is before counts as not here any more.
		start: dropped === 0 ? log.start : end - byteLength(lines.slice(dropped)),
		rest: all.slice(cut),
	};
};

/** Bytes that precede what is there. Where they do not begin with a line, the first piece of one is left for the next time. */
export const withBytesBefore = (
	log: LogText,
	bytes: Uint8Array,
	{order, size, isComplete}: Arrival,
): LogText => {
	const begin = log.start - bytes.length;
	const first = begin === 0 ? 0 : bytes.indexOf(10) + 1;
	const start = begin + first;
	const texts = linesOf(bytes.subarray(first));
	const lines = [
		...texts.map((text, index) => ({
			text,
			order: order - texts.length + index,
			at: undefined,
		})),
		...log.lines,
	];
	const whole = {...log, size, isComplete, start, lines};
	if (lines.length <= mostLines) {
		return whole;
	}

	const kept = lines.slice(0, mostLines);
	return {
		...whole,
		lines: kept,
		end: start + byteLength(kept),
		rest: new Uint8Array(),
	};
};

/** A tail that was read from the middle of a log: without the piece of a line at its beginning. */
export const withoutFirstPiece = (bytes: Uint8Array): number =>
	bytes.indexOf(10) + 1;

const byteLength = (lines: readonly LogLine[]): number =>
	lines.reduce((sum, {text}) => sum + encoder.encode(text).length + 1, 0);

const linesOf = (bytes: Uint8Array): readonly string[] => {
	if (bytes.length === 0) {
		return [];
	}

	const texts = decoder.decode(bytes).split('\n');
	if (texts.at(-1) === '') {
		texts.pop();
	}

	return texts.map((text) => shown(text));
};

/** As a terminal would show it at the end: what was written over by a carriage return is gone, and so are colours. */
const shown = (text: string): string => {
	const bare = text.endsWith('\r') ? text.slice(0, -1) : text;
	const last = bare.slice(bare.lastIndexOf('\r') + 1);
	return plain(stripVTControlCharacters(last).replaceAll('\t', ' '.repeat(4)));
};

const joined = (first: Uint8Array, second: Uint8Array): Uint8Array => {
	if (first.length === 0) {
		return second;
	}

	const all = new Uint8Array(first.length + second.length);
	all.set(first);
	all.set(second, first.length);
	return all;
};

const decoder = new TextDecoder();
const encoder = new TextEncoder();
