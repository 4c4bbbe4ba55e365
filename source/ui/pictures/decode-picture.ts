import {decode as decodeBmp} from 'fast-bmp';
import {convertIndexedToRgb, decode as decodePng} from 'fast-png';
import jpeg from 'jpeg-js';
import {decode as decodeTiff} from 'tiff';
import {FarmError} from '../../core/errors.js';
import type {Raster} from './raster.js';

/** More would take gigabytes. */
const mostMegapixels = 120;

/**
The pixels of a PNG, JPEG, BMP or TIFF file, told apart by how it begins.

@throws {FarmError} `INVALID` where it is none of these, is broken, or too large
*/
export const decodePicture = (bytes: Uint8Array): Raster => {
	const kind = kinds.find(({begin}) =>
		begin.every((byte, index) => byte === undefined || bytes[index] === byte),
	);
	if (kind === undefined) {
		throw new FarmError(
			'INVALID',
			'It is no PNG, JPEG, BMP or TIFF picture, whatever its name says.',
		);
	}

	try {
		return kind.decode(bytes);
	} catch (error) {
		if (error instanceof FarmError) {
			throw error;
		}

		throw new FarmError(
			'INVALID',
			`Its ${kind.name} data cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
			{cause: error},
		);
	}
};

const png = (bytes: Uint8Array): Raster => {
	const header = new DataView(bytes.buffer, bytes.byteOffset);
	refuseTooLarge(header.getUint32(16), header.getUint32(20));
	const image = decodePng(bytes);
	const {width, height, depth, channels, palette} = image;
	if (palette !== undefined) {
		return fromSamples({
			width,
			height,
			samples: convertIndexedToRgb(image),
			channels: palette[0]?.length ?? 3,
			most: 255,
		});
	}

	return fromSamples({
		width,
		height,
		samples: depth < 8 ? unpacked(image) : image.data,
		channels,
		most: 2 ** depth - 1,
	});
};

const jpg = (bytes: Uint8Array): Raster => {
	const {width, height, data} = jpeg.decode(bytes, {
		useTArray: true,
		formatAsRGBA: true,
		// Half of it is better than nothing: it may still be being written.
		tolerantDecoding: true,
		maxResolutionInMP: mostMegapixels,
		maxMemoryUsageInMB: 2048,
	});
	return {width, height, data};
};

const bmp = (bytes: Uint8Array): Raster => {
	const {width, height, data, channels, bitsPerPixel} = decodeBmp(bytes);
	if (!(data instanceof Uint8Array)) {
		throw new FarmError('INTERNAL', 'Its decoder gave no bytes.');
	}

	return fromSamples({
		width,
		height,
		samples: data,
		channels,
		most: bitsPerPixel === 1 ? 1 : 255,
	});
};

const tiff = (bytes: Uint8Array): Raster => {
	const [first] = decodeTiff(bytes, {pages: [0], ignoreImageData: true});
	refuseTooLarge(first!.width, first!.height);
	const [image] = decodeTiff(bytes, {pages: [0]});
	const {width, height, samplesPerPixel, bitsPerSample, palette} = image!;
	const data = image!.data as ArrayLike<number>;
	// TIFF's type 3 is a palette of 16-bit colours.
	if (palette !== undefined) {
		return fromSamples({
			width,
			height,
			samples: coloursOf(Uint16Array.from(data), palette),
			channels: 3,
			most: 65_535,
		});
	}

	const isFloat = image!.sampleFormat === 3;
	return fromSamples({
		width,
		height,
		// Linear light, as renderers write it.
		samples: isFloat
			? Array.from(
					data,
					(light) => Math.max(0, Math.min(1, light)) ** (1 / 2.2),
				)
			: data,
		channels: samplesPerPixel,
		most: isFloat ? 1 : 2 ** bitsPerSample - 1,
		isInverted: image!.type === 0,
	});
};

type Kind = {
	readonly name: string;
	readonly begin: readonly number[];
	readonly decode: (bytes: Uint8Array) => Raster;
};

const kinds: readonly Kind[] = [
	{name: 'PNG', begin: [0x89, 0x50, 0x4e, 0x47], decode: png},
	{name: 'JPEG', begin: [0xff, 0xd8, 0xff], decode: jpg},
	{name: 'BMP', begin: [0x42, 0x4d], decode: bmp},
	{name: 'TIFF', begin: [0x49, 0x49, 0x2a, 0], decode: tiff},
	{name: 'TIFF', begin: [0x4d, 0x4d, 0, 0x2a], decode: tiff},
];

const refuseTooLarge = (width: number, height: number): void => {
	if (width * height > mostMegapixels * 1_000_000) {
		throw new FarmError(
			'INVALID',
			`It has ${width}×${height} pixels; up to ${mostMegapixels} million can be shown.`,
		);
	}
};

/** Grey, grey and opacity, colour, or colour and opacity; what is more than four channels is left out. */
const fromSamples = ({
	width,
	height,
	samples,
	channels,
	most,
	isInverted = false,
}: {
	readonly width: number;
	readonly height: number;
	readonly samples: ArrayLike<number>;
	readonly channels: number;
	/** The sample that is full light. */
	readonly most: number;
	readonly isInverted?: boolean;
}): Raster => {
	const data = new Uint8Array(width * height * 4);
	const scale = 255 / most;
	const light = (at: number): number => {
		const value = Math.round(samples[at]! * scale);
		return isInverted ? 255 - value : value;
	};

	for (let pixel = 0; pixel < width * height; pixel++) {
		const from = pixel * channels;
		const to = pixel * 4;
		const isGrey = channels < 3;
		data[to] = light(from);
		data[to + 1] = isGrey ? data[to] : light(from + 1);
		data[to + 2] = isGrey ? data[to] : light(from + 2);
		const opacity = isGrey ? 1 : 3;
		data[to + 3] =
			channels > opacity ? Math.round(samples[from + opacity]! * scale) : 255;
	}

	return {width, height, data};
};

/** The three samples of each. */
const coloursOf = (
	indices: Uint16Array,
	palette: ReadonlyArray<readonly [number, number, number]>,
): Uint16Array => {
	const samples = new Uint16Array(indices.length * 3);
	let at = 0;
	for (const index of indices) {
		samples.set(palette[index] ?? [0, 0, 0], at);
		at += 3;
	}

	return samples;
};

/** Grey samples of 1, 2 or 4 bits; each row begins with a byte. */
const unpacked = ({
	width,
	height,
	depth,
	data,
}: {
	readonly width: number;
	readonly height: number;
	readonly depth: number;
	readonly data: ArrayLike<number>;
}): Uint8Array => {
	const samples = new Uint8Array(width * height);
	const rowBytes = Math.ceil((width * depth) / 8);
	const perByte = 8 / depth;
	const levels = 2 ** depth;
	for (let row = 0; row < height; row++) {
		for (let column = 0; column < width; column++) {
			const byte = data[row * rowBytes + Math.floor(column / perByte)]!;
			const behind = perByte - 1 - (column % perByte);
			samples[row * width + column] =
				Math.floor(byte / levels ** behind) % levels;
		}
	}

	return samples;
};
