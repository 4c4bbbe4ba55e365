import type {RowOf} from '../../live/row-shapes.js';
import type {ScreenTools} from '../../screen.js';
import {detailedTask, selectedTask, type TasksSlice} from './tasks-slice.js';

/** With all that it carries, also where no detail is shown. */
export const wholeTask = async (
	tools: ScreenTools<TasksSlice>,
): Promise<RowOf<'task'> | undefined> => {
	const view = tools.view();
	const id = selectedTask(view)?.id;
	return id === undefined
		? undefined
		: (detailedTask(view) ?? tools.farm.request('task.get', {id}));
};
