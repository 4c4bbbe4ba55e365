/* eslint-disable @typescript-eslint/no-restricted-types -- a Buffer finds line ends, and is what files are read into */
import {Buffer} from 'node:buffer';
import fs from 'node:fs';
import {marksPath} from '../core/log-path.js';
import type {LogCut} from '../core/log-marks.js';
import {cutMarksFile} from './log-marker.js';

/** What stays of the end, so that the last lines are there however shortly before the end the middle went. */
const mostTail = 4 * 1024 * 1024;
const mostLate = 1024 * 1024;

/** Made once it is needed, and kept: a log that grows fast is cut several times a second, and new buffers each time would let the worker's memory grow with it. */
let buffers: {readonly tail: Buffer; readonly late: Buffer} | undefined;

/** What of a log of this size is kept, beside a line that says how much is not. */
const partsOf = (size: number, limit: number) => {
	const head = Math.floor(limit / 2);
	const tail = Math.min(mostTail, Math.floor(limit / 4), size - head);
	return {
		head,
		tail,
		note: Buffer.from(
			`\n[lifeblood: about ${size - head - tail} bytes were dropped here: the log is limited to ${limit} bytes]\n`,
		),
	};
};

/**
Bound a log that a process still writes: its first half stays, the middle goes, and the last lines follow after a line that says so. The process appends to the file, so it goes on behind them by itself. What it writes within these few microseconds may be among what goes.

Offsets within the head mean the same as before; a reader who stands behind it finds the file shorter than he was, and goes on from its end.

@returns the new size, and what stands where
*/
export const trimLog = (
	file: string,
	limit: number,
): {readonly size: number; readonly cut: LogCut} => {
	const descriptor = fs.openSync(file, 'r+');
	const appending = fs.openSync(file, 'a');
	try {
		buffers ??= {tail: Buffer.alloc(mostTail), late: Buffer.alloc(mostLate)};
		const {tail, late} = buffers;
		const {size} = fs.fstatSync(descriptor);
		const parts = partsOf(size, limit);
		const length = fs.readSync(
			descriptor,
			tail,
			0,
			parts.tail,
			size - parts.tail,
		);
		// What came since is read as the last thing before the cut.
		const lateLength = fs.readSync(descriptor, late, 0, late.length, size);
		fs.ftruncateSync(descriptor, parts.head);
		fs.writevSync(appending, [
			parts.note,
			tail.subarray(0, length),
			late.subarray(0, lateLength),
		]);
		const {size: now} = fs.fstatSync(descriptor);
		const from = size - parts.tail;
		const whole = {
			head: parts.head,
			note: parts.note.length,
			tail: [from, from + length + lateLength],
		} as const;
		return {
			size: now,
			cut: standsAt(descriptor, parts.note, parts.head)
				? whole
				: // The process was faster with what it writes next.
					{...whole, note: now - parts.head, tail: [size, size]},
		};
	} finally {
		fs.closeSync(appending);
		fs.closeSync(descriptor);
	}
};

const standsAt = (descriptor: number, bytes: Buffer, at: number): boolean => {
	const found = Buffer.alloc(bytes.length);
	fs.readSync(descriptor, found, 0, found.length, at);
	return found.equals(bytes);
};

export type LogTrimmer = {
	/** Bound a log that nothing writes any more, and do it in time. Gives the size that it will have. */
	readonly trim: (log: {
		readonly file: string;
		readonly size: number;
		readonly limit: number;
	}) => number;
	/** Wait until all of it is done. */
	readonly finish: () => Promise<void>;
};

/** To cut a gigabyte off takes the system a tenth of a second, and nobody has to wait for it. One after the other, so that one buffer is enough. */
export const createLogTrimmer = (): LogTrimmer => {
	let last: Promise<void> = Promise.resolve();
	return {
		trim({file, size, limit}) {
			const parts = partsOf(size, limit);
			last = last.then(async () => {
				// A log that is gone meanwhile, or cannot be cut, stays as it is.
				await cut(file, size, parts).catch(() => undefined);
			});
			return parts.head + parts.note.length + parts.tail;
		},
		finish: async () => last,
	};
};

const cut = async (
	file: string,
	size: number,
	{head, tail, note}: ReturnType<typeof partsOf>,
): Promise<void> => {
	await using handle = await fs.promises.open(file, 'r+');
	const bytes = Buffer.alloc(tail);
	await handle.read(bytes, 0, tail, size - tail);
	await handle.truncate(head);
	await handle.writev([note, bytes], head);
	cutMarksFile(marksPath(file), {
		head,
		note: note.length,
		tail: [size - tail, size],
	});
};
