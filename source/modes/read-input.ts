import fs from 'node:fs/promises';
import process from 'node:process';
import {reasonOf} from '../config/writable-folder.js';
import {FarmError} from '../core/errors.js';

/** Text of a file, or of standard input for `-`. */
export const readInput = async (
	file: string,
	where: string,
): Promise<string> => {
	try {
		if (file !== '-') {
			const {size} = await fs.stat(file);
			checkSize(size, file);
			return await fs.readFile(file, 'utf8');
		}

		let text = '';
		process.stdin.setEncoding('utf8');
		for await (const piece of process.stdin) {
			text += String(piece);
			checkSize(text.length, 'standard input');
		}

		return text;
	} catch (error) {
		if (error instanceof FarmError) {
			throw error;
		}

		throw new FarmError(
			'INVALID',
			`${where} ${file} cannot be read (${reasonOf(error)}).`,
			{cause: error},
		);
	}
};

/** A message on the wire may have 8 MiB. */
const largestInput = 4 * 1024 * 1024;

const checkSize = (size: number, what: string): void => {
	if (size > largestInput) {
		throw new FarmError(
			'INVALID',
			`${what} is larger than ${largestInput / 1024 / 1024} MiB, which is as much as fits into one request.`,
		);
	}
};
