import type {ColourName} from '../../core/colour-names.js';
import type {TaskState} from '../../core/task-state.js';
import type {Line, Role} from '../text/span.js';
import {asciiGlyphs, unicodeGlyphs, type Glyphs} from './glyphs.js';

export type ThemeSettings = {
	readonly theme: 'dark' | 'light' | 'mono';
	readonly isAscii: boolean;
	/** How many colours the terminal has. */
	readonly depth: 'none' | 'few' | 'many';
	/** The colour by which this farm is known from others. */
	readonly production?: ColourName | undefined;
};

/** How a line lies in its list. */
export type Backdrop = 'selected' | 'dimmed' | undefined;

export type Theme = {
	readonly glyphs: Glyphs;
	/** The line with the terminal's escape sequences for its colours. */
	readonly paint: (line: Line, backdrop?: Backdrop) => string;
	/** For Ink's borders. */
	readonly borderColour: (tone: 'normal' | 'danger') => {
		readonly borderColor?: string;
		readonly borderDimColor?: boolean;
	};
};

/** Every state's meaning in colour. */
export const stateRoles: Readonly<Record<TaskState, Role>> = {
	waiting: 'waiting',
	generating: 'waiting',
	waiting_blocked: 'blocked',
	ready: 'ready',
	invoking: 'running',
	in_progress: 'running',
	post_waiting: 'waiting',
	post_generating: 'waiting',
	post_waiting_blocked: 'blocked',
	done: 'done',
	spawned: 'split',
	splitted: 'split',
	error: 'error',
	dead: 'dead',
};

export const createTheme = ({
	theme,
	isAscii,
	depth,
	production,
}: ThemeSettings): Theme => {
	const isMono = theme === 'mono' || depth === 'none';
	const styles = isMono
		? monoStyles
		: theme === 'light'
			? lightStyles
			: darkStyles;
	const productionStyle: Style =
		production === undefined || isMono
			? styles.production
			: {
					open: `\u{1B}[1;7;${30 + codes[production]}m`,
					close: '\u{1B}[22;27;39m',
				};
	const backdrops: Readonly<Record<NonNullable<Backdrop>, Style>> = {
		selected:
			isMono || depth === 'few'
				? inverse
				: {
						open: `\u{1B}[48;5;${theme === 'light' ? 253 : 238}m`,
						close: '\u{1B}[49m',
					},
		dimmed: dim,
	};
	const styleOf = (role: Role | undefined): Style =>
		role === undefined
			? plainStyle
			: role === 'production'
				? productionStyle
				: styles[role];

	return {
		glyphs: isAscii ? asciiGlyphs : unicodeGlyphs,
		paint(line, backdrop) {
			const back = backdrop === undefined ? plainStyle : backdrops[backdrop];
			let painted = back.open;
			for (const {text, role} of line) {
				const {open, close} = styleOf(role);
				painted += open === '' ? text : `${open}${text}${close}`;
			}

			return painted + back.close;
		},
		borderColour: (tone) =>
			isMono ? {} : {borderColor: tone === 'danger' ? 'red' : 'cyan'},
	};
};

type Style = {readonly open: string; readonly close: string};
type Styles = Readonly<Record<Role, Style>>;

const plainStyle: Style = {open: '', close: ''};
const bold: Style = {open: '\u{1B}[1m', close: '\u{1B}[22m'};
const dim: Style = {open: '\u{1B}[2m', close: '\u{1B}[22m'};
const inverse: Style = {open: '\u{1B}[7m', close: '\u{1B}[27m'};
const underlined: Style = {open: '\u{1B}[4m', close: '\u{1B}[24m'};
const colour = (code: number): Style => ({
	open: `\u{1B}[${code}m`,
	close: '\u{1B}[39m',
});
const boldColour = (code: number): Style => ({
	open: `\u{1B}[1;${code}m`,
	close: '\u{1B}[22;39m',
});

const codes: Readonly<Record<ColourName, number>> = {
	red: 1,
	green: 2,
	yellow: 3,
	blue: 4,
	magenta: 5,
	cyan: 6,
	white: 7,
};

// The terminal's own sixteen colours: whoever chose them can read them.
const darkStyles: Styles = {
	normal: plainStyle,
	dim: colour(90),
	strong: bold,
	title: bold,
	accent: colour(96),
	key: boldColour(96),
	match: {open: '\u{1B}[30;43m', close: '\u{1B}[39;49m'},
	good: colour(92),
	warning: colour(93),
	error: colour(91),
	waiting: colour(37),
	ready: colour(93),
	running: colour(96),
	blocked: colour(95),
	done: colour(92),
	dead: colour(90),
	split: colour(94),
	mark: boldColour(93),
	production: boldColour(96),
	cursor: inverse,
};

const lightStyles: Styles = {
	...darkStyles,
	dim: colour(90),
	accent: colour(34),
	key: boldColour(34),
	good: colour(32),
	warning: colour(33),
	error: colour(31),
	waiting: plainStyle,
	ready: colour(33),
	running: colour(34),
	blocked: colour(35),
	done: colour(32),
	split: colour(36),
	mark: boldColour(35),
	production: boldColour(34),
};

/** No colour: what matters is still told apart, by glyphs and by weight. */
const monoStyles: Styles = {
	normal: plainStyle,
	dim,
	strong: bold,
	title: bold,
	accent: plainStyle,
	key: bold,
	match: underlined,
	good: plainStyle,
	warning: bold,
	error: bold,
	waiting: plainStyle,
	ready: plainStyle,
	running: bold,
	blocked: plainStyle,
	done: plainStyle,
	dead: dim,
	split: plainStyle,
	mark: bold,
	production: bold,
	cursor: inverse,
};
