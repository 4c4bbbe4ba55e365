import stringWidth from 'string-width';
import {plain} from '../text/plain.js';

/**
Text as cells of a terminal: what a cell shows, and an empty string in the cell behind a character that is two wide. What has no width of its own, such as control characters, is left out.
*/
export type TextCells = readonly string[];

export const textCells = (text: string): TextCells => {
	if (plainAscii.test(text)) {
		return text.split('');
	}

	const cells: string[] = [];
	for (const {segment} of segmenter.segment(plain(text))) {
		const width = stringWidth(segment);
		if (width === 0) {
			continue;
		}

		cells.push(segment);
		for (let rest = 1; rest < width; rest += 1) {
			cells.push('');
		}
	}

	return cells;
};

/** At most so many cells; the last one says with an ellipsis that something is missing. */
export const fitCells = (cells: TextCells, width: number): TextCells => {
	if (cells.length <= width) {
		return cells;
	}

	if (width <= 0) {
		return [];
	}

	const kept = cells.slice(0, width - 1);
	if (cells[width - 1] === '') {
		// Half of a wide character would be left.
		kept[kept.length - 1] = ' ';
	}

	return [...kept, ellipsis];
};

const ellipsis = '…';

const plainAscii = /^[\u{20}-\u{7E}]*$/v;

const segmenter = new Intl.Segmenter('en', {granularity: 'grapheme'});
