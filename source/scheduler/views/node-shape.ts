import {FarmError} from '../../core/errors.js';
import type {Json} from '../../core/json.js';
import {didYouMean} from '../../core/nearest.js';
import type {ConnectionShape, NodeShape} from '../../net/messages/shapes.js';
import type {ParameterSchemas} from '../../nodes/parameters.js';
import type {Books} from '../books.js';
import type {FarmGraph, FarmNode, Wire} from '../farm-graph.js';
import type {ViewContext} from './view-context.js';

export const listNodes = ({
	books,
}: Pick<ViewContext, 'books'>): {
	readonly nodes: NodeShape[];
	readonly connections: ConnectionShape[];
} => {
	const {graph} = books();
	return {
		nodes: Array.from(graph.nodes.values(), (node) =>
			nodeShapeOf(books(), node),
		),
		connections: graph.wires.flatMap((wire) => {
			const shape = connectionShapeOf(graph, wire);
			return shape ? [shape] : [];
		}),
	};
};

/**
One node, with every parameter's value: the default where none is stored.

@throws {FarmError} `NOT_FOUND`
*/
export const getNode = (
	{books}: Pick<ViewContext, 'books'>,
	name: string,
): NodeShape => {
	const node = findNode(books().graph, name);
	const shape = nodeShapeOf(books(), node);
	const schemas: ParameterSchemas = node.definition?.parameters ?? {};
	const defaults = Object.entries(schemas).map(
		([parameter, schema]): readonly [string, Json] => [
			parameter,
			schema.default,
		],
	);
	return {
		...shape,
		parameters: {...Object.fromEntries(defaults), ...shape.parameters},
	};
};

/**
A node by its name.

@throws {FarmError} `NOT_FOUND`
*/
export const findNode = (graph: FarmGraph, name: string): FarmNode => {
	const node = graph.byName.get(name);
	if (!node) {
		throw new FarmError(
			'NOT_FOUND',
			`There is no node "${name}"${didYouMean(name, graph.byName.keys())}`,
		);
	}

	return node;
};

export const nodeShapeOf = (books: Books, node: FarmNode): NodeShape => ({
	id: node.id,
	name: node.name,
	type: node.type,
	parameters: {...node.stored},
	inputs: [...node.inputs],
	outputs: [...node.outputs],
	enabled: node.enabled,
	x: node.row.x,
	y: node.row.y,
	counts: Object.fromEntries(books.counts.get(node.id) ?? []),
});

/** Undefined for a wire whose end is gone. */
export const connectionShapeOf = (
	graph: FarmGraph,
	{id, from, output, to, input}: Wire,
): ConnectionShape | undefined => {
	const source = graph.nodes.get(from);
	const target = graph.nodes.get(to);
	return (
		source && target && {id, from: source.name, output, to: target.name, input}
	);
};
