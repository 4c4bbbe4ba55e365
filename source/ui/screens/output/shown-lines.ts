import {shownAttempt, type OutputSlice} from './output-slice.js';
import type {LogLine} from './log-text.js';

export type ShownLine = LogLine & {
	readonly invocation: number;
	/** By place among the logs. */
	readonly source: number;
	readonly isMatch: boolean;
	/** Lines before it were left out. */
	readonly isAfterGap: boolean;
};

type Wanted = Pick<
	OutputSlice,
	'sources' | 'logs' | 'search' | 'context' | 'isOnlyErrors'
>;

/** All lines that could be shown, in order: of one log as they stand in it, of several as they came, by the times that are known. Filtered where that is wanted. The same object while nothing of it has changed. */
export const shownLines = (slice: Wanted): readonly ShownLine[] => {
	const known = last;
	if (
		known?.slice.sources === slice.sources &&
		known.slice.logs === slice.logs &&
		known.slice.search === slice.search &&
		known.slice.context === slice.context &&
		known.slice.isOnlyErrors === slice.isOnlyErrors
	) {
		return known.lines;
	}

	const lines = filtered(
		marked(byStream(merged(slice), slice.isOnlyErrors), slice.search),
		slice.context,
	);
	last = {slice, lines};
	return lines;
};

// Drawn and asked many times between two changes, and only one is shown at a time.
let last:
	{readonly slice: Wanted; readonly lines: readonly ShownLine[]} | undefined;

/** Small letters find capitals too; capitals only themselves. */
const finder = (search: string): ((text: string) => boolean) => {
	if (search === '') {
		return () => false;
	}

	return search === search.toLowerCase()
		? (text) => text.toLowerCase().includes(search)
		: (text) => text.includes(search);
};

type MergedLine = Omit<ShownLine, 'isMatch'>;

const merged = ({sources, logs}: Wanted): readonly MergedLine[] => {
	const parts = sources.map((source, index) => {
		const invocation = shownAttempt(source)?.invocation ?? 0;
		return (logs[invocation]?.lines ?? []).map((line) => ({
			...line,
			invocation,
			source: index,
			isAfterGap: false,
		}));
	});
	return parts.length === 1 ? parts[0]! : inTime(parts);
};

/** Each log keeps its order, whatever its times say: a line of which none is known follows the one before it. */
const inTime = (
	parts: ReadonlyArray<readonly MergedLine[]>,
): readonly MergedLine[] =>
	parts
		.flatMap((part) => {
			let latest = part.find(({at}) => at !== undefined)?.at ?? 0;
			return part.map((line) => {
				latest = Math.max(latest, line.at ?? latest);
				return {line, latest};
			});
		})
		.toSorted((a, b) => a.latest - b.latest)
		.map(({line}) => line);

const byStream = (
	lines: readonly MergedLine[],
	isOnlyErrors: boolean,
): readonly MergedLine[] =>
	isOnlyErrors
		? lines.flatMap((line, index) =>
				line.stream === 2
					? {...line, isAfterGap: index > 0 && lines[index - 1]!.stream !== 2}
					: [],
			)
		: lines;

const marked = (
	lines: readonly MergedLine[],
	search: string,
): readonly ShownLine[] => {
	const finds = finder(search);
	return lines.map((line) => ({
		...line,
		isMatch: finds(line.text),
	}));
};

const filtered = (
	lines: readonly ShownLine[],
	context: number | undefined,
): readonly ShownLine[] => {
	if (context === undefined) {
		return lines;
	}

	const kept: ShownLine[] = [];
	let until = -1;
	let lastKept = -1;
	const keep = (index: number): void => {
		kept.push({
			...lines[index]!,
			isAfterGap: kept.length > 0 && index > lastKept + 1,
		});
		lastKept = index;
	};

	for (const [index, {isMatch}] of lines.entries()) {
		if (isMatch) {
			for (
				let before = Math.max(lastKept + 1, index - context);
				before < index;
				before++
			) {
				keep(before);
			}

			until = index + context;
		}

		if (index <= until) {
			keep(index);
		}
	}

	return kept;
};

/** What a line must look like to be taken for an error. */
export const looksLikeError = (text: string): boolean => errorWords.test(text);

// Not "0 errors" and "error: 0", which summaries say where all went well.
const errorWords =
	/(?<!\b(?:0|no) )\b(?:error|errno|fatal|traceback|exception|panic|segmentation fault|cannot|failed|failure)s?\b(?!\s*[:=]\s*0\b)/iv;
