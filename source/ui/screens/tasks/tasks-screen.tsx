import {Box} from 'ink';
import {DetailPane} from '../../components/detail-pane.js';
import {ListPane} from '../../components/list-pane.js';
import {detailBindings} from '../../list/detail-bindings.js';
import {listBindings, type ListAccess} from '../../list/list-bindings.js';
import {listInput} from '../../list/list-input.js';
import {listStatus} from '../../list/list-status.js';
import {newList, settleList, windowOf} from '../../list/list-state.js';
import {splitBody} from '../../list/split-body.js';
import {agesAfter} from '../../text/time-text.js';
import type {WatchSpec} from '../../farm.js';
import {defineScreen} from '../../screen.js';
import {taskActions} from './task-actions.js';
import {taskColumns} from './task-columns.js';
import {taskDetail} from './task-detail.js';
import {followStory} from './follow-story.js';
import {completeFilter, typedSoFar} from './complete-filter.js';
import {taskFilter} from './task-filter.js';
import {
	detailedTask,
	heightOf,
	selectedTask,
	windowIn,
	type TasksSlice,
	type TasksView,
} from './tasks-slice.js';

const access: ListAccess<TasksSlice> = {
	name: 'tasks',
	list: ({list}) => list,
	withList: (slice, list) => ({
		...slice,
		list,
		detailTop: list.cursorId === slice.list.cursorId ? slice.detailTop : 0,
	}),
	window: windowIn,
	height: heightOf,
	columns: taskColumns,
	completeFilter,
	typedSoFar,
	filterHelp:
		'a part of the name, group or error; state:error,ready node:N group:G name:GLOB dead archived',
};

/** What the list shows. */
const listWatch = (view: TasksView): WatchSpec => {
	const {list} = view.slice;
	return {
		what: 'tasks',
		filter: taskFilter(list.filter, view.scope),
		...(list.order && {order: list.order}),
		window: windowOf(list, heightOf(view)),
	};
};

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
	crumb: (_slice, {group, node, parent, tree, worker}) =>
		[
			'tasks',
			...(group === undefined ? [] : [`of ${group}`]),
			...(node === undefined ? [] : [`in ${node}`]),
			...(worker === undefined ? [] : [`on ${worker}`]),
			...(parent === undefined ? [] : [`spawned by ${parent}`]),
			...(tree === undefined ? [] : [`from ${tree}`]),
		].join(' '),
	watches(view) {
		const {list} = view.slice;
		const {detail} = splitBody(view);
		return {
			list: listWatch(view),
			detail:
				detail && list.cursorId !== undefined
					? {what: 'task', id: list.cursorId}
					: undefined,
		};
	},
	settle(view) {
		const list = settleList(
			view.slice.list,
			windowIn(view),
			heightOf(view),
			listWatch(view),
		);
		return list === view.slice.list ? view.slice : {...view.slice, list};
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
	status: (view) => listStatus(view.slice.list, windowIn(view), 'task'),
	onInput: listInput(access, (tools) => {
		tools.enlarge();
	}),
	columns: taskColumns,
	bindings: [
		...detailBindings<TasksSlice>({
			top: ({detailTop}) => detailTop,
			withTop: (slice, detailTop) => ({...slice, detailTop}),
		}),
		{
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
		...taskActions,
		...listBindings(access),
	],
	Component: TasksBody,
});

function TasksBody({view}: {readonly view: TasksView}) {
	const {list, detail} = splitBody(view);
	return (
		<Box>
			{list && (
				<ListPane<'tasks'>
					name="tasks"
					view={view}
					columns={taskColumns}
					list={view.slice.list}
					window={windowIn(view)}
					size={list}
					empty={
						view.slice.list.filter === ''
							? 'There are no tasks here.'
							: 'No task fits the filter.'
					}
				/>
			)}
			{detail && (
				<DetailPane
					view={view}
					lines={taskDetail(detailedTask(view), {
						story: view.slice.story,
						width: detail.columns,
						glyphs: view.theme.glyphs,
						now: view.state.now,
					})}
					top={view.slice.detailTop}
					size={detail}
					hasRule={list !== undefined}
				/>
			)}
		</Box>
	);
}
