import {stripVTControlCharacters} from 'node:util';
import {
	markOfLine,
	type LogMark,
	type LogStream,
} from '../../../core/log-marks.js';
import {plain} from '../../text/plain.js';

export type LogLine = {
	readonly text: string;
	/** Where it begins and ends in the log, in bytes. */
	readonly begin: number;
	readonly end: number;
	/** When it came, milliseconds since 1970, as far as it is known: as its worker noted it, else as it was seen here. */
	readonly at: number | undefined;
	/** By which output it came: 1, standard output; 2, standard error; 0, it is not known. */
	readonly stream: LogStream;
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
	/** The lines between have what is noted of them. */
	readonly marked: {readonly from: number; readonly to: number};
};

export const emptyLog = (start: number): LogText => ({
	start,
	end: start,
	size: start,
	isComplete: false,
	lines: [],
	rest: new Uint8Array(),
	marked: {from: start, to: start},
});

/** With more lines than this, those far from where bytes were added are let go; they can be read again. */
const mostLines = 50_000;
/** A line without an end is shown as one when it has become as long as this. */
const longestRest = 65_536;

type Arrival = {
	/** When they were seen to come; undefined for what was there already. */
	readonly at: number | undefined;
	readonly size: number;
	readonly isComplete: boolean;
};

/** Bytes that follow on what is there. */
export const withBytesAfter = (
	log: LogText,
	bytes: Uint8Array,
	{at, size, isComplete}: Arrival,
): LogText => {
	const all = joined(log.rest, bytes);
	const end = log.end + bytes.length;
	const isOver = isComplete && end >= size;
	const cut =
		isOver || all.length > longestRest ? all.length : all.lastIndexOf(10) + 1;
	const added = linesOf(all.subarray(0, cut), end - all.length, at);
	const lines = added.length === 0 ? log.lines : [...log.lines, ...added];
	const kept = lines.length > mostLines ? lines.slice(-mostLines) : lines;
	const start =
		kept === lines ? log.start : (kept[0]?.begin ?? end - all.length + cut);
	return {
		...log,
		start,
		end,
		size,
		isComplete,
		lines: kept,
		rest: all.slice(cut),
		marked: {
			from: Math.max(start, log.marked.from),
			to: Math.max(start, log.marked.to),
		},
	};
};

/** Bytes that precede what is there. Where they do not begin with a line, the first piece of one is left for the next time. */
export const withBytesBefore = (
	log: LogText,
	bytes: Uint8Array,
	{size, isComplete}: Omit<Arrival, 'at'>,
): LogText => {
	const begin = log.start - bytes.length;
	const first = begin === 0 ? 0 : bytes.indexOf(10) + 1;
	const start = begin + first;
	const lines = [
		...linesOf(bytes.subarray(first), start, undefined),
		...log.lines,
	];
	const whole = {...log, size, isComplete, start, lines};
	if (lines.length <= mostLines) {
		return whole;
	}

	const kept = lines.slice(0, mostLines);
	const end = kept.at(-1)?.end ?? start;
	return {
		...whole,
		lines: kept,
		end,
		rest: new Uint8Array(),
		marked: {
			from: Math.min(end, log.marked.from),
			to: Math.min(end, log.marked.to),
		},
	};
};

/** Bytes of whole lines whose marks are to be asked for next, of those that are noted up to byte `noted`: at first what follows on those that have theirs, then what precedes them. Undefined: none. */
export const nextToMark = (
	{start, lines, marked}: LogText,
	{noted, most}: {readonly noted: number; readonly most: number},
): {readonly from: number; readonly to: number} | undefined => {
	const to = Math.min(noted, marked.to + most);
	const last =
		to > marked.to ? lines.findLast(({end}) => end <= to)?.end : undefined;
	if (last !== undefined && last > marked.to) {
		return {from: marked.to, to: last};
	}

	if (marked.from <= start || marked.from === marked.to) {
		return undefined;
	}

	const from = lines.find(({begin}) => begin >= marked.from - most)?.begin;
	return from === undefined || from >= marked.from
		? undefined
		: {from, to: marked.from};
};

/** With what is noted of the lines of a range that `nextToMark` gave. */
export const withMarks = (
	log: LogText,
	{from, to}: {readonly from: number; readonly to: number},
	marks: readonly LogMark[],
): LogText => {
	if (from !== log.marked.to && to !== log.marked.from) {
		return log;
	}

	return {
		...log,
		marked: {
			from: Math.min(from, log.marked.from),
			to: Math.max(to, log.marked.to),
		},
		lines: log.lines.map((line) => {
			if (line.begin < from || line.end > to) {
				return line;
			}

			const {at, stream} = markOfLine(marks, line);
			return {...line, at: at ?? line.at, stream};
		}),
	};
};

/** A tail that was read from the middle of a log: without the piece of a line at its beginning. */
export const withoutFirstPiece = (bytes: Uint8Array): number =>
	bytes.indexOf(10) + 1;

/** `begin`: where the bytes do in the log. */
const linesOf = (
	bytes: Uint8Array,
	begin: number,
	at: number | undefined,
): readonly LogLine[] => {
	const lines: LogLine[] = [];
	// Where every byte is a letter, as nearly always, all of it is decoded at once.
	const whole = decoder.decode(bytes);
	const isPlain = whole.length === bytes.length;
	for (let from = 0; from < bytes.length;) {
		const feed = bytes.indexOf(10, from);
		const end = feed === -1 ? bytes.length : feed;
		const next = Math.min(end + 1, bytes.length);
		lines.push({
			text: shown(
				isPlain
					? whole.slice(from, end)
					: decoder.decode(bytes.subarray(from, end)),
			),
			begin: begin + from,
			end: begin + next,
			at,
			stream: 0,
		});
		from = next;
	}

	return lines;
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
