import {Buffer} from 'node:buffer';
import fs from 'node:fs';
import {z} from 'zod';
import type {InvocationId} from '../core/ids.js';
import type {InvocationOutcome} from '../core/invocation.js';
import {measuresShape, outcomeShape} from '../net/messages/worker.js';
import {invocationIdShape, taskIdShape} from '../net/messages/shapes.js';
import type {SpareFiles} from './spare-files.js';
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

/**
The file of one invocation: what the worker writes and what the wrapper notes, a line each, in the order in which it came. Every line is one small write to a file opened for appending, so it is there as a whole or, without its line feed, does not count. One file instead of several is what makes a thousand starts a second possible.
*/
export type Record = {
	readonly file: string;
	/** The wrapper's standard error. */
	readonly descriptor: number;
	readonly write: (
		word: 'reason' | 'ended' | 'forgotten' | 'reported',
		value?: InvocationOutcome | Ended,
	) => void;
	readonly read: () => Recorded | undefined;
	readonly close: () => void;
};

/**
Begin the record of an invocation with what is to be known of it if this worker ends.

@throws where the file cannot be written
*/
export const createRecord = (
	file: string,
	job: Job,
	spares: SpareFiles,
): Record => {
	const descriptor = spares.open(file);
	fs.writeSync(descriptor, `job ${JSON.stringify(job)}\n`);
	return recordOf(file, descriptor);
};

export const openRecord = (file: string): Record =>
	recordOf(file, fs.openSync(file, 'a+'));

const recordOf = (file: string, descriptor: number): Record => {
	let isOpen = true;
	return {
		file,
		descriptor,
		write(word, value) {
			if (!isOpen) {
				return;
			}

			try {
				fs.writeSync(
					descriptor,
					value === undefined
						? `${word}\n`
						: `${word} ${JSON.stringify(value)}\n`,
				);
			} catch {
				// A full disk must not keep a result from being told; it is only not told again should this worker die before.
			}
		},
		read() {
			const {size, mtimeMs} = fs.fstatSync(descriptor);
			return parseRecord(readAll(descriptor, size), mtimeMs);
		},
		close() {
			if (!isOpen) {
				return;
			}

			isOpen = false;
			fs.closeSync(descriptor);
		},
	};
};

const readAll = (descriptor: number, size: number): string => {
	const bytes = Buffer.alloc(Math.min(size, 1024 * 1024));
	return bytes.toString(
		'utf8',
		0,
		fs.readSync(descriptor, bytes, 0, bytes.length, 0),
	);
};

/** Undefined: not a record, or not even its first line was written. */
export const parseRecord = (
	text: string,
	changedAt: number,
): Recorded | undefined => {
	const lines = text.split('\n').slice(0, -1);
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
		} else if (line === 'forgotten') {
			isForgotten = true;
		} else if (line === 'reported') {
			isReported = true;
		} else {
			notes.push(line);
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
