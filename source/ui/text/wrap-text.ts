import {plain} from './plain.js';
import {cut, widthOf} from './span.js';

/** A text as lines of at most so many columns, parted between words where that can be. */
export const wrapText = (text: string, width: number): readonly string[] => {
	const lines: string[] = [];
	for (const paragraph of text.split(/\r?\n/v)) {
		let line = '';
		for (const word of plain(paragraph).split(' ')) {
			let rest = word;
			if (line !== '' && widthOf(line) + 1 + widthOf(rest) > width) {
				lines.push(line);
				line = '';
			}

			while (widthOf(rest) > width) {
				const piece = cut(rest, width + 1, '');
				lines.push(piece);
				rest = rest.slice(Math.max(1, piece.length));
			}

			line = line === '' ? rest : `${line} ${rest}`;
		}

		lines.push(line);
	}

	return lines;
};
