/*
Renders frames of a zoom into the Mandelbrot set as PNG files. The demo's tasks run it as a program of its own:

	node render-frame.js --frames 0,1,2 --of 64 --width 320 --height 180 --folder pictures
*/
import {mkdir, rename, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {parseArgs} from 'node:util';
import {encode} from 'fast-png';
import {frameFile} from './frame-file.js';
import {renderMandelbrot} from './mandelbrot.js';
import {zoomView} from './zoom.js';

const {values} = parseArgs({
	options: {
		frames: {type: 'string', default: ''},
		of: {type: 'string', default: '1'},
		width: {type: 'string', default: '320'},
		height: {type: 'string', default: '180'},
		folder: {type: 'string', default: '.'},
	},
});
const frames = values.frames
	.split(',')
	.filter((frame) => frame !== '')
	.map(Number);
const [width, height] = [Number(values.width), Number(values.height)];

await mkdir(values.folder, {recursive: true});
for (const [done, frame] of frames.entries()) {
	const picture = renderMandelbrot(zoomView(frame, Number(values.of)), {
		width,
		height,
		samples: 2,
	});
	const file = path.join(values.folder, frameFile(frame));
	// Under another name first: whoever looks sees a whole picture or none.
	/* eslint-disable no-await-in-loop -- a frame is finished before the next begins */
	await writeFile(`${file}.part`, encode({...picture, channels: 3}));
	await rename(`${file}.part`, file);
	/* eslint-enable no-await-in-loop */
	process.stdout.write(
		`${file}\nALF_PROGRESS ${Math.round((100 * (done + 1)) / frames.length)}%\n`,
	);
}
