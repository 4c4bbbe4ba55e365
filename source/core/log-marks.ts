/** By which of a process's two outputs bytes of a log came: 1, standard output; 2, standard error; 0, it is not known. */
export type LogStream = 0 | 1 | 2;

/** The bytes of a log from where the mark before ends, or from the beginning of the log. */
export type LogMark = {
	/** Byte offset, exclusive. */
	readonly end: number;
	/** When they were seen, in milliseconds since 1970. They came after those of the mark before were. */
	readonly at: number;
	readonly stream: LogStream;
};

/** All that is noted beside a log. */
export type LogMarks = {
	/** What its times count from, in milliseconds since 1970. */
	readonly since: number;
	/** Where the outputs stood when the middle of the log was last taken out: one that stands there still may not have written since. */
	readonly cutAt: {readonly out: number; readonly error: number} | undefined;
	readonly marks: readonly LogMark[];
};

/**
Marks as they stand in the file beside a log: `marks 1 SINCE`, or `marks 1 SINCE OUT ERROR`, and a line `END ELAPSED STREAM` for each, with all ends counted from the log's beginning and all times from `SINCE`. A line without its end does not count.
*/
export const marksText = ({since, cutAt, marks}: LogMarks): string =>
	`marks 1 ${since}${cutAt === undefined ? '' : ` ${cutAt.out} ${cutAt.error}`}\n${marks
		.map((mark) => markLine(mark, since))
		.join('')}`;

export const markLine = ({end, at, stream}: LogMark, since: number): string =>
	`${end} ${at - since} ${stream}\n`;

/** Undefined where it is something else. Lines that do not fit end it: what follows them cannot be trusted. */
export const parseMarks = (text: string): LogMarks | undefined => {
	const head = headOf(text);
	if (head === undefined) {
		return undefined;
	}

	const marks: LogMark[] = [];
	let end = 0;
	for (const line of text
		.slice(head.length, text.lastIndexOf('\n'))
		.split('\n')) {
		const mark = markOf(line, head.since);
		if (mark === undefined || mark.end <= end) {
			break;
		}

		marks.push(mark);
		end = mark.end;
	}

	return {since: head.since, cutAt: head.cutAt, marks};
};

/** Those of some bytes only, the first cut off at its beginning and the last at its end. What stands before them is not even looked at. */
export const marksBetween = (
	text: string,
	{from, to}: {readonly from: number; readonly to: number},
): readonly LogMark[] => {
	const head = headOf(text);
	if (head === undefined || from >= to) {
		return [];
	}

	// The beginning of a line whose mark ends at or before `from`, and one of a line behind it.
	let low = head.length;
	let high = text.lastIndexOf('\n') + 1;
	while (low < high) {
		const begin = text.lastIndexOf('\n', Math.floor((low + high) / 2) - 1) + 1;
		const after = text.indexOf('\n', begin) + 1;
		const mark = markOf(text.slice(begin, after - 1), head.since);
		if (mark === undefined || mark.end > from) {
			high = begin;
		} else {
			low = after;
		}
	}

	const marks: LogMark[] = [];
	let begin = low;
	for (let end = from; end < to;) {
		const after = text.indexOf('\n', begin) + 1;
		const mark =
			after === 0
				? undefined
				: markOf(text.slice(begin, after - 1), head.since);
		if (mark === undefined || mark.end <= end) {
			break;
		}

		marks.push({...mark, end: Math.min(mark.end, to)});
		end = mark.end;
		begin = after;
	}

	return marks;
};

/** Up to which byte there are marks, by the end of what stands in the file. */
export const markedBytes = (tail: string): number => {
	const last = tail.slice(0, tail.lastIndexOf('\n'));
	return markOf(last.slice(last.lastIndexOf('\n') + 1), 0)?.end ?? 0;
};

/** When a line began to come, and by which output all of it came, where that is known. `marks` begin at byte `from`, at or before the line. */
export const markOfLine = (
	marks: readonly LogMark[],
	{begin, end}: {readonly begin: number; readonly end: number},
): {readonly at: number | undefined; readonly stream: LogStream} => {
	let low = 0;
	let high = marks.length;
	while (low < high) {
		const middle = Math.floor((low + high) / 2);
		if (marks[middle]!.end > begin) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}

	const first = marks[low];
	if (first === undefined) {
		return {at: undefined, stream: 0};
	}

	let last = low;
	while (marks[last] !== undefined && marks[last]!.end < end) {
		last++;
		if (marks[last]?.stream !== first.stream) {
			return {at: first.at, stream: 0};
		}
	}

	return {at: first.at, stream: first.stream};
};

/** At most so many: times get coarser, and only where that is not enough it is forgotten by which output the older bytes came. */
export const thinMarks = (
	marks: readonly LogMark[],
	most: number,
): readonly LogMark[] => {
	let thinned = marks;
	for (
		let withinMs = finestMs;
		thinned.length > most && withinMs < coarsestMs;
		withinMs *= 2
	) {
		thinned = joined(thinned, withinMs);
	}

	if (thinned.length <= most) {
		return thinned;
	}

	const newest = thinned.slice(thinned.length - Math.floor(most / 2));
	const older = thinned.slice(0, thinned.length - newest.length);
	const each = Math.ceil(older.length / Math.max(1, most - newest.length));
	return [
		...Array.from({length: Math.ceil(older.length / each)}, (_, index) => {
			const group = older.slice(index * each, (index + 1) * each);
			return {...group[0]!, end: group.at(-1)!.end, stream: 0 as const};
		}),
		...newest,
	];
};

const finestMs = 500;
const coarsestMs = 30 * 24 * 3600 * 1000;

/** Neighbours of the same output become one, if they came so close to each other. It has the time of the first. */
const joined = (
	marks: readonly LogMark[],
	withinMs: number,
): readonly LogMark[] => {
	const all: LogMark[] = [];
	for (const mark of marks) {
		const last = all.at(-1);
		if (last?.stream === mark.stream && mark.at - last.at < withinMs) {
			all[all.length - 1] = {...last, end: mark.end};
		} else {
			all.push(mark);
		}
	}

	return all;
};

/** What of a log went, and what stands there instead. */
export type LogCut = {
	/** Up to here everything is as it was. */
	readonly head: number;
	/** Bytes of the line that says what went, which follows. */
	readonly note: number;
	/** Then comes what stood from here to there. */
	readonly tail: readonly [from: number, to: number];
};

/** The marks of a log whose middle was taken out. */
export const cutMarks = (
	marks: readonly LogMark[],
	{head, note, tail}: LogCut,
	at: number,
): readonly LogMark[] => {
	const [from, to] = tail;
	const kept: LogMark[] = [];
	const add = (mark: LogMark): void => {
		if (mark.end > (kept.at(-1)?.end ?? 0)) {
			kept.push(mark);
		}
	};

	for (const mark of marks) {
		add({...mark, end: Math.min(mark.end, head)});
	}

	add({end: head + note, at, stream: 0});
	for (const mark of marks) {
		if (mark.end > from) {
			add({...mark, end: head + note + Math.min(mark.end, to) - from});
		}
	}

	// What nobody had looked at before it was moved.
	add({end: head + note + to - from, at, stream: 0});
	return kept;
};

/** Marks as they are sent. */
export type PackedMarks = {
	readonly since: number;
	readonly marks: Array<[end: number, elapsed: number, stream: LogStream]>;
	/** Up to which byte there are marks. */
	readonly marked: number;
};

export const packMarks = (
	marks: readonly LogMark[],
	marked: number,
): PackedMarks => {
	const since = marks[0]?.at ?? 0;
	return {
		since,
		marks: marks.map(({end, at, stream}) => [end, at - since, stream]),
		marked,
	};
};

export const unpackMarks = ({
	since,
	marks,
}: Pick<PackedMarks, 'since' | 'marks'>): readonly LogMark[] =>
	marks.map(([end, elapsed, stream]) => ({end, at: since + elapsed, stream}));

const headOf = (
	text: string,
):
	| (Pick<LogMarks, 'since' | 'cutAt'> & {readonly length: number})
	| undefined => {
	const found =
		/^marks 1 (?<since>\d{1,15})(?: (?<out>\d{1,15}) (?<error>\d{1,15}))?\n/v.exec(
			text,
		);
	const {since, out, error} = found?.groups ?? {};
	return found === null || since === undefined
		? undefined
		: {
				since: Number(since),
				cutAt:
					out === undefined || error === undefined
						? undefined
						: {out: Number(out), error: Number(error)},
				length: found[0].length,
			};
};

const markOf = (line: string, since: number): LogMark | undefined => {
	const {end, elapsed, stream} =
		/^(?<end>\d{1,15}) (?<elapsed>-?\d{1,15}) (?<stream>[0-2])$/v.exec(line)
			?.groups ?? {};
	return end === undefined || elapsed === undefined || stream === undefined
		? undefined
		: {
				end: Number(end),
				at: since + Number(elapsed),
				stream: Number(stream) as LogStream,
			};
};
