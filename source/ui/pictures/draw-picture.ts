import {readFile, stat} from 'node:fs/promises';
import {encode as encodePng} from 'fast-png';
import {FarmError} from '../../core/errors.js';
import {decodePicture} from './decode-picture.js';
import {fitPicture, type CellSize} from './fit-picture.js';
import {halfBlocks, type Colours} from './half-blocks.js';
import {itermPicture} from './iterm.js';
import {kittyPicture} from './kitty.js';
import type {PictureProtocol} from './picture-protocol.js';
import {scaleRaster, type PixelSize, type Raster} from './raster.js';
import {sixelPicture} from './sixel.js';

export type PictureRequest = {
	/** Absolute. */
	readonly file: string;
	readonly box: CellSize;
	readonly protocol: PictureProtocol;
	readonly colours: Colours;
	/** Pixels of one cell. */
	readonly cell: PixelSize;
};

/** A picture, ready for the terminal. */
export type DrawnPicture = {
	/** The cells that it covers. */
	readonly cells: CellSize;
	/** Undefined where only the terminal can read the file. */
	readonly pixels: PixelSize | undefined;
	/** Of the file. */
	readonly bytes: number;
	/** To be written from the picture's first column, each a row below the one before. */
	readonly lines: readonly string[];
};

const mostFileBytes = 512 * 1024 * 1024;
/** A file that is no larger goes to the terminal as it is. */
const mostSentBytes = 512 * 1024;
/** What goes over the line has no more pixels than this; the terminal enlarges it. */
const mostSentPixels = 1_500_000;

/**
Reads, decodes, scales and encodes a picture.

@throws {FarmError} `NOT_FOUND`, or `INVALID` where it cannot be shown
*/
export const drawPicture = async (
	request: PictureRequest,
): Promise<DrawnPicture> => {
	const {file, box, protocol} = request;
	const bytes = await readPicture(file);
	let raster: Raster;
	try {
		raster = decodePicture(bytes);
	} catch (error) {
		// It may know more kinds of files.
		if (protocol === 'iterm' && bytes.length <= mostSentBytes) {
			return {
				cells: box,
				pixels: undefined,
				bytes: bytes.length,
				lines: [itermPicture(bytes, box)],
			};
		}

		throw error;
	}

	const cells = fitPicture(raster, box, cellOf(request));
	return {
		cells,
		pixels: {width: raster.width, height: raster.height},
		bytes: bytes.length,
		lines: encoded(raster, {bytes, cells, request}),
	};
};

const readPicture = async (file: string): Promise<Uint8Array> => {
	try {
		const {size} = await stat(file);
		if (size > mostFileBytes) {
			throw new FarmError(
				'INVALID',
				`It has ${Math.round(size / 1024 / 1024)} MiB; up to ${mostFileBytes / 1024 / 1024} can be shown.`,
			);
		}

		return await readFile(file);
	} catch (error) {
		if (error instanceof FarmError) {
			throw error;
		}

		const {code} = error as NodeJS.ErrnoException;
		throw new FarmError(
			'NOT_FOUND',
			code === 'ENOENT'
				? 'It is not on this machine. Pictures are read where the viewer runs: this one may be on another machine, or gone.'
				: `It cannot be read here: ${error instanceof Error ? error.message : String(error)}.`,
			{cause: error},
		);
	}
};

/** A cell of half-blocks has two pixels, one above the other. */
const cellOf = ({protocol, cell}: PictureRequest): PixelSize =>
	protocol === 'blocks' ? {width: 1, height: 2} : cell;

const encoded = (
	raster: Raster,
	{
		bytes,
		cells,
		request,
	}: {
		readonly bytes: Uint8Array;
		readonly cells: CellSize;
		readonly request: PictureRequest;
	},
): readonly string[] => {
	const cell = cellOf(request);
	const exact = {
		width: cells.columns * cell.width,
		height: cells.rows * cell.height,
	};
	switch (request.protocol) {
		case 'blocks': {
			return halfBlocks(scaleRaster(raster, exact), request.colours);
		}

		case 'sixel': {
			return [sixelPicture(scaleRaster(raster, exact))];
		}

		case 'kitty': {
			return [kittyPicture(reduced(raster, exact), cells)];
		}

		case 'iterm': {
			return [
				itermPicture(
					bytes.length <= mostSentBytes
						? bytes
						: encodePng({...reduced(raster, exact), channels: 4}),
					cells,
				),
			];
		}
	}
};

/** No larger than it is shown, nor than it is. */
const reduced = (raster: Raster, shown: PixelSize): Raster => {
	const scale = Math.min(
		1,
		shown.width / raster.width,
		shown.height / raster.height,
		Math.sqrt(mostSentPixels / (raster.width * raster.height)),
	);
	return scale === 1
		? raster
		: scaleRaster(raster, {
				width: Math.max(1, Math.round(raster.width * scale)),
				height: Math.max(1, Math.round(raster.height * scale)),
			});
};
