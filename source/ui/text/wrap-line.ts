import {widthOf, type Line, type Span} from './span.js';
import {wrapText} from './wrap-text.js';

/** A line as lines of at most so many columns, parted between words; all but the first begin with so many blanks. */
export const wrapLine = (
	line: Line,
	{width, indent = 0}: {readonly width: number; readonly indent?: number},
): readonly Line[] => {
	const lines: Line[] = [];
	let current: Span[] = [];
	let used = 0;
	const add = (text: string, role: Span['role']): void => {
		current.push({text, role});
		used += widthOf(text);
	};

	const end = (): void => {
		lines.push(current);
		current = [{text: ' '.repeat(indent)}];
		used = indent;
	};

	for (const {text, role} of line) {
		// Each word with the blanks after it, which may be left out where a line ends.
		for (const piece of text.split(/(?<= )(?=[^ ])/v)) {
			const word = piece.trimEnd();
			const isBeginning = lines.length > 0 && used === indent;
			if (!isBeginning && used > 0 && used + widthOf(word) > width) {
				end();
			}

			const parts = wrapText(word, Math.max(1, width - used));
			for (const part of parts.slice(0, -1)) {
				add(part, role);
				end();
			}

			const last = parts.at(-1) ?? '';
			add(last, role);
			if (last !== '' || !isBeginning) {
				add(piece.slice(word.length, word.length + width - used), role);
			}
		}
	}

	return [...lines, current];
};
