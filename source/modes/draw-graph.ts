import {printWire} from '../graph/graph-document.js';
import type {ConnectionShape, NodeShape} from '../net/messages/shapes.js';
import {plainText} from './plain-text.js';

export type Drawing = {
	readonly nodes: readonly NodeShape[];
	readonly connections: readonly ConnectionShape[];
	/** What stands behind a node's name. */
	readonly describe: (node: NodeShape) => string;
};

/**
The graph in text: each node once, what it leads to below it. A node with one wire goes straight on, one with several branches out; a node that is reached again is only named, with an arrow up. The same graph is always drawn the same.
*/
export const drawGraph = ({
	nodes,
	connections,
	describe,
}: Drawing): string[] => {
	const byName = new Map(nodes.map((node) => [node.name, node]));
	const wires = connections.toSorted((left, right) =>
		compare(orderOf(left, byName), orderOf(right, byName)),
	);
	const drawn = new Set<string>();
	const lines: string[] = [];

	const draw = (
		name: string,
		{
			lead,
			by,
			indent,
		}: {readonly lead: string; readonly by: string; readonly indent: string},
	): void => {
		const node = byName.get(name);
		if (node === undefined) {
			return;
		}

		drawn.add(name);
		lines.push(`${lead}${plainText(name)}${by}  ${describe(node)}`.trimEnd());
		const out = wires.filter(({from}) => from === name);
		for (const [index, wire] of out.entries()) {
			const isAlone = out.length === 1;
			const isLast = index === out.length - 1;
			const branch = isLast ? '└─ ' : '├─ ';
			const port =
				isAlone && node.outputs[0] === wire.output
					? ''
					: `${plainText(wire.output)}: `;
			const start = `${indent}${isAlone ? '↓ ' : branch}${port}`;
			const arrival =
				byName.get(wire.to)?.inputs[0] === wire.input
					? ''
					: `  (by ${plainText(wire.input)})`;
			if (drawn.has(wire.to)) {
				lines.push(`${start}${plainText(wire.to)} ↑${arrival}`);
			} else {
				draw(wire.to, {
					lead: start,
					by: arrival,
					// A chain stays where it is, so that a long one does not wander off to the right.
					indent: isAlone
						? indent
						: `${indent}${isLast ? ' '.repeat(3) : '│  '}`,
				});
			}
		}
	};

	const reached = new Set(connections.map(({to}) => to));
	const names = nodes.map(({name}) => name).toSorted(compare);
	const roots = names.filter((name) => !reached.has(name));
	for (const name of [...roots, ...names]) {
		if (drawn.has(name)) {
			continue;
		}

		if (lines.length > 0) {
			lines.push('');
		}

		draw(name, {lead: '', by: '', indent: ''});
	}

	return lines;
};

/** Wires of a node go by the place of their output, then by their text. */
const orderOf = (
	wire: ConnectionShape,
	byName: ReadonlyMap<string, NodeShape>,
): string => {
	const place = byName.get(wire.from)?.outputs.indexOf(wire.output) ?? -1;
	return `${String(place + 1).padStart(6, '0')} ${printWire(wire)}`;
};

// Not by locale, which is another on another machine.
const compare = (left: string, right: string): number => {
	if (left === right) {
		return 0;
	}

	return left < right ? -1 : 1;
};
