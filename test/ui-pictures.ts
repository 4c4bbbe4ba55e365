import {Buffer} from 'node:buffer';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {inflateSync} from 'node:zlib';
import test from 'ava';
import {encode as encodeBmp} from 'fast-bmp';
import {encode as encodePng} from 'fast-png';
import jpeg from 'jpeg-js';
import {decodePicture} from '../source/ui/pictures/decode-picture.js';
import {drawPicture} from '../source/ui/pictures/draw-picture.js';
import {
	picturesInAttributes,
	picturesInLines,
} from '../source/ui/pictures/find-pictures.js';
import {fitPicture} from '../source/ui/pictures/fit-picture.js';
import {halfBlocks} from '../source/ui/pictures/half-blocks.js';
import {kittyPicture, kittyShow} from '../source/ui/pictures/kitty.js';
import {createPictureDrawer} from '../source/ui/pictures/picture-drawer.js';
import {
	noAnswers,
	protocolFor,
	protocolOf,
	withAnswer,
} from '../source/ui/pictures/picture-protocol.js';
import {scaleRaster, type Raster} from '../source/ui/pictures/raster.js';
import {sixelPicture} from '../source/ui/pictures/sixel.js';
import {
	hasToGo,
	overlayChange,
	overlayEnd,
	type Overlay,
} from '../source/ui/screens/pictures/overlay.js';

const red = [255, 0, 0, 255];
const green = [0, 255, 0, 255];
const blue = [0, 0, 255, 255];
const white = [255, 255, 255, 255];
const clear = [0, 0, 0, 0];

const raster = (width: number, pixels: readonly number[][]): Raster => ({
	width,
	height: pixels.length / width,
	data: Uint8Array.from(pixels.flat()),
});

const four = raster(2, [red, green, blue, white]);

const temporary = (): string =>
	fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-pictures-'));

const request = {
	box: {columns: 10, rows: 5},
	protocol: 'blocks',
	colours: 'all',
	cell: {width: 10, height: 20},
} as const;

test('pictures are found in attributes: strings and lists of strings that are whole paths', (t) => {
	t.deepEqual(
		picturesInAttributes({
			frame: 12,
			output: '/show/shot/beauty.0012.png',
			files: ['/a.JPG', 'relative.png', '/a.JPG', '/b.exr', 3],
			windows: String.raw`P:\show\b c.tif`,
			note: 'see /show/a.png',
			nothing: null,
		}),
		['/show/shot/beauty.0012.png', '/a.JPG', String.raw`P:\show\b c.tif`],
	);
});

test('pictures are found in what programs print, each once, but not in addresses', (t) => {
	t.deepEqual(
		picturesInLines([
			"Saved: '/tmp/my renders/0001.png'",
			'Fra:1 wrote /tmp/out/0002.jpeg, then /tmp/out/0003.bmp.',
			'again /tmp/out/0002.jpeg',
			'file=/mnt/x.tiff',
			'https://example.org/logo.png',
			'see ./here.png and plain.png',
			'/tmp/a.pngx and /tmp/b.png/c',
			String.raw`written to "C:\out put\a.png"`,
		]),
		[
			'/tmp/my renders/0001.png',
			'/tmp/out/0002.jpeg',
			'/tmp/out/0003.bmp',
			'/mnt/x.tiff',
			String.raw`C:\out put\a.png`,
		],
	);
});

test('a smaller picture has the mean of the pixels that each stands for, and the invisible ones give no colour', (t) => {
	t.deepEqual(
		[...scaleRaster(four, {width: 1, height: 1}).data],
		[128, 128, 128, 255],
	);
	t.deepEqual(
		[
			...scaleRaster(raster(2, [red, clear, red, clear]), {
				width: 1,
				height: 1,
			}).data,
		],
		[255, 0, 0, 128],
	);
});

test('a larger picture repeats its pixels', (t) => {
	t.deepEqual(
		[...scaleRaster(raster(2, [red, blue]), {width: 4, height: 1}).data],
		[red, red, blue, blue].flat(),
	);
});

test('a picture fills its box in one direction and keeps its shape', (t) => {
	const cell = {width: 10, height: 20};
	const box = {columns: 80, rows: 20};
	t.deepEqual(fitPicture({width: 1920, height: 1080}, box, cell), {
		columns: 71,
		rows: 20,
	});
	t.deepEqual(fitPicture({width: 4000, height: 10}, box, cell), {
		columns: 80,
		rows: 1,
	});
	t.deepEqual(fitPicture({width: 3, height: 3}, box, {width: 1, height: 2}), {
		columns: 40,
		rows: 20,
	});
});

test('half-blocks say a colour only where it changes', (t) => {
	t.deepEqual(halfBlocks(four, 'all'), [
		'\u{1B}[38;2;255;0;0;48;2;0;0;255m▀\u{1B}[38;2;0;255;0;48;2;255;255;255m▀\u{1B}[0m',
	]);
	t.deepEqual(halfBlocks(raster(3, [red, red, red]), 'all'), [
		'\u{1B}[38;2;255;0;0;48;2;255;0;0m▀▀▀\u{1B}[0m',
	]);
});

test('half-blocks in 256 colours take the nearest, greys from the greys; without colours characters are darker or lighter', (t) => {
	const grey = [118, 118, 118, 255];
	t.deepEqual(halfBlocks(raster(1, [red, grey]), '256'), [
		'\u{1B}[38;5;196;48;5;243m▀\u{1B}[0m',
	]);
	t.deepEqual(
		halfBlocks(raster(3, [clear, grey, white, clear, grey, white]), 'none'),
		[' =@'],
	);
});

test('kitty is given the pixels whole, in sequences that are not too long', (t) => {
	const width = 120;
	// Noise does not get smaller by being packed.
	const noise = raster(
		width,
		Array.from({length: width * width}, (_, index) => [
			(index * 7919) % 251,
			(index * 104_729) % 241,
			(index * 1_299_709) % 239,
			255,
		]),
	);
	const shown = kittyShow(7, kittyPicture(noise, {columns: 30, rows: 15}));
	const sequences = shown.split('\u{1B}\\').slice(0, -1);
	t.is(sequences[0], '\u{1B}_Ga=d,d=I,i=7,q=2');
	t.true(
		sequences[1]!.startsWith(
			'\u{1B}_Gi=7,a=T,f=32,o=z,s=120,v=120,c=30,r=15,C=1,q=2,m=1;',
		),
	);
	t.true(sequences.at(-1)!.startsWith('\u{1B}_Gm=0;'));
	const pieces = sequences.slice(1).map((text) => text.split(';', 2)[1]!);
	t.true(pieces.every(({length}) => length <= 4096));
	t.deepEqual(
		new Uint8Array(inflateSync(Buffer.from(pieces.join(''), 'base64'))),
		noise.data,
	);
});

test('sixels go in bands of six rows, colour by colour, the same in a row together', (t) => {
	t.is(
		sixelPicture(
			raster(
				4,
				Array.from({length: 4 * 7}, (_, index) => (index < 4 * 3 ? red : blue)),
			),
		),
		'\u{1B}P0;1;q"1;1;4;7#210;2;100;0;0#5;2;0;0;100#210!4F$#5!4w-#5!4@\u{1B}\\',
	);
});

test('what a terminal understands is known by its environment, asked for, or half-blocks', (t) => {
	t.is(protocolFor('auto', {TERM: 'xterm-kitty'}), 'kitty');
	t.is(protocolFor('auto', {TERM_PROGRAM: 'iTerm.app'}), 'iterm');
	t.is(protocolFor('auto', {TERM: 'xterm-256color'}), 'ask');
	t.is(protocolFor('auto', {TMUX: '/tmp/x', KITTY_WINDOW_ID: '1'}), 'blocks');
	t.is(protocolFor('sixel', {TMUX: '/tmp/x'}), 'sixel');
	const afterAll = (...sequences: readonly string[]) => {
		let answers = noAnswers;
		for (const sequence of sequences) {
			answers = withAnswer(answers, sequence);
		}

		return answers;
	};

	const kitty = afterAll(
		'\u{1B}_Gi=4711;OK\u{1B}\\',
		'\u{1B}[6;18;9t',
		'\u{1B}[?62;c',
	);
	t.deepEqual(kitty, {
		isKitty: true,
		isSixel: false,
		cell: {width: 9, height: 18},
		isComplete: true,
	});
	t.is(protocolOf('ask', kitty), 'kitty');
	t.is(protocolOf('ask', afterAll('\u{1B}[?62;4;22c')), 'sixel');
	t.is(protocolOf('ask', afterAll('\u{1B}[?62;14;22c')), 'blocks');
	t.is(protocolOf('iterm', kitty), 'iterm');
});

test('PNG of 1 to 16 bits, JPEG, BMP and TIFF are read', (t) => {
	const grey = (depth: 1 | 2 | 4 | 8 | 16, data: Uint8Array | Uint16Array) =>
		encodePng({width: 2, height: 1, depth, channels: 1, data});
	for (const file of [
		grey(1, Uint8Array.of(0b0100_0000)),
		grey(4, Uint8Array.of(0x0f)),
		grey(8, Uint8Array.of(0, 255)),
		grey(16, Uint16Array.of(0, 65_535)),
		encodePng({
			width: 2,
			height: 1,
			depth: 8,
			channels: 3,
			data: Uint8Array.of(0, 0, 0, 255, 255, 255),
		}),
		encodeBmp({
			width: 2,
			height: 1,
			bitsPerPixel: 24,
			channels: 3,
			components: 3,
			data: Uint8Array.of(0, 0, 0, 255, 255, 255),
		}),
		greyTiff(),
	]) {
		t.deepEqual(
			[...decodePicture(file).data],
			[0, 0, 0, 255, 255, 255, 255, 255],
		);
	}

	const {width, height, data} = decodePicture(
		jpeg.encode({width: 16, height: 8, data: solid(16 * 8, red)}, 95).data,
	);
	t.deepEqual([width, height], [16, 8]);
	t.true(data[0]! > 245 && data[1]! < 10 && data[2]! < 10);
});

test('what is no picture, is broken, or would take gigabytes is refused with the reason', (t) => {
	t.throws(() => decodePicture(Buffer.from('hello')), {
		code: 'INVALID',
		message: /no PNG, JPEG/v,
	});
	const png = encodePng({
		width: 2,
		height: 1,
		data: Uint8Array.of(...red, ...red),
	});
	t.throws(() => decodePicture(png.slice(0, 40)), {code: 'INVALID'});
	const huge = Buffer.from(png);
	huge.writeUInt32BE(100_000, 16);
	huge.writeUInt32BE(100_000, 20);
	t.throws(() => decodePicture(huge), {
		code: 'INVALID',
		message: /100000×100000/v,
	});
});

test('a file that is not here is told of, by the thread too', async (t) => {
	const file = path.join(temporary(), 'not-here.png');
	await t.throwsAsync(async () => drawPicture({...request, file}), {
		code: 'NOT_FOUND',
		message: /not on this machine/v,
	});
	const drawer = createPictureDrawer();
	t.teardown(drawer.stop);
	await t.throwsAsync(async () => drawer.draw({...request, file}), {
		message: /not on this machine/v,
	});
});

test('the thread draws what the program would, for every protocol', async (t) => {
	const file = path.join(temporary(), 'four.png');
	const bytes = encodePng({...four, channels: 4});
	fs.writeFileSync(file, bytes);
	const drawer = createPictureDrawer();
	t.teardown(drawer.stop);
	const [blocks, kitty, iterm, sixel] = await Promise.all(
		(['blocks', 'kitty', 'iterm', 'sixel'] as const).map(async (protocol) =>
			drawer.draw({...request, file, protocol}),
		),
	);
	t.deepEqual(blocks?.cells, {columns: 10, rows: 5});
	t.deepEqual(blocks?.pixels, {width: 2, height: 2});
	t.is(blocks?.lines.length, 5);
	t.deepEqual(blocks, await drawPicture({...request, file}));
	t.regex(kitty!.lines[0]!, /^a=T,f=32,o=z,s=2,v=2,c=10,r=5,/v);
	t.is(
		iterm!.lines[0],
		`\u{1B}]1337;File=inline=1;size=${bytes.length};width=10;height=5;preserveAspectRatio=1;doNotMoveCursor=1:${Buffer.from(bytes).toString('base64')}\u{7}`,
	);
	t.true(sixel!.lines[0]!.startsWith('\u{1B}P0;1;q"1;1;100;100#'));
});

test('only what has changed is drawn again, and what is gone is taken away', (t) => {
	const overlay = (key: string, protocol: Overlay['protocol']): Overlay => ({
		key,
		protocol,
		column: 4,
		row: 2,
		picture: {
			cells: {columns: 3, rows: 2},
			pixels: undefined,
			bytes: 0,
			lines: protocol === 'blocks' ? ['abc', 'def'] : ['a=T;x'],
		},
	});
	const a = new Map([[0, overlay('a', 'blocks')]]);
	const b = new Map([[0, overlay('b', 'blocks')]]);
	const none = new Map<number, Overlay>();
	t.is(
		overlayChange(none, a, false),
		'\u{1B}7\u{1B}[3;5Habc\u{1B}[4;5Hdef\u{1B}8',
	);
	t.is(overlayChange(a, a, false), '');
	t.is(overlayChange(a, a, true), overlayChange(none, a, false));
	t.false(hasToGo(none, a));
	t.false(hasToGo(a, a));
	t.true(hasToGo(a, b));
	t.true(hasToGo(a, none));
	t.is(overlayEnd(a), '');
	const kitty = new Map([[1, overlay('a', 'kitty')]]);
	t.is(overlayEnd(kitty), '\u{1B}_Ga=d,d=I,i=4713,q=2\u{1B}\\');
	t.true(overlayChange(kitty, none, true).includes('a=d,d=I,i=4713'));
});

const solid = (count: number, pixel: readonly number[]): Uint8Array =>
	Uint8Array.from(Array.from({length: count}, () => pixel).flat());

/** Two grey pixels, not packed: black and white. */
const greyTiff = (): Uint8Array => {
	const entries = [
		[256, 2],
		[257, 1],
		[258, 8],
		[259, 1],
		[262, 1],
		[273, 8],
		[277, 1],
		[278, 1],
		[279, 2],
	] as const;
	const begin = 10;
	const file = Buffer.alloc(begin + 2 + entries.length * 12 + 4);
	file.write('II*');
	file.writeUInt32LE(begin, 4);
	file.writeUInt8(255, 9);
	file.writeUInt16LE(entries.length, begin);
	for (const [index, [tag, value]] of entries.entries()) {
		const at = begin + 2 + index * 12;
		file.writeUInt16LE(tag, at);
		file.writeUInt16LE(4, at + 2);
		file.writeUInt32LE(1, at + 4);
		file.writeUInt32LE(value, at + 8);
	}

	return file;
};
