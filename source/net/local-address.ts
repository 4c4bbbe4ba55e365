import {mkdir, readdir, readFile, rm, stat} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import writeFileAtomic from 'write-file-atomic';
import {z} from 'zod';

/** A scheduler that runs on this machine for this user. */
export type LocalScheduler = z.output<typeof localSchedulerShape>;

/**
Leaves word in a folder of the user's where the scheduler of this process is, readable by that user alone.

Returns what takes it away again. What dead schedulers left there is taken away too.
*/
export const writeLocalScheduler = async (
	folder: string,
	scheduler: LocalScheduler,
): Promise<() => Promise<void>> => {
	await mkdir(folder, {recursive: true, mode: 0o700});
	for (const {file, content} of await readAll(folder)) {
		if (content !== undefined && !isAlive(content.pid)) {
			await rm(file, {force: true}); // eslint-disable-line no-await-in-loop -- a handful at most
		}
	}

	const file = path.join(folder, `scheduler-${scheduler.pid}.json`);
	await writeFileAtomic(file, `${JSON.stringify(scheduler)}\n`, {mode: 0o600});
	return async () => rm(file, {force: true});
};

/** The schedulers of this machine and user whose processes are there, those that started last first. No folder: none. */
export const readLocalSchedulers = async (
	folder: string,
): Promise<readonly LocalScheduler[]> => {
	const all = await readAll(folder);
	return all
		.flatMap(({content}) => content ?? [])
		.filter(({pid}) => isAlive(pid))
		.toSorted((a, b) => b.started_at - a.started_at);
};

const addressShape = z.object({
	host: z.string().min(1),
	port: z.int().min(1).max(65_535),
});

const localSchedulerShape = z.object({
	pid: z.int().positive(),
	/** Milliseconds since 1970, UTC. */
	started_at: z.number(),
	/** Where to connect from this machine. */
	server: addressShape,
	ui: addressShape,
	/** Path or URL, without a password. */
	database: z.string(),
	database_id: z.string(),
	farm: z.string(),
	/** `insecure` where there is no key. */
	farm_id: z.string(),
});

const readAll = async (
	folder: string,
): Promise<
	ReadonlyArray<{
		readonly file: string;
		readonly content: LocalScheduler | undefined;
	}>
> => {
	if (!(await isOurs(folder))) {
		return [];
	}

	const names = await readdir(folder);
	return Promise.all(
		names
			.filter((name) => /^scheduler-\d+\.json$/v.test(name))
			.map(async (name) => {
				const file = path.join(folder, name);
				return {file, content: await readOne(file)};
			}),
	);
};

/** A folder that another user made could lead anywhere. */
const isOurs = async (folder: string): Promise<boolean> => {
	try {
		const {uid} = await stat(folder);
		return process.getuid === undefined || uid === process.getuid();
	} catch {
		return false;
	}
};

/** Undefined: gone meanwhile, or of another version. */
const readOne = async (file: string): Promise<LocalScheduler | undefined> => {
	try {
		const content: unknown = JSON.parse(await readFile(file, 'utf8'));
		return localSchedulerShape.safeParse(content).data;
	} catch {
		return undefined;
	}
};

const isAlive = (pid: number): boolean => {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
};
