import {Buffer} from 'node:buffer';
import fs from 'node:fs';

/** Where in the log the last write of each output ended, in bytes; 0: it has written nothing. */
export type OutputPositions = {
	readonly out: number;
	readonly error: number;
};

/** Undefined where the system does not tell, or the process is gone. */
export type ReadPositions = () => OutputPositions | undefined;

/** What the wrapper holds open for as long as it lives: the log, opened once for each output of its program. */
const outputDescriptors = {out: 1, error: 3} as const;

/** Whether the system tells where an open file of a process stands, as Linux does. */
export const tellsPositions = (): boolean => {
	isTold ??= fs.existsSync('/proc/self/fdinfo/0');
	return isTold;
};

let isTold: boolean | undefined;

/** How to ask where a wrapper's two outputs stand. */
export const positionsOf = (pid: number): ReadPositions => {
	const places = {
		out: `/proc/${pid}/fdinfo/${outputDescriptors.out}`,
		error: `/proc/${pid}/fdinfo/${outputDescriptors.error}`,
	};
	return () => {
		try {
			for (let round = 0; round < mostRounds; round++) {
				const out = positionIn(places.out);
				const error = positionIn(places.error);
				// Standard output may have written after it was looked at and before the other was, and then that had written above it: the bytes between would be taken for the other's.
				if (error < out || positionIn(places.out) === out) {
					return {out, error};
				}
			}
		} catch {
			// Another system, or the process is gone.
		}

		return undefined;
	};
};

/** Whether these are the outputs of a wrapper that a worker before this one started, and not of one from before there were two, or of another process with its number. */
export const hasOutputsTo = (pid: number, log: string): boolean => {
	try {
		const {dev, ino} = fs.statSync(log);
		return Object.values(outputDescriptors).every((descriptor) => {
			const open = fs.statSync(`/proc/${pid}/fd/${descriptor}`);
			return open.dev === dev && open.ino === ino;
		});
	} catch {
		return false;
	}
};

const mostRounds = 3;
const text = Buffer.alloc(64);

/** The first line is `pos:` and the number. */
const positionIn = (place: string): number => {
	const descriptor = fs.openSync(place, 'r');
	try {
		const length = fs.readSync(descriptor, text, 0, text.length, 0);
		const found = /^pos:\s+(?<position>\d+)\n/v.exec(
			text.toString('latin1', 0, length),
		)?.groups?.['position'];
		if (found === undefined) {
			throw new Error(`${place} does not say where the file stands.`);
		}

		return Number(found);
	} finally {
		fs.closeSync(descriptor);
	}
};
