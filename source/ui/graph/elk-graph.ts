import type {ElkExtendedEdge, ElkNode, ElkPort} from 'elkjs/lib/elk-api.js';
import type {NodeId} from '../../core/ids.js';
import type {Box} from './box.js';
import type {Graph, GraphWire, Zoom} from './graph.js';
import type {Layout, PlacedBox, PlacedWire, Point} from './layout.js';
import type {Nets} from './nets.js';

/** Where nodes stood or should stand: those that share a layer keep this order from left to right. */
export type Hints = ReadonlyMap<NodeId, Point>;

export type Measured = {
	readonly graph: Graph;
	readonly zoom: Zoom;
	readonly boxes: readonly Box[];
	readonly nets: Nets;
	readonly hints?: Hints | undefined;
};

/**
A graph as elkjs takes it. A cell is a point with whole coordinates, so that a box of ten cells is nine wide, and what is one apart stands in neighbouring cells. Two that differ only in counts give the same.
*/
export const toElk = ({graph, boxes, nets, zoom, hints}: Measured): ElkNode => {
	const known = new Set(graph.nodes.map(({id}) => id));
	const first = new Map(graph.nodes.map(({id, outputs}) => [id, outputs[0]]));
	return {
		id: 'graph',
		layoutOptions: {...options, ...spacing[zoom]},
		children: boxes.map((box) => elkBox(box, hints?.get(box.id))),
		edges: graph.wires
			.filter(({from, to}) => known.has(from) && known.has(to))
			.map(({id, from, output, to, input}) => ({
				id: String(id),
				sources: [outputId(from, output)],
				targets: [inputId(to, input, nets.ofWire.get(id) ?? 0)],
				layoutOptions: {
					'elk.layered.priority.straightness':
						first.get(from) === output ? '10' : '1',
				},
			})),
	};
};

/** What elkjs made of `toElk` of this graph. */
export const fromElk = (
	{graph, boxes, nets, zoom}: Measured,
	laidOut: ElkNode,
): Layout => {
	const places = new Map(
		laidOut.children?.map(({id, x, y}) => [id, {x: x ?? 0, y: y ?? 0}]),
	);
	const edges = new Map(laidOut.edges?.map((edge) => [edge.id, edge]));
	const placed = boxes.map((box): PlacedBox => {
		const {x, y} = places.get(String(box.id)) ?? {x: 0, y: 0};
		return {...box, x: Math.round(x), y: Math.round(y)};
	});
	const byId = new Map(placed.map((box) => [box.id, box]));
	const wires = graph.wires.flatMap((wire): PlacedWire[] => {
		const edge = edges.get(String(wire.id));
		return edge === undefined
			? []
			: [
					{
						...wire,
						net: nets.ofWire.get(wire.id) ?? 0,
						kind: kindOf(wire, byId, nets.leaving(wire.from, wire.output)),
						points: pointsOf(edge),
					},
				];
	});
	return {zoom, ...moveToCorner(placed, wires)};
};

const options = {
	'elk.algorithm': 'layered',
	'elk.direction': 'DOWN',
	'elk.edgeRouting': 'ORTHOGONAL',
	'elk.padding': '[top=0,left=0,bottom=0,right=0]',
	'elk.aspectRatio': '3',
	// Of the ways to place nodes the one whose coordinates are whole numbers.
	'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
	// Where nodes stood before, their order stays.
	'elk.layered.crossingMinimization.semiInteractive': 'true',
	'elk.spacing.edgeEdge': '1',
	'elk.spacing.nodeSelfLoop': '2',
	'elk.layered.spacing.edgeEdgeBetweenLayers': '1',
	'elk.layered.spacing.edgeNodeBetweenLayers': '1',
	'elk.layered.spacing.nodeNodeBetweenLayers': '2',
};

const spacing: Readonly<Record<Zoom, Readonly<Record<string, string>>>> = {
	full: {
		'elk.spacing.nodeNode': '3',
		'elk.spacing.edgeNode': '2',
		'elk.spacing.componentComponent': '4',
	},
	line: {
		'elk.spacing.nodeNode': '3',
		'elk.spacing.edgeNode': '2',
		'elk.spacing.componentComponent': '4',
	},
	dot: {
		'elk.spacing.nodeNode': '2',
		'elk.spacing.edgeNode': '2',
		'elk.spacing.componentComponent': '3',
	},
};

const elkBox = (box: Box, hint: Point | undefined): ElkNode => {
	const bottom = box.height - 1;
	return {
		id: String(box.id),
		width: box.width - 1,
		height: bottom,
		ports: [
			...box.inputs.flatMap((port) =>
				port.nets.map((net, index) =>
					elkPort(inputId(box.id, port.name, net), {
						x: port.x + index,
						y: 0,
						side: 'NORTH',
					}),
				),
			),
			...box.outputs
				.filter(({nets}) => nets.length > 0)
				.map((port) =>
					elkPort(outputId(box.id, port.name), {
						x: port.x,
						y: bottom,
						side: 'SOUTH',
					}),
				),
		],
		layoutOptions: {
			'elk.portConstraints': 'FIXED_POS',
			// Of parts that are not wired to each other, the one with the most nodes comes first.
			'elk.priority': '1',
			...(hint && {'elk.position': `(${hint.x},${hint.y})`}),
		},
	};
};

const elkPort = (
	id: string,
	{x, y, side}: {readonly x: number; readonly y: number; readonly side: string},
): ElkPort => ({
	id,
	x,
	y,
	width: 0,
	height: 0,
	layoutOptions: {'elk.port.side': side},
});

const inputId = (node: NodeId, input: string, net: number): string =>
	`${node} in ${net} ${input}`;

const outputId = (node: NodeId, output: string): string =>
	`${node} out ${output}`;

const kindOf = (
	{from, output}: GraphWire,
	boxes: ReadonlyMap<NodeId, Box>,
	leaving: number,
): PlacedWire['kind'] => {
	if (leaving > 1) {
		return 'split';
	}

	return boxes.get(from)?.outputs[0]?.name === output ? 'main' : 'side';
};

const pointsOf = ({sections}: ElkExtendedEdge): readonly Point[] =>
	(sections ?? [])
		.flatMap(({startPoint, bendPoints = [], endPoint}) => [
			startPoint,
			...bendPoints,
			endPoint,
		])
		.map(({x, y}) => ({x: Math.round(x), y: Math.round(y)}));

/** Wires may run outside of all boxes. */
const moveToCorner = (
	boxes: readonly PlacedBox[],
	wires: readonly PlacedWire[],
): Omit<Layout, 'zoom'> => {
	let left = Infinity;
	let top = Infinity;
	let right = -1;
	let bottom = -1;
	const see = ({x, y}: Point): void => {
		left = Math.min(left, x);
		top = Math.min(top, y);
		right = Math.max(right, x);
		bottom = Math.max(bottom, y);
	};

	for (const box of boxes) {
		see(box);
		see({x: box.x + box.width - 1, y: box.y + box.height - 1});
	}

	for (const point of wires.flatMap(({points}) => points)) {
		see(point);
	}

	const move = <Placed extends Point>(placed: Placed): Placed => ({
		...placed,
		x: placed.x - left,
		y: placed.y - top,
	});
	return {
		width: Math.max(0, right - left + 1),
		height: Math.max(0, bottom - top + 1),
		boxes: new Map(boxes.map((box) => [box.id, move(box)])),
		wires: wires.map((wire) => ({
			...wire,
			points: wire.points.map((point) => move(point)),
		})),
	};
};
