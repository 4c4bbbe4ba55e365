import type {NodeId} from '../../core/ids.js';
import type {Layout, PlacedBox, PlacedWire, Point} from './layout.js';

export type Direction = 'up' | 'down' | 'left' | 'right';

/**
The node that a step leads to, or undefined where there is none. Up and down go along wires, along the main one where there are several, and back to where one came from; where no wire leads on, to what stands nearest. Left and right go to the nearest node on that side.
*/
export const stepFrom = (
	layout: Layout,
	from: NodeId | undefined,
	{
		direction,
		cameFrom,
	}: {
		readonly direction: Direction;
		readonly cameFrom?: NodeId | undefined;
	},
): NodeId | undefined => {
	const box = from === undefined ? undefined : layout.boxes.get(from);
	if (box === undefined) {
		return firstNode(layout);
	}

	if (direction === 'up' || direction === 'down') {
		const next = alongWire(layout, box, {direction, cameFrom});
		if (next !== undefined) {
			return next;
		}
	}

	return nearest(layout, box, direction);
};

/** Where walking begins: the node that stands highest, and of these the leftmost. */
export const firstNode = ({boxes}: Layout): NodeId | undefined =>
	boxes
		.values()
		.toArray()
		.toSorted((a, b) => (a.y === b.y ? a.x - b.x : a.y - b.y))[0]?.id;

const alongWire = (
	{boxes, wires}: Layout,
	box: PlacedBox,
	{
		direction,
		cameFrom,
	}: {
		readonly direction: 'up' | 'down';
		readonly cameFrom: NodeId | undefined;
	},
): NodeId | undefined => {
	const candidates = wires.flatMap((wire) => {
		const [near, far] =
			direction === 'down' ? [wire.from, wire.to] : [wire.to, wire.from];
		const target = boxes.get(far);
		return target && near === box.id && far !== box.id ? [{wire, target}] : [];
	});
	const back = candidates.find(({target}) => target.id === cameFrom);
	if (back) {
		return back.target.id;
	}

	return candidates
		.map(({wire, target}) => ({
			id: target.id,
			rank: portRank(box, wire, direction),
			away: Math.abs(target.x - box.x),
		}))
		.toSorted((a, b) =>
			a.rank === b.rank ? a.away - b.away : a.rank - b.rank,
		)[0]?.id;
};

const portRank = (
	box: PlacedBox,
	wire: PlacedWire,
	direction: 'up' | 'down',
): number =>
	direction === 'down'
		? box.outputs.findIndex(({name}) => name === wire.output)
		: box.inputs.findIndex(({name}) => name === wire.input);

/** A line is about two columns high, and straight ahead counts more than near. */
const nearest = (
	{boxes}: Layout,
	from: PlacedBox,
	direction: Direction,
): NodeId | undefined => {
	const here = middleOf(from);
	let best: NodeId | undefined;
	let least = Infinity;
	for (const box of boxes.values()) {
		const there = middleOf(box);
		const {ahead, aside} = distances(here, there, direction);
		const cost = ahead + 3 * aside;
		if (!(box.id !== from.id && ahead > 0 && cost < least)) {
			continue;
		}

		best = box.id;
		least = cost;
	}

	return best;
};

const middleOf = ({x, y, width, height}: PlacedBox): Point => ({
	x: x + width / 2,
	y: (y + height / 2) * 2,
});

const distances = (
	from: Point,
	to: Point,
	direction: Direction,
): {readonly ahead: number; readonly aside: number} => {
	const x = to.x - from.x;
	const y = to.y - from.y;
	switch (direction) {
		case 'left': {
			return {ahead: -x, aside: Math.abs(y)};
		}

		case 'right': {
			return {ahead: x, aside: Math.abs(y)};
		}

		case 'up': {
			return {ahead: -y, aside: Math.abs(x)};
		}

		case 'down': {
			return {ahead: y, aside: Math.abs(x)};
		}
	}
};
