/* eslint-disable @typescript-eslint/no-restricted-types -- who reads makes texts of it, which a Buffer does best */
import {Buffer} from 'node:buffer';
import fs from 'node:fs';

/**
Bytes of a log from an offset; fewer, or none, where it ends. A log that is not there yet is empty.

@throws where it is there, and cannot be read now
*/
export const readLog = (
	file: string,
	{offset, limit}: {readonly offset: number; readonly limit: number},
): {readonly data: Buffer; readonly size: number} => {
	let descriptor: number;
	try {
		descriptor = fs.openSync(file, 'r');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return {data: Buffer.alloc(0), size: 0};
		}

		throw error;
	}

	try {
		const {size} = fs.fstatSync(descriptor);
		const data = Buffer.alloc(Math.max(0, Math.min(limit, size - offset)));
		return {
			data: data.subarray(
				0,
				data.length === 0
					? 0
					: fs.readSync(descriptor, data, 0, data.length, offset),
			),
			size,
		};
	} finally {
		fs.closeSync(descriptor);
	}
};
