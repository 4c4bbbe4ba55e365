import type {ParamsFor} from '../../farm.js';
import {plural} from '../../text/amount-text.js';
import {shellWord} from '../../text/shell-word.js';
import {chosenRows} from '../../list/chosen-rows.js';
import type {TaskRow} from './task-columns.js';
import {taskFilter, type TaskFilter} from './task-filter.js';
import {windowIn, type TasksView} from './tasks-slice.js';

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
	const {rows, count} = chosenRows(list, windowIn(view));
	if (list.isAllMarked) {
		const filter = taskFilter(list.filter, view.scope);
		return {
			select: {filter},
			count,
			words: `all ${plural(count, 'task')} of this list`,
			commandWords: filterWords(filter),
			rows,
		};
	}

	if (count === 0) {
		return undefined;
	}

	const ids =
		list.marks.size > 0
			? [...list.marks].toSorted((a, b) => a - b)
			: rows.map(({id}) => id);
	const [only] = rows;
	return {
		select: {ids},
		count,
		words:
			count > 1
				? plural(count, 'task')
				: `task ${ids[0]}${only === undefined ? '' : ` "${only.name}"`}`,
		commandWords: ids.join(' '),
		rows,
	};
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
