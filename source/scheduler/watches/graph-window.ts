import {tasksByState} from '../views/task-list.js';
import {nodeShapeOf} from '../views/node-shape.js';
import type {Source, SourceContext} from './source.js';

/** The whole graph: each node with its counts and the wires that leave it, without its parameters. A window does not matter. */
export const graphWindow = ({context}: SourceContext): Source => ({
	read() {
		const books = context.books();
		const {graph} = books;
		const leaving = Map.groupBy(graph.wires, ({from}) => from);
		return {
			rows: Array.from(graph.nodes.values(), (node) => {
				const {parameters: _, ...shape} = nodeShapeOf(books, node);
				return {
					...shape,
					id: node.id,
					wires: (leaving.get(node.id) ?? []).map(
						({id, output, to, input}) => ({id, output, to, input}),
					),
				};
			}),
			counts: {...tasksByState(context), nodes: graph.nodes.size},
		};
	},
	isTouchedBy: (changes) => changes.graph || changes.nodes.size > 0,
	isTouchedByProgress: () => false,
});
