import type {NodeId} from '../../core/ids.js';
import type {Graph, GraphNode, Zoom} from './graph.js';
import {findNets, type Nets} from './nets.js';
import {fitCells, textCells, type TextCells} from './text-cells.js';

/** A node's box before it has a place: its size and what stands where on it, in cells. */
export type Box = {
	readonly id: NodeId;
	readonly width: number;
	readonly height: number;
	readonly name: TextCells;
	readonly type: TextCells;
	readonly inputs: readonly BoxPort[];
	readonly outputs: readonly BoxPort[];
};

export type BoxPort = {
	readonly name: string;
	/** Empty where the name goes without saying. */
	readonly label: TextCells;
	/** From the box's left edge. */
	readonly x: number;
	/** The nets that end here, each in a cell of its own from `x` on; one cell where there are none. */
	readonly nets: readonly number[];
	/** Wires at it. */
	readonly wires: number;
};

/** The boxes of a graph, in the order of its nodes. They depend on names, ports and wires, and on nothing that changes while tasks move. */
export const makeBoxes = (
	graph: Graph,
	zoom: Zoom,
): {readonly boxes: readonly Box[]; readonly nets: Nets} => {
	const nets = findNets(graph);
	const arrivals = new Map<string, number>();
	const netsLeaving = new Map<string, number>();
	for (const {id, from, output, to, input} of graph.wires) {
		arrivals.set(`${to} ${input}`, (arrivals.get(`${to} ${input}`) ?? 0) + 1);
		netsLeaving.set(`${from} ${output}`, nets.ofWire.get(id) ?? 0);
	}

	const boxes = graph.nodes.map((node) => {
		const inputs = node.inputs.map((name) => ({
			name,
			nets: nets.arriving(node.id, name),
			wires: arrivals.get(`${node.id} ${name}`) ?? 0,
		}));
		const outputs = node.outputs.map((name) => {
			const net = netsLeaving.get(`${node.id} ${name}`);
			return {
				name,
				nets: net === undefined ? [] : [net],
				wires: nets.leaving(node.id, name),
			};
		});
		return makers[zoom](node, {inputs, outputs});
	});
	return {boxes, nets};
};

type WiredPort = Pick<BoxPort, 'name' | 'nets' | 'wires'>;

type Ports = {
	readonly inputs: readonly WiredPort[];
	readonly outputs: readonly WiredPort[];
};

const mostName = 28;
const mostPortName = 14;
/** Room for the strip of counts, which must not depend on them. */
const stripWidth = 18;
const shortStripWidth = 8;

const fullBox = (node: GraphNode, ports: Ports): Box => {
	const name = fitCells(textCells(node.name), mostName);
	const type = fitCells(textCells(node.type), mostName);
	const inputs = placePorts(ports.inputs, {from: 2, hasLabels: true});
	const outputs = placePorts(ports.outputs, {from: 2, hasLabels: true});
	const inner = Math.max(stripWidth, name.length + 2 + type.length);
	return {
		id: node.id,
		width: Math.max(inner + 4, inputs.end + 2, outputs.end + 2),
		height: 4,
		name,
		type,
		inputs: inputs.ports,
		outputs: outputs.ports,
	};
};

const lineBox = (node: GraphNode, ports: Ports): Box => {
	const name = fitCells(textCells(node.name), mostName);
	const inputs = placePorts(ports.inputs, {from: 1, hasLabels: false});
	const outputs = placePorts(ports.outputs, {from: 1, hasLabels: false});
	return {
		id: node.id,
		width: Math.max(
			name.length + shortStripWidth + 3,
			inputs.end + 1,
			outputs.end + 1,
		),
		height: 1,
		name,
		type: [],
		inputs: inputs.ports,
		outputs: outputs.ports,
	};
};

/** Ports without a wire need no room on a dot. */
const dotBox = (node: GraphNode, ports: Ports): Box => {
	const inputs = placeTight(ports.inputs);
	const outputs = placeTight(ports.outputs);
	return {
		id: node.id,
		width: Math.max(1, inputs.end, outputs.end),
		height: 1,
		name: fitCells(textCells(node.name), mostName),
		type: [],
		inputs: inputs.ports,
		outputs: outputs.ports,
	};
};

const makers: Readonly<Record<Zoom, (node: GraphNode, ports: Ports) => Box>> = {
	full: fullBox,
	line: lineBox,
	dot: dotBox,
};

type PlacedPorts = {readonly ports: readonly BoxPort[]; readonly end: number};

const placePorts = (
	ports: readonly WiredPort[],
	{from, hasLabels}: {readonly from: number; readonly hasLabels: boolean},
): PlacedPorts => {
	let x = from;
	let end = from;
	const placed = ports.map((port) => {
		const goesWithoutSaying = ports.length === 1 && port.name === 'main';
		const label =
			hasLabels && !goesWithoutSaying
				? fitCells(textCells(port.name), mostPortName)
				: [];
		const here = {...port, label, x};
		end = x + Math.max(1, port.nets.length) + label.length;
		x = end + 2;
		return here;
	});
	return {ports: placed, end};
};

const placeTight = (ports: readonly WiredPort[]): PlacedPorts => {
	let x = 0;
	const placed = ports.map((port) => {
		const here = {...port, label: [], x};
		x += port.nets.length;
		return here;
	});
	// A port without wires behind the last one stands on it.
	return {
		ports: placed.map((port) => ({
			...port,
			x: Math.min(port.x, Math.max(0, x - 1)),
		})),
		end: x,
	};
};
