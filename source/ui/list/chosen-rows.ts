import type {WatchKind} from '../farm.js';
import {rowAt, totalOf, type LiveWindow} from '../live/live-window.js';
import type {RowOf} from '../live/row-shapes.js';
import type {ScreenTools} from '../screen.js';
import type {ListSlice} from './list-slice.js';
import {clearMarks, type ListState} from './list-state.js';

/** What an action acts on: all that is marked, else what is under the cursor. */
export type ChosenRows<Kind extends WatchKind> = {
	/** Those that the window shows. */
	readonly rows: ReadonlyArray<RowOf<Kind>>;
	/** How many it is in all. */
	readonly count: number;
};

export const chosenRows = <Kind extends WatchKind>(
	list: ListState,
	window: LiveWindow<Kind> | undefined,
): ChosenRows<Kind> => {
	const shown = (window?.rows ?? []) as ReadonlyArray<RowOf<Kind>>;
	if (list.isAllMarked) {
		return {rows: shown, count: totalOf(window)};
	}

	if (list.marks.size > 0) {
		return {
			rows: shown.filter(({id}) => list.marks.has(id)),
			count: list.marks.size,
		};
	}

	const row = rowAt(window, list.cursor);
	return row === undefined ? {rows: [], count: 0} : {rows: [row], count: 1};
};

/** Marks have served once something was done with them. */
export const unmark = <Slice extends ListSlice>({
	update,
}: Pick<ScreenTools<Slice>, 'update'>): void => {
	update((slice) => ({...slice, list: clearMarks(slice.list)}));
};
