import {Buffer} from 'node:buffer';
import fs from 'node:fs';
import {z} from 'zod';
import type {InvocationId} from '../core/ids.js';
import type {InvocationOutcome} from '../core/invocation.js';
import {measuresShape, outcomeShape} from '../net/messages/worker.js';
import {invocationIdShape, taskIdShape} from '../net/messages/shapes.js';
import type {StateFolder} from './state-folder.js';
import {parseNotes, type WrapperNotes} from './wrapper.js';

/** What a restarted worker must know to carry on with an invocation. */
const jobShape = z.object({
	invocation: invocationIdShape,
	task: taskIdShape,
	started_at: z.number(),
	time_limit_s: z.number(),
	silence_limit_s: z.number(),
	progress_regex: z.string(),
	log: z.string(),
	/** The log is only here, and goes to the scheduler at the end. */
	is_local: z.boolean(),
	/** Goes at the end; null: the node brought a folder of its own. */
	scratch: z.string().nullable(),
	/** The folder of its control group; null: it has none. */
	cgroup: z.string().nullable().default(null),
	/** Bytes that were reserved for it; 0: none, or nobody minds. */
	memory_limit_bytes: z.number().default(0),
	/** For the job interface; a worker before there was one wrote none. */
	token: z.string().optional(),
});

const endedShape = z.object({outcome: outcomeShape, measures: measuresShape});

export type Job = z.output<typeof jobShape>;
export type Ended = z.output<typeof endedShape>;

/** What is known of an invocation that this worker or one before it ran. */
export type Recorded = {
	readonly job: Job;
	readonly notes: WrapperNotes;
	/** Why it was made to end, where it was. */
	readonly reason: InvocationOutcome | undefined;
	/** Given up: nobody waits for its result. */
	readonly isForgotten: boolean;
	readonly ended: Ended | undefined;
	/** The scheduler has the result; the log may still have to go there. */
	readonly isReported: boolean;
	/** When something was last written, by the wall clock. */
	readonly changedAt: number;
};

/** What is written down of one invocation. */
export type Record = {
	/** The wrapper's standard error. */
	readonly descriptor: number;
	readonly write: (
		word: 'reason' | 'ended' | 'forgotten' | 'reported',
		value?: InvocationOutcome | Ended,
	) => void;
	readonly read: () => Recorded | undefined;
	/** Nothing of the invocation runs any more; only its result may still have to be told. */
	readonly settle: () => void;
	/** Nobody needs it any more. */
	readonly remove: () => void;
};

export type Records = {
	/**
	Begin the record of an invocation with what is to be known of it if this worker ends.

	@throws where the file cannot be written
	*/
	readonly begin: (job: Job) => Record;
	/** One that a worker before this one left. */
	readonly open: (file: string) => Record;
	/** Remove what is kept for use again. */
	readonly clear: () => void;
};

/** So long after it was not needed any more, none is kept. */
const keptMs = 1000;
const mostKept = 64;
const largestKept = 32 * 1024;
/** With more settled ones, their files are closed. */
const mostSettledOpen = 200;

type Spare = {
	readonly file: string;
	readonly descriptor: number;
	readonly size: number;
};

/**
The records of a worker: a file for each invocation, of what the worker writes and what the wrapper notes, a line each, in the order in which it came. Every line is one small write to a file opened for appending, so it is there as a whole or, without its line feed, does not count. One file instead of several, and the same one again for the next invocation, is what makes a thousand starts a second possible: there the new record follows on what is over, since to make or to empty a file takes ext4 longer than to start a process.
*/
export const createRecords = (folder: StateFolder): Records => {
	const spares: Spare[] = [];
	let settledOpen = 0;
	let timer: NodeJS.Timeout | undefined;

	const clear = (): void => {
		clearTimeout(timer);
		timer = undefined;
		for (const {file, descriptor} of spares.splice(0)) {
			fs.closeSync(descriptor);
			fs.rmSync(file, {force: true});
		}
	};

	const keep = (spare: Spare): void => {
		spares.push(spare);
		timer ??= setTimeout(clear, keptMs).unref();
	};

	const takeSpare = (file: string): Spare | undefined => {
		const spare = spares.pop();
		if (spare === undefined) {
			return undefined;
		}

		try {
			fs.renameSync(spare.file, file);
			return {...spare, file};
		} catch {
			// Somebody tidied up.
			fs.closeSync(spare.descriptor);
			return undefined;
		}
	};

	const recordOf = ({file, descriptor, size: start}: Spare): Record => {
		let state: 'live' | 'settled' | 'closed' = 'live';
		return {
			descriptor,
			write(word, value) {
				const line =
					value === undefined
						? `${word}\n`
						: `${word} ${JSON.stringify(value)}\n`;
				try {
					if (state === 'closed') {
						fs.appendFileSync(file, line);
					} else {
						fs.writeSync(descriptor, line);
					}
				} catch {
					// A full disk must not keep a result from being told; it is only not told again should this worker die before.
				}
			},
			read() {
				const {size, mtimeMs} = fs.fstatSync(descriptor);
				return parseRecord(readFrom(descriptor, {start, size}), mtimeMs);
			},
			settle() {
				if (settledOpen < mostSettledOpen) {
					settledOpen++;
					state = 'settled';
				} else {
					state = 'closed';
					fs.closeSync(descriptor);
				}
			},
			remove() {
				if (state === 'closed') {
					fs.rmSync(file, {force: true});
					return;
				}

				if (state === 'settled') {
					settledOpen--;
				}

				state = 'closed';
				try {
					if (spares.length < mostKept) {
						fs.writeSync(descriptor, 'over\n');
						const {size} = fs.fstatSync(descriptor);
						if (size <= largestKept) {
							keep({file, descriptor, size});
							return;
						}
					}
				} catch {
					// As on a full disk.
				}

				fs.closeSync(descriptor);
				fs.rmSync(file, {force: true});
			},
		};
	};

	const open = (file: string): Record =>
		recordOf({file, descriptor: fs.openSync(file, 'a+', 0o600), size: 0});

	return {
		begin(job) {
			const file = folder.recordOf(job.invocation);
			const spare = takeSpare(file);
			const record = spare === undefined ? open(file) : recordOf(spare);
			try {
				fs.writeSync(record.descriptor, `job ${JSON.stringify(job)}\n`);
				return record;
			} catch (error) {
				record.remove();
				throw error;
			}
		},
		open,
		clear,
	};
};

const readFrom = (
	descriptor: number,
	{start, size}: {readonly start: number; readonly size: number},
): string => {
	const bytes = Buffer.alloc(Math.min(size - start, 1024 * 1024));
	return bytes.toString(
		'utf8',
		0,
		fs.readSync(descriptor, bytes, 0, bytes.length, start),
	);
};

/** What the last one in a file says. Undefined: it is none, it is over, or not even its first line was written. */
export const parseRecord = (
	text: string,
	changedAt: number,
): Recorded | undefined => {
	const last = text.lastIndexOf('\njob ', text.lastIndexOf('\n') - 1);
	const lines = text
		.slice(last + 1)
		.split('\n')
		.slice(0, -1);
	const job = jobShape.safeParse(jsonAfter('job ', lines[0] ?? ''));
	if (!job.success) {
		return undefined;
	}

	const notes: string[] = [];
	let reason: InvocationOutcome | undefined;
	let ended: Ended | undefined;
	let isForgotten = false;
	let isReported = false;
	for (const line of lines.slice(1)) {
		if (line.startsWith('reason ')) {
			reason ??= outcomeShape.safeParse(jsonAfter('reason ', line)).data;
		} else if (line.startsWith('ended ')) {
			ended ??= endedShape.safeParse(jsonAfter('ended ', line)).data;
		} else {
			switch (line) {
				case 'forgotten': {
					isForgotten = true;

					break;
				}

				case 'reported': {
					isReported = true;

					break;
				}

				case 'over': {
					return undefined;
				}

				default: {
					notes.push(line);
				}
			}
		}
	}

	return {
		job: job.data,
		notes: parseNotes(notes),
		reason,
		isForgotten,
		ended,
		isReported,
		changedAt,
	};
};

const jsonAfter = (word: string, line: string): unknown => {
	if (!line.startsWith(word)) {
		return undefined;
	}

	try {
		return JSON.parse(line.slice(word.length));
	} catch {
		return undefined;
	}
};

export type InvocationEnd = Ended & {readonly invocation: InvocationId};
