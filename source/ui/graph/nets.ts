import type {NodeId} from '../../core/ids.js';
import type {Graph, GraphWire} from './graph.js';

/**
Wires that are drawn as one and may branch: either all wires of one output, or wires of several outputs, each of them alone there, to one input. Never both, since where two outputs lead to two inputs by one line, it could not be seen which leads where.
*/
export type Nets = {
	/** A net's number by its wire's id. */
	readonly ofWire: ReadonlyMap<number, number>;
	/** The nets that arrive at an input, in the order of their wires: each has a cell of its own on the box. */
	readonly arriving: (node: NodeId, input: string) => readonly number[];
	/** How many wires leave by an output. */
	readonly leaving: (node: NodeId, output: string) => number;
};

export const findNets = ({wires}: Pick<Graph, 'wires'>): Nets => {
	const leaving = new Map<string, number>();
	for (const {from, output} of wires) {
		const key = portKey(from, output);
		leaving.set(key, (leaving.get(key) ?? 0) + 1);
	}

	const numbers = new Map<string, number>();
	const ofWire = new Map<number, number>();
	const arriving = new Map<string, number[]>();
	for (const wire of wires) {
		const key = netKey(wire, leaving);
		const number = numbers.get(key) ?? numbers.size + 1;
		numbers.set(key, number);
		ofWire.set(wire.id, number);
		const port = portKey(wire.to, wire.input);
		const there = arriving.get(port) ?? [];
		arriving.set(port, there.includes(number) ? there : [...there, number]);
	}

	return {
		ofWire,
		arriving: (node, input) => arriving.get(portKey(node, input)) ?? [],
		leaving: (node, output) => leaving.get(portKey(node, output)) ?? 0,
	};
};

const netKey = (
	{from, output, to, input}: GraphWire,
	leaving: ReadonlyMap<string, number>,
): string => {
	const source = portKey(from, output);
	return (leaving.get(source) ?? 0) > 1
		? `out ${source}`
		: `in ${portKey(to, input)}`;
};

const portKey = (node: NodeId, port: string): string => `${node} ${port}`;
