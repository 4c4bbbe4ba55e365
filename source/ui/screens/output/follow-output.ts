import {Buffer} from 'node:buffer';
import {unpackMarks} from '../../../core/log-marks.js';
import {type ScreenTools, liveOf} from '../../screen.js';
import {
	emptyLog,
	nextToMark,
	withBytesAfter,
	withBytesBefore,
	withMarks,
	withoutFirstPiece,
	type LogText,
} from './log-text.js';
import {
	shownInvocations,
	statusOf,
	taskWatch,
	type OutputSlice,
	type OutputView,
} from './output-slice.js';
import {looksLikeError, shownLines} from './shown-lines.js';

type Tools = ScreenTools<OutputSlice>;

/** Bytes that are asked for at once. */
const pieceBytes = 262_144;
/** Somebody who looks at the end does not wait for more than this to be read: the end itself is read. */
const mostBehind = 2 * 1024 * 1024;
/** A log that is followed for hours is asked for often, and what was answered long ago need not be remembered. */
const mostAsked = 200;
/** So many lines from the edge of what is here, more is asked for. */
const nearLines = 200;
/** Lines that are looked through for a page of a filter. */
const mostFiltered = 20_000;
/** Bytes whose marks are asked for at once. */
const markBytes = 1_048_576;

/** Reads what is looked at: the end as it grows, what is before it when somebody goes there, all of it while the first error is sought. Told after every change. */
export const followOutput = (tools: Tools): void => {
	const view = tools.view();
	if (view.state.connection.kind !== 'connected') {
		return;
	}

	for (const {task, attempts} of view.slice.sources) {
		const row = liveOf(view, taskWatch(task), 'task')?.rows[0];
		// A new process of the task is a new attempt, and its end is worth telling too.
		const news = `attempts ${task} ${String(row?.invocation_id ?? '')} ${row?.state ?? ''}`;
		if (attempts === undefined || row !== undefined) {
			ask(tools, {key: news, act: async () => readAttempts(tools, task)});
		}
	}

	for (const invocation of shownInvocations(view.slice)) {
		followLog(tools, invocation);
	}
};

/** Once for each key; what fails may be asked again after the next change. */
const ask = (
	tools: Tools,
	{key, act}: {readonly key: string; readonly act: () => Promise<void>},
): void => {
	if (tools.view().slice.asked.has(key)) {
		return;
	}

	tools.update((slice) => ({
		...slice,
		asked: new Set([...slice.asked].slice(-mostAsked)).add(key),
	}));
	const carryOut = async (): Promise<void> => {
		try {
			await act();
		} catch (error) {
			tools.update((slice) => ({
				...slice,
				trouble: error instanceof Error ? error.message : String(error),
			}));
		}
	};

	void carryOut();
};

const readAttempts = async (tools: Tools, task: number): Promise<void> => {
	const {invocations} = await tools.farm.request('task.invocations', {
		id: task,
	});
	const attempts = invocations.map(({id, attempt, worker, state}) => ({
		invocation: id,
		attempt,
		worker: worker ?? '',
		state,
	}));
	tools.update((slice) => ({
		...slice,
		trouble: undefined,
		sources: slice.sources.map((source) =>
			source.task === task ? {...source, attempts} : source,
		),
	}));
};

const followLog = (tools: Tools, invocation: number): void => {
	const view = tools.view();
	const log = view.slice.logs[invocation];
	const status = statusOf(view, invocation);
	if (log === undefined) {
		ask(tools, {
			key: `tail ${invocation}`,
			act: async () => readTail(tools, invocation),
		});
		return;
	}

	if (status !== undefined && status.size < log.end) {
		// Its middle was taken out: what is here stands elsewhere now.
		forget(tools, invocation);
		return;
	}

	if (!view.slice.isSeeking) {
		followMarks(tools, invocation, log);
	}

	const size = Math.max(log.size, status?.size ?? 0);
	const isOver = log.isComplete || status?.complete === true;
	const isAtEnd = isNearEnd(view);
	if (isAtEnd && view.slice.top === undefined && size - log.end > mostBehind) {
		forget(tools, invocation);
		return;
	}

	if ((isAtEnd || view.slice.isSeeking) && log.end < size) {
		ask(tools, {
			key: `more ${invocation} ${log.end} ${size}`,
			act: async () => readMore(tools, invocation, log),
		});
	} else if (isOver && !log.isComplete && log.end >= size) {
		ask(tools, {
			key: `over ${invocation} ${log.end}`,
			act: async () => readMore(tools, invocation, log),
		});
	} else if (log.start > 0 && isNearBeginning(view, log)) {
		ask(tools, {
			key: `before ${invocation} ${log.start}`,
			act: async () => readBefore(tools, invocation, log),
		});
	}
};

/** Of what is here, and only of that, it is asked when it came and by which output, as its worker notes it. */
const followMarks = (tools: Tools, invocation: number, log: LogText): void => {
	const noted = statusOf(tools.view(), invocation)?.marked ?? 0;
	const range = nextToMark(log, {noted, most: markBytes});
	if (range === undefined) {
		return;
	}

	ask(tools, {
		key: `marks ${invocation} ${range.from} ${range.to}`,
		async act() {
			const found = await tools.farm.request('log.marks', {
				invocation,
				offset: range.from,
				limit: range.to - range.from,
			});
			tools.update((slice) => {
				const known = slice.logs[invocation];
				return known === undefined
					? slice
					: withLog(
							slice,
							invocation,
							withMarks(known, range, unpackMarks(found)),
						);
			});
		},
	});
};

const isNearEnd = ({slice, body}: OutputView): boolean =>
	slice.top === undefined ||
	slice.top + body.rows + nearLines >= shownLines(slice).length;

/** Where a filter leaves less than a page of what is here, it is not sought for ever: whoever wants more goes up. */
const isNearBeginning = (
	{slice, body}: OutputView,
	{lines}: LogText,
): boolean =>
	slice.top === undefined
		? shownLines(slice).length < body.rows && lines.length < mostFiltered
		: slice.top < nearLines;

/** It is read again from its end. */
const forget = (tools: Tools, invocation: number): void => {
	tools.update((slice) => ({
		...slice,
		asked: new Set(
			[...slice.asked].filter(
				(key) => key.split(' ', 2)[1] !== String(invocation),
			),
		),
		logs: Object.fromEntries(
			Object.entries(slice.logs).filter(([id]) => Number(id) !== invocation),
		),
	}));
};

const readTail = async (tools: Tools, invocation: number): Promise<void> => {
	const piece = await tools.farm.request('log.read', {
		invocation,
		offset: -pieceBytes,
		limit: pieceBytes,
	});
	const bytes = Buffer.from(piece.data, 'base64');
	const skipped = piece.offset === 0 ? 0 : withoutFirstPiece(bytes);
	tools.update((slice) =>
		withLog(
			slice,
			invocation,
			withBytesAfter(
				emptyLog(piece.offset + skipped),
				bytes.subarray(skipped),
				{
					at: undefined,
					size: piece.size,
					isComplete: piece.complete,
				},
			),
		),
	);
};

const readMore = async (
	tools: Tools,
	invocation: number,
	before: LogText,
): Promise<void> => {
	const piece = await tools.farm.request('log.read', {
		invocation,
		offset: before.end,
		limit: pieceBytes,
	});
	const at = tools.state().now;
	tools.update((slice) => {
		const log = slice.logs[invocation];
		if (log?.end !== before.end || piece.offset !== before.end) {
			return slice;
		}

		const {isSeeking} = slice;
		return sought(
			withLog(
				slice,
				invocation,
				withBytesAfter(log, Buffer.from(piece.data, 'base64'), {
					at: isSeeking ? undefined : at,
					size: piece.size,
					isComplete: piece.complete,
				}),
			),
		);
	});
	if (!(tools.view().slice.isSeeking && isAllRead(tools.view().slice))) {
		return;
	}

	tools.update((slice) => ({...slice, isSeeking: false, top: undefined}));
	tools.notice('info', 'no line looks like an error');
};

const readBefore = async (
	tools: Tools,
	invocation: number,
	after: LogText,
): Promise<void> => {
	const offset = Math.max(0, after.start - pieceBytes);
	const piece = await tools.farm.request('log.read', {
		invocation,
		offset,
		limit: after.start - offset,
	});
	tools.update((slice) => {
		const log = slice.logs[invocation];
		if (log?.start !== after.start || piece.offset !== offset) {
			return slice;
		}

		const changed = withLog(
			slice,
			invocation,
			withBytesBefore(log, Buffer.from(piece.data, 'base64'), {
				size: piece.size,
				isComplete: piece.complete,
			}),
		);
		const added = shownLines(changed).length - shownLines(slice).length;
		return {
			...changed,
			top: slice.top === undefined ? undefined : slice.top + Math.max(0, added),
			found: slice.found === undefined ? undefined : slice.found + added,
		};
	});
};

const withLog = (
	slice: OutputSlice,
	invocation: number,
	log: LogText,
): OutputSlice => ({
	...slice,
	trouble: undefined,
	logs: {...slice.logs, [invocation]: log},
});

const isAllRead = (slice: OutputSlice): boolean =>
	shownInvocations(slice).every((invocation) => {
		const log = slice.logs[invocation];
		return log !== undefined && log.end >= log.size;
	});

/** Where the first error is what is sought, and it is here: there. */
const sought = (slice: OutputSlice): OutputSlice => {
	if (!slice.isSeeking) {
		return slice;
	}

	const index = shownLines(slice).findIndex(({text}) => looksLikeError(text));
	return index === -1
		? slice
		: {...slice, isSeeking: false, top: Math.max(0, index - 3), found: index};
};

/** Begins to look for the first error, from the beginning of all logs. */
export const seekFirstError = (slice: OutputSlice): OutputSlice => ({
	...slice,
	context: undefined,
	// By which output a line came is told only after it was read: all lines are sought through.
	isOnlyErrors: false,
	isSeeking: true,
	asked: new Set(),
	top: 0,
	logs: Object.fromEntries(
		shownInvocations(slice).map((invocation) => [
			invocation,
			{
				...emptyLog(0),
				// Until it is told anew.
				size: Math.max(1, slice.logs[invocation]?.size ?? 0),
			},
		]),
	),
});
