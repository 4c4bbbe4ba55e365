import {systemClock} from '../core/clock.js';
import type {Output} from './output.js';

/** How far something is, for people to watch. */
export type ProgressLine = {
	readonly show: (progress: {
		readonly done: number;
		readonly total: number;
		readonly text: string;
	}) => void;
	/** Leaves the last state standing. */
	readonly end: () => void;
};

const barWidth = 24;
/** Where lines stay, one after each tenth, and otherwise no more often than this. */
const pauseMs = 2000;

/** One line that is redrawn on a terminal; elsewhere now and then a line of its own. */
export const createProgressLine = (
	stream: NodeJS.WriteStream,
	output: Output,
): ProgressLine => {
	let shown = '';
	let tenths = -1;
	let shownAt = -Infinity;
	return {
		show({done, total, text}) {
			const share = total === 0 ? 0 : done / total;
			if (stream.isTTY) {
				shown = `${bar(share, output)} ${text}`;
				stream.write(`\r\u{1B}[2K${shown}`);
				return;
			}

			const now = systemClock.monotonic();
			const reached = Math.floor(share * 10);
			if (reached === tenths && !(now - shownAt > pauseMs)) {
				return;
			}

			tenths = reached;
			shownAt = now;
			output.message(text);
		},
		end() {
			if (shown === '') {
				return;
			}

			stream.write('\n');
			shown = '';
		},
	};
};

const bar = (share: number, output: Output): string => {
	const full = Math.round(share * barWidth);
	return (
		output.paint('green', '█'.repeat(full)) +
		output.paint('dim', '░'.repeat(barWidth - full))
	);
};
