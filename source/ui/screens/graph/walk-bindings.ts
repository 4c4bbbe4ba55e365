import type {NodeId} from '../../../core/ids.js';
import {zooms, type GraphNode} from '../../graph/graph.js';
import {stepFrom, type Direction} from '../../graph/walk-graph.js';
import type {ScreenBinding} from '../../screen.js';
import {fuzzyOrder} from '../../text/fuzzy.js';
import {textField} from '../../text-field.js';
import {choose} from '../../dialogs/choose.js';
import {
	graphIn,
	isTree,
	panesOf,
	needsNode,
	selectedNode,
	selectNode,
	type GraphSlice,
	type GraphTools,
	type GraphView,
} from './graph-slice.js';
import {stepInTree} from './tree-lines.js';

type GraphBinding = ScreenBinding<GraphSlice>;

const walk = (
	direction: Direction,
	keys: readonly string[],
	help: string,
): GraphBinding => ({
	id: `graph.${direction}`,
	keys,
	label: 'walk',
	help,
	isQuiet: true,
	run(tools) {
		const view = tools.view();
		if (isTree(view) || view.slice.laid === undefined) {
			const by = direction === 'up' || direction === 'left' ? -1 : 1;
			tools.update((slice) => selectNode(slice, stepInTree(view, by)?.id));
			return;
		}

		const {layout} = view.slice.laid;
		tools.update((slice) =>
			selectNode(
				slice,
				stepFrom(layout, slice.selected, {
					direction,
					cameFrom: slice.cameFrom,
				}),
			),
		);
	},
});

const pan = (
	id: string,
	keys: readonly string[],
	[x, y]: readonly [number, number],
): GraphBinding => ({
	id: `graph.pan-${id}`,
	keys,
	label: 'move the drawing',
	help: `move the drawing ${id}`,
	isQuiet: true,
	run(tools) {
		const {drawing} = panesOf(tools.view());
		if (drawing === undefined) {
			tools.update((slice) => ({
				...slice,
				detailTop: Math.max(0, slice.detailTop + 3 * y),
			}));
			return;
		}

		const step = {
			x: Math.max(1, Math.floor(drawing.columns / 6)),
			y: Math.max(1, Math.floor(drawing.rows / 6)),
		};
		tools.update((slice) => ({
			...slice,
			origin: {
				x: slice.origin.x + x * step.x,
				y: slice.origin.y + y * step.y,
			},
		}));
	},
});

const zoomBy = (
	id: string,
	keys: readonly string[],
	{by, help}: {readonly by: number; readonly help: string},
): GraphBinding => ({
	id: `graph.${id}`,
	keys,
	label: 'zoom',
	help,
	isQuiet: true,
	disabled(view) {
		return isTree(view)
			? 'the tree has one size; t goes back to the drawing'
			: undefined;
	},
	run(tools) {
		tools.update((slice) => {
			const at = slice.zoom === undefined ? 0 : zooms.indexOf(slice.zoom);
			const next = Math.max(0, Math.min(zooms.length - 1, at + by));
			return {...slice, zoom: zooms[next]};
		});
	},
});

const selectNext = (tools: GraphTools, by: 1 | -1): void => {
	const view = tools.view();
	const found = matching(view, view.slice.sought);
	const at = found.findIndex(({id}) => id === view.slice.selected);
	const next =
		found[(at + by + found.length) % Math.max(1, found.length)] ?? found[0];
	tools.update((slice) => selectNode(slice, next?.id));
};

const matching = (view: GraphView, typed: string): readonly GraphNode[] =>
	typed === '' ? [] : fuzzyOrder(typed, graphIn(view).nodes, ({name}) => name);

const find: GraphBinding = {
	id: 'graph.find',
	keys: ['/'],
	label: 'find',
	help: 'a node by letters of its name; n and N go on',
	run(tools) {
		const before = tools.view().slice.selected;
		tools.openLine({
			prompt: '/',
			field: textField(),
			complete: (text) => matching(tools.view(), text).map(({name}) => name),
			onChange(sought) {
				const [best] = matching(tools.view(), sought);
				tools.update((slice) => ({
					...selectNode(slice, best?.id ?? before),
					sought,
				}));
			},
			onSubmit: () => undefined,
			onCancel() {
				tools.update((slice) => selectNode(slice, before));
			},
		});
	},
};

const jump: GraphBinding = {
	id: 'graph.jump',
	keys: ['f'],
	label: 'jump',
	help: 'to a node by the letters that are shown on it',
	disabled: (view) =>
		isTree(view) ? 'jumping is for the drawing; t goes back to it' : undefined,
	run(tools) {
		tools.update((slice) => ({
			...slice,
			asking: {
				question: 'To which node?',
				places: graphIn(tools.view()).nodes.map(({id}) => ({
					kind: 'node',
					node: id,
				})),
				typed: '',
				onChosen(now, {node}) {
					now.update((changed) => selectNode(changed, node));
				},
			},
		}));
	},
};

const lightGroup: GraphBinding = {
	id: 'graph.light',
	keys: ['g'],
	label: 'light group',
	help: 'show where the tasks of a group are',
	command: 'light',
	async run(tools, argument) {
		if (argument !== '') {
			tools.update((slice) => ({...slice, litGroup: argument}));
			return;
		}

		const {groups} = await tools.farm.request('group.list', {limit: 200});
		tools.openDialog(
			choose({
				title: 'Show the tasks of',
				items: groups.map(({name, counts}) => ({
					label: name,
					note: `${counts.total} tasks`,
					value: name,
				})),
				onChoose(litGroup) {
					tools.update((slice) => ({...slice, litGroup}));
				},
			}),
		);
	},
};

const showWay: GraphBinding = {
	id: 'graph.way',
	keys: ['w'],
	label: 'way of a task',
	help: 'the way that a task has gone, by its id or of those in the selected node',
	command: 'way',
	isQuiet: true,
	async run(tools, argument) {
		const id = Number(argument);
		if (argument !== '' && Number.isSafeInteger(id)) {
			showWayOf(tools, id);
			return;
		}

		const node = selectedNode(tools.view());
		const {tasks} = await tools.farm.request('task.list', {
			filter: {...(node && {node: node.name}), dead: true},
			limit: 200,
		});
		if (tasks.length === 0) {
			tools.notice(
				'info',
				`No task is in ${node?.name ?? 'the graph'}: \`:way ID\` shows the way of any.`,
			);
			return;
		}

		tools.openDialog(
			choose({
				title: 'The way of which task?',
				items: tasks.map(({id: task, name, state}) => ({
					label: `${task} ${name}`,
					note: state,
					value: task,
				})),
				onChoose(task) {
					showWayOf(tools, task);
				},
			}),
		);
	},
};

const showWayOf = (tools: GraphTools, traveller: number): void => {
	tools.update((slice) => ({
		...slice,
		traveller,
		way: undefined,
		askedAsOf: undefined,
	}));
};

const clear: GraphBinding = {
	id: 'graph.clear',
	keys: ['esc'],
	label: 'clear',
	help: 'take back marks, the lit group and the way',
	isQuiet: true,
	disabled: ({slice: {marks, litGroup, traveller}, scope}) =>
		traveller === undefined &&
		marks.size === 0 &&
		(litGroup === undefined || litGroup === scope.group)
			? 'nothing stands out'
			: undefined,
	run(tools) {
		const {group} = tools.view().scope;
		tools.update((slice) => ({
			...slice,
			marks: new Set<NodeId>(),
			litGroup: group,
			traveller: undefined,
			way: undefined,
		}));
	},
};

/** To look at the graph, and to go about in it. */
export const walkBindings: readonly GraphBinding[] = [
	{
		id: 'graph.open',
		keys: ['enter'],
		label: 'tasks',
		help: "the node's tasks",
		disabled: needsNode,
		run(tools) {
			const view = tools.view();
			const node = selectedNode(view);
			const {litGroup} = view.slice;
			if (node) {
				tools.open('tasks', {
					node: node.name,
					...(litGroup !== undefined && {group: litGroup}),
				});
			}
		},
	},
	find,
	jump,
	walk('down', ['j', 'down'], 'along the wire to the next node'),
	walk('up', ['k', 'up'], 'back along the wire'),
	walk('left', ['h', 'left'], 'to the node at the left'),
	walk('right', ['l', 'right'], 'to the node at the right'),
	pan('down', ['J', 'shift+down'], [0, 1]),
	pan('up', ['K', 'shift+up'], [0, -1]),
	pan('left', ['H', 'shift+left'], [-1, 0]),
	pan('right', ['L', 'shift+right'], [1, 0]),
	zoomBy('zoom-in', [']'], {by: -1, help: 'larger: dots, lines, boxes'}),
	zoomBy('zoom-out', ['['], {by: 1, help: 'smaller: boxes, lines, dots'}),
	{
		id: 'graph.tree',
		keys: ['t'],
		label: 'tree',
		help: 'the graph as a tree, and back',
		isQuiet: true,
		run(tools) {
			const isShown = isTree(tools.view());
			tools.update((slice) => ({...slice, isTree: !isShown}));
		},
	},
	{
		id: 'graph.next',
		keys: ['n'],
		label: 'next',
		help: 'the next node that was sought',
		isQuiet: true,
		run(tools) {
			selectNext(tools, 1);
		},
	},
	{
		id: 'graph.before',
		keys: ['N'],
		label: 'before',
		help: 'the one before',
		isQuiet: true,
		run(tools) {
			selectNext(tools, -1);
		},
	},
	lightGroup,
	showWay,
	clear,
];
