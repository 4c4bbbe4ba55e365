import {Buffer} from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';

const pageBytes = 4096;

/** How many times a second a page can be written behind the last one and brought to the disk: no commit can be faster. */
export const syncsPerSecond = (folder: string, count: number): number => {
	const file = path.join(folder, 'raw-syncs');
	const descriptor = fs.openSync(file, 'w');
	try {
		const page = Buffer.alloc(pageBytes, 1);
		// Over a file that has its size already, as SQLite's log has after its first round.
		for (let index = 0; index < count; index += 1) {
			fs.writeSync(descriptor, page, 0, pageBytes, index * pageBytes);
		}

		fs.fsyncSync(descriptor);
		const begun = performance.now();
		for (let index = 0; index < count; index += 1) {
			fs.writeSync(descriptor, page, 0, pageBytes, index * pageBytes);
			// As SQLite does it.
			fs.fsyncSync(descriptor);
		}

		return (count * 1000) / (performance.now() - begun);
	} finally {
		fs.closeSync(descriptor);
		fs.rmSync(file);
	}
};
