import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {decode, encode} from 'fast-png';
import {renderMandelbrot} from '../source/demo/mandelbrot.js';
import {zoomView} from '../source/demo/zoom.js';

const temporaryFolder = async (t: ExecutionContext): Promise<string> => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeblood-pictures-'));
	t.teardown(async () => rm(folder, {recursive: true}));
	return folder;
};

const run = async (
	program: 'render-frame' | 'contact-sheet',
	words: readonly string[],
) =>
	execa(
		process.execPath,
		[
			fileURLToPath(new URL(`../dist/demo/${program}.js`, import.meta.url)),
			...words,
		],
		{reject: false},
	);

test('every frame of the zoom is the same factor closer than the one before', (t) => {
	const widths = Array.from(
		{length: 10},
		(_, frame) => zoomView(frame, 10).width,
	);
	const factors = widths
		.slice(1)
		.map((width, index) => width / (widths[index] ?? 0));
	for (const factor of factors) {
		t.true(Math.abs(factor - (factors[0] ?? 0)) < 1e-9);
		t.true(factor < 1);
	}
});

test('the set is dark and symmetric in its first view', (t) => {
	const view = {real: -0.65, imaginary: 0, width: 3.6, steps: 200};
	const {data} = renderMandelbrot(view, {width: 36, height: 20, samples: 1});
	const brightness = (x: number, y: number): number => {
		const at = (y * 36 + x) * 3;
		return data.subarray(at, at + 3).reduce((sum, value) => sum + value, 0);
	};

	// The origin is inside; the left edge is far outside.
	t.true(brightness(24, 9) < 60);
	t.true(brightness(0, 9) > 200);
	const isInside = (x: number, y: number): boolean => brightness(x, y) < 60;
	for (let x = 0; x < 36; x++) {
		t.is(isInside(x, 2), isInside(x, 17), `column ${x}`);
	}
});

test('render-frame writes a picture for each frame that it is asked for, and tells how far it is', async (t) => {
	const folder = await temporaryFolder(t);
	const {exitCode, stdout} = await run('render-frame', [
		'--frames',
		'3,7',
		'--of',
		'10',
		'--folder',
		folder,
		'--width',
		'32',
		'--height',
		'18',
	]);
	t.is(exitCode, 0);
	t.deepEqual(
		stdout.split('\n').filter((line) => line.startsWith('ALF_PROGRESS')),
		['ALF_PROGRESS 50%', 'ALF_PROGRESS 100%'],
	);
	t.deepEqual(await readdir(folder), ['frame.0003.png', 'frame.0007.png']);
	const picture = decode(await readFile(path.join(folder, 'frame.0007.png')));
	t.is(picture.width, 32);
	t.is(picture.height, 18);
	t.true(new Set(picture.data).size > 10);
});

test('the contact sheet has the frames in the order they are named in', async (t) => {
	const folder = await temporaryFolder(t);
	const colours = [
		[255, 0, 0],
		[0, 0, 255],
	] as const;
	await Promise.all(
		colours.map(async (colour, frame) =>
			writeFile(
				path.join(folder, `frame.000${frame}.png`),
				encode({
					width: 64,
					height: 32,
					channels: 3,
					data: Uint8Array.from(
						{length: 64 * 32 * 3},
						(_, at) => colour[at % 3] ?? 0,
					),
				}),
			),
		),
	);
	const sheet = path.join(folder, 'sheet.png');
	const {exitCode} = await run('contact-sheet', [
		'--frames',
		'1,0',
		'--folder',
		folder,
		'--sheet',
		sheet,
	]);
	t.is(exitCode, 0);
	const {width, data} = decode(await readFile(sheet));
	const pixel = (x: number, y: number): number[] => [
		...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
	];
	// Each at half its size, 8 pixels apart.
	t.deepEqual(pixel(8 + 16, 8 + 8), [0, 0, 255]);
	t.deepEqual(pixel(8 + 32 + 8 + 16, 8 + 8), [255, 0, 0]);
});

test('a frame that is not there fails the contact sheet by its name', async (t) => {
	const folder = await temporaryFolder(t);
	const sheet = path.join(folder, 'sheet.png');
	const {exitCode, stderr} = await run('contact-sheet', [
		'--frames',
		'5',
		'--folder',
		folder,
		'--sheet',
		sheet,
	]);
	t.not(exitCode, 0);
	t.regex(stderr, /frame\.0005\.png/v);
	t.deepEqual(await readdir(folder), []);
});
