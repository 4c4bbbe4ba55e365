import type {ConnectionShape, NodeShape} from '../net/messages/shapes.js';
import type {GraphWire} from '../ui/graph/graph.js';
import {graphTree, guideText} from '../ui/graph/tree.js';
import {plainText} from './plain-text.js';

export type Drawing = {
	readonly nodes: readonly NodeShape[];
	readonly connections: readonly ConnectionShape[];
	/** What stands behind a node's name. */
	readonly describe: (node: NodeShape) => string;
};

/** The graph in text, as the viewer's tree has it; a node that is reached again has an arrow up. */
export const drawGraph = ({
	nodes,
	connections,
	describe,
}: Drawing): string[] => {
	const byName = new Map(nodes.map((node) => [node.name, node]));
	const byId = new Map(nodes.map((node) => [node.id, node]));
	const wires = connections.flatMap((connection): GraphWire[] => {
		const from = byName.get(connection.from);
		const to = byName.get(connection.to);
		return from && to ? [{...connection, from: from.id, to: to.id}] : [];
	});
	return graphTree({nodes, wires}).flatMap((line, index) => {
		const {guides, output, input, isAgain} = line;
		const node = byId.get(line.node.id);
		const start = `${guideText(guides, {isAscii: false})}${output === undefined ? '' : `${plainText(output)}: `}${plainText(line.node.name)}`;
		const arrival = input === undefined ? '' : `  (by ${plainText(input)})`;
		const text =
			isAgain || node === undefined
				? `${start} ↑${arrival}`
				: `${start}${arrival}  ${describe(node)}`.trimEnd();
		return guides.length === 0 && index > 0 ? ['', text] : [text];
	});
};
