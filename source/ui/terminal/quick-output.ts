import {quickWidth} from '../text/quick-width.js';

/** What Ink writes a frame into: texts at places, one over the other, and in the end the whole. */
export type FrameOutput = {
	readonly width: number;
	readonly height: number;
	readonly write: (
		x: number,
		y: number,
		text: string,
		options: {readonly transformers: readonly Transformer[]},
	) => void;
	readonly clip: (clip: Clip) => void;
	readonly unclip: () => void;
	readonly get: () => {readonly output: string; readonly height: number};
};

export type OutputConstructor = new (size: {
	readonly width: number;
	readonly height: number;
}) => FrameOutput;

/** Given a line and its number in its text. */
type Transformer = (line: string, index: number) => string;
type Clip = Readonly<Record<'x1' | 'x2' | 'y1' | 'y2', number | undefined>>;
type Write = {
	readonly x: number;
	readonly y: number;
	readonly text: string;
	readonly transformers: readonly Transformer[];
};
type Piece = {readonly x: number; readonly line: string};

/**
Ink's `Output` for screens on which hardly anything overlaps, to be used in its place. Ink takes every text apart into characters, an object each, and puts them together again, in each frame: of a large terminal, ten milliseconds and a megabyte of garbage. Here rows whose texts lie side by side are joined as they are, and only others are given to Ink's own, once for as long as they do not change. The terminal shows the same, but for what would leave the screen at the right: it is cut off.
*/
export const quickOutput = (Original: OutputConstructor): OutputConstructor => {
	/** Rows that Ink's own has made, of the last frame. */
	let known = new Map<string, string>();

	const composed = (pieces: readonly Piece[], width: number): string => {
		const output = new Original({width, height: 1});
		output.clip({x1: 0, x2: width, y1: undefined, y2: undefined});
		for (const {x, line} of pieces) {
			output.write(x, 0, line, {transformers: []});
		}

		return output.get().output;
	};

	return class implements FrameOutput {
		readonly #writes: Write[] = [];
		/** For what is not done here. */
		#original: FrameOutput | undefined;
		readonly width: number;
		readonly height: number;

		constructor({
			width,
			height,
		}: {
			readonly width: number;
			readonly height: number;
		}) {
			this.width = width;
			this.height = height;
		}

		#rows(): ReadonlyArray<readonly Piece[]> {
			const rows = Array.from({length: this.height}, (): Piece[] => []);
			for (const {x, y, text, transformers} of this.#writes) {
				for (const [index, plain] of text.split('\n').entries()) {
					const row = rows[y + index];
					if (row === undefined) {
						continue;
					}

					let line = plain;
					for (const transform of transformers) {
						line = transform(line, index);
					}

					if (line !== '') {
						row.push({x, line});
					}
				}
			}

			return rows;
		}

		/** All of this frame to Ink's own. */
		#hand(): FrameOutput {
			if (this.#original === undefined) {
				this.#original = new Original(this);
				for (const {x, y, text, transformers} of this.#writes) {
					this.#original.write(x, y, text, {transformers});
				}
			}

			return this.#original;
		}

		write(
			x: number,
			y: number,
			text: string,
			options: {readonly transformers: readonly Transformer[]},
		): void {
			// A style that goes on from one line to the next.
			if (
				this.#original === undefined &&
				text.includes(escape) &&
				text.split('\n').some((line) => !isClosed(line))
			) {
				this.#hand();
			}

			if (this.#original === undefined) {
				this.#writes.push({x, y, text, ...options});
			} else {
				this.#original.write(x, y, text, options);
			}
		}

		clip(clip: Clip): void {
			this.#hand().clip(clip);
		}

		unclip(): void {
			this.#hand().unclip();
		}

		get(): {readonly output: string; readonly height: number} {
			if (this.#original !== undefined) {
				return this.#original.get();
			}

			const remembered = new Map<string, string>();
			const rows = this.#rows().map((pieces) => {
				const joined = sideBySide(pieces, this.width);
				if (joined !== undefined) {
					return joined;
				}

				const key = JSON.stringify([this.width, pieces]);
				const row = known.get(key) ?? composed(pieces, this.width);
				remembered.set(key, row);
				return row;
			});
			known = remembered;
			return {output: rows.join('\n'), height: this.height};
		}
	};
};

const escape = '\u{1B}';
/* eslint-disable no-control-regex, regexp/no-control-character -- these begin with Escape */
const style = /\u{1B}\[(?<codes>[\d;]*)m/gv;
const anyStyle = /\u{1B}\[[\d;]*m/v;
/* eslint-enable no-control-regex, regexp/no-control-character */

/** The row, where nothing lies over anything else or leaves it. */
const sideBySide = (
	pieces: readonly Piece[],
	width: number,
): string | undefined => {
	let row = '';
	let end = 0;
	for (const {x, line} of inOrder(pieces)) {
		const columns = columnsOf(line);
		if (columns === undefined || x < end || x + columns > width) {
			return undefined;
		}

		row += x > end ? ' '.repeat(x - end) + line : line;
		end = x + columns;
	}

	return row.trimEnd();
};

const inOrder = (pieces: readonly Piece[]): readonly Piece[] =>
	pieces.length < 2 ? pieces : pieces.toSorted((one, other) => one.x - other.x);

/** Undefined where it takes a closer look. What a style parts is measured apart. */
const columnsOf = (line: string): number | undefined => {
	if (!line.includes(escape)) {
		return quickWidth(line);
	}

	let columns = 0;
	for (const text of line.split(anyStyle)) {
		const width = quickWidth(text);
		if (width === undefined) {
			return undefined;
		}

		columns += width;
	}

	return columns;
};

/** None of its styles goes on after it. */
const isClosed = (line: string): boolean => {
	const open = new Set<number>();
	for (const {groups} of line.matchAll(style)) {
		const codes = (groups?.['codes'] ?? '').split(';').map(Number);
		for (const code of codes) {
			const end = endOf(code);
			if (code === 0) {
				open.clear();
			} else if (end === undefined) {
				open.delete(code);
			} else {
				open.add(end);
			}

			if (colours.has(code)) {
				// Its numbers follow.
				break;
			}
		}
	}

	return open.size === 0;
};

/** Of many. */
const colours: ReadonlySet<number> = new Set([38, 48, 58]);
/** From, to: the codes that begin styles; and the one that ends them. */
const styles = [
	[1, 2, 22],
	[3, 3, 23],
	[4, 4, 24],
	[5, 6, 25],
	[7, 7, 27],
	[8, 8, 28],
	[9, 9, 29],
	[21, 21, 24],
	[30, 38, 39],
	[40, 48, 49],
	[53, 53, 55],
	[58, 58, 59],
	[90, 97, 39],
	[100, 107, 49],
] as const;

const endOf = (code: number): number | undefined =>
	styles.find(([from, to]) => code >= from && code <= to)?.[2];
