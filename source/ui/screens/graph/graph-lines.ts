import {hintLetters} from '../../graph/hint-letters.js';
import {drawGraph, type Emphasis} from '../../graph/draw-graph.js';
import {graphGlyphs} from '../../graph/glyphs.js';
import {portPoint} from '../../graph/hit.js';
import type {Layout, Point} from '../../graph/layout.js';
import {drawMinimap} from '../../graph/minimap.js';
import type {Line} from '../../text/span.js';
import {
	graphIn,
	litIn,
	panesOf,
	partOf,
	type GraphView,
} from './graph-slice.js';
import {lineOf} from './graph-roles.js';

/** The drawing's pane, line by line, each of its full width. */
export const graphLines = (view: GraphView): readonly Line[] => {
	const {laid} = view.slice;
	const {columns, rows} = panesOf(view).drawing ?? view.body;
	if (laid === undefined) {
		return [];
	}

	const {layout} = laid;
	const part = partOf(view);
	const glyphs = graphGlyphs(view.theme.glyphs);
	const isWhole = layout.width <= columns && layout.height <= rows;
	return drawGraph({
		graph: graphIn(view),
		layout,
		view: part,
		glyphs,
		emphasis: emphasisOf(view, layout),
		...(!isWhole && {
			inset: drawMinimap(layout, {
				view: part,
				size: {
					width: Math.min(30, Math.floor(columns / 5)),
					height: Math.min(8, Math.floor(rows / 4)),
				},
				isAscii: glyphs.isAscii,
			}),
		}),
	}).map((row) => lineOf(row));
};

/** Letters for the places that are asked for; only those that what was typed can still become. */
export const askedLetters = ({
	slice: {asking},
}: Pick<GraphView, 'slice'>): ReadonlyArray<{
	readonly letters: string;
	readonly place: NonNullable<typeof asking>['places'][number];
}> => {
	if (asking === undefined) {
		return [];
	}

	const letters = hintLetters(asking.places.length);
	return asking.places
		.map((place, index) => ({letters: letters[index] ?? '', place}))
		.filter(({letters: own}) => own.startsWith(asking.typed));
};

const emphasisOf = (view: GraphView, layout: Layout): Emphasis => {
	const {slice, state} = view;
	const isFlashing =
		slice.flashes !== undefined && slice.flashes.until > state.now;
	return {
		selected: slice.selected,
		marked: slice.marks,
		lit: litIn(view),
		way: slice.way,
		...(isFlashing && {flashing: slice.flashes}),
		hints: askedLetters(view).flatMap(({letters, place}) => {
			const left = letters.slice(slice.asking?.typed.length);
			const at = pointOf(layout, place, left.length);
			return at === undefined ? [] : [{...at, letters: left}];
		}),
	};
};

/** Where letters for a place begin: on the input's mark, or before the node's name, which stays readable. */
const pointOf = (
	{boxes, zoom}: Layout,
	place: ReturnType<typeof askedLetters>[number]['place'],
	length: number,
): Point | undefined => {
	const box = boxes.get(place.node);
	if (box === undefined) {
		return undefined;
	}

	if (place.kind === 'input') {
		return portPoint(box, 'input', place.input);
	}

	return zoom === 'full'
		? {x: Math.max(0, box.x + 1 - length), y: box.y + 1}
		: {x: box.x, y: box.y};
};
