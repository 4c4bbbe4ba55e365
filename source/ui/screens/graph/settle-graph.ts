import type {NodeId} from '../../../core/ids.js';
import {clampView, reveal} from '../../graph/view.js';
import {graphTree} from '../../graph/tree.js';
import {firstNode} from '../../graph/walk-graph.js';
import type {GraphNodeRow} from '../../live/row-shapes.js';
import {graphOfRows} from './graph-of-rows.js';
import {
	graphIn,
	isTree,
	partOf,
	selectNode,
	windowIn,
	type Flashes,
	type GraphSlice,
	type GraphView,
} from './graph-slice.js';

/** How long a movement is seen. */
const flashMs = 900;

/** After news, a step or another size: the selection is something that is there, and is seen. */
export const settleGraph = (view: GraphView): GraphSlice => {
	const rows = windowIn(view)?.rows;
	let {slice} = view;
	if (rows !== undefined && rows !== slice.rows) {
		slice = {
			...withRows(slice, rows),
			flashes: flashesOf(slice, rows, view.state.now),
			rows,
		};
	}

	if (slice.laid === undefined) {
		// A tree is there before the drawing, and its keys are about a node from the first on.
		return slice.selected === undefined && isTree(view)
			? selectNode(slice, graphTree(graphIn(view))[0]?.node.id)
			: slice;
	}

	const {layout, key} = slice.laid;
	if (slice.selected === undefined) {
		slice = selectNode(slice, firstNode(layout));
	}

	const part = partOf({...view, slice});
	const target = `${slice.selected ?? ''} ${key}`;
	const seen =
		slice.selected === undefined || target === slice.revealed
			? clampView(layout, part)
			: reveal(layout, part, slice.selected);
	return target === slice.revealed &&
		seen.x === slice.origin.x &&
		seen.y === slice.origin.y
		? slice
		: {...slice, origin: {x: seen.x, y: seen.y}, revealed: target};
};

const withRows = (
	slice: GraphSlice,
	rows: readonly GraphNodeRow[],
): GraphSlice => {
	const there = new Set(rows.map(({id}) => id));
	const awaited =
		slice.awaited === undefined
			? undefined
			: rows.find(({name}) => name === slice.awaited)?.id;
	const isGone = slice.selected !== undefined && !there.has(slice.selected);
	const marks = new Set(slice.marks.values().filter((id) => there.has(id)));
	return {
		...slice,
		marks: marks.size === slice.marks.size ? slice.marks : marks,
		cameFrom: isGone ? undefined : slice.cameFrom,
		...(isGone && {selected: standIn(slice, there)}),
		...(awaited !== undefined && {
			selected: awaited,
			cameFrom: slice.selected,
			awaited: undefined,
		}),
	};
};

/** Where a deleted node was: one that it was wired to. */
const standIn = (
	{rows = [], selected, cameFrom}: GraphSlice,
	there: ReadonlySet<NodeId>,
): NodeId | undefined => {
	const {wires} = graphOfRows(rows);
	return [
		cameFrom,
		...wires.filter(({to}) => to === selected).map(({from}) => from),
		...wires.filter(({from}) => from === selected).map(({to}) => to),
	].find((id) => id !== undefined && there.has(id));
};

/** A node of which tasks went, with one at the end of a wire to which tasks came. */
const flashesOf = (
	{rows: before, flashes}: GraphSlice,
	rows: readonly GraphNodeRow[],
	now: number,
): Flashes | undefined => {
	if (before === undefined) {
		return undefined;
	}

	const earlier = new Map(before.map((row) => [row.id, row]));
	const changed = rows.filter((row) => {
		const known = earlier.get(row.id);
		return known !== undefined && known !== row && hasMoved(known, row);
	});
	if (changed.length === 0) {
		return flashes !== undefined && flashes.until > now ? flashes : undefined;
	}

	const nodes = new Set(changed.map(({id}) => id));
	const wires = graphOfRows(rows).wires.filter(
		({from, to}) => nodes.has(from) && nodes.has(to),
	);
	return {
		until: now + flashMs,
		nodes,
		wires: new Set(wires.map(({id}) => id)),
	};
};

const hasMoved = (before: GraphNodeRow, after: GraphNodeRow): boolean =>
	Object.keys({...before.counts, ...after.counts}).some(
		(state) => before.counts[state] !== after.counts[state],
	);
