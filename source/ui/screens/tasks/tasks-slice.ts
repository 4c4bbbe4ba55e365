import type {AnswerTo} from '../../farm.js';
import {rowAt} from '../../live/live-window.js';
import type {RowOf} from '../../live/row-shapes.js';
import type {ListSlice} from '../../list/list-slice.js';
import {liveOf, type View} from '../../screen.js';
import type {TaskRow} from './task-columns.js';

/** What is asked for beside the watch of a task: it is never pushed. */
export type TaskStory = {
	readonly explanation: AnswerTo<'task.explain'>;
	readonly history: AnswerTo<'task.history'>['steps'];
	readonly invocations: AnswerTo<'task.invocations'>['invocations'];
};

export type TasksSlice = ListSlice & {
	/** Which story is being asked for, or was: the task and when it changed. */
	readonly asked: string | undefined;
	readonly story: (TaskStory & {readonly id: number}) | undefined;
};

export type TasksView = View<TasksSlice>;

export const windowIn = (view: TasksView) => liveOf(view, 'list', 'tasks');

export const selectedTask = (view: TasksView): TaskRow | undefined =>
	rowAt(windowIn(view), view.slice.list.cursor);

/** With all that it carries, where that is shown. */
export const detailedTask = (view: TasksView): RowOf<'task'> | undefined => {
	const task = liveOf(view, 'detail', 'task')?.rows.at(0);
	return task?.id === view.slice.list.cursorId ? task : undefined;
};
