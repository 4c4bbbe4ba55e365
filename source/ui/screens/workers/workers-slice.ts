import {rowAt} from '../../live/live-window.js';
import type {ListState} from '../../list/list-state.js';
import {liveOf, type View} from '../../screen.js';
import type {WorkerRow} from './worker-columns.js';

export type WorkersSlice = {
	readonly list: ListState;
	readonly detailTop: number;
};

export type WorkersView = View<WorkersSlice>;

export const heightOf = (view: WorkersView): number =>
	Math.max(1, view.body.rows - 1);

export const windowIn = (view: WorkersView) => liveOf(view, 'list', 'workers');

/** What the selected one runs, where that is shown. */
export const runningOn = (view: WorkersView) =>
	liveOf(view, 'running', 'tasks')?.rows ?? [];

export const selectedWorker = (view: WorkersView): WorkerRow | undefined =>
	rowAt(windowIn(view), view.slice.list.cursor);
