import {Buffer} from 'node:buffer';
import fs from 'node:fs';
import type {Clock} from '../core/clock.js';
import {
	cutMarks,
	markLine,
	marksText,
	parseMarks,
	thinMarks,
	type LogCut,
	type LogMark,
	type LogMarks,
	type LogStream,
} from '../core/log-marks.js';
import type {OutputPositions, ReadPositions} from './output-positions.js';

/** Notes beside a log when its bytes came, and by which output. */
export type LogMarker = {
	/** Look what came, the log having been so long. Whether there are bytes of which it may soon be known by which output they came. */
	readonly look: (size: number) => boolean;
	/** Its middle was taken out while its process ran. */
	readonly cut: (cut: LogCut) => void;
	/** The process has ended, and the log is so long. `positions`: as its wrapper found them then. */
	readonly finish: (
		size: number,
		positions: OutputPositions | undefined,
	) => void;
};

type MarkerOptions = {
	/** The file beside the log. */
	readonly file: string;
	/** Undefined where the system does not tell: then only the times are noted. */
	readonly read: ReadPositions | undefined;
	readonly clock: Clock;
};

/** The file is bounded: above this its marks are made fewer. */
const mostFileBytes = 64 * 1024;
const mostMarks = 1600;
/** So many looks that find the same bytes beyond both outputs: something else wrote them, such as a program that opened /dev/stderr anew. */
const looksUntilForeign = 4;

/**
Tells the outputs of a process apart, though both are the same file: that is opened once for each, for appending, so that each of the two descriptions stands where its own last write ended. From one look to the next:

- where only one has moved, all that is new is its
- where both have, what is above the lower one is the other's; below, they are mixed, and it is not known

So a mark of standard error is never wrong, and where there is a pause between lines of the two that is longer than that between two looks, none is missing.
*/
export const createLogMarker = ({
	file,
	read,
	clock,
}: MarkerOptions): LogMarker => {
	let {since, cutAt, marks: before} = load(file, clock);
	let last = before.at(-1);
	/** Bytes that have a mark. */
	let known = last?.end ?? 0;
	/** The file's. Undefined: it is to be written anew. */
	let fileBytes: number | undefined;
	let recent: OutputPositions = {out: 0, error: 0};
	/** Marks closer together than this become one, if they are of the same output. */
	let withinMs = 0;
	/** Written bytes of the last mark; it has become longer since. */
	let isOpen = false;
	/** Something wrote that is neither output, so that nothing can be concluded any more. */
	let isDoubtful = false;
	/** The file could not be written: a mark that is missing in it would give its bytes to the next. */
	let isBroken = false;
	let beyond = {size: 0, looks: 0};

	const all = (): LogMarks => {
		const marks = [...before];
		before = [];
		return {since, cutAt, marks};
	};

	const readAll = (): readonly LogMark[] => {
		if (fileBytes === undefined) {
			return all().marks;
		}

		flush();
		return load(file, clock).marks;
	};

	const writeAll = (marks: readonly LogMark[]): void => {
		const text = marksText({since, cutAt, marks});
		const fresh = `${file}.new`;
		fs.writeFileSync(fresh, text);
		fs.renameSync(fresh, file);
		fileBytes = text.length;
		last = marks.at(-1);
		isOpen = false;
	};

	const flush = (): void => {
		if (!isOpen || last === undefined) {
			return;
		}

		isOpen = false;
		append(last);
	};

	const append = (mark: LogMark): void => {
		if (fileBytes === undefined) {
			writeAll([...all().marks, mark]);
			return;
		}

		const line = markLine(mark, since);
		fs.appendFileSync(file, line);
		fileBytes += Buffer.byteLength(line);
		if (fileBytes <= mostFileBytes) {
			return;
		}

		const thinned = thinMarks(load(file, clock).marks, mostMarks);
		withinMs = Math.max(500, withinMs * 2);
		writeAll(thinned);
	};

	const add = (end: number, stream: LogStream): void => {
		if (end <= known) {
			return;
		}

		known = end;
		const at = Math.round(clock.now());
		if (last?.stream === stream && at - last.at < withinMs) {
			last = {...last, end};
			isOpen = true;
			return;
		}

		flush();
		last = {end, at, stream};
		append(last);
	};

	/** What the positions say of what is new. */
	const conclude = (positions: OutputPositions, size: number): void => {
		const {out, error} = positions;
		if (
			(out < recent.out && !isStale('out', recent.out)) ||
			(error < recent.error && !isStale('error', recent.error))
		) {
			// Somebody emptied the log, or a program moved within its output.
			isDoubtful = true;
			return;
		}

		recent = positions;
		const places = (
			[
				{stream: 1, at: out, isStale: isStale('out', out)},
				{stream: 2, at: error, isStale: isStale('error', error)},
			] as const
		)
			// Behind the end it can only have been before the middle was taken out.
			.filter(({at, isStale}) => !(isStale && at > size))
			.toSorted((a, b) => a.at - b.at);
		const [low, high] = places.length === 2 ? places : [undefined, places[0]];
		if (high?.isStale !== false || high.at === low?.at) {
			return;
		}

		add(low?.at ?? 0, 0);
		add(high.at, high.stream);
	};

	const isStale = (name: 'out' | 'error', position: number): boolean =>
		cutAt?.[name] === position;

	const take = (size: number, positions: OutputPositions | undefined): void => {
		if (size < known) {
			// Not by us.
			isDoubtful = true;
			known = 0;
			before = [];
			writeAll([]);
		}

		if (positions !== undefined && !isDoubtful) {
			conclude(positions, size);
		}
	};

	const look = (size: number): boolean => {
		if (size === known) {
			flush();
			return false;
		}

		take(size, isDoubtful ? undefined : read?.());
		if (isDoubtful || read === undefined) {
			add(size, 0);
		}

		if (known >= size) {
			return false;
		}

		beyond = {size, looks: beyond.size === size ? beyond.looks + 1 : 1};
		if (beyond.looks < looksUntilForeign) {
			return true;
		}

		isDoubtful ||= cutAt === undefined;
		add(size, 0);
		return false;
	};

	const tryTo = <Value>(action: () => Value, otherwise: Value): Value => {
		if (isBroken) {
			return otherwise;
		}

		try {
			return action();
		} catch {
			// As on a full disk. The log without its marks is better than with wrong ones.
			isBroken = true;
			fs.rmSync(file, {force: true});
			fs.rmSync(`${file}.new`, {force: true});
			return otherwise;
		}
	};

	return {
		look: (size) => tryTo(() => look(size), false),
		cut(cut) {
			tryTo(() => {
				const marks = cutMarks(readAll(), cut, Math.round(clock.now()));
				// What moves on from here has written since.
				cutAt = read?.() ?? recent;
				recent = cutAt;
				known = marks.at(-1)?.end ?? 0;
				writeAll(marks);
			}, undefined);
		},
		finish(size, positions) {
			tryTo(() => {
				if (size !== known) {
					take(size, positions);
					add(size, 0);
				}

				flush();
			}, undefined);
		},
	};
};

/** Cut the marks of a log that nothing writes any more. */
export const cutMarksFile = (file: string, cut: LogCut): void => {
	const found = parseMarks(textIn(file));
	if (found === undefined) {
		return;
	}

	const fresh = `${file}.new`;
	fs.writeFileSync(
		fresh,
		marksText({
			...found,
			marks: cutMarks(found.marks, cut, found.marks.at(-1)?.at ?? found.since),
		}),
	);
	fs.renameSync(fresh, file);
};

const load = (file: string, clock: Clock): LogMarks =>
	parseMarks(textIn(file)) ?? {
		since: Math.round(clock.now()),
		cutAt: undefined,
		marks: [],
	};

const textIn = (file: string): string => {
	// As for nearly every log; an error made, only to be caught, costs several times the look.
	if (!fs.existsSync(file)) {
		return '';
	}

	try {
		return fs.readFileSync(file, 'latin1');
	} catch {
		// It cannot be read, or is gone by now.
		return '';
	}
};
