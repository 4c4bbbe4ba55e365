import type {Canvas, View} from './canvas.js';
import type {Glyphs} from './glyphs.js';
import type {GraphStyle} from './graph-style.js';
import type {PlacedWire, Point} from './layout.js';

/** Directions out of a cell, as in `Glyphs.wire`. */
const up = 1;
const right = 2;
const down = 4;
const left = 8;
const vertical = up | down; // eslint-disable-line no-bitwise -- a set of directions

type Cell = {
	mask: number;
	net: number;
	/** Of another net, which only crosses. */
	otherMask: number;
	style: GraphStyle;
	rank: number;
};

export type WireStyle = {
	readonly style: GraphStyle;
	/** Where wires meet, the style of the highest is seen. */
	readonly rank: number;
};

/** Draws what is in view of the wires. Their ends are covered by boxes later. */
export const drawWires = (
	canvas: Canvas,
	{
		wires,
		view,
		glyphs,
		styleOf,
		hasArrowsBefore,
	}: {
		readonly wires: readonly PlacedWire[];
		readonly view: View;
		readonly glyphs: Glyphs;
		readonly styleOf: (wire: PlacedWire) => WireStyle;
		/** An arrowhead in front of the box, for boxes that have none on themselves. */
		readonly hasArrowsBefore: boolean;
	},
): void => {
	const cells = new Map<number, Cell>();
	const keyOf = (x: number, y: number): number =>
		(y - view.y) * view.width + (x - view.x);
	for (const wire of wires) {
		if (!isNear(wire, view)) {
			continue;
		}

		const {style, rank} = styleOf(wire);
		walk(wire.points, (x, y, mask) => {
			if (!isInView(x, y, view)) {
				return;
			}

			const key = keyOf(x, y);
			const cell = cells.get(key);
			if (cell === undefined) {
				cells.set(key, {mask, net: wire.net, otherMask: 0, style, rank});
				return;
			}

			if (cell.net === wire.net) {
				cell.mask |= mask; // eslint-disable-line no-bitwise -- a set of directions
			} else {
				cell.otherMask |= mask; // eslint-disable-line no-bitwise -- a set of directions
			}

			if (!(rank > cell.rank)) {
				return;
			}

			cell.style = style;
			cell.rank = rank;
		});
	}

	for (const [key, cell] of cells) {
		canvas.put(
			{
				x: view.x + (key % view.width),
				y: view.y + Math.floor(key / view.width),
			},
			[glyphOf(cell, glyphs)],
			cell.style,
		);
	}

	for (const wire of wires) {
		if (!isNear(wire, view)) {
			continue;
		}

		for (const {x, y, glyph} of arrowsOf(wire, glyphs, hasArrowsBefore)) {
			const cell = isInView(x, y, view) ? cells.get(keyOf(x, y)) : undefined;
			// Not over a bend or a branch, which say more.
			if (cell?.mask === vertical && cell.otherMask === 0) {
				canvas.put({x, y}, [glyph], cell.style);
			}
		}
	}
};

const glyphOf = ({mask, otherMask}: Cell, glyphs: Glyphs): string => {
	if (otherMask !== 0) {
		return glyphs.crossing;
	}

	return mask === 15 ? glyphs.junction : (glyphs.wire[mask] ?? ' ');
};

/** Against the flow, in the middle of the longest way up; and in front of the input. */
const arrowsOf = (
	{points}: PlacedWire,
	glyphs: Glyphs,
	hasArrowsBefore: boolean,
): ReadonlyArray<Point & {readonly glyph: string}> => {
	const arrows: Array<Point & {readonly glyph: string}> = [];
	let longest = 1;
	let middle: Point | undefined;
	for (const [index, to] of points.entries()) {
		const from = points[index - 1];
		if (from === undefined || !(from.y - to.y > longest)) {
			continue;
		}

		longest = from.y - to.y;
		middle = {x: to.x, y: Math.ceil((from.y + to.y) / 2)};
	}

	if (middle) {
		arrows.push({...middle, glyph: glyphs.arrowUp});
	}

	const end = points.at(-1);
	if (end && hasArrowsBefore) {
		arrows.push({x: end.x, y: end.y - 1, glyph: glyphs.arrowDown});
	}

	return arrows;
};

/** Each cell of a wire, in order, with the directions in which the wire leaves it. A corner comes twice. */
export const walk = (
	points: readonly Point[],
	visit: (x: number, y: number, mask: number) => void,
): void => {
	for (const [index, to] of points.entries()) {
		const from = points[index - 1];
		if (from === undefined) {
			continue;
		}

		const stepX = Math.sign(to.x - from.x);
		const stepY = Math.sign(to.y - from.y);
		const steps = Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
		const ahead = directionOf(stepX, stepY);
		const back = directionOf(-stepX, -stepY);
		for (let step = 0; step <= steps; step += 1) {
			visit(
				from.x + stepX * step,
				from.y + stepY * step,
				(step > 0 ? back : 0) + (step < steps ? ahead : 0),
			);
		}
	}
};

const directionOf = (x: number, y: number): number => {
	if (x !== 0) {
		return x > 0 ? right : left;
	}

	return y > 0 ? down : up;
};

const isNear = ({points}: PlacedWire, view: View): boolean => {
	let [minX, maxX, minY, maxY] = [Infinity, -Infinity, Infinity, -Infinity];
	for (const {x, y} of points) {
		minX = Math.min(minX, x);
		maxX = Math.max(maxX, x);
		minY = Math.min(minY, y);
		maxY = Math.max(maxY, y);
	}

	return (
		maxX >= view.x &&
		minX < view.x + view.width &&
		maxY >= view.y &&
		minY < view.y + view.height
	);
};

const isInView = (x: number, y: number, view: View): boolean =>
	x >= view.x &&
	x < view.x + view.width &&
	y >= view.y &&
	y < view.y + view.height;
