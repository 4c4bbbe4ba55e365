/* eslint-disable @typescript-eslint/no-restricted-types -- a Buffer finds what is sought in bytes, which a Uint8Array cannot */
import {Buffer} from 'node:buffer';
import {
	percentOf,
	type Progress,
	type ProgressPattern,
} from './progress-pattern.js';

export type ProgressReader = {
	/** Take the next piece of output, whatever it ends in the middle of. */
	readonly push: (piece: Uint8Array) => Progress;
	/** What comes next does not follow on what came. */
	readonly skip: () => void;
	/** The last line may have no end. */
	readonly end: () => Progress;
};

/** Longer lines are looked at only so far. */
const longestLine = 4096;
/** A pattern of a node's own is tried on so much of a piece, from its end: only the newest progress counts. */
const longestSearch = 64 * 1024;

/** Reads progress out of output as it comes. Lines end with a line feed or, as progress bars do, with a carriage return. */
export const createProgressReader = (
	pattern: ProgressPattern,
): ProgressReader => {
	// The line that has not ended yet, or its beginning.
	let rest: Uint8Array = Buffer.alloc(0);

	const look = (bytes: Buffer): Progress => {
		const progress =
			pattern.needle === undefined || bytes.includes(pattern.needle)
				? pattern.find(linesOf(bytes.subarray(-longestSearch)))
				: {};
		return bytes.includes('openjd_')
			? {...progress, ...findOpenJobDescription(linesOf(bytes))}
			: progress;
	};

	return {
		push(piece) {
			const end = lastLineEnd(piece);
			if (end === -1) {
				if (rest.length < longestLine) {
					rest = Buffer.concat([rest, piece.subarray(0, longestLine)]);
				}

				return {};
			}

			// Only the line that began before is put together: a copy of all that a hundred processes write would let the worker's memory grow with it.
			const first = rest.length === 0 ? 0 : firstLineEnd(piece);
			const begun =
				rest.length === 0
					? {}
					: look(Buffer.concat([rest, piece.subarray(0, first)]));
			const whole = Buffer.from(piece.buffer, piece.byteOffset, end);
			rest = Buffer.from(piece.subarray(end + 1, end + 1 + longestLine));
			return {...begun, ...look(whole.subarray(first))};
		},
		skip() {
			rest = Buffer.alloc(0);
		},
		end() {
			const whole = Buffer.from(rest);
			rest = Buffer.alloc(0);
			return whole.length === 0 ? {} : look(whole);
		},
	};
};

const lastLineEnd = (bytes: Uint8Array): number =>
	Math.max(bytes.lastIndexOf(10), bytes.lastIndexOf(13));

const firstLineEnd = (bytes: Uint8Array): number => {
	const ends = [bytes.indexOf(10), bytes.indexOf(13)];
	return Math.min(...ends.filter((end) => end !== -1));
};

const linesOf = (bytes: Buffer): string[] =>
	bytes
		.toString('utf8')
		.split(/[\n\r]+/v)
		.map((line) =>
			line.length > longestLine ? line.slice(0, longestLine) : line,
		);

/** The messages that Open Job Description defines for standard output; each at the beginning of its line. */
const findOpenJobDescription = (lines: readonly string[]): Progress => {
	let progress: Progress = {};
	for (const line of lines) {
		const {kind, rest = ''} =
			/^openjd_(?<kind>progress|status|fail): ?(?<rest>.*)$/v.exec(line)
				?.groups ?? {};
		const text = rest.trim();
		switch (kind) {
			case 'progress': {
				progress = {
					...progress,
					...(text !== '' && percentOf(Number(text))),
				};
				break;
			}

			case 'status': {
				progress = {...progress, status: text};
				break;
			}

			case 'fail': {
				progress = {
					...progress,
					failure: text === '' ? 'The job says that it failed.' : text,
				};
				break;
			}

			case undefined:
			default: {
				break;
			}
		}
	}

	return progress;
};
