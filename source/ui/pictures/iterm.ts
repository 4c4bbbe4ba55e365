import {Buffer} from 'node:buffer';
import type {CellSize} from './fit-picture.js';

/** A picture file for iTerm2's protocol, over so many cells at most. */
export const itermPicture = (
	file: Uint8Array,
	{columns, rows}: CellSize,
): string =>
	`\u{1B}]1337;File=inline=1;size=${file.length};width=${columns};height=${rows};preserveAspectRatio=1;doNotMoveCursor=1:${Buffer.from(file).toString('base64')}\u{7}`;
