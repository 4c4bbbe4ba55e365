import type {PixelSize} from './raster.js';
import type {Colours} from './half-blocks.js';

/** How a terminal is given a picture. */
export type PictureProtocol = 'kitty' | 'iterm' | 'sixel' | 'blocks';

export type PictureSettings = {
	/** `ask`: the terminal itself tells. */
	readonly protocol: PictureProtocol | 'ask' | 'off';
	/** For half-blocks. */
	readonly colours: Colours;
};

/** What a terminal has told. */
export type TerminalAnswers = {
	readonly isKitty: boolean;
	readonly isSixel: boolean;
	/** Pixels of one cell. */
	readonly cell: PixelSize | undefined;
	/** The last answer has come. */
	readonly isComplete: boolean;
};

export const noAnswers: TerminalAnswers = {
	isKitty: false,
	isSixel: false,
	cell: undefined,
	isComplete: false,
};

/** What the terminal is known to understand by its environment, where nobody configured it. */
export const protocolFor = (
	wanted: PictureSettings['protocol'] | 'auto',
	environment: Readonly<Record<string, string | undefined>>,
): PictureSettings['protocol'] => {
	if (wanted !== 'auto') {
		return wanted;
	}

	const {
		TERM: term = '',
		TERM_PROGRAM: program = '',
		TMUX: tmux,
		STY: screen,
		KITTY_WINDOW_ID: kittyWindow,
		LC_TERMINAL: behindShell,
	} = environment;
	// Multiplexers draw text; whoever has them pass pictures on can say so.
	if (
		tmux !== undefined ||
		screen !== undefined ||
		/^(?:screen|tmux|linux|dumb|vt\d)/v.test(term)
	) {
		return 'blocks';
	}

	if (
		kittyWindow !== undefined ||
		/kitty|ghostty/v.test(`${term} ${program}`)
	) {
		return 'kitty';
	}

	return program === 'iTerm.app' ||
		program === 'WezTerm' ||
		behindShell === 'iTerm2'
		? 'iterm'
		: 'ask';
};

/** Asks: a pixel in kitty's protocol, the size of a cell, and what every terminal answers, and so last. */
export const pictureQueries =
	'\u{1B}_Gi=4711,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\\u{1B}[16t\u{1B}[c';

/** With one more answer of the terminal. */
export const withAnswer = (
	answers: TerminalAnswers,
	sequence: string,
): TerminalAnswers => {
	if (sequence.startsWith('\u{1B}_Gi=4711')) {
		return {...answers, isKitty: sequence.includes(';OK')};
	}

	const cell = /\[6;(?<height>\d+);(?<width>\d+)t$/v.exec(sequence)?.groups;
	if (cell !== undefined) {
		const size = {
			width: Number(cell['width']),
			height: Number(cell['height']),
		};
		return size.width > 0 && size.height > 0
			? {...answers, cell: size}
			: answers;
	}

	const attributes = /\[\?(?<numbers>[\d;]+)c$/v.exec(sequence)?.groups;
	return attributes === undefined
		? answers
		: {
				...answers,
				isSixel: attributes['numbers']!.split(';').includes('4'),
				isComplete: true,
			};
};

/** What is understood, by what was told. */
export const protocolOf = (
	wanted: PictureProtocol | 'ask',
	{isKitty, isSixel}: TerminalAnswers,
): PictureProtocol => {
	if (wanted !== 'ask') {
		return wanted;
	}

	return isKitty ? 'kitty' : isSixel ? 'sixel' : 'blocks';
};
