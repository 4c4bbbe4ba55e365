import fs from 'node:fs';

/** Writes to a file until its disk takes nothing more. */
export const fillDisk = (file: string): void => {
	const descriptor = fs.openSync(file, 'a');
	try {
		for (let size = 1_048_576; size >= 1;) {
			try {
				fs.writeSync(descriptor, new Uint8Array(size));
			} catch {
				size = Math.floor(size / 2);
			}
		}
	} finally {
		fs.closeSync(descriptor);
	}
};
