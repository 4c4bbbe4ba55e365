import {Lines} from '../components/lines.js';
import type {InputEvent} from '../terminal/decode-input.js';
import {fitLine, type Line} from '../text/span.js';
import {wrapLine} from '../text/wrap-line.js';
import type {DialogSize, DialogView} from './dialog.js';

/** Lines that may be more than there is room for. */
export type ScrolledText = {
	readonly lines: readonly Line[];
	/** Blanks before what goes on in a line of its own. */
	readonly indent?: number;
	/** Of the lines as they are wrapped. */
	readonly top: number;
};

/** What a key makes of it; undefined: it scrolls nothing. */
export const scrolled = (
	text: ScrolledText,
	event: InputEvent,
	{columns, rows}: DialogSize,
): ScrolledText | undefined => {
	const by = event.kind === 'key' ? steps.get(event.name) : undefined;
	if (by === undefined) {
		return undefined;
	}

	const last = Math.max(0, wrapped(text, columns).length - rows);
	return {
		...text,
		top: Math.max(0, Math.min(last, Math.min(last, text.top) + by)),
	};
};

const wrapped = (
	{lines, indent = 0}: ScrolledText,
	width: number,
): readonly Line[] => lines.flatMap((line) => wrapLine(line, {width, indent}));

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
	content,
	theme,
	columns,
	rows,
}: DialogView<ScrolledText>) {
	const lines = wrapped(content, columns);
	const begin = Math.max(0, Math.min(content.top, lines.length - rows));
	const shown = Array.from({length: rows}, (_, index) => ({
		line: fitLine(lines[begin + index] ?? [], columns),
	}));
	return <Lines lines={shown} theme={theme} />;
}
