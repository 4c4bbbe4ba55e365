import type {Canvas} from './canvas.js';
import {
	countsOf,
	countsStrip,
	shortNumber,
	type Count,
} from './counts-strip.js';
import type {BoxPort} from './box.js';
import type {BoxGlyphs, Glyphs} from './glyphs.js';
import type {GraphNode, Zoom} from './graph.js';
import type {GraphStyle} from './graph-style.js';
import type {PlacedBox} from './layout.js';
import {textCells} from './text-cells.js';

export type BoxState = {
	readonly isSelected: boolean;
	readonly isMarked: boolean;
	readonly isOnWay: boolean;
	readonly isFlashing: boolean;
	/** How many of the tasks in question are here. */
	readonly lit: number | undefined;
	readonly isDimmed: boolean;
};

type BoxDrawing = {
	readonly box: PlacedBox;
	readonly node: GraphNode;
	readonly zoom: Zoom;
	readonly glyphs: Glyphs;
	readonly state: BoxState;
};

export const drawBox = (canvas: Canvas, drawing: BoxDrawing): void => {
	drawers[drawing.zoom](canvas, drawing, countsOf(drawing.node));
};

type DrawBox = (
	canvas: Canvas,
	drawing: BoxDrawing,
	counts: readonly Count[],
) => void;

const drawFull: DrawBox = (canvas, {box, node, glyphs, state}, counts) => {
	const {x, y, width} = box;
	const style = frameStyle(node, state, counts);
	const frame = frameOf(glyphs, state);
	const bottom = y + box.height - 1;
	const inner = width - 4;
	const line = Array.from({length: width - 2}, () => frame.horizontal);
	canvas.put({x, y}, [frame.topLeft, ...line, frame.topRight], style);
	canvas.put(
		{x, y: bottom},
		[frame.bottomLeft, ...line, frame.bottomRight],
		style,
	);
	const blank = Array.from({length: width - 2}, () => ' ');
	for (const row of [y + 1, y + 2]) {
		canvas.put({x, y: row}, [frame.vertical, ...blank, frame.vertical], style);
	}

	for (const port of box.inputs) {
		const mark = port.nets.length > 0 ? glyphs.inputWired : glyphs.portFree;
		drawPort(canvas, {port, at: {x, y}, mark, style});
	}

	for (const port of box.outputs) {
		const mark = outputMark(port, glyphs);
		drawPort(canvas, {port, at: {x, y: bottom}, mark, style});
	}

	canvas.put({x: x + 2, y: y + 1}, box.name, nameStyle(state));
	canvas.put({x: x + width - 2 - box.type.length, y: y + 1}, box.type, 'type');
	drawStrip(canvas, {x: x + 2, y: y + 2, width: inner, counts, glyphs});
	if (!node.enabled) {
		canvas.put({x: x + 1, y: y + 1}, [glyphs.disabled], 'mark');
	}

	if (state.isMarked) {
		canvas.put({x: x + 1, y: y + 2}, [glyphs.marked], 'mark');
	}

	if (state.lit === undefined) {
		return;
	}

	const text = `${glyphs.lit}${shortNumber(state.lit)}`;
	canvas.put(
		{x: x + width - 1 - text.length, y: y + 2},
		textCells(text),
		'mark',
	);
};

const drawLine: DrawBox = (canvas, {box, node, glyphs, state}, counts) => {
	const {x, y, width} = box;
	const style = frameStyle(node, state, counts);
	const [open, close] = state.isSelected
		? glyphs.bracketsSelected
		: glyphs.brackets;
	const blank = Array.from({length: width - 2}, () => ' ');
	canvas.put({x, y}, [open, ...blank, close], style);
	canvas.put({x: x + 1, y}, box.name, nameStyle(state));
	if (!node.enabled || state.isMarked) {
		canvas.put(
			{x, y},
			[state.isMarked ? glyphs.marked : glyphs.disabled],
			'mark',
		);
	}

	const room = width - box.name.length - 3;
	const strip =
		state.lit === undefined
			? countsStrip(counts, {width: room, glyphs})
			: [
					{
						text: `${glyphs.lit}${shortNumber(state.lit)}`,
						style: 'mark' as const,
					},
				];
	let at = x + width - 1;
	for (const {text} of strip) {
		at -= text.length;
	}

	for (const {text, style: countStyle} of strip) {
		canvas.put({x: at, y}, textCells(text), countStyle);
		at += text.length;
	}
};

const drawDot: DrawBox = (canvas, {box, node, glyphs, state}, counts) => {
	const {x, y, width} = box;
	const [first] = counts;
	const more = Array.from({length: width - 1}, () => glyphs.dotMore);
	const style = frameStyle(node, state, counts);
	const dot =
		first === undefined || first.kind === 'done'
			? glyphs.dot
			: glyphs.count[first.kind];
	canvas.put({x, y}, [state.isSelected ? glyphs.dotSelected : dot], style);
	canvas.put({x: x + 1, y}, more, style);
	if (state.isSelected) {
		// Over the wires beside it: the one name that is read here.
		canvas.put({x: x + width, y}, [' ', ...box.name, ' '], 'name-selected');
	}
};

const drawers: Readonly<Record<Zoom, DrawBox>> = {
	full: drawFull,
	line: drawLine,
	dot: drawDot,
};

const outputMark = ({wires}: BoxPort, glyphs: Glyphs): string => {
	if (wires === 0) {
		return glyphs.portFree;
	}

	return wires === 1 ? glyphs.outputWired : glyphs.outputSplit;
};

const drawPort = (
	canvas: Canvas,
	{
		port,
		at,
		mark,
		style,
	}: {
		readonly port: BoxPort;
		readonly at: {readonly x: number; readonly y: number};
		readonly mark: string;
		readonly style: GraphStyle;
	},
): void => {
	const cells = Math.max(1, port.nets.length);
	const x = at.x + port.x;
	const isFree = port.nets.length === 0;
	canvas.put(
		{x, y: at.y},
		Array.from({length: cells}, () => mark),
		isFree ? 'port-free' : style,
	);
	canvas.put(
		{x: x + cells, y: at.y},
		port.label,
		isFree ? 'port-free' : 'port',
	);
};

const drawStrip = (
	canvas: Canvas,
	{
		x,
		y,
		width,
		counts,
		glyphs,
	}: {
		readonly x: number;
		readonly y: number;
		readonly width: number;
		readonly counts: readonly Count[];
		readonly glyphs: Glyphs;
	},
): void => {
	let at = x;
	for (const {text, style} of countsStrip(counts, {width, glyphs})) {
		canvas.put({x: at, y}, textCells(text), style);
		at += text.length;
	}
};

const frameOf = (glyphs: Glyphs, state: BoxState): BoxGlyphs => {
	if (state.isSelected) {
		return glyphs.boxSelected;
	}

	return state.isOnWay ? glyphs.boxOnWay : glyphs.box;
};

const frameStyle = (
	node: GraphNode,
	state: BoxState,
	counts: readonly Count[],
): GraphStyle => {
	if (state.isFlashing) {
		return 'box-flash';
	}

	if (state.isSelected) {
		return 'box-selected';
	}

	if (state.isOnWay) {
		return 'box-way';
	}

	if (state.lit !== undefined) {
		return 'box-lit';
	}

	if (!node.enabled || state.isDimmed) {
		return 'box-disabled';
	}

	if (counts.some(({kind}) => kind === 'error')) {
		return 'box-error';
	}

	return counts.some(({kind}) => kind === 'running') ? 'box-running' : 'box';
};

const nameStyle = (state: BoxState): GraphStyle => {
	if (state.isSelected) {
		return 'name-selected';
	}

	return state.isDimmed ? 'name-dim' : 'name';
};
