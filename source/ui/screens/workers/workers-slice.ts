import {rowAt} from '../../live/live-window.js';
import type {ListSlice} from '../../list/list-slice.js';
import {liveOf, type View} from '../../screen.js';
import type {WorkerRow} from './worker-columns.js';

export type WorkersSlice = ListSlice;

export type WorkersView = View<WorkersSlice>;

export const windowIn = (view: WorkersView) => liveOf(view, 'list', 'workers');

/** What the selected one runs, where that is shown. */
export const runningOn = (view: WorkersView) =>
	liveOf(view, 'running', 'tasks')?.rows ?? [];

export const selectedWorker = (view: WorkersView): WorkerRow | undefined =>
	rowAt(windowIn(view), view.slice.list.cursor);
