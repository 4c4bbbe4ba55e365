import {Box} from 'ink';
import {ListPane} from '../../components/list-pane.js';
import type {Column} from '../../list/column.js';
import {textOnlyFault} from '../../list/filter-fault.js';
import {listBindings} from '../../list/list-bindings.js';
import {newList, settleList, type ListState} from '../../list/list-state.js';
import {localTime} from '../../text/time-text.js';
import {rowAt} from '../../live/live-window.js';
import type {EventRow} from '../../live/row-shapes.js';
import {defineScreen, liveOf, type View} from '../../screen.js';

type LogSlice = {readonly list: ListState};
type LogView = View<LogSlice>;

const windowIn = (view: LogView) => liveOf(view, 'events', 'events');
const heightOf = (view: LogView): number => Math.max(1, view.body.rows - 1);

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
	watches: () => ({events: {what: 'events', window: {offset: 0, limit: 500}}}),
	settle(view) {
		const list = settleList(view.slice.list, windowIn(view), heightOf(view));
		return list === view.slice.list ? view.slice : {...view.slice, list};
	},
	columns,
	bindings: [
		{
			id: 'log.open',
			keys: ['enter', 'l', 'right'],
			label: 'tasks',
			help: 'the task that it is about',
			run(tools) {
				const view = tools.view();
				const event = rowAt(windowIn(view), view.slice.list.cursor);
				if (event?.task_id !== undefined) {
					tools.open('tasks', {tree: event.task_id});
				}
			},
		},
		{
			id: 'log.output',
			keys: ['L'],
			label: 'output',
			help: 'what the process of the task wrote',
			disabled: (view) =>
				rowAt(windowIn(view), view.slice.list.cursor)?.task_id === undefined
					? 'it is not about a task'
					: undefined,
			run(tools) {
				const view = tools.view();
				const event = rowAt(windowIn(view), view.slice.list.cursor);
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
			filterFault: (text) => textOnlyFault(text, 'a part of the name'),
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
				empty="Nothing has happened yet."
			/>
		</Box>
	);
}
