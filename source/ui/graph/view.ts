import type {NodeId} from '../../core/ids.js';
import type {View} from './canvas.js';
import type {Layout} from './layout.js';

export type Size = {readonly width: number; readonly height: number};

/** Cells that are seen beyond a node that is brought into view. */
const margin = {x: 4, y: 2};

/** A view that holds all of the drawing, or as much of it as it can; never beside it. What fits is in the middle. */
export const clampView = (layout: Size, view: View): View => ({
	...view,
	x: clampAxis(layout.width, view.x, view.width),
	y: clampAxis(layout.height, view.y, view.height),
});

/** Move as little as it takes to see the node. */
export const reveal = (layout: Layout, view: View, node: NodeId): View => {
	const box = layout.boxes.get(node);
	return clampView(
		layout,
		box === undefined
			? view
			: {
					...view,
					x: revealAxis(view.x, view.width, [
						box.x - margin.x,
						box.x + box.width + margin.x,
					]),
					y: revealAxis(view.y, view.height, [
						box.y - margin.y,
						box.y + box.height + margin.y,
					]),
				},
	);
};

const clampAxis = (whole: number, start: number, seen: number): number =>
	whole <= seen
		? -Math.floor((seen - whole) / 2)
		: Math.max(0, Math.min(whole - seen, start));

const revealAxis = (
	start: number,
	seen: number,
	[from, to]: readonly [number, number],
): number => {
	if (from < start) {
		return from;
	}

	return to > start + seen ? Math.min(from, to - seen) : start;
};
