import type {GraphStyle} from './graph-style.js';
import type {TextCells} from './text-cells.js';

/** Neighbouring cells of one style. */
export type Run = {readonly text: string; readonly style: GraphStyle};

/** A line of the drawing; as many cells as the drawing is wide. */
export type Row = readonly Run[];

/** A part of a drawing, in its cells. */
export type View = {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
};

/** What is put outside of the view is not seen. Coordinates are the drawing's. */
export type Canvas = {
	readonly put: (
		at: {readonly x: number; readonly y: number},
		cells: TextCells,
		style: GraphStyle,
	) => void;
	readonly rows: (options: {readonly isAscii: boolean}) => Row[];
};

export const createCanvas = (view: View): Canvas => {
	const {width, height} = view;
	const texts = Array.from({length: width * height}, () => ' ');
	const styles = Array.from(
		{length: width * height},
		(): GraphStyle => 'blank',
	);

	/** A wide character of which one half is cut off or covered leaves a blank. */
	const blankHalf = (at: number): void => {
		texts[at] = ' ';
	};

	return {
		put({x, y}, cells, style) {
			const row = y - view.y;
			const start = x - view.x;
			const from = Math.max(0, -start);
			const to = Math.min(cells.length, width - start);
			if (row < 0 || row >= height || from >= to) {
				return;
			}

			const first = row * width + start;
			if (start + from > 0 && texts[first + from] === '') {
				blankHalf(first + from - 1);
			}

			if (start + to < width && texts[first + to] === '') {
				blankHalf(first + to);
			}

			for (let index = from; index < to; index += 1) {
				texts[first + index] = cells[index] ?? ' ';
				styles[first + index] = style;
			}

			if (cells[from] === '') {
				blankHalf(first + from);
			}

			if (cells[to] === '') {
				blankHalf(first + to - 1);
			}
		},
		rows: ({isAscii}) =>
			Array.from({length: height}, (_, row) => {
				const from = row * width;
				const own = texts.slice(from, from + width);
				return runsOf(
					isAscii ? own.map((cell) => asciiCell(cell)) : own,
					styles.slice(from, from + width),
				);
			}),
	};
};

const runsOf = (
	texts: readonly string[],
	styles: readonly GraphStyle[],
): Row => {
	const runs: Run[] = [];
	let from = 0;
	for (let index = 1; index <= texts.length; index += 1) {
		const style = styles[from];
		if (style === undefined || styles[index] === style) {
			continue;
		}

		runs.push({text: texts.slice(from, index).join(''), style});
		from = index;
	}

	return runs;
};

/** A question mark for each cell of what ASCII does not have. */
const asciiCell = (cell: string): string => {
	if (/^[\u{20}-\u{7E}]$/v.test(cell)) {
		return cell;
	}

	return cell === '…' ? '~' : '?';
};
