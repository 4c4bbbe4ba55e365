import type {NodeId} from '../../core/ids.js';
import type {Graph, GraphNode, GraphWire} from './graph.js';

/** How a line of the tree hangs on those above it, from left to right. */
export type Guide = 'bar' | 'gap' | 'branch' | 'last' | 'down';

export type TreeLine = {
	readonly node: GraphNode;
	readonly guides: readonly Guide[];
	/** By what it leads here, unless that goes without saying. */
	readonly output: string | undefined;
	/** By what it arrives, unless that is the node's first. */
	readonly input: string | undefined;
	/** Drawn further up already; what it leads to stands there. */
	readonly isAgain: boolean;
};

/**
The graph as a tree: each node once, what it leads to below it. A node with one wire goes straight on, one with several branches out; a node that is reached again is only named. The same graph is always drawn the same.
*/
export const graphTree = ({nodes, wires}: Graph): TreeLine[] => {
	const byId = new Map(nodes.map((node) => [node.id, node]));
	const leaving = Map.groupBy(wires, ({from}) => from);
	const drawn = new Set<NodeId>();
	const lines: TreeLine[] = [];

	const draw = (
		node: GraphNode,
		{
			guides,
			indent,
			output,
			input,
		}: {
			readonly guides: readonly Guide[];
			readonly indent: readonly Guide[];
			readonly output: string | undefined;
			readonly input: string | undefined;
		},
	): void => {
		const isAgain = drawn.has(node.id);
		lines.push({node, guides, output, input, isAgain});
		if (isAgain) {
			return;
		}

		drawn.add(node.id);
		const out = inOrder(leaving.get(node.id) ?? [], node, byId);
		const isAlone = out.length === 1;
		for (const [index, {wire, target}] of out.entries()) {
			const isLast = index === out.length - 1;
			const branch = isLast ? 'last' : 'branch';
			draw(target, {
				guides: [...indent, isAlone ? 'down' : branch],
				// A chain stays where it is, so that a long one does not wander off to the right.
				indent: isAlone ? indent : [...indent, isLast ? 'gap' : 'bar'],
				output:
					isAlone && node.outputs[0] === wire.output ? undefined : wire.output,
				input: target.inputs[0] === wire.input ? undefined : wire.input,
			});
		}
	};

	const reached = new Set(wires.map(({to}) => to));
	const sorted = nodes.toSorted((a, b) => compare(a.name, b.name));
	for (const node of [
		...sorted.filter(({id}) => !reached.has(id)),
		...sorted,
	]) {
		if (!drawn.has(node.id)) {
			draw(node, {guides: [], indent: [], output: undefined, input: undefined});
		}
	}

	return lines;
};

/** The guides of a line as text. */
export const guideText = (
	guides: readonly Guide[],
	{isAscii}: {readonly isAscii: boolean},
): string =>
	guides.map((guide) => (isAscii ? asciiGuides : lineGuides)[guide]).join('');

const lineGuides: Readonly<Record<Guide, string>> = {
	bar: '│  ',
	gap: ' '.repeat(3),
	branch: '├─ ',
	last: '└─ ',
	down: '↓ ',
};

const asciiGuides: Readonly<Record<Guide, string>> = {
	bar: '|  ',
	gap: ' '.repeat(3),
	branch: '|- ',
	last: '`- ',
	down: 'v ',
};

/** By the place of their outputs, then by where they lead. */
const inOrder = (
	wires: readonly GraphWire[],
	node: GraphNode,
	byId: ReadonlyMap<NodeId, GraphNode>,
): ReadonlyArray<{readonly wire: GraphWire; readonly target: GraphNode}> =>
	wires
		.flatMap((wire) => {
			const target = byId.get(wire.to);
			return target ? [{wire, target}] : [];
		})
		.toSorted(
			(a, b) =>
				[
					node.outputs.indexOf(a.wire.output) -
						node.outputs.indexOf(b.wire.output),
					compare(a.wire.output, b.wire.output),
					compare(a.target.name, b.target.name),
					compare(a.wire.input, b.wire.input),
				].find((difference) => difference !== 0) ?? 0,
		);

// Not by locale, which is another on another machine.
const compare = (left: string, right: string): number => {
	if (left === right) {
		return 0;
	}

	return left < right ? -1 : 1;
};
