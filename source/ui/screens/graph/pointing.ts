import {hitAt} from '../../graph/hit.js';
import {zooms} from '../../graph/graph.js';
import type {InputEvent} from '../../terminal/decode-input.js';
import {choosePlace} from './asking.js';
import {
	isTree,
	panesOf,
	partOf,
	selectNode,
	type GraphTools,
} from './graph-slice.js';
import {nodeAtTreeRow, stepInTree} from './tree-lines.js';

/** Rows of the header and the breadcrumbs above the body. */
const rowsAbove = 2;
/** Cells that a notch of the wheel moves the drawing by. */
const notch = {x: 6, y: 3};

type Mouse = InputEvent & {readonly kind: 'mouse'};

/** The mouse: a click selects, or takes what letters are asked for; pulling moves the drawing, and so does the wheel, aside with shift; with ctrl it zooms. */
export const pointed = (tools: GraphTools, event: Mouse): boolean => {
	const view = tools.view();
	const {drawing} = panesOf(view);
	if (drawing === undefined) {
		return false;
	}

	if (isTree(view) || view.slice.laid === undefined) {
		return pointedInTree(tools, event);
	}

	switch (event.action) {
		case 'wheel-up':
		case 'wheel-down': {
			turnWheel(tools, event);
			return true;
		}

		case 'press': {
			return (
				event.button === 'left' &&
				event.column < drawing.columns &&
				press(tools, event)
			);
		}

		case 'drag': {
			return pull(tools, event);
		}

		case 'release': {
			tools.update((slice) => ({...slice, held: undefined}));
			return true;
		}
	}
};

const turnWheel = (
	tools: GraphTools,
	{action, isCtrl, isShift}: Mouse,
): void => {
	const by = action === 'wheel-up' ? -1 : 1;
	tools.update((slice) => {
		if (isCtrl) {
			const at = slice.zoom === undefined ? 0 : zooms.indexOf(slice.zoom);
			return {
				...slice,
				zoom: zooms[Math.max(0, Math.min(zooms.length - 1, at + by))],
			};
		}

		return {
			...slice,
			origin: {
				x: slice.origin.x + (isShift ? by * notch.x : 0),
				y: slice.origin.y + (isShift ? 0 : by * notch.y),
			},
		};
	});
};

const press = (tools: GraphTools, {column, row}: Mouse): boolean => {
	const view = tools.view();
	const {laid, asking} = view.slice;
	tools.update((slice) => ({...slice, held: {x: column, y: row}}));
	const part = partOf(view);
	const hit =
		laid &&
		hitAt(laid.layout, {x: part.x + column, y: part.y + row - rowsAbove});
	if (hit === undefined || hit.kind === 'wires') {
		return true;
	}

	const place = asking?.places.find(
		(one) =>
			one.node === hit.node &&
			(one.kind === 'node' || hit.kind !== 'port' || one.input === hit.port),
	);
	if (asking && place) {
		choosePlace(tools, asking, place);
	} else {
		tools.update((slice) => selectNode(slice, hit.node));
	}

	return true;
};

/** The cell that was pressed stays under the pointer. */
const pull = (tools: GraphTools, {column, row}: Mouse): boolean => {
	const {held} = tools.view().slice;
	if (held === undefined) {
		return false;
	}

	tools.update((slice) => ({
		...slice,
		held: {x: column, y: row},
		origin: {
			x: slice.origin.x + held.x - column,
			y: slice.origin.y + held.y - row,
		},
	}));
	return true;
};

const pointedInTree = (
	tools: GraphTools,
	{action, button, row}: Mouse,
): boolean => {
	const view = tools.view();
	if (action === 'wheel-up' || action === 'wheel-down') {
		const node = stepInTree(view, action === 'wheel-up' ? -3 : 3);
		tools.update((slice) => selectNode(slice, node?.id));
		return true;
	}

	if (action !== 'press' || button !== 'left') {
		return false;
	}

	const node = nodeAtTreeRow(view, row - rowsAbove);
	tools.update((slice) => selectNode(slice, node?.id));
	return true;
};
