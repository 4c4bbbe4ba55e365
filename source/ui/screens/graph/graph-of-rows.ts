import {nodeId} from '../../../core/ids.js';
import type {Graph} from '../../graph/graph.js';
import type {GraphNodeRow} from '../../live/row-shapes.js';

const known = new WeakMap<readonly GraphNodeRow[], Graph>();

/** The rows of the graph's watch, as it is drawn from; the same for the same rows. */
export const graphOfRows = (rows: readonly GraphNodeRow[]): Graph => {
	const before = known.get(rows);
	if (before) {
		return before;
	}

	const graph: Graph = {
		nodes: rows,
		wires: rows.flatMap(({id: from, wires}) =>
			wires.map(({id, output, to, input}) => ({
				id,
				from,
				output,
				to: nodeId(to),
				input,
			})),
		),
	};
	known.set(rows, graph);
	return graph;
};
