import type {NodeId} from '../../core/ids.js';

/** A node as the graph is drawn from: what decides where it stands, and what is told of it. */
export type GraphNode = {
	readonly id: NodeId;
	readonly name: string;
	readonly type: string;
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	readonly enabled: boolean;
	/** Tasks by state; states with none may be left out. */
	readonly counts: Readonly<Record<string, number>>;
};

export type GraphWire = {
	readonly id: number;
	readonly from: NodeId;
	readonly output: string;
	readonly to: NodeId;
	readonly input: string;
};

export type Graph = {
	readonly nodes: readonly GraphNode[];
	readonly wires: readonly GraphWire[];
};

/**
- `full`: boxes with name, type, named ports and a strip of counts
- `line`: a line for each node
- `dot`: a dot for each node
*/
export const zooms = ['full', 'line', 'dot'] as const;

export type Zoom = (typeof zooms)[number];
