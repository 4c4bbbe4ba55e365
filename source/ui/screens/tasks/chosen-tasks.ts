import type {ParamsFor} from '../../farm.js';
import {plural} from '../../text/amount-text.js';
import {shellWord} from '../../text/shell-word.js';
import {totalOf} from '../../live/live-window.js';
import type {TaskRow} from './task-columns.js';
import {taskFilter, type TaskFilter} from './task-filter.js';
import {selectedTask, windowIn, type TasksView} from './tasks-slice.js';

/** What an action acts on: the marked ones, or the one under the cursor. */
export type ChosenTasks = {
	readonly select: ParamsFor<'task.act'>['select'];
	readonly count: number;
	/** `task 12`, `3 tasks` */
	readonly words: string;
	/** As they are named on the command line. */
	readonly commandWords: string;
	/** Those that are known here. */
	readonly rows: readonly TaskRow[];
};

export const chosenTasks = (view: TasksView): ChosenTasks | undefined => {
	const {list} = view.slice;
	const window = windowIn(view);
	const shown = window?.rows ?? [];
	if (list.isAllMarked) {
		const filter = taskFilter(list.filter, view.scope);
		const count = totalOf(window);
		return {
			select: {filter},
			count,
			words: `all ${plural(count, 'task')} of this list`,
			commandWords: filterWords(filter),
			rows: shown,
		};
	}

	if (list.marks.size > 0) {
		const ids = [...list.marks].toSorted((a, b) => a - b);
		return {
			select: {ids},
			count: ids.length,
			words: ids.length === 1 ? `task ${ids[0]}` : plural(ids.length, 'task'),
			commandWords: ids.join(' '),
			rows: shown.filter(({id}) => list.marks.has(id)),
		};
	}

	const task = selectedTask(view);
	return (
		task && {
			select: {ids: [task.id]},
			count: 1,
			words: `task ${task.id} "${task.name}"`,
			commandWords: String(task.id),
			rows: [task],
		}
	);
};

/** The flags of a selection; what flags cannot say is a list of ids. */
const filterWords = (filter: TaskFilter): string => {
	const {group, node, states, ...others} = filter;
	const flags = [
		...(group === undefined ? [] : ['--group', shellWord(group)]),
		...(node === undefined ? [] : ['--node', shellWord(node)]),
		...(states === undefined ? [] : ['--state', states.join(',')]),
	];
	return flags.length > 0 && Object.keys(others).length === 0
		? ['--all', ...flags].join(' ')
		: 'ID...';
};
