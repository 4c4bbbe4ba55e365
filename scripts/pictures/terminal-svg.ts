import {boxShape, type Place} from './box-shapes.js';
import type {Cell, Look} from './painted-cells.js';

const fontSize = 14;
/** Of the fonts that are asked for, nearly all have letters of this width; a reader's other font is made to fit. */
const cellWidth = 8.43;
const cellHeight = 19;
const baseline = 14;
const margin = 18;
const ground = '#0d1117';
const ink = '#c9d1d9';
const frame = '#30363d';

/** A picture of a terminal's screen, with colours of its own for everything: it looks the same on a light page and on a dark one. */
export const terminalSvg = (
	rows: ReadonlyArray<readonly Cell[]>,
	{columns, title}: {readonly columns: number; readonly title: string},
): string => {
	const width = Math.ceil(columns * cellWidth + 2 * margin);
	const height = Math.ceil(rows.length * cellHeight + 2 * margin);
	const classes = new Map<string, string>();
	const classOf = (look: Look): string => {
		const style = textStyle(look);
		const known = classes.get(style) ?? `s${classes.size}`;
		classes.set(style, known);
		return known;
	};

	const drawn = rows.map((cells, row) =>
		[
			...backdrops(cells, row),
			...shapes(cells, row),
			...texts(cells, row, classOf),
		].join(''),
	);
	const styles = [...classes].map(([style, name]) => `.${name}{${style}}`);
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
		`<title>${escaped(title)}</title>`,
		`<style>text{font:${fontSize}px ui-monospace,SFMono-Regular,Menlo,'DejaVu Sans Mono',Consolas,'Liberation Mono',monospace;white-space:pre}${styles.join('')}</style>`,
		`<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="9" fill="${ground}" stroke="${frame}"/>`,
		...drawn.filter((line) => line !== ''),
		'</svg>',
		'',
	].join('\n');
};

const placeOf = ({column, width}: Cell, row: number): Place => ({
	x: margin + column * cellWidth,
	y: margin + row * cellHeight,
	width: width * cellWidth,
	height: cellHeight,
});

const inkOf = ({colour = ink, backdrop = ground, isInverse}: Look): string =>
	isInverse ? backdrop : colour;

const backdropOf = ({
	colour = ink,
	backdrop,
	isInverse,
}: Look): string | undefined => (isInverse ? colour : backdrop);

/** Neighbours of one kind together. */
const groupsOf = <T>(
	items: readonly T[],
	belong: (one: T, next: T) => boolean,
): T[][] => {
	const groups: T[][] = [];
	for (const item of items) {
		const group = groups.at(-1);
		const last = group?.at(-1);
		if (group && last !== undefined && belong(last, item)) {
			group.push(item);
		} else {
			groups.push([item]);
		}
	}

	return groups;
};

const backdrops = (cells: readonly Cell[], row: number): string[] =>
	groupsOf(
		cells,
		(one, next) => backdropOf(one.look) === backdropOf(next.look),
	).flatMap((group) => {
		const [first] = group;
		const fill = first && backdropOf(first.look);
		if (first === undefined || fill === undefined) {
			return [];
		}

		const {x, y} = placeOf(first, row);
		const columns = group.reduce((sum, cell) => sum + cell.width, 0);
		return [
			`<rect x="${short(x)}" y="${y}" width="${short(columns * cellWidth)}" height="${cellHeight}" fill="${fill}"/>`,
		];
	});

const shapes = (cells: readonly Cell[], row: number): string[] => {
	const paths = new Map<string, string>();
	for (const cell of cells) {
		const shape = boxShape(cell.text, placeOf(cell, row));
		if (shape === undefined) {
			continue;
		}

		const colour = inkOf(cell.look);
		const faint = cell.look.isDim ? 0.6 : 1;
		const opacity = faint * (shape.kind === 'area' ? shape.opacity : 1);
		const style = `${
			shape.kind === 'line'
				? `fill="none" stroke="${colour}" stroke-width="${shape.thickness}"`
				: `fill="${colour}"`
		}${opacity === 1 ? '' : ` opacity="${opacity}"`}`;
		paths.set(style, (paths.get(style) ?? '') + shape.path);
	}

	return [...paths].map(([style, path]) => `<path d="${path}" ${style}/>`);
};

const texts = (
	cells: readonly Cell[],
	row: number,
	classOf: (look: Look) => string,
): string[] =>
	groupsOf(
		cells.filter(
			({text, look}) =>
				(text !== ' ' || look.isUnderlined) &&
				boxShape(text, emptyPlace) === undefined,
		),
		(one, next) =>
			isLetter(one.text) &&
			isLetter(next.text) &&
			one.look === next.look &&
			// A single space belongs to the words around it.
			next.column - one.column <= 2,
	).map((group) => {
		const [first] = group;
		const last = group.at(-1);
		if (first === undefined || last === undefined) {
			return '';
		}

		const {x, y, width} = placeOf(first, row);
		const attributes = `y="${y + baseline}" class="${classOf(first.look)}"`;
		if (!isLetter(first.text)) {
			// Most often of another font, and then of another width.
			return `<text x="${short(x + width / 2)}" text-anchor="middle" ${attributes}>${escaped(first.text)}</text>`;
		}

		const columns = last.column + last.width - first.column;
		const letters = group
			.map(({text, column}, index) =>
				column - (group[index - 1]?.column ?? column) === 2 ? ` ${text}` : text,
			)
			.join('');
		return `<text x="${short(x)}" textLength="${short(columns * cellWidth)}" lengthAdjust="spacingAndGlyphs" ${attributes}>${escaped(letters)}</text>`;
	});

const emptyPlace: Place = {x: 0, y: 0, width: 0, height: 0};

const isLetter = (text: string): boolean => /^\p{ASCII}$/v.test(text);

const textStyle = (look: Look): string =>
	[
		`fill:${inkOf(look)}`,
		...(look.isBold ? ['font-weight:700'] : []),
		...(look.isItalic ? ['font-style:italic'] : []),
		...(look.isUnderlined ? ['text-decoration:underline'] : []),
		...(look.isDim ? ['opacity:.6'] : []),
	].join(';');

const escaped = (text: string): string =>
	text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const short = (value: number): string => String(Number(value.toFixed(2)));
