import {Buffer} from 'node:buffer';
import type {InvocationId} from '../core/ids.js';
import {createBell} from './bell.js';
import type {Client} from './client.js';

const chunkBytes = 1_048_576;
/** How much is read at a time while the beginning of the last lines is looked for. */
const tailBytes = 65_536;

export type LogReader = {
	readonly client: Client;
	readonly invocation: InvocationId;
	readonly write: (bytes: Uint8Array, offset: number) => void | Promise<void>;
};

/** Writes a log from a byte offset to its present end. Gives where that was, and whether nothing more will come. */
export const readLog = async (
	{client, invocation, write}: LogReader,
	start: number,
): Promise<{readonly offset: number; readonly isComplete: boolean}> => {
	let offset = start;
	for (;;) {
		// eslint-disable-next-line no-await-in-loop -- one piece after the other
		const piece = await pieceAt({client, invocation}, offset);
		const data = Buffer.from(piece.data, 'base64');
		if (data.length === 0) {
			return {offset, isComplete: piece.complete};
		}

		await write(data, piece.offset); // eslint-disable-line no-await-in-loop -- as above
		offset = piece.offset + data.length;
		if (offset >= piece.size) {
			return {offset, isComplete: piece.complete};
		}
	}
};

/** Writes a log as it grows, until its invocation has ended. Nothing is asked while nothing grows. */
export const followLog = async (
	reader: LogReader,
	start: number,
): Promise<void> => {
	const {client, invocation} = reader;
	let offset = start;
	for (;;) {
		/* eslint-disable no-await-in-loop -- each round is a connection, and in it each piece comes after the other */
		const bell = createBell();
		const watch = await client.watchPatiently(
			{what: 'log', id: invocation},
			bell.ring,
		);
		void watch.lost.then(bell.ring);
		bell.ring();
		for (;;) {
			await bell.rung();
			if (watch.isLost()) {
				break;
			}

			const read = await readLog(reader, offset);
			offset = read.offset;
			if (read.isComplete) {
				await watch.stop();
				return;
			}
		}
		/* eslint-enable no-await-in-loop */
	}
};

/** Where the last lines of a log begin, as a byte offset. */
export const tailOffset = async (
	{client, invocation}: Pick<LogReader, 'client' | 'invocation'>,
	lines: number,
): Promise<number> => {
	const {size} = await client.call('log.read', {
		invocation,
		offset: 0,
		limit: 1,
	});
	// The line break at the very end closes the last line, it begins none.
	if (lines === 0) {
		return size;
	}

	let missing = lines;
	let end = size;
	let isLast = true;
	while (end > 0) {
		const begin = Math.max(0, end - tailBytes);
		// eslint-disable-next-line no-await-in-loop -- from the end to the beginning
		const piece = await client.call('log.read', {
			invocation,
			offset: begin,
			limit: end - begin,
		});
		const data = Buffer.from(piece.data, 'base64');
		let from = data.length - 1;
		if (isLast && data[from] === lineFeed) {
			from -= 1;
		}

		isLast = false;
		for (; from >= 0; from -= 1) {
			if (data[from] !== lineFeed) {
				continue;
			}

			missing -= 1;
			if (missing === 0) {
				return begin + from + 1;
			}
		}

		end = begin;
	}

	return 0;
};

const pieceAt = async (
	{client, invocation}: Pick<LogReader, 'client' | 'invocation'>,
	offset: number,
) =>
	client.callPatiently('log.read', () => ({
		invocation,
		offset,
		limit: chunkBytes,
	}));

const lineFeed = 0x0a;
