import {printWire} from '../../graph/graph-document.js';
import type {GraphDocument} from '../../net/messages/client.js';
import {connectionShapeOf, findNode} from './node-shape.js';
import type {ViewContext} from './view-context.js';

/**
The graph as a document that `graph.apply` brings back, or some of its nodes with the wires between them.

@throws {FarmError} `NOT_FOUND`
*/
export const exportGraph = (
	{books}: Pick<ViewContext, 'books'>,
	{nodes: names}: {readonly nodes?: readonly string[] | undefined},
): GraphDocument => {
	const {graph} = books();
	const chosen = names
		? names.map((name) => findNode(graph, name))
		: graph.nodes.values().toArray();
	const ids = new Set(chosen.map(({id}) => id));
	return {
		nodes: Object.fromEntries(
			chosen.map(({name, type, stored, enabled, row}) => [
				name,
				{
					type,
					parameters: {...stored},
					...(!enabled && {enabled}),
					...(!(row.x === 0 && row.y === 0) && {
						position: [row.x, row.y] as [number, number],
					}),
				},
			]),
		),
		connections: graph.wires
			.filter(({from, to}) => ids.has(from) && ids.has(to))
			.flatMap((wire) => {
				const shape = connectionShapeOf(graph, wire);
				return shape ? [printWire(shape)] : [];
			}),
	};
};
