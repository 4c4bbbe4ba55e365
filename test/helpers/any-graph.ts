import fc from 'fast-check';
import {nodeId} from '../../source/core/ids.js';
import type {Graph, GraphNode, GraphWire} from '../../source/ui/graph/graph.js';

const anyName = fc.oneof(
	fc.string({
		minLength: 1,
		maxLength: 40,
		// Not any character: some join the one before them, whatever it is.
		unit: fc.constantFrom('a', 'B', '3', '-', ' ', 'é', 'ß', '線', '🎬', '👩‍🚀'),
	}),
	fc.constantFrom('render', 'シーン合成', 'naïve 🎬 cut', 'x'.repeat(80)),
);

const anyPorts = fc.constantFrom<readonly string[]>(
	['main'],
	['main', 'spawned'],
	['output0', 'output1', 'output2'],
	[],
);

const anyNode = fc.record({
	name: anyName,
	type: fc.constantFrom('command', 'null', 'parent_children_waiter'),
	inputs: anyPorts,
	outputs: anyPorts,
	enabled: fc.boolean(),
	counts: fc.dictionary(
		fc.constantFrom('ready', 'in_progress', 'error', 'done', 'dead'),
		fc.nat(5_000_000),
	),
});

/** Graphs with circles, wires of a node to itself, nodes without wires and several wires at a port. */
export const anyGraph = ({
	mostNodes,
}: {
	readonly mostNodes: number;
}): fc.Arbitrary<Graph> =>
	fc.array(anyNode, {maxLength: mostNodes}).chain((nodes) =>
		fc
			.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()), {
				maxLength: nodes.length * 2,
			})
			.map((picks): Graph => makeGraph(nodes, picks)),
	);

const makeGraph = (
	nodes: ReadonlyArray<Omit<GraphNode, 'id'>>,
	picks: ReadonlyArray<readonly [number, number, number, number]>,
): Graph => {
	const wires = new Map<string, GraphWire>();
	for (const [from, output, to, input] of picks) {
		const source = nodes[from % nodes.length];
		const target = nodes[to % nodes.length];
		if (
			source === undefined ||
			target === undefined ||
			source.outputs.length === 0 ||
			target.inputs.length === 0
		) {
			continue;
		}

		const wire = {
			id: wires.size + 1,
			from: nodeId((from % nodes.length) + 1),
			output: source.outputs[output % source.outputs.length] ?? '',
			to: nodeId((to % nodes.length) + 1),
			input: target.inputs[input % target.inputs.length] ?? '',
		};
		const key = [wire.from, wire.output, wire.to, wire.input].join(' ');
		if (!wires.has(key)) {
			wires.set(key, wire);
		}
	}

	return {
		nodes: nodes.map((node, index) => ({...node, id: nodeId(index + 1)})),
		wires: wires.values().toArray(),
	};
};
