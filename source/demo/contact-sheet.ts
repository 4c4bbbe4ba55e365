/*
Puts rendered frames side by side into one picture, each at half its size with its number below. The demo's last task runs it:

	node contact-sheet.js --frames 0,1,2 --folder pictures --sheet contact-sheet.png
*/
import {readFile, rename, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {parseArgs} from 'node:util';
import {decode, encode} from 'fast-png';
import {digitAdvance, digitHeight, writeNumber} from './digits.js';
import {frameFile} from './frame-file.js';
import {blankPicture, halved, place, type Picture} from './picture.js';

const {values} = parseArgs({
	options: {
		frames: {type: 'string', default: ''},
		folder: {type: 'string', default: '.'},
		sheet: {type: 'string', default: 'contact-sheet.png'},
		columns: {type: 'string', default: '8'},
	},
});
const frames = values.frames
	.split(',')
	.filter((frame) => frame !== '')
	.map(Number);
if (frames.length === 0) {
	throw new Error(
		'There are no frames to put on a sheet: name them with --frames.',
	);
}

const gap = 8;
const labelHeight = digitHeight + 5;
const ground = 0x14;
const ink = [0xb4, 0xb4, 0xb4] as const;

const pictures = await Promise.all(
	frames.map(async (frame): Promise<Picture> => {
		const file = path.join(values.folder, frameFile(frame));
		const {width, height, data} = decode(await readFile(file));
		if (!(data instanceof Uint8Array) || data.length !== width * height * 3) {
			throw new Error(
				`${file} is not a picture of this demo: name a folder with its frames.`,
			);
		}

		return halved({width, height, data});
	}),
);
const columns = Math.min(Number(values.columns), pictures.length);
const cellWidth = Math.max(...pictures.map(({width}) => width)) + gap;
const cellHeight =
	Math.max(...pictures.map(({height}) => height)) + labelHeight + gap;
const sheet = blankPicture(
	columns * cellWidth + gap,
	Math.ceil(pictures.length / columns) * cellHeight + gap,
);
sheet.data.fill(ground);
for (const [index, picture] of pictures.entries()) {
	const x = gap + (index % columns) * cellWidth;
	const y = gap + Math.floor(index / columns) * cellHeight;
	const label = String(frames[index]);
	place(sheet, {picture, x, y});
	writeNumber(sheet, {
		text: label,
		x: x + picture.width - label.length * digitAdvance,
		y: y + picture.height + 4,
		colour: ink,
	});
}

await writeFile(`${values.sheet}.part`, encode({...sheet, channels: 3}));
await rename(`${values.sheet}.part`, values.sheet);
process.stdout.write(
	`${values.sheet}: ${frames.length} frames, ${sheet.width} × ${sheet.height}\nALF_PROGRESS 100%\n`,
);
