import type {NodeId} from '../../../core/ids.js';
import type {JsonObject} from '../../../core/json.js';
import type {Way} from '../../graph/draw-graph.js';
import type {Graph, GraphNode, Zoom} from '../../graph/graph.js';
import type {Layout, Point} from '../../graph/layout.js';
import type {View as Part} from '../../graph/canvas.js';
import {liveOf, type ScreenTools, type View} from '../../screen.js';
import type {GraphNodeRow} from '../../live/row-shapes.js';
import type {EditHistory} from './edit.js';
import {graphOfRows} from './graph-of-rows.js';

/** Something that letters over the drawing are typed for. */
export type Asking = {
	/** What is asked, for the line above the footer. */
	readonly question: string;
	readonly places: ReadonlyArray<
		| {readonly kind: 'node'; readonly node: NodeId}
		| {readonly kind: 'input'; readonly node: NodeId; readonly input: string}
	>;
	readonly typed: string;
	readonly onChosen: (
		tools: GraphTools,
		place: Asking['places'][number],
	) => void | Promise<void>;
};

export type Flashes = {
	/** Until when, in milliseconds since 1970. */
	readonly until: number;
	readonly nodes: ReadonlySet<NodeId>;
	readonly wires: ReadonlySet<number>;
};

export type GraphSlice = {
	/** Undefined until it is known what fits. */
	readonly zoom: Zoom | undefined;
	/** Undefined: where the screen is narrow. */
	readonly isTree: boolean | undefined;
	readonly laid: {readonly key: string; readonly layout: Layout} | undefined;
	/** The layout that was asked for last. */
	readonly askedKey: string | undefined;
	readonly fault: string | undefined;
	/** Of the drawing, what stands in the pane's upper left corner. */
	readonly origin: Point;
	/** Where on the screen the mouse holds the drawing. */
	readonly held: Point | undefined;
	readonly selected: NodeId | undefined;
	/** Brought into view already, on this layout. */
	readonly revealed: string | undefined;
	/** Selected as soon as there is a node of this name. */
	readonly awaited: string | undefined;
	/** The node before the selected one, to which a step back leads. */
	readonly cameFrom: NodeId | undefined;
	readonly marks: ReadonlySet<NodeId>;
	readonly asking: Asking | undefined;
	readonly sought: string;
	readonly history: EditHistory;
	/** A graph file. */
	readonly copied: string | undefined;
	readonly rows: readonly GraphNodeRow[] | undefined;
	readonly flashes: Flashes | undefined;
	readonly litGroup: string | undefined;
	/** Whose way is shown. */
	readonly traveller: number | undefined;
	/** The way, as it was when the task had changed last. */
	readonly way: (Way & {readonly asOf: string}) | undefined;
	readonly askedAsOf: string | undefined;
	readonly detailTop: number;
	/** Of the selected node, as they were when they were asked for. */
	readonly parameters:
		{readonly node: NodeId; readonly values: JsonObject} | undefined;
	/** For which node, and after which edit, they were asked. */
	readonly askedParameters: string | undefined;
};

export type GraphView = View<GraphSlice>;
export type GraphTools = ScreenTools<GraphSlice>;

export const windowIn = (view: GraphView) => liveOf(view, 'graph', 'graph');

const noGraph: Graph = {nodes: [], wires: []};

export const graphIn = (view: GraphView): Graph => {
	const rows = windowIn(view)?.rows;
	return rows === undefined ? noGraph : graphOfRows(rows);
};

export const selectedNode = (view: GraphView): GraphNode | undefined =>
	graphIn(view).nodes.find(({id}) => id === view.slice.selected);

/** Why nothing can be done to the selected node. */
export const needsNode = (view: GraphView): string | undefined =>
	selectedNode(view) === undefined
		? view.slice.rows === undefined ||
			(view.slice.laid === undefined && view.slice.rows.length > 0)
			? 'the graph is not drawn yet'
			: 'no node is selected'
		: undefined;

/** Of the group that is lit, how many tasks each node has. */
export const litIn = (
	view: GraphView,
): ReadonlyMap<NodeId, number> | undefined => {
	const window = liveOf(view, 'lit', 'places');
	return window === undefined || view.slice.litGroup === undefined
		? undefined
		: new Map(
				window.rows.map(({id, counts}) => [
					id,
					Object.values(counts).reduce((sum, count) => sum + count, 0),
				]),
			);
};

/** The marked nodes, or else the selected one. */
export const chosenNodes = (view: GraphView): readonly GraphNode[] =>
	graphIn(view).nodes.filter(({id}) =>
		view.slice.marks.size > 0
			? view.slice.marks.has(id)
			: id === view.slice.selected,
	);

/** Narrower than this, the graph is a tree, unless somebody wants it otherwise. */
const narrow = 76;
/** Wide enough for the node's detail beside the drawing. */
const wide = 130;
const detailColumns = 40;

export const isTree = (view: GraphView): boolean =>
	view.slice.isTree ?? view.body.columns < narrow;

type Size = {readonly columns: number; readonly rows: number};

export const panesOf = (
	view: GraphView,
): {readonly drawing: Size | undefined; readonly detail: Size | undefined} => {
	const {body} = view;
	if (view.state.isDetailEnlarged) {
		return {drawing: undefined, detail: body};
	}

	return body.columns < wide
		? {drawing: body, detail: undefined}
		: {
				drawing: {columns: body.columns - detailColumns, rows: body.rows},
				detail: {columns: detailColumns, rows: body.rows},
			};
};

/** The part of the drawing that its pane shows. */
export const partOf = (view: GraphView): Part => {
	const {columns, rows} = panesOf(view).drawing ?? view.body;
	return {...view.slice.origin, width: columns, height: rows};
};

export const selectNode = (
	slice: GraphSlice,
	selected: NodeId | undefined,
): GraphSlice =>
	selected === undefined || selected === slice.selected
		? slice
		: {...slice, selected, cameFrom: slice.selected, detailTop: 0};
