import {rowAt, totalOf, type LiveWindow} from '../live/live-window.js';
import type {WatchKind, WatchSpec} from '../farm.js';

/** Where somebody is in a list of any length, of which only a window is known. */
export type ListState = {
	/** Index in the whole list. */
	readonly cursor: number;
	/** Of the row under the cursor, which it follows when rows come and go above it. */
	readonly cursorId: number | undefined;
	/** Index of the first row that is shown. */
	readonly top: number;
	readonly marks: ReadonlySet<number>;
	/** All that the filter finds, also what is not in the window. */
	readonly isAllMarked: boolean;
	/** Where `v` was pressed: rows from there to the cursor become marked. */
	readonly rangeFrom: number | undefined;
	readonly order:
		{readonly by: string; readonly descending: boolean} | undefined;
	readonly filter: string;
};

export const newList = (
	more: Partial<Pick<ListState, 'order' | 'filter'>> = {},
): ListState => ({
	cursor: 0,
	cursorId: undefined,
	top: 0,
	marks: new Set(),
	isAllMarked: false,
	rangeFrom: undefined,
	order: undefined,
	filter: '',
	...more,
});

/** The part of the list to watch: what is shown and as much around it as a page's turn needs, in steps, so that moving by a row asks for nothing. */
export const windowOf = (
	{top}: ListState,
	height: number,
): NonNullable<WatchSpec['window']> => {
	const step = Math.max(5, Math.ceil(height / 2));
	const offset = Math.max(0, (Math.floor(top / step) - 1) * step);
	return {offset, limit: Math.min(1000, height + 3 * step)};
};

/** After news or another size: the cursor stays with its row, and in sight. */
export const settleList = <Kind extends WatchKind>(
	list: ListState,
	window: LiveWindow<Kind> | undefined,
	height: number,
	/** What is asked for. A window of another filter or order says nothing about where the cursor is. */
	wanted: WatchSpec | undefined = window?.spec,
): ListState => {
	if (window !== undefined && !isSameList(window.spec, wanted)) {
		return list;
	}

	const total = totalOf(window);
	let {cursor, cursorId, top} = list;
	if (window !== undefined && window.status !== 'loading') {
		const index =
			cursorId === undefined
				? -1
				: window.rows.findIndex(({id}) => id === cursorId);
		if (index !== -1) {
			const moved = window.offset + index - cursor;
			cursor += moved;
			// At the list's beginning, what comes in shows.
			top += top === 0 ? 0 : moved;
		}

		cursor = Math.max(0, Math.min(cursor, total - 1));
		const under = rowAt(window, cursor);
		if (under !== undefined) {
			cursorId = under.id;
		} else if (total === 0) {
			cursorId = undefined;
		}
	}

	top = inSight(top, cursor, height);
	if (window !== undefined && window.status !== 'loading') {
		top = Math.max(0, Math.min(top, total - height));
	}

	return cursor === list.cursor &&
		cursorId === list.cursorId &&
		top === list.top
		? list
		: {...list, cursor, cursorId, top};
};

const isSameList = (one: WatchSpec, other: WatchSpec | undefined): boolean =>
	JSON.stringify([one.filter, one.order]) ===
	JSON.stringify([other?.filter, other?.order]);

/** A scroll that has the cursor in the window, with as little movement as can be. */
const inSight = (top: number, cursor: number, height: number): number =>
	cursor < top ? cursor : cursor >= top + height ? cursor - height + 1 : top;

export const moveCursor = <Kind extends WatchKind>(
	list: ListState,
	to: number,
	{
		window,
		height,
	}: {
		readonly window: LiveWindow<Kind> | undefined;
		readonly height: number;
	},
): ListState => {
	const cursor = Math.max(0, Math.min(to, totalOf(window) - 1));
	const moved: ListState = {
		...list,
		cursor,
		cursorId: rowAt(window, cursor)?.id,
		top: inSight(list.top, cursor, height),
	};
	return withRange(moved, window);
};

/** Marks all known rows between where `v` was pressed and the cursor. */
const withRange = <Kind extends WatchKind>(
	list: ListState,
	window: LiveWindow<Kind> | undefined,
): ListState => {
	if (window === undefined || list.rangeFrom === undefined) {
		return list;
	}

	const marks = new Set(list.marks);
	const from = Math.min(list.rangeFrom, list.cursor);
	const to = Math.max(list.rangeFrom, list.cursor);
	for (let index = from; index <= to; index++) {
		const row = rowAt(window, index);
		if (row !== undefined) {
			marks.add(row.id);
		}
	}

	return {...list, marks};
};

export const toggleMark = (list: ListState, id: number): ListState => {
	const marks = new Set(list.marks);
	if (!marks.delete(id)) {
		marks.add(id);
	}

	return {...list, marks, isAllMarked: false};
};

export const toggleRange = <Kind extends WatchKind>(
	list: ListState,
	window: LiveWindow<Kind> | undefined,
): ListState =>
	list.rangeFrom === undefined
		? withRange({...list, rangeFrom: list.cursor, isAllMarked: false}, window)
		: {...list, rangeFrom: undefined};

export const clearMarks = (list: ListState): ListState => ({
	...list,
	marks: new Set(),
	isAllMarked: false,
	rangeFrom: undefined,
});

/** Another list, seen from its beginning. */
export const atTop = (list: ListState): ListState => ({
	...list,
	cursor: 0,
	top: 0,
	cursorId: undefined,
});

export const isMarking = ({
	marks,
	isAllMarked,
	rangeFrom,
}: ListState): boolean =>
	marks.size > 0 || isAllMarked || rangeFrom !== undefined;
