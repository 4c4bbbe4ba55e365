/* eslint-disable @typescript-eslint/no-restricted-types -- of lines texts are made, which a Buffer does best */
import {Buffer} from 'node:buffer';
import {setTimeout as delay} from 'node:timers/promises';
import {FarmError} from '../core/errors.js';
import type {InvocationId} from '../core/ids.js';
import {markOfLine, unpackMarks, type LogMark} from '../core/log-marks.js';
import type {Client} from './client.js';

/** A line of a log, with when it came, and by which output. */
export type MarkedLine = {
	/** With its line feed; the last may have none. */
	readonly bytes: Buffer;
	/** Milliseconds since 1970; undefined where nobody noted it. */
	readonly at: number | undefined;
	readonly stream: 'stdout' | 'stderr' | undefined;
};

type Options = {
	readonly client: Client;
	readonly invocation: InvocationId;
	/** Wait a little for the marks of what has only just come. */
	readonly isFollowing: boolean;
	/** Else the beginning of a line is told as soon as it is there, as a progress bar needs it. */
	readonly isWholeLines: boolean;
	readonly onLine: (line: MarkedLine) => void;
};

/** A worker looks at a log four times a second. */
const againMs = 250;
const mostTimes = 4;
const longestLine = 1024 * 1024;

/** Cuts a log into lines, and asks when each came, and by which output. */
export const markedLog = ({
	client,
	invocation,
	isFollowing,
	isWholeLines,
	onLine,
}: Options) => {
	let rest: Buffer = Buffer.alloc(0);
	let restBegin = 0;
	/** Marks of the line that has no end yet, and of what follows it. */
	let marks: readonly LogMark[] = [];
	/** An older scheduler, or an older worker, notes nothing. */
	let isNoted = true;

	const ask = async (offset: number, limit: number) => {
		try {
			const found = await client.callPatiently('log.marks', () => ({
				invocation,
				offset,
				limit,
			}));
			return {marks: unpackMarks(found), isNoted: found.marked > 0};
		} catch (error) {
			if (!(error instanceof FarmError && error.code === 'VERSION')) {
				throw error;
			}

			return {marks: [], isNoted: false};
		}
	};

	/** Of these bytes, all of them; what is not noted in time is not known. */
	const marksOf = async (
		offset: number,
		length: number,
	): Promise<readonly LogMark[]> => {
		const end = offset + length;
		let found = await ask(offset, length);
		const isCovered = () => (found.marks.at(-1)?.end ?? 0) >= end;
		for (let left = isFollowing ? mostTimes : 0; left > 0; left--) {
			if (isCovered()) {
				break;
			}

			/* eslint-disable no-await-in-loop -- one after the other */
			await delay(againMs);
			found = await ask(offset, length);
			/* eslint-enable no-await-in-loop */
		}

		isNoted = found.isNoted;
		return isCovered()
			? found.marks
			: [...found.marks, {end, at: NaN, stream: 0}];
	};

	const tell = (begin: number, bytes: Buffer): void => {
		const {at, stream} = markOfLine(marks, {
			begin,
			end: begin + bytes.length,
		});
		onLine({
			bytes,
			at: Number.isNaN(at) ? undefined : at,
			stream: names[stream],
		});
	};

	return {
		async take(piece: Uint8Array, offset: number): Promise<void> {
			const begin = offset - rest.length;
			marks = isNoted
				? [
						...marks.filter(({end}) => end > begin),
						...(await marksOf(offset, piece.length)),
					]
				: [];
			const bytes = Buffer.concat([rest, piece]);
			let from = 0;
			for (;;) {
				const end = bytes.indexOf(lineFeed, from) + 1;
				if (end === 0) {
					break;
				}

				tell(begin + from, bytes.subarray(from, end));
				from = end;
			}

			rest = bytes.subarray(from);
			if (rest.length > (isWholeLines ? longestLine : 0)) {
				tell(begin + from, rest);
				rest = Buffer.alloc(0);
			}

			restBegin = offset + piece.length - rest.length;
		},
		/** The last line may have no end. */
		end(): void {
			if (rest.length > 0) {
				tell(restBegin, rest);
			}
		},
	};
};

const names = [undefined, 'stdout', 'stderr'] as const;
const lineFeed = 0x0a;
