import {Box} from 'ink';
import {ListPane} from '../../components/list-pane.js';
import type {Column} from '../../list/column.js';
import {listBindings} from '../../list/list-bindings.js';
import {newList, settleList, type ListState} from '../../list/list-state.js';
import {rowAt} from '../../live/live-window.js';
import type {GraphNodeRow} from '../../live/row-shapes.js';
import {defineScreen, liveOf, type View} from '../../screen.js';

type GraphSlice = {readonly list: ListState};
type GraphView = View<GraphSlice>;

const windowIn = (view: GraphView) => liveOf(view, 'graph', 'graph');
const heightOf = (view: GraphView): number => Math.max(1, view.body.rows - 1);

const columns: ReadonlyArray<Column<GraphNodeRow>> = [
	{
		id: 'name',
		title: 'Node',
		width: 20,
		grow: 1,
		most: 40,
		priority: 0,
		cell: ({name}) => name,
	},
	{
		id: 'type',
		title: 'Type',
		width: 18,
		priority: 1,
		cell: ({type}) => ({text: type, role: 'dim'}),
	},
	{
		id: 'tasks',
		title: 'Tasks',
		width: 30,
		grow: 2,
		priority: 0,
		cell: ({counts}) =>
			Object.entries(counts)
				.map(([state, count]) => `${count} ${state}`)
				.join(', '),
	},
];

/** The graph's nodes. */
export const graphScreen = defineScreen<GraphSlice>({
	name: 'graph',
	title: 'Graph',
	aliases: ['nodes', 'n'],
	help: 'the graph of nodes',
	open: () => ({list: newList()}),
	crumb: () => 'graph',
	watches: () => ({graph: {what: 'graph'}}),
	settle(view) {
		const list = settleList(view.slice.list, windowIn(view), heightOf(view));
		return list === view.slice.list ? view.slice : {...view.slice, list};
	},
	bindings: [
		{
			id: 'graph.open',
			keys: ['enter', 'l', 'right'],
			label: 'tasks',
			help: "the node's tasks",
			run(tools) {
				const view = tools.view();
				const node = rowAt(windowIn(view), view.slice.list.cursor);
				if (node) {
					tools.open('tasks', {node: node.name});
				}
			},
		},
		...listBindings<GraphSlice>({
			name: 'graph',
			list: ({list}) => list,
			withList: (slice, list) => ({...slice, list}),
			window: windowIn,
			height: heightOf,
			columns,
			filterHelp: 'a part of the name',
		}),
	],
	Component: GraphBody,
});

function GraphBody({view}: {readonly view: GraphView}) {
	return (
		<Box>
			<ListPane<'graph'>
				name="graph"
				view={view}
				columns={columns}
				list={view.slice.list}
				window={windowIn(view)}
				size={view.body}
				empty="There are no nodes."
			/>
		</Box>
	);
}
