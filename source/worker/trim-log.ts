/* eslint-disable @typescript-eslint/no-restricted-types -- a Buffer finds line ends, and is what files are read into */
import {Buffer} from 'node:buffer';
import fs from 'node:fs';

/** What stays of the end, so that the last lines are there however shortly before the end the middle went. */
const mostTail = 4 * 1024 * 1024;
const mostLate = 1024 * 1024;

/** Made once it is needed, and kept: a log that grows fast is cut several times a second, and new buffers each time would let the worker's memory grow with it. */
let buffers: {readonly tail: Buffer; readonly late: Buffer} | undefined;

/**
Bound a log that a process still writes: its first half stays, the middle goes, and the last lines follow after a line that says so. The process appends to the file, so it goes on behind them by itself. What it writes within these few microseconds may be among what goes.

Offsets within the head mean the same as before; a reader who stands behind it finds the file shorter than he was, and goes on from its end.

@returns the new size
*/
export const trimLog = (file: string, limit: number): number => {
	const head = Math.floor(limit / 2);
	const descriptor = fs.openSync(file, 'r+');
	const appending = fs.openSync(file, 'a');
	try {
		buffers ??= {tail: Buffer.alloc(mostTail), late: Buffer.alloc(mostLate)};
		const {tail, late} = buffers;
		const most = Math.min(mostTail, Math.floor(limit / 4));
		const {size} = fs.fstatSync(descriptor);
		const length = fs.readSync(
			descriptor,
			tail,
			0,
			most,
			Math.max(head, size - most),
		);
		const dropped = size - head - length;
		// What came since is read as the last thing before the cut.
		const lateLength = fs.readSync(descriptor, late, 0, late.length, size);
		fs.ftruncateSync(descriptor, head);
		fs.writevSync(appending, [
			Buffer.from(
				`\n[lifeblood: about ${dropped} bytes were dropped here: the log is limited to ${limit} bytes]\n`,
			),
			tail.subarray(0, length),
			late.subarray(0, lateLength),
		]);
		return fs.fstatSync(descriptor).size;
	} finally {
		fs.closeSync(appending);
		fs.closeSync(descriptor);
	}
};
