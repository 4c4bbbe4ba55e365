import {Buffer} from 'node:buffer';
import {deflateSync} from 'node:zlib';
import type {CellSize} from './fit-picture.js';
import type {Raster} from './raster.js';

/** As much as one escape sequence may carry. */
const pieceLength = 4096;

/** A picture for kitty's protocol, over so many cells; to be completed by `kittyShow`. The cursor stays where it is. */
export const kittyPicture = (
	{width, height, data}: Raster,
	{columns, rows}: CellSize,
): string => {
	const payload = Buffer.from(deflateSync(data)).toString('base64');
	const pieces = Array.from(
		{length: Math.ceil(payload.length / pieceLength)},
		(_, index) => payload.slice(index * pieceLength, (index + 1) * pieceLength),
	);
	return pieces
		.map((piece, index) => {
			const more = `m=${index === pieces.length - 1 ? 0 : 1}`;
			return index === 0
				? `a=T,f=32,o=z,s=${width},v=${height},c=${columns},r=${rows},C=1,q=2,${more};${piece}\u{1B}\\`
				: `\u{1B}_G${more};${piece}\u{1B}\\`;
		})
		.join('');
};

/** Shows a picture where the cursor is. What had this number before is gone. */
export const kittyShow = (id: number, picture: string): string =>
	`${kittyHide(id)}\u{1B}_Gi=${id},${picture}`;

export const kittyHide = (id: number): string =>
	`\u{1B}_Ga=d,d=I,i=${id},q=2\u{1B}\\`;
