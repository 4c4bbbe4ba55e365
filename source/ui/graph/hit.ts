import type {NodeId} from '../../core/ids.js';
import type {BoxPort} from './box.js';
import {walk} from './draw-wires.js';
import type {Layout, PlacedBox, Point} from './layout.js';

export type Hit =
	| {readonly kind: 'node'; readonly node: NodeId}
	| {
			readonly kind: 'port';
			readonly node: NodeId;
			readonly side: 'input' | 'output';
			readonly port: string;
	  }
	/** The wires that run there: several where they are drawn as one, or cross. */
	| {readonly kind: 'wires'; readonly wires: readonly number[]};

/** What is drawn at a cell of the drawing. */
export const hitAt = (layout: Layout, at: Point): Hit | undefined => {
	for (const box of layout.boxes.values()) {
		if (
			at.x >= box.x &&
			at.x < box.x + box.width &&
			at.y >= box.y &&
			at.y < box.y + box.height
		) {
			return hitBox(box, at);
		}
	}

	const wires = layout.wires
		.filter(({points}) => {
			let isThere = false;
			walk(points, (x, y) => {
				isThere ||= x === at.x && y === at.y;
			});
			return isThere;
		})
		.map(({id}) => id);
	return wires.length === 0 ? undefined : {kind: 'wires', wires};
};

/** Where a port stands: its first cell. */
export const portPoint = (
	box: PlacedBox,
	side: 'input' | 'output',
	port: string,
): Point | undefined => {
	const ports = side === 'input' ? box.inputs : box.outputs;
	const found = ports.find(({name}) => name === port);
	return (
		found && {
			x: box.x + found.x,
			y: side === 'input' ? box.y : box.y + box.height - 1,
		}
	);
};

const hitBox = (box: PlacedBox, at: Point): Hit => {
	const node: Hit = {kind: 'node', node: box.id};
	if (box.height === 1) {
		return node;
	}

	const offset = at.x - box.x;
	const isOver = ({x, nets, label}: BoxPort): boolean =>
		offset >= x && offset < x + Math.max(1, nets.length) + label.length;
	if (at.y === box.y) {
		const port = box.inputs.find((input) => isOver(input));
		return port
			? {kind: 'port', node: box.id, side: 'input', port: port.name}
			: node;
	}

	const port =
		at.y === box.y + box.height - 1
			? box.outputs.find((output) => isOver(output))
			: undefined;
	return port
		? {kind: 'port', node: box.id, side: 'output', port: port.name}
		: node;
};
