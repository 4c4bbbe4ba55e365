import {Buffer} from 'node:buffer';
import fs from 'node:fs';

/** Write a line of the worker's own at the end of a log whose process has ended; undefined: none. */
export const remark = (log: string, line: string | undefined): void => {
	if (line === undefined) {
		return;
	}

	try {
		const file = fs.openSync(log, 'a+');
		try {
			const last = Buffer.alloc(1);
			const {size} = fs.fstatSync(file);
			fs.readSync(file, last, 0, 1, Math.max(0, size - 1));
			const isWithin = size > 0 && last.toString() !== '\n';
			fs.writeSync(file, `${isWithin ? '\n' : ''}${line}\n`);
		} finally {
			fs.closeSync(file);
		}
	} catch {
		// As on a full disk: it is only a remark.
	}
};
