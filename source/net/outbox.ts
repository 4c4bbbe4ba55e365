import {Buffer} from 'node:buffer';
import type {Duplex} from 'node:stream';

export type Outbox = {
	/** To be written at the end of this tick, together with all else that this tick sends. */
	readonly send: (line: string) => void;
	/** Writes now what waits for the end of the tick. */
	readonly flush: () => void;
	readonly unsentBytes: () => number;
};

/**
Writes lines to a stream, those of one tick in one piece: one system call and one TLS record instead of one for each.

`onOverflow` is called when the other side reads so slowly that more than `maxUnsentBytes` wait.
*/
export const createOutbox = ({
	stream,
	maxUnsentBytes,
	onOverflow,
}: {
	readonly stream: Duplex;
	readonly maxUnsentBytes: number;
	readonly onOverflow: () => void;
}): Outbox => {
	let lines: string[] = [];
	// Characters: fewer than bytes where there is more than ASCII. Exact from the end of the tick on.
	let waiting = 0;

	const flush = (): void => {
		if (lines.length === 0) {
			return;
		}

		const text = lines.length === 1 ? (lines[0] ?? '') : lines.join('');
		lines = [];
		waiting = 0;
		if (!stream.writable) {
			return;
		}

		stream.write(Buffer.from(text, 'utf8'));
		check();
	};

	const check = (): void => {
		if (!(stream.writableLength + waiting > maxUnsentBytes)) {
			return;
		}

		lines = [];
		waiting = 0;
		onOverflow();
	};

	return {
		send(line) {
			if (lines.length === 0) {
				queueMicrotask(flush);
			}

			lines.push(line);
			waiting += line.length;
			check();
		},
		flush,
		unsentBytes: () => stream.writableLength + waiting,
	};
};
