import {ListBody} from '../../components/list-body.js';
import {listScreen} from '../../list/list-screen.js';
import {listHeight} from '../../list/list-slice.js';
import {newList, windowOf} from '../../list/list-state.js';
import {splitBody} from '../../list/split-body.js';
import {agesAfter} from '../../text/time-text.js';
import type {Line} from '../../text/span.js';
import type {WatchSpec} from '../../farm.js';
import {defineScreen} from '../../screen.js';
import {taskActions} from './task-actions.js';
import {taskColumns} from './task-columns.js';
import {taskDetail} from './task-detail.js';
import {followStory} from './follow-story.js';
import {completeFilter, typedSoFar} from './complete-filter.js';
import {taskFilter, taskFilterFault} from './task-filter.js';
import {
	detailedTask,
	selectedTask,
	windowIn,
	type TasksSlice,
	type TasksView,
} from './tasks-slice.js';

/** What the list shows. */
const watch = (view: TasksView): WatchSpec => {
	const {list} = view.slice;
	return {
		what: 'tasks',
		filter: taskFilter(list.filter, view.scope),
		...(list.order && {order: list.order}),
		window: windowOf(list, listHeight(view)),
	};
};

const detail = (view: TasksView, width: number): readonly Line[] =>
	taskDetail(detailedTask(view), {
		story: view.slice.story,
		width,
		glyphs: view.theme.glyphs,
		now: view.state.now,
	});

export const tasksScreen = defineScreen<TasksSlice>({
	name: 'tasks',
	title: 'Tasks',
	aliases: ['task', 't'],
	help: 'tasks, with all that they carry',
	// `:task 12` is that task with all that came of it.
	scopeOf: (argument) =>
		/^\d+$/v.test(argument) ? {tree: Number(argument)} : {text: argument},
	open: ({text = ''}) => ({
		list: newList({filter: text, order: {by: 'id', descending: true}}),
		detailTop: 0,
		asked: undefined,
		story: undefined,
	}),
	crumb: (_slice, {group, node, parent, tree, worker, states}) =>
		[
			'tasks',
			...(states === undefined ? [] : [`(${states.join(', ')})`]),
			...(group === undefined ? [] : [`of ${group}`]),
			...(node === undefined ? [] : [`in ${node}`]),
			...(worker === undefined ? [] : [`on ${worker}`]),
			...(parent === undefined ? [] : [`spawned by ${parent}`]),
			...(tree === undefined ? [] : [`from ${tree}`]),
		].join(' '),
	watches(view) {
		const {list} = view.slice;
		const {detail: size} = splitBody(view);
		return {
			list: watch(view),
			detail:
				size && list.cursorId !== undefined
					? {what: 'task', id: list.cursorId}
					: undefined,
		};
	},
	follow: followStory,
	ages(view) {
		const rows = windowIn(view)?.rows ?? [];
		return rows.some(({state}) => state === 'in_progress')
			? 1000
			: agesAfter(
					rows.map(({changed_at: at}) => at),
					view.state.now,
				);
	},
	...listScreen<TasksSlice>({
		noun: 'task',
		columns: taskColumns,
		window: windowIn,
		watch,
		detail,
		filterHelp:
			'a part of the name, group or error; state:error,ready node:N group:G name:GLOB worker:W dead archived',
		filterFault: taskFilterFault,
		completeFilter,
		typedSoFar,
		enter: {
			id: 'task.open',
			keys: ['enter', 'l', 'right'],
			label: 'detail',
			help: 'all that the task carries, over the whole screen; again to come back',
			disabled: (view) =>
				selectedTask(view) === undefined ? 'no task is selected' : undefined,
			run(tools) {
				tools.enlarge();
			},
		},
		actions: taskActions,
	}),
	Component: TasksBody,
});

function TasksBody({view}: {readonly view: TasksView}) {
	return (
		<ListBody<'tasks'>
			name="tasks"
			view={view}
			columns={taskColumns}
			window={windowIn(view)}
			empty={
				view.scope.states === undefined
					? 'No living tasks are here; /dead finds those that have ended.'
					: 'There are no tasks here.'
			}
			detail={(width) => detail(view, width)}
		/>
	);
}
