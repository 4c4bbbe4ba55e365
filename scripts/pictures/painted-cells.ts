/** How a terminal shows a character. Colours as `#rrggbb`; absent: the terminal's own. */
export type Look = {
	readonly colour?: string;
	readonly backdrop?: string;
	readonly isBold: boolean;
	readonly isDim: boolean;
	readonly isItalic: boolean;
	readonly isUnderlined: boolean;
	readonly isInverse: boolean;
};

/** One character, or what is one for its reader, with the column in which it begins and how many it takes. */
export type Cell = {
	readonly text: string;
	readonly column: number;
	readonly width: number;
	readonly look: Look;
};

/** A terminal's sixteen own colours: eight, and eight bright ones. */
export const ownColours: readonly string[] = [
	'#3b4252',
	'#e06c75',
	'#8ec07c',
	'#d9a860',
	'#6ca4e8',
	'#c58af9',
	'#56b6c2',
	'#c9d1d9',
	'#737e8c',
	'#ff7b85',
	'#8fd694',
	'#f2cc60',
	'#79b8ff',
	'#d2a8ff',
	'#5fd7e6',
	'#f0f6fc',
];

/**
The cells of a screen, line by line, from what a terminal was sent or `tmux capture-pane -e` gives: text and the escape sequences for its colours. A look goes on over the ends of lines; every other escape sequence is passed over.

`widthOf` says how many columns a character takes.
*/
export const paintedCells = (
	painted: string,
	widthOf: (text: string) => number,
): ReadonlyArray<readonly Cell[]> => {
	let look = plainLook;
	return painted.split('\n').map((line) => {
		const cells: Cell[] = [];
		let column = 0;
		for (const part of line.matchAll(parts)) {
			const codes = part.groups?.['codes'];
			const text = part.groups?.['text'];
			if (codes !== undefined) {
				look = changedLook(look, codes);
			} else if (text !== undefined) {
				for (const {segment} of segmenter.segment(text)) {
					const width = widthOf(segment);
					if (!(width > 0)) {
						continue;
					}

					cells.push({text: segment, column, width, look});
					column += width;
				}
			}
		}

		return cells;
	});
};

const plainLook: Look = {
	isBold: false,
	isDim: false,
	isItalic: false,
	isUnderlined: false,
	isInverse: false,
};

// A change of look; any other escape sequence; text.
/* eslint-disable no-control-regex, regexp/no-control-character, regexp/no-obscure-range -- the escape character, and the ranges of the standard for what follows it */
const parts =
	/\u{1B}\[(?<codes>[\d:;]*)m|\u{1B}(?:\[[\d;?]*[ -\/]*[@-~]|[^\[])|(?<text>[^\u{1B}]+)/gv;
/* eslint-enable no-control-regex, regexp/no-control-character, regexp/no-obscure-range */

const segmenter = new Intl.Segmenter('en');

const changedLook = (before: Look, text: string): Look => {
	const codes = text.split(/[:;]/v).map(Number);
	let look = before;
	for (let index = 0; index < codes.length; index++) {
		const code = codes[index] ?? 0;
		if (code === 38 || code === 48) {
			const {colour, taken} = chosenColour(codes.slice(index + 1));
			index += taken;
			look = withColour(look, code === 38 ? 'colour' : 'backdrop', colour);
		} else {
			look = {...look, ...switches[code]};
			const own = ownColour(code);
			look = own ? withColour(look, own.of, own.colour) : look;
		}

		if (code === 0) {
			look = plainLook;
		}
	}

	return look;
};

/** What is only turned on or off. */
const switches: Readonly<Record<number, Partial<Look>>> = {
	1: {isBold: true},
	2: {isDim: true},
	3: {isItalic: true},
	4: {isUnderlined: true},
	7: {isInverse: true},
	22: {isBold: false, isDim: false},
	23: {isItalic: false},
	24: {isUnderlined: false},
	27: {isInverse: false},
};

type Ground = 'colour' | 'backdrop';

const ownColour = (
	code: number,
): {readonly of: Ground; readonly colour: string | undefined} | undefined => {
	if (code === 39 || code === 49) {
		return {of: code === 39 ? 'colour' : 'backdrop', colour: undefined};
	}

	for (const [first, of, bright] of [
		[30, 'colour', 0],
		[40, 'backdrop', 0],
		[90, 'colour', 8],
		[100, 'backdrop', 8],
	] as const) {
		if (code >= first && code < first + 8) {
			return {of, colour: ownColours[code - first + bright]};
		}
	}

	return undefined;
};

const withColour = (
	look: Look,
	ground: Ground,
	chosen: string | undefined,
): Look => {
	const {colour, backdrop, ...others} = look;
	const both = {colour, backdrop, [ground]: chosen};
	return {
		...others,
		...(both.colour !== undefined && {colour: both.colour}),
		...(both.backdrop !== undefined && {backdrop: both.backdrop}),
	};
};

/** What follows 38 and 48: `5;N`, one of 256, or `2;R;G;B`. */
const chosenColour = ([kind, ...values]: readonly number[]): {
	readonly colour: string | undefined;
	readonly taken: number;
} => {
	if (kind === 5) {
		return {colour: numberedColour(values[0] ?? 0), taken: 2};
	}

	return kind === 2
		? {colour: hexadecimal(values.slice(0, 3)), taken: 4}
		: {colour: undefined, taken: 0};
};

/** Sixteen own ones, a cube of six by six by six, and 24 greys. */
const numberedColour = (number: number): string | undefined => {
	if (number < 16) {
		return ownColours[number];
	}

	if (number >= 232) {
		const grey = 8 + 10 * (number - 232);
		return hexadecimal([grey, grey, grey]);
	}

	const inCube = number - 16;
	return hexadecimal(
		[Math.floor(inCube / 36), Math.floor(inCube / 6) % 6, inCube % 6].map(
			(step) => (step === 0 ? 0 : 55 + 40 * step),
		),
	);
};

const hexadecimal = (values: readonly number[]): string =>
	`#${values.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
