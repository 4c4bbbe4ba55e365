import type {ConnectionRow, NodeRow} from '../db/queries/nodes.js';
import type {ConnectionId, NodeId} from '../core/ids.js';
import type {Json} from '../core/json.js';
import type {NodeDefinition} from '../nodes/contract.js';
import {
	compileParameters,
	type CompiledParameters,
} from '../nodes/compile-parameters.js';
import type {Registry} from '../nodes/registry.js';

/** A node with all that is needed to process tasks in it. */
export type FarmNode = {
	readonly id: NodeId;
	readonly row: NodeRow;
	readonly name: string;
	readonly type: string;
	/** Only what differs from the defaults. */
	readonly stored: Readonly<Record<string, Json>>;
	readonly enabled: boolean;
	/** Undefined where the type is not there, as when a plugin is broken. */
	readonly definition: NodeDefinition | undefined;
	readonly compiled: CompiledParameters | undefined;
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
};

export type Wire = {
	readonly id: ConnectionId;
	readonly from: NodeId;
	readonly output: string;
	readonly to: NodeId;
	readonly input: string;
};

/** The graph as it stands; never changed in place. */
export type FarmGraph = {
	readonly nodes: ReadonlyMap<NodeId, FarmNode>;
	readonly byName: ReadonlyMap<string, FarmNode>;
	readonly wires: readonly Wire[];
	/** The wires that leave a node by an output. */
	readonly wiresFrom: (node: NodeId, output: string) => readonly Wire[];
};

export const makeNode = (row: NodeRow, registry: Registry): FarmNode => {
	const definition = registry.get(row.type);

	const stored = JSON.parse(row.parameters) as Record<string, Json>;
	return {
		id: row.id,
		row,
		name: row.name,
		type: row.type,
		stored,
		enabled: row.enabled === 1,
		definition,
		compiled: definition && compileParameters(definition.parameters, stored),
		inputs: definition?.inputs ?? ['main'],
		outputs: definition ? outputsOf(definition, stored) : ['main'],
	};
};

export const outputsOf = (
	definition: NodeDefinition,
	stored: Readonly<Record<string, Json>>,
): readonly string[] => {
	const own =
		typeof definition.outputs === 'function'
			? definition.outputs({
					...Object.fromEntries(
						Object.entries(definition.parameters).map(([name, schema]) => [
							name,
							schema.default,
						]),
					),
					...stored,
				})
			: definition.outputs;
	return own;
};

export const makeGraph = (
	nodes: readonly FarmNode[],
	connections: readonly ConnectionRow[],
): FarmGraph => {
	const wires = connections.map((row) => ({
		id: row.id,
		from: row.from_node,
		output: row.from_output,
		to: row.to_node,
		input: row.to_input,
	}));
	const leaving = new Map<string, Wire[]>();
	for (const wire of wires) {
		const key = `${wire.from} ${wire.output}`;
		const others = leaving.get(key);
		if (others) {
			others.push(wire);
		} else {
			leaving.set(key, [wire]);
		}
	}

	return {
		nodes: new Map(nodes.map((node) => [node.id, node])),
		byName: new Map(nodes.map((node) => [node.name, node])),
		wires,
		wiresFrom: (node, output) => leaving.get(`${node} ${output}`) ?? [],
	};
};
