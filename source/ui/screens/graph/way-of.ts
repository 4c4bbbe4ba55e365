import type {NodeId} from '../../../core/ids.js';
import type {Way} from '../../graph/draw-graph.js';
import type {Graph} from '../../graph/graph.js';

/** The nodes where a task has been, and the wires by which it can have come from each to the next. */
export const wayOf = (
	{nodes, wires}: Graph,
	steps: ReadonlyArray<{readonly node: string}>,
): Way => {
	const ids = new Map(nodes.map(({id, name}) => [name, id]));
	const been = new Set<NodeId>();
	const taken = new Set<number>();
	let last: NodeId | undefined;
	for (const {node} of steps) {
		const id = ids.get(node);
		if (id === undefined) {
			continue;
		}

		been.add(id);
		if (last !== undefined && last !== id) {
			const from = last;
			for (const wire of wires) {
				if (wire.from === from && wire.to === id) {
					taken.add(wire.id);
				}
			}
		}

		last = id;
	}

	return {nodes: been, wires: taken};
};
