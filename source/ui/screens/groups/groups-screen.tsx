import {ListBody} from '../../components/list-body.js';
import {textOnlyFault} from '../../list/filter-fault.js';
import {listScreen} from '../../list/list-screen.js';
import {listHeight} from '../../list/list-slice.js';
import {newList, windowOf} from '../../list/list-state.js';
import {agesAfter} from '../../text/time-text.js';
import type {Line} from '../../text/span.js';
import type {WatchSpec} from '../../farm.js';
import {defineScreen} from '../../screen.js';
import {groupActions} from './group-actions.js';
import {groupColumns} from './group-columns.js';
import {groupDetail} from './group-detail.js';
import {
	selectedGroup,
	windowIn,
	type GroupsSlice,
	type GroupsView,
} from './groups-slice.js';

/** What the list shows. */
const watch = (view: GroupsView): WatchSpec => {
	const {list, isArchivedShown} = view.slice;
	return {
		what: 'groups',
		filter: {
			archived: isArchivedShown,
			...(list.filter !== '' && {text: list.filter}),
		},
		...(list.order && {order: list.order}),
		window: windowOf(list, listHeight(view)),
	};
};

const detail = (view: GroupsView, width: number): readonly Line[] =>
	groupDetail(selectedGroup(view), {width, glyphs: view.theme.glyphs});

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
	watches: (view) => ({list: watch(view)}),
	ages: (view) =>
		agesAfter(
			windowIn(view)?.rows.map(({created_at: at}) => at) ?? [],
			view.state.now,
		),
	...listScreen<GroupsSlice>({
		noun: 'group',
		columns: groupColumns,
		window: windowIn,
		watch,
		detail,
		filterHelp: 'a part of the name or creator',
		filterFault: (text) => textOnlyFault(text, 'a part of the name or creator'),
		enter: {
			id: 'group.open',
			keys: ['enter', 'l', 'right'],
			label: 'tasks',
			help: "the group's tasks",
			disabled: (view) =>
				selectedGroup(view) === undefined ? 'no group is selected' : undefined,
			run(tools) {
				const group = selectedGroup(tools.view());
				if (group) {
					tools.open('tasks', {group: group.name});
				}
			},
		},
		actions: groupActions,
	}),
	Component: GroupsBody,
});

function GroupsBody({view}: {readonly view: GroupsView}) {
	return (
		<ListBody<'groups'>
			name="groups"
			view={view}
			columns={groupColumns}
			window={windowIn(view)}
			empty="There are no groups: submit a task, and it has one."
			detail={(width) => detail(view, width)}
		/>
	);
}
