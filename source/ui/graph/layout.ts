import type {NodeId} from '../../core/ids.js';
import type {Box} from './box.js';
import type {GraphWire, Zoom} from './graph.js';

/** Where everything of a graph stands, in cells of a terminal from the drawing's upper left corner. */
export type Layout = {
	readonly zoom: Zoom;
	readonly width: number;
	readonly height: number;
	readonly boxes: ReadonlyMap<NodeId, PlacedBox>;
	readonly wires: readonly PlacedWire[];
};

export type Point = {readonly x: number; readonly y: number};

export type PlacedBox = Box & Point;

export type PlacedWire = GraphWire & {
	/** Wires of one net run together where they can, and branch. */
	readonly net: number;
	/** `side`: of an output that is not its node's first; `split`: of an output with several wires. */
	readonly kind: 'main' | 'side' | 'split';
	/** From the cell of the output to the cell of the input, both on their boxes' edges; each but the first is straight above, below or beside the one before. */
	readonly points: readonly Point[];
};
