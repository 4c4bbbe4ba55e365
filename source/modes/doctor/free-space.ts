import fs from 'node:fs/promises';
import path from 'node:path';
import {humanBytes} from '../human.js';
import {fail, ok, warn, type Finding} from './finding.js';

const mebibyte = 1024 ** 2;

/** How much room there is where a folder is, or will be. */
export const freeSpace = async (
	check: string,
	folder: string,
	what: string,
): Promise<Finding> => {
	const place = await nearestFolder(folder);
	const {bavail, bsize} = await fs.statfs(place);
	const free = bavail * bsize;
	const message = `${humanBytes(free)} free for ${what} (${folder})`;
	if (free < 100 * mebibyte) {
		return fail(check, message, 'make room, or choose another place');
	}

	return free < 1024 * mebibyte
		? warn(check, message, 'make room before it is used up')
		: ok(check, message);
};

const nearestFolder = async (folder: string): Promise<string> => {
	let place = path.resolve(folder);
	for (;;) {
		const found = await fs.stat(place).catch(() => undefined); // eslint-disable-line no-await-in-loop -- upwards, one by one
		const above = path.dirname(place);
		if (found !== undefined || above === place) {
			return place;
		}

		place = above;
	}
};
