import type {NodeId} from '../../core/ids.js';
import type {Hints} from './elk-graph.js';

/**
Where graph files and other programs put nodes, as hints for the first layout: those of one layer are drawn from left to right as they stand there. Their distances mean nothing here, where a cell is a letter. A node that nobody gave a place is at 0, 0, and stands where it crosses least.
*/
export const storedPlaces = (
	nodes: ReadonlyArray<{
		readonly id: NodeId;
		readonly x: number;
		readonly y: number;
	}>,
): Hints =>
	new Map(
		nodes.flatMap(({id, x, y}) =>
			x === 0 && y === 0 ? [] : [[id, {x, y}] as const],
		),
	);
