import type {NodeId} from '../../core/ids.js';
import {createCanvas, type Canvas, type Row, type View} from './canvas.js';
import {drawBox, type BoxState} from './draw-box.js';
import {drawWires, type WireStyle} from './draw-wires.js';
import type {Glyphs} from './glyphs.js';
import type {Graph, GraphNode} from './graph.js';
import type {GraphStyle} from './graph-style.js';
import type {Layout, PlacedBox, PlacedWire, Point} from './layout.js';
import {textCells} from './text-cells.js';

/** What stands out in a drawing. Everything is optional. */
export type Emphasis = {
	readonly selected?: NodeId | undefined;
	readonly marked?: ReadonlySet<NodeId>;
	/** Nodes with how many of the tasks in question they have, such as those of the selected group. */
	readonly lit?: ReadonlyMap<NodeId, number> | undefined;
	/** Wires and nodes of a task's way. The rest is drawn dimmed. */
	readonly way?: Way | undefined;
	/** Where something has moved just now. */
	readonly flashing?: {
		readonly nodes: ReadonlySet<NodeId>;
		readonly wires: ReadonlySet<number>;
	};
	/** Letters over the drawing, to jump or to connect to. */
	readonly hints?: ReadonlyArray<Point & {readonly letters: string}>;
};

export type Way = {
	readonly nodes: ReadonlySet<NodeId>;
	readonly wires: ReadonlySet<number>;
};

export type Drawing = {
	readonly graph: Graph;
	readonly layout: Layout;
	readonly view: View;
	readonly glyphs: Glyphs;
	readonly emphasis?: Emphasis;
	/** Stands in the lower right corner, over what is there: a map. */
	readonly inset?: readonly Row[];
};

/** The part of a laid out graph that is in view. What lies outside costs next to nothing. */
export const drawGraph = ({
	graph,
	layout,
	view,
	glyphs,
	emphasis = {},
	inset = [],
}: Drawing): Row[] => {
	const canvas = createCanvas(view);
	drawWires(canvas, {
		wires: layout.wires,
		view,
		glyphs,
		styleOf: (wire) => wireStyle(wire, emphasis),
		hasArrowsBefore: layout.zoom !== 'full',
	});
	for (const node of inDrawingOrder(graph.nodes, emphasis)) {
		const box = layout.boxes.get(node.id);
		if (box !== undefined && isInView(box, layout, view)) {
			drawBox(canvas, {
				box,
				node,
				glyphs,
				zoom: layout.zoom,
				state: boxState(node, emphasis),
			});
		}
	}

	drawHints(canvas, emphasis);
	drawInset(canvas, {view, inset, glyphs});
	return canvas.rows({isAscii: glyphs.isAscii});
};

/** The selected node last: as a dot, it has its name beside it, over what stands there. */
const inDrawingOrder = (
	nodes: readonly GraphNode[],
	{selected}: Emphasis,
): readonly GraphNode[] => {
	const node = nodes.find(({id}) => id === selected);
	return node === undefined ? nodes : [...nodes, node];
};

const isInView = (box: PlacedBox, {zoom}: Layout, view: View): boolean =>
	box.x < view.x + view.width &&
	box.y < view.y + view.height &&
	box.x + box.width + (zoom === 'dot' ? box.name.length + 2 : 0) > view.x &&
	box.y + box.height > view.y;

const wireStyle = (wire: PlacedWire, emphasis: Emphasis): WireStyle => {
	const {selected, way, lit, flashing} = emphasis;
	if (flashing?.wires.has(wire.id)) {
		return {style: 'wire-flash', rank: 4};
	}

	if (way?.wires.has(wire.id)) {
		return {style: 'wire-way', rank: 3};
	}

	if (
		selected !== undefined &&
		(wire.from === selected || wire.to === selected)
	) {
		return {style: 'wire-near', rank: 2};
	}

	const isDimmed =
		way !== undefined ||
		(lit !== undefined && !(lit.has(wire.from) && lit.has(wire.to)));
	return {
		style: isDimmed ? 'wire-side' : wireStyles[wire.kind],
		rank: wire.kind === 'main' ? 1 : 0,
	};
};

const wireStyles: Readonly<Record<PlacedWire['kind'], GraphStyle>> = {
	main: 'wire',
	side: 'wire-side',
	split: 'wire-split',
};

const boxState = (node: GraphNode, emphasis: Emphasis): BoxState => {
	const {selected, marked, lit, way, flashing} = emphasis;
	return {
		isSelected: node.id === selected,
		isMarked: marked?.has(node.id) === true,
		isOnWay: way?.nodes.has(node.id) === true,
		isFlashing: flashing?.nodes.has(node.id) === true,
		lit: lit?.get(node.id),
		isDimmed:
			(way !== undefined && !way.nodes.has(node.id)) ||
			(lit !== undefined && !lit.has(node.id)),
	};
};

const drawHints = (canvas: Canvas, {hints = []}: Emphasis): void => {
	for (const {letters, ...at} of hints) {
		canvas.put(at, textCells(letters), 'hint');
	}
};

const drawInset = (
	canvas: Canvas,
	{
		view,
		inset,
		glyphs,
	}: Pick<Drawing, 'view' | 'glyphs'> & {readonly inset: readonly Row[]},
): void => {
	for (const [index, row] of inset.entries()) {
		const cells = row.map(({text, style}) => ({cells: textCells(text), style}));
		const width = cells.reduce((sum, run) => sum + run.cells.length, 0);
		const y = view.y + view.height - inset.length + index;
		let x = view.x + view.width - width;
		canvas.put({x: x - 2, y}, [glyphs.box.vertical, ' '], 'map');
		for (const run of cells) {
			canvas.put({x, y}, run.cells, run.style);
			x += run.cells.length;
		}
	}
};
