import {Buffer} from 'node:buffer';
import {
	mkdir,
	open,
	readFile as readWhole,
	rename,
	rm,
	rmdir,
	stat,
	writeFile,
	type FileHandle,
} from 'node:fs/promises';
import path from 'node:path';
import {FarmError} from '../../core/errors.js';
import {
	invocationId,
	type InvocationId,
	type WorkerId,
} from '../../core/ids.js';
import {
	markedBytes,
	marksBetween,
	marksText,
	packMarks,
	parseMarks,
	unpackMarks,
	type PackedMarks,
} from '../../core/log-marks.js';
import {logPath, marksPath} from '../../core/log-path.js';
import type {InvocationRow} from '../../db/queries/invocations.js';
import type {ViewContext} from './view-context.js';

export type LogPiece = {
	/** Base64. */
	readonly data: string;
	/** Where `data` begins. */
	readonly offset: number;
	readonly size: number;
	/** The invocation has ended, and nothing will come any more. */
	readonly complete: boolean;
};

export type LogStatus = {
	readonly size: number;
	readonly complete: boolean;
	/** Up to this byte it is noted when they came, and by which output. */
	readonly marked: number;
};

/** Some bytes of a log. */
export type LogRange = {
	readonly invocation: InvocationId;
	readonly offset: number;
	readonly limit: number;
};

export type LogStore = {
	/** Bytes from an offset; a negative one counts from the end. Rejects with `NOT_FOUND` where there is no such invocation. */
	readonly read: (range: LogRange) => Promise<LogPiece>;
	/** When they came, and by which output; nothing where that was not noted. Rejects with `NOT_FOUND` where there is no such invocation. */
	readonly marks: (range: LogRange) => Promise<PackedMarks>;
	readonly status: (invocation: InvocationId) => Promise<LogStatus>;
	/** Take a piece of a log from the worker that ran the invocation. A piece that is there already is passed over; one behind a gap is refused with `CONFLICT`. */
	readonly append: (
		worker: WorkerId,
		params: {
			readonly invocation: InvocationId;
			readonly offset: number;
			readonly data: string;
			readonly last: boolean;
		},
	) => Promise<void>;
	/** Take all that is noted of a log from the worker that sends it. */
	readonly mark: (
		worker: WorkerId,
		params: PackedMarks & {readonly invocation: InvocationId},
	) => Promise<void>;
	/** The files go in the background, one after the other. */
	readonly remove: (invocations: readonly number[]) => void;
	/** Where an invocation's log is, or will be, where worker and scheduler share the folder. */
	readonly file: (invocation: InvocationId) => string;
	/** Resolves when what was to be removed is gone, where it can be. */
	readonly settled: () => Promise<void>;
};

/** What a worker says of a log that is still only there. */
export type AskWorker = {
	readonly read: (
		worker: WorkerId,
		range: LogRange,
	) => Promise<
		| {readonly data: string; readonly size: number; readonly known: boolean}
		| undefined
	>;
	readonly marks: (
		worker: WorkerId,
		range: LogRange,
	) => Promise<PackedMarks | undefined>;
};

/** A piece is sent in one message, and that has a limit. */
const mostBytes = 1024 * 1024;

/**
Logs of invocations: files in a folder beside the database. A worker that shares the folder lets its processes write right there; another one's logs are read from it while they are only there, and come here piece by piece when the process has ended.
*/
export const createLogStore = ({
	folder,
	context: {reads, books},
	askWorker,
}: {
	readonly folder: string;
	readonly context: Pick<ViewContext, 'reads' | 'books'>;
	readonly askWorker: AskWorker;
}): LogStore => {
	const file = (invocation: InvocationId): string =>
		path.join(folder, logPath(invocation));
	/** Pieces of one log are written one after the other. */
	const appending = new Map<InvocationId, Promise<void>>();
	let removing = Promise.resolve();

	const rowOf = (invocation: InvocationId): InvocationRow => {
		const row = reads.invocations.get.get(invocation);
		if (!row) {
			throw new FarmError('NOT_FOUND', `There is no invocation ${invocation}.`);
		}

		return row;
	};

	const isLive = ({state}: InvocationRow): boolean =>
		state === 'invoking' || state === 'running';

	const read: LogStore['read'] = async ({invocation, offset, limit}) => {
		const row = rowOf(invocation);
		const most = Math.min(limit, mostBytes);
		const here = await readFile(file(invocation), {offset, limit: most});
		if (here) {
			return {...here, complete: isOver(row)};
		}

		const there = await readThere(row, {offset, limit: most});
		if (there) {
			// It may have come here while the worker was asked: then nothing is missed by looking again.
			return {...there, complete: false};
		}

		const late =
			(await readFile(file(invocation), {offset, limit: most})) ??
			(await readFile(partOf(file(invocation)), {offset, limit: most}));
		return {
			...(late ?? {data: '', offset: Math.max(0, offset), size: 0}),
			complete: isOver(row) && !mayCome(row),
		};
	};

	/** Asked before the file is read: what a process wrote before its end is then in what is read. */
	const isOver = (row: InvocationRow): boolean => !isLive(row);

	/** Its worker may come back and send the rest. */
	const mayCome = ({worker_id: id}: InvocationRow): boolean => {
		const worker = books().fleet.workers.get(id);
		return worker !== undefined && !worker.link && worker.lostAt !== undefined;
	};

	/** Undefined where the worker cannot be asked, or has no such log. */
	const readThere = async (
		row: InvocationRow,
		{offset, limit}: {readonly offset: number; readonly limit: number},
	): Promise<Omit<LogPiece, 'complete'> | undefined> => {
		if (!books().fleet.workers.get(row.worker_id)?.link) {
			return undefined;
		}

		const ask = async (from: number, bytes: number) => {
			const answer = await ifPossible(async () =>
				askWorker.read(row.worker_id, {
					invocation: row.id,
					offset: from,
					limit: bytes,
				}),
			);
			return answer?.known ? answer : undefined;
		};

		if (offset >= 0) {
			const answer = await ask(offset, limit);
			return answer && {data: answer.data, offset, size: answer.size};
		}

		const end = await ask(0, 1);
		if (!end) {
			return undefined;
		}

		const from = Math.max(0, end.size + offset);
		const answer = await ask(from, limit);
		return answer && {data: answer.data, offset: from, size: answer.size};
	};

	const readMarks = async (
		row: InvocationRow,
		{offset, limit}: {readonly offset: number; readonly limit: number},
	): Promise<PackedMarks> => {
		const text = await textIn(marksPath(file(row.id)));
		if (text !== undefined) {
			return packMarks(
				marksBetween(text, {from: offset, to: offset + limit}),
				markedBytes(text),
			);
		}

		if (
			!books().fleet.workers.get(row.worker_id)?.link ||
			(await sizeOf(file(row.id))) !== undefined
		) {
			return nothingNoted;
		}

		const there = await ifPossible(async () =>
			askWorker.marks(row.worker_id, {invocation: row.id, offset, limit}),
		);
		return there ?? nothingNoted;
	};

	const markNow = async (
		worker: WorkerId,
		{invocation, ...packed}: Parameters<LogStore['mark']>[1],
	): Promise<void> => {
		expectFrom(worker, rowOf(invocation));
		const text = marksText({
			since: packed.since,
			cutAt: undefined,
			marks: unpackMarks(packed),
		});
		if (
			(await sizeOf(file(invocation))) !== undefined ||
			parseMarks(text)?.marks.length !== packed.marks.length
		) {
			return;
		}

		const name = marksPath(file(invocation));
		await mkdir(path.dirname(name), {recursive: true});
		await writeFile(partOf(name), text);
		await rename(partOf(name), name);
	};

	const expectFrom = (worker: WorkerId, row: InvocationRow): void => {
		if (row.worker_id !== worker) {
			throw new FarmError(
				'INVALID',
				`Invocation ${row.id} did not run on this worker.`,
			);
		}
	};

	const appendNow = async (
		worker: WorkerId,
		{invocation, offset, data, last}: Parameters<LogStore['append']>[1],
	): Promise<void> => {
		expectFrom(worker, rowOf(invocation));
		if ((await sizeOf(file(invocation))) !== undefined) {
			return;
		}

		const part = partOf(file(invocation));
		const bytes = Buffer.from(data, 'base64');
		await mkdir(path.dirname(part), {recursive: true});
		const handle = await open(part, 'a');
		try {
			const {size} = await handle.stat();
			if (offset > size) {
				throw new FarmError(
					'CONFLICT',
					`The log of invocation ${invocation} is here up to byte ${size}; the piece begins at ${offset}.`,
				);
			}

			const fresh = bytes.subarray(size - offset);
			if (fresh.length > 0) {
				await handle.appendFile(fresh);
			}

			if (last) {
				await handle.sync();
			}
		} finally {
			await handle.close();
		}

		if (last) {
			await rename(part, file(invocation));
		}
	};

	const removeNow = async (invocations: readonly number[]): Promise<void> => {
		const folders = new Set<string>();
		for (const id of invocations) {
			const name = file(invocationId(id));
			folders.add(path.dirname(name));
			const marks = marksPath(name);
			for (const one of [name, partOf(name), marks, partOf(marks)]) {
				try {
					await rm(one, {force: true}); // eslint-disable-line no-await-in-loop -- one after the other, so that a million do not crowd out everything else
				} catch {
					// One that cannot be removed is in nobody's way: the others go.
				}
			}
		}

		for (const emptied of folders) {
			try {
				await rmdir(emptied); // eslint-disable-line no-await-in-loop -- few
			} catch {
				// Others' logs are in it still.
			}
		}
	};

	/** Pieces of one log, and what is noted of it, come one after the other. */
	const inTurn = async (
		invocation: InvocationId,
		act: () => Promise<void>,
	): Promise<void> => {
		const before = appending.get(invocation) ?? Promise.resolve();
		const mine = after(before, act);
		appending.set(invocation, mine);
		try {
			await mine;
		} finally {
			if (appending.get(invocation) === mine) {
				appending.delete(invocation);
			}
		}
	};

	const sizeNow = async (
		row: InvocationRow,
	): Promise<Omit<LogStatus, 'marked'>> => {
		const invocation = row.id;
		const size = await sizeOf(file(invocation));
		if (size !== undefined) {
			return {size, complete: isOver(row)};
		}

		const there = await readThere(row, {offset: 0, limit: 1});
		if (there) {
			return {size: there.size, complete: false};
		}

		return {
			size:
				(await sizeOf(file(invocation))) ??
				(await sizeOf(partOf(file(invocation)))) ??
				0,
			complete: isOver(row) && !mayCome(row),
		};
	};

	return {
		read,
		async marks({invocation, ...range}) {
			return readMarks(rowOf(invocation), range);
		},
		async status(invocation) {
			const row = rowOf(invocation);
			const [now, {marked}] = await Promise.all([
				sizeNow(row),
				readMarks(row, {offset: 0, limit: 1}),
			]);
			return {...now, marked};
		},
		append: async (worker, params) =>
			inTurn(params.invocation, async () => appendNow(worker, params)),
		mark: async (worker, params) =>
			inTurn(params.invocation, async () => markNow(worker, params)),
		remove(invocations) {
			removing = after(removing, async () => removeNow(invocations));
		},
		file,
		settled: async () => removing,
	};
};

/** What is here so far of a file that is not all here; it gets its name with the last piece. */
const partOf = (name: string): string => `${name}.part`;

const nothingNoted: PackedMarks = {since: 0, marks: [], marked: 0};

/** Undefined where a worker is lost meanwhile, or from before there was what it is asked: that is no fault of whoever reads. */
const ifPossible = async <Answer>(
	ask: () => Promise<Answer>,
): Promise<Answer | undefined> => {
	try {
		return await ask();
	} catch (error) {
		if (error instanceof FarmError) {
			return undefined;
		}

		throw error;
	}
};

const textIn = async (name: string): Promise<string | undefined> => {
	try {
		return await readWhole(name, 'latin1');
	} catch (error) {
		ignoreMissing(error);
		return undefined;
	}
};

/** Whatever became of the one before. */
const after = async (
	before: Promise<void>,
	next: () => Promise<void>,
): Promise<void> => {
	try {
		await before;
	} catch {
		// Whoever asked for that one was told.
	}

	return next();
};

const sizeOf = async (name: string): Promise<number | undefined> => {
	try {
		const {size} = await stat(name);
		return size;
	} catch (error) {
		ignoreMissing(error);
	}
};

const readFile = async (
	name: string,
	{offset, limit}: {readonly offset: number; readonly limit: number},
): Promise<Omit<LogPiece, 'complete'> | undefined> => {
	let handle: FileHandle;
	try {
		handle = await open(name, 'r');
	} catch (error) {
		ignoreMissing(error);
		return;
	}

	try {
		const {size} = await handle.stat();
		const from = offset < 0 ? Math.max(0, size + offset) : offset;
		const wanted = Math.max(0, Math.min(limit, size - from));
		const {bytesRead, buffer} =
			wanted === 0
				? {bytesRead: 0, buffer: Buffer.alloc(0)}
				: await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, from);
		return {
			data: buffer.toString('base64', 0, bytesRead),
			offset: from,
			size,
		};
	} finally {
		await handle.close();
	}
};

const ignoreMissing = (error: unknown): undefined => {
	if (
		error instanceof Error &&
		'code' in error &&
		(error.code === 'ENOENT' || error.code === 'ENOTDIR')
	) {
		return undefined;
	}

	throw error;
};
