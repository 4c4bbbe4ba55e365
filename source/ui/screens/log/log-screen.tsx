import {Box} from 'ink';
import {ListPane} from '../../components/list-pane.js';
import type {Column} from '../../list/column.js';
import {textOnlyFault} from '../../list/filter-fault.js';
import {listBindings} from '../../list/list-bindings.js';
import {newList, settleList, type ListState} from '../../list/list-state.js';
import {listStatus} from '../../list/list-status.js';
import {localTime} from '../../text/time-text.js';
import type {WatchSpec} from '../../farm.js';
import {rowAt, type LiveWindow} from '../../live/live-window.js';
import type {EventRow} from '../../live/row-shapes.js';
import {defineScreen, liveOf, type View} from '../../screen.js';

type LogSlice = {readonly list: ListState};
type LogView = View<LogSlice>;

const heightOf = (view: LogView): number => Math.max(1, view.body.rows - 1);

/** All that a scheduler keeps. */
const mostEvents = 1000;

const watch = ({slice: {list}}: LogView): WatchSpec => ({
	what: 'events',
	...(list.filter !== '' && {filter: {text: list.filter}}),
	window: {offset: 0, limit: mostEvents},
});

/** What happened last comes first. */
const windowIn = (view: LogView): LiveWindow<'events'> | undefined => {
	const window = liveOf(view, 'events', 'events');
	return window && newestFirst(window);
};

const newestFirst = (window: LiveWindow<'events'>): LiveWindow<'events'> => {
	const known = turned.get(window);
	if (known !== undefined) {
		return known;
	}

	const made = {...window, rows: window.rows.toReversed()};
	turned.set(window, made);
	return made;
};

/** Each is turned round once, and looked at for every key. */
const turned = new WeakMap<LiveWindow<'events'>, LiveWindow<'events'>>();

const aboutTask = (view: LogView): EventRow | undefined => {
	const event = rowAt(windowIn(view), view.slice.list.cursor);
	return event?.task_id === undefined ? undefined : event;
};

const needsTask = (view: LogView): string | undefined =>
	aboutTask(view) === undefined ? 'it is not about a task' : undefined;

const columns: ReadonlyArray<Column<EventRow>> = [
	{
		id: 'at',
		title: 'Time',
		width: 19,
		priority: 0,
		cell: ({at}) => ({text: localTime(at), role: 'dim'}),
	},
	{
		id: 'message',
		title: 'What happened',
		width: 30,
		grow: 1,
		priority: 0,
		cell: ({message, kind}) => ({
			text: message,
			role: kind === 'task_error' ? 'error' : 'normal',
		}),
	},
];

/** What happened lately. */
export const logScreen = defineScreen<LogSlice>({
	name: 'log',
	title: 'Log',
	aliases: ['events', 'e'],
	help: 'what happened, and logs',
	open: () => ({list: newList()}),
	crumb: () => 'log',
	watches: (view) => ({events: watch(view)}),
	status: (view) => listStatus(view.slice.list, windowIn(view), 'event'),
	settle(view) {
		const list = settleList(
			view.slice.list,
			windowIn(view),
			heightOf(view),
			watch(view),
		);
		return list === view.slice.list ? view.slice : {...view.slice, list};
	},
	columns,
	bindings: [
		{
			id: 'log.open',
			keys: ['enter', 'l', 'right'],
			label: 'tasks',
			help: 'the task that it is about',
			disabled: needsTask,
			run(tools) {
				const event = aboutTask(tools.view());
				if (event) {
					tools.open('tasks', {tree: event.task_id});
				}
			},
		},
		{
			id: 'log.output',
			keys: ['L'],
			label: 'output',
			help: 'what the process of the task wrote',
			disabled: needsTask,
			run(tools) {
				const event = aboutTask(tools.view());
				if (event?.task_id !== undefined) {
					tools.open('output', {tasks: [event.task_id]});
				}
			},
		},
		...listBindings<LogSlice>({
			list: ({list}) => list,
			withList: (slice, list) => ({...slice, list}),
			window: windowIn,
			height: heightOf,
			columns,
			filterHelp: 'a part of what happened',
			filterFault: (text) => textOnlyFault(text, 'a part of what happened'),
		}),
	],
	Component: LogBody,
});

function LogBody({view}: {readonly view: LogView}) {
	return (
		<Box>
			<ListPane<'events'>
				name="log"
				view={view}
				columns={columns}
				list={view.slice.list}
				window={windowIn(view)}
				size={view.body}
				empty={
					view.slice.list.filter === ''
						? 'Nothing has happened yet.'
						: 'Nothing fits the filter.'
				}
			/>
		</Box>
	);
}
