/* eslint-disable @typescript-eslint/no-restricted-types -- a Buffer finds line ends and makes strings several times faster than what Uint8Array has for it */
import {Buffer, isUtf8} from 'node:buffer';

/** No line on the wire is longer, the line feed not counted. */
export const maxLineBytes = 8 * 1024 * 1024;

export type Frame =
	| {readonly kind: 'line'; readonly text: string}
	/** A line whose bytes are not UTF-8. */
	| {readonly kind: 'not_text'}
	/** A line that is longer than it may be. Nothing comes after it. */
	| {readonly kind: 'too_long'};

export type FrameReader = {
	/** The lines that this chunk completes, without their line feeds. */
	readonly push: (chunk: Uint8Array) => readonly Frame[];
	/** Bytes of a line whose end has not come yet. */
	readonly pendingBytes: () => number;
};

const lineFeed = 0x0a;
const smallestRest = 1024;

/**
Cuts a stream of bytes into lines, none longer than `maxBytes` says at the time. The same lines come out however the stream is cut into chunks.

Costs time in proportion to the bytes: a line that comes in many chunks is gathered in a buffer that doubles, never joined anew for each of them.
*/
export const createFrameReader = (
	maxBytes: () => number = () => maxLineBytes,
): FrameReader => {
	let rest = Buffer.alloc(0);
	let used = 0;
	let ended = false;

	const keep = (piece: Buffer, limit: number): void => {
		if (used + piece.length > rest.length) {
			const size = Math.max(
				smallestRest,
				used + piece.length,
				Math.min(rest.length * 2, limit),
			);
			const larger = Buffer.allocUnsafeSlow(size);
			rest.copy(larger, 0, 0, used);
			rest = larger;
		}

		piece.copy(rest, used);
		used += piece.length;
	};

	const complete = (piece: Buffer, limit: number): Buffer => {
		if (used === 0) {
			return piece;
		}

		keep(piece, limit);
		const line = rest.subarray(0, used);
		// The line still looks into this buffer, and a connection that falls idle should hold none.
		rest = Buffer.alloc(0);
		used = 0;
		return line;
	};

	return {
		push(chunk) {
			const frames: Frame[] = [];
			const bytes = Buffer.from(
				chunk.buffer,
				chunk.byteOffset,
				chunk.byteLength,
			);
			let start = 0;
			while (!ended && start < bytes.length) {
				const limit = maxBytes();
				const end = bytes.indexOf(lineFeed, start);
				const piece = bytes.subarray(start, end === -1 ? bytes.length : end);
				if (used + piece.length > limit) {
					ended = true;
					rest = Buffer.alloc(0);
					used = 0;
					frames.push({kind: 'too_long'});
				} else if (end === -1) {
					keep(piece, limit);
					break;
				} else {
					frames.push(toFrame(complete(piece, limit)));
					start = end + 1;
				}
			}

			return frames;
		},
		pendingBytes: () => used,
	};
};

const toFrame = (line: Buffer): Frame =>
	isUtf8(line)
		? {kind: 'line', text: line.toString('utf8')}
		: {kind: 'not_text'};
