import {Buffer} from 'node:buffer';

/** Whether a line would be refused by the other side; measured exactly only where it may be. */
export const isTooLong = (line: string, limit: number): boolean =>
	line.length - 1 > limit ||
	(line.length * 3 > limit && Buffer.byteLength(line) - 1 > limit);

export const mebibytes = (bytes: number): string =>
	`${Math.round((bytes / 1024 / 1024) * 100) / 100} MiB`;
