import stringWidth from 'string-width';
import {plain} from './plain.js';
import {quickWidth} from './quick-width.js';

/** What a piece of text is; the theme knows how it looks. */
export type Role =
	| 'normal'
	| 'dim'
	| 'strong'
	| 'title'
	| 'accent'
	| 'key'
	| 'match'
	| 'good'
	| 'warning'
	| 'error'
	| 'waiting'
	| 'ready'
	| 'running'
	| 'blocked'
	| 'done'
	| 'dead'
	| 'split'
	| 'mark'
	| 'production'
	| 'cursor';

/** A piece of a line. */
export type Span = {readonly text: string; readonly role?: Role | undefined};
export type Line = readonly Span[];

/** Columns that a text takes. */
export const widthOf = (text: string): number =>
	quickWidth(text) ?? stringWidth(text);

export const lineWidth = (line: Line): number => {
	let width = 0;
	for (const {text} of line) {
		width += widthOf(text);
	}

	return width;
};

/** The beginning of a text that fits into so many columns; `mark` stands for what was cut. */
export const cut = (text: string, width: number, mark = '…'): string => {
	if (ascii.test(text)) {
		return text.length <= width
			? text
			: width <= 0
				? ''
				: `${text.slice(0, width - 1)}${mark}`;
	}

	if (widthOf(text) <= width) {
		return text;
	}

	let taken = '';
	let room = width - 1;
	for (const {segment} of segmenter.segment(text)) {
		room -= stringWidth(segment);
		if (room < 0) {
			break;
		}

		taken += segment;
	}

	return width <= 0 ? '' : `${taken}${mark}`;
};

/** Exactly so many columns, cut or filled up. Control characters are taken out. */
export const fit = (
	text: string,
	width: number,
	align: 'left' | 'right' = 'left',
): string => {
	const short = cut(plain(text), width);
	const space = ' '.repeat(Math.max(0, width - widthOf(short)));
	return align === 'right' ? `${space}${short}` : `${short}${space}`;
};

/** A line of exactly so many columns. */
export const fitLine = (line: Line, width: number): Line => {
	const fitted: Span[] = [];
	let room = width;
	for (const {text, role} of line) {
		if (room <= 0) {
			break;
		}

		const short = cut(plain(text), room);
		room -= widthOf(short);
		fitted.push({text: short, role});
	}

	if (room > 0) {
		fitted.push({text: ' '.repeat(room)});
	}

	return fitted;
};

const ascii = /^[\u{20}-\u{7E}]*$/v;
const segmenter = new Intl.Segmenter();
