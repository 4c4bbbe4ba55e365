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
import {defineScreen, type ScreenTools} from '../../screen.js';
import {groupActions} from './group-actions.js';
import {groupColumns} from './group-columns.js';
import {groupDetail} from './group-detail.js';
import {
	heightOf,
	selectedGroup,
	windowIn,
	type GroupsSlice,
	type GroupsView,
} from './groups-slice.js';

const access: ListAccess<GroupsSlice> = {
	name: 'groups',
	list: ({list}) => list,
	withList: (slice, list) => ({...slice, list, detailTop: 0}),
	window: windowIn,
	height: heightOf,
	columns: groupColumns,
	filterHelp: 'a part of the name or creator',
};

/** What the list shows. */
const listWatch = (view: GroupsView): WatchSpec => {
	const {list} = view.slice;
	return {
		what: 'groups',
		filter: {
			archived: view.slice.isArchivedShown,
			...(list.filter !== '' && {text: list.filter}),
		},
		...(list.order && {order: list.order}),
		window: windowOf(list, heightOf(view)),
	};
};

const openTasks = (tools: ScreenTools<GroupsSlice>): void => {
	const group = selectedGroup(tools.view());
	if (group) {
		tools.open('tasks', {group: group.name});
	}
};

export const groupsScreen = defineScreen<GroupsSlice>({
	name: 'groups',
	title: 'Groups',
	aliases: ['group', 'g', 'jobs'],
	help: 'groups of tasks with their progress',
	open: ({text = ''}) => ({
		list: newList({filter: text, order: {by: 'created', descending: true}}),
		detailTop: 0,
		isArchivedShown: false,
	}),
	crumb: () => 'groups',
	watches: (view) => ({
		list: listWatch(view),
	}),
	settle(view) {
		const list = settleList(
			view.slice.list,
			windowIn(view),
			heightOf(view),
			listWatch(view),
		);
		return list === view.slice.list ? view.slice : {...view.slice, list};
	},
	ages: (view) =>
		agesAfter(
			windowIn(view)?.rows.map(({created_at: at}) => at) ?? [],
			view.state.now,
		),
	status: (view) => listStatus(view.slice.list, windowIn(view), 'group'),
	onInput: listInput(access, openTasks),
	columns: groupColumns,
	bindings: [
		...detailBindings<GroupsSlice>({
			top: ({detailTop}) => detailTop,
			withTop: (slice, detailTop) => ({...slice, detailTop}),
		}),
		{
			id: 'group.open',
			keys: ['enter', 'l', 'right'],
			label: 'tasks',
			help: "the group's tasks",
			disabled: (view) =>
				selectedGroup(view) === undefined ? 'no group is selected' : undefined,
			run: openTasks,
		},
		...groupActions,
		...listBindings(access),
	],
	Component: GroupsBody,
});

function GroupsBody({view}: {readonly view: GroupsView}) {
	const {list, detail} = splitBody(view);
	const {glyphs} = view.theme;
	return (
		<Box>
			{list && (
				<ListPane<'groups'>
					name="groups"
					view={view}
					columns={groupColumns}
					list={view.slice.list}
					window={windowIn(view)}
					size={list}
					empty={
						view.slice.list.filter === ''
							? 'There are no groups: submit a task, and it has one.'
							: 'No group fits the filter.'
					}
				/>
			)}
			{detail && (
				<DetailPane
					view={view}
					lines={groupDetail(selectedGroup(view), {
						width: detail.columns,
						glyphs,
					})}
					top={view.slice.detailTop}
					size={detail}
					hasRule={list !== undefined}
				/>
			)}
		</Box>
	);
}
