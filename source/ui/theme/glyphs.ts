import type {TaskState} from '../../core/task-state.js';

/** One column each. */
export type Glyphs = {
	readonly states: Readonly<Record<TaskState, string>>;
	readonly paused: string;
	readonly marked: string;
	readonly cursor: string;
	readonly up: string;
	readonly down: string;
	readonly crumb: string;
	readonly dot: string;
	readonly ellipsis: string;
	readonly times: string;
	/** Before a line that came by standard error. */
	readonly stderr: string;
	readonly vertical: string;
	readonly horizontal: string;
	readonly open: string;
	readonly closed: string;
	readonly branch: string;
	readonly lastBranch: string;
	/** Parts of a bar: what is done, what runs, what failed, what waits. */
	readonly bar: Readonly<
		Record<'done' | 'running' | 'error' | 'waiting' | 'empty', string>
	>;
	/** From nothing to full. */
	readonly sparks: readonly string[];
};

export const unicodeGlyphs: Glyphs = {
	states: {
		waiting: '○',
		generating: '◔',
		waiting_blocked: '◇',
		ready: '◎',
		invoking: '▷',
		in_progress: '▶',
		post_waiting: '◐',
		post_generating: '◑',
		post_waiting_blocked: '◆',
		done: '✓',
		spawned: '+',
		splitted: '⑂',
		error: '✗',
		dead: '·',
	},
	paused: '‖',
	marked: '●',
	cursor: '▌',
	up: '↑',
	down: '↓',
	crumb: '›',
	dot: '·',
	ellipsis: '…',
	times: '×',
	stderr: '▎',
	vertical: '│',
	horizontal: '─',
	open: '▾',
	closed: '▸',
	branch: '├',
	lastBranch: '└',
	bar: {done: '█', running: '▓', error: '▚', waiting: '░', empty: '·'},
	sparks: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
};

export const asciiGlyphs: Glyphs = {
	states: {
		waiting: 'w',
		generating: 'g',
		waiting_blocked: 'b',
		ready: 'r',
		invoking: 'i',
		in_progress: '>',
		post_waiting: 'p',
		post_generating: 'q',
		post_waiting_blocked: 'B',
		done: '+',
		spawned: 's',
		splitted: '%',
		error: '!',
		dead: 'x',
	},
	paused: '"',
	marked: '*',
	cursor: '>',
	up: '^',
	down: 'v',
	crumb: '>',
	dot: '-',
	ellipsis: '~',
	times: 'x',
	stderr: '!',
	vertical: '|',
	horizontal: '-',
	open: '-',
	closed: '+',
	branch: '|',
	lastBranch: '`',
	bar: {done: '#', running: '>', error: '!', waiting: '.', empty: ' '},
	sparks: [' ', '.', ':', '-', '=', '+', '*', '#', '@'],
};
