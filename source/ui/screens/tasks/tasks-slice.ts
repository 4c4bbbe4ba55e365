import {rowAt} from '../../live/live-window.js';
import type {ListState} from '../../list/list-state.js';
import {liveOf, type View} from '../../screen.js';
import type {TaskRow} from './task-columns.js';

export type TasksSlice = {
	readonly list: ListState;
	readonly detailTop: number;
};

export type TasksView = View<TasksSlice>;

export const heightOf = (view: TasksView): number =>
	Math.max(1, view.body.rows - 1);

export const windowIn = (view: TasksView) => liveOf(view, 'list', 'tasks');

export const selectedTask = (view: TasksView): TaskRow | undefined =>
	rowAt(windowIn(view), view.slice.list.cursor);
