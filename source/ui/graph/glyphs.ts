import {
	asciiGlyphs as asciiTheme,
	unicodeGlyphs as unicodeTheme,
	type Glyphs as ThemeGlyphs,
} from '../theme/glyphs.js';

/** What the drawing is made of. One cell each. */
export type Glyphs = {
	/** By the directions that meet in the cell: up 1, right 2, down 4, left 8. */
	readonly wire: readonly string[];
	/** Two wires that have nothing to do with each other. */
	readonly crossing: string;
	/** Wires of one output, or to one input, that meet from all four sides. */
	readonly junction: string;
	readonly arrowDown: string;
	readonly arrowUp: string;
	readonly box: BoxGlyphs;
	readonly boxSelected: BoxGlyphs;
	readonly boxOnWay: BoxGlyphs;
	/** Left and right of a node in one line. */
	readonly brackets: readonly [string, string];
	readonly bracketsSelected: readonly [string, string];
	readonly dot: string;
	readonly dotSelected: string;
	readonly dotMore: string;
	readonly inputWired: string;
	readonly outputWired: string;
	/** An output with several wires: what leaves by it is split. */
	readonly outputSplit: string;
	readonly portFree: string;
	readonly disabled: string;
	readonly marked: string;
	readonly lit: string;
	readonly more: string;
	readonly count: Readonly<Record<CountKind, string>>;
	readonly isAscii: boolean;
};

export type BoxGlyphs = {
	readonly topLeft: string;
	readonly topRight: string;
	readonly bottomLeft: string;
	readonly bottomRight: string;
	readonly horizontal: string;
	readonly vertical: string;
};

/** What a node's tasks are told apart by on its strip, the most urgent first. */
export const countKinds = [
	'error',
	'running',
	'ready',
	'waiting',
	'blocked',
	'split',
	'done',
] as const;

export type CountKind = (typeof countKinds)[number];

const box = (
	[topLeft, topRight, bottomLeft, bottomRight]: readonly [
		string,
		string,
		string,
		string,
	],
	[horizontal, vertical]: readonly [string, string],
): BoxGlyphs => ({
	topLeft,
	topRight,
	bottomLeft,
	bottomRight,
	horizontal,
	vertical,
});

const countGlyphs = ({states}: ThemeGlyphs): Glyphs['count'] => ({
	error: states.error,
	running: states.in_progress,
	ready: states.ready,
	waiting: states.waiting,
	blocked: states.waiting_blocked,
	split: states.splitted,
	done: states.done,
});

export const lineGlyphs: Glyphs = {
	wire: [
		' ',
		'╵',
		'╶',
		'╰',
		'╷',
		'│',
		'╭',
		'├',
		'╴',
		'╯',
		'─',
		'┴',
		'╮',
		'┤',
		'┬',
		'┼',
	],
	crossing: '┼',
	junction: '╋',
	arrowDown: '▼',
	arrowUp: '▲',
	box: box(['╭', '╮', '╰', '╯'], ['─', '│']),
	boxSelected: box(['┏', '┓', '┗', '┛'], ['━', '┃']),
	boxOnWay: box(['╔', '╗', '╚', '╝'], ['═', '║']),
	brackets: ['[', ']'],
	bracketsSelected: ['▐', '▌'],
	dot: '●',
	dotSelected: '◉',
	dotMore: '━',
	inputWired: '▼',
	outputWired: '┬',
	outputSplit: '◆',
	portFree: '○',
	disabled: unicodeTheme.paused,
	marked: unicodeTheme.marked,
	lit: '◆',
	more: unicodeTheme.ellipsis,
	count: countGlyphs(unicodeTheme),
	isAscii: false,
};

const plain = box(['+', '+', '+', '+'], ['-', '|']);

export const asciiGlyphs: Glyphs = {
	wire: [
		' ',
		'|',
		'-',
		'+',
		'|',
		'|',
		'+',
		'+',
		'-',
		'+',
		'-',
		'+',
		'+',
		'+',
		'+',
		'+',
	],
	crossing: '|',
	junction: '+',
	arrowDown: 'v',
	arrowUp: '^',
	box: plain,
	boxSelected: box(['#', '#', '#', '#'], ['=', '#']),
	boxOnWay: box(['+', '+', '+', '+'], ['=', '|']),
	brackets: ['[', ']'],
	bracketsSelected: ['#', '#'],
	dot: 'o',
	dotSelected: '@',
	dotMore: '-',
	inputWired: 'v',
	outputWired: '+',
	outputSplit: '*',
	portFree: 'o',
	disabled: asciiTheme.paused,
	marked: asciiTheme.marked,
	lit: '*',
	more: asciiTheme.ellipsis,
	count: countGlyphs(asciiTheme),
	isAscii: true,
};

/** Those that go with the theme's. */
export const graphGlyphs = (theme: ThemeGlyphs): Glyphs =>
	theme === asciiTheme ? asciiGlyphs : lineGlyphs;
