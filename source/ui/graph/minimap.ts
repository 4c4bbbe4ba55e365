import {createCanvas, type Row, type View} from './canvas.js';
import type {Layout} from './layout.js';
import type {Size} from './view.js';

/** The whole drawing in a few cells, each of them eight dots; what is in view has a style of its own. */
export const drawMinimap = (
	layout: Layout,
	{
		view,
		size,
		isAscii,
	}: {
		readonly view: View;
		/** At most. */
		readonly size: Size;
		readonly isAscii: boolean;
	},
): Row[] => {
	const scale = Math.max(
		layout.width / (size.width * 2),
		layout.height / (size.height * 4),
		1,
	);
	const width = Math.max(1, Math.ceil(layout.width / scale / 2));
	const height = Math.max(1, Math.ceil(layout.height / scale / 4));
	const dots = Array.from({length: width * height}, () => 0);
	for (const box of layout.boxes.values()) {
		const right = Math.floor((box.x + box.width - 1) / scale);
		const bottom = Math.floor((box.y + box.height - 1) / scale);
		for (let y = Math.floor(box.y / scale); y <= bottom; y += 1) {
			for (let x = Math.floor(box.x / scale); x <= right; x += 1) {
				const cell = Math.floor(y / 4) * width + Math.floor(x / 2);
				dots[cell] = (dots[cell] ?? 0) | (braille[y % 4]?.[x % 2] ?? 0); // eslint-disable-line no-bitwise -- braille is a set of dots
			}
		}
	}

	const canvas = createCanvas({x: 0, y: 0, width, height});
	for (const [index, set] of dots.entries()) {
		const x = index % width;
		const y = Math.floor(index / width);
		const isSeen =
			(x + 1) * 2 * scale > view.x &&
			x * 2 * scale < view.x + view.width &&
			(y + 1) * 4 * scale > view.y &&
			y * 4 * scale < view.y + view.height;
		canvas.put(
			{x, y},
			[isAscii ? asciiDots(set) : String.fromCodePoint(0x28_00 + set)],
			isSeen ? 'map-view' : 'map',
		);
	}

	return canvas.rows({isAscii});
};

/** Which bit is which dot, by line and column. */
const braille: ReadonlyArray<readonly [number, number]> = [
	[0x01, 0x08],
	[0x02, 0x10],
	[0x04, 0x20],
	[0x40, 0x80],
];

const asciiDots = (set: number): string => {
	if (set === 0) {
		return ' ';
	}

	return set === 0xff ? '#' : ':';
};
