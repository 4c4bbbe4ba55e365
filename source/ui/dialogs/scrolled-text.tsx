import {Lines} from '../components/lines.js';
import type {InputEvent} from '../terminal/decode-input.js';
import {fitLine, type Line} from '../text/span.js';
import type {DialogView} from './dialog.js';

/** Lines that may be more than there is room for. */
export type ScrolledText = {
	readonly lines: readonly Line[];
	readonly top: number;
};

/** What a key makes of it; undefined: it scrolls nothing. */
export const scrolled = (
	{lines, top}: ScrolledText,
	event: InputEvent,
): ScrolledText | undefined => {
	const by = event.kind === 'key' ? steps.get(event.name) : undefined;
	return by === undefined
		? undefined
		: {lines, top: Math.max(0, Math.min(lines.length - 1, top + by))};
};

const steps: ReadonlyMap<string, number> = new Map([
	['j', 1],
	['down', 1],
	['k', -1],
	['up', -1],
	['pagedown', 10],
	['space', 10],
	['ctrl+d', 10],
	['ctrl+f', 10],
	['pageup', -10],
	['ctrl+u', -10],
	['ctrl+b', -10],
	['g', -1e9],
	['home', -1e9],
	['G', 1e9],
	['end', 1e9],
]);

export function ScrolledTextView({
	content: {lines, top},
	theme,
	columns,
	rows,
}: DialogView<ScrolledText>) {
	const begin = Math.max(0, Math.min(top, lines.length - rows));
	const shown = Array.from({length: rows}, (_, index) => ({
		line: fitLine(lines[begin + index] ?? [], columns),
	}));
	return <Lines lines={shown} theme={theme} />;
}
