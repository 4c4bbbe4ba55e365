import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import writeFileAtomic from 'write-file-atomic';
import {z} from 'zod';

const addressShape = z.strictObject({
	host: z.string(),
	port: z.number().int().min(1).max(65_535),
});

const runtimeShape = z.looseObject({
	pid: z.number().int().positive(),
	farm: z.string(),
	/** Where this machine reaches it: an address that is listened on, loopback where that is every one. */
	server: addressShape,
	ui: addressShape,
	database: z.string(),
	config_folder: z.string(),
	/** Null: it runs without a key. */
	key_file: z.string().nullable(),
	/** ISO 8601, UTC. */
	started_at: z.string(),
	/** What tells it from a process that gets its number later; absent where the system does not say. */
	process_identity: z.string().optional(),
});

/** What a scheduler leaves on its machine for the commands of the same user to find it. */
export type RuntimeEntry = z.output<typeof runtimeShape>;

/** `folder` is `stateFolders(host).run`. Gives the file that `removeRuntimeFile` takes. What killed schedulers left there goes. */
export const writeRuntimeFile = async (
	folder: string,
	entry: RuntimeEntry,
): Promise<string> => {
	const file = path.join(folder, `scheduler-${entry.pid}.json`);
	await fs.mkdir(folder, {recursive: true, mode: 0o700});
	const identity = await identityOf(entry.pid);
	const text = JSON.stringify(
		{...entry, ...(identity !== undefined && {process_identity: identity})},
		undefined,
		'\t',
	);
	await writeFileAtomic(file, `${text}\n`, {mode: 0o600});
	for (const left of await readFolder(folder)) {
		if (!left.isRunning) {
			await removeRuntimeFile(left.file); // eslint-disable-line no-await-in-loop -- rarely more than one
		}
	}

	return file;
};

export const removeRuntimeFile = async (file: string): Promise<void> => {
	await fs.rm(file, {force: true});
};

/** The schedulers of this machine and user that live, the one that started last first. What a killed one left behind is passed over. */
export const readRuntimeFiles = async (
	folder: string,
): Promise<readonly RuntimeEntry[]> => {
	const found = await readFolder(folder);
	return found
		.filter(({isRunning}) => isRunning)
		.map(({entry}) => entry)
		.toSorted((left, right) => right.started_at.localeCompare(left.started_at));
};

const readFolder = async (folder: string) => {
	const names = await namesIn(folder);
	const found = await Promise.all(
		names.map(async (name) => {
			const file = path.join(folder, name);
			const entry = await readEntry(file);
			return entry && {file, entry, isRunning: await isRunning(entry)};
		}),
	);
	return found.filter((one) => one !== undefined);
};

const namesIn = async (folder: string): Promise<string[]> => {
	try {
		const names = await fs.readdir(folder);
		return names.filter((name) => /^scheduler-\d+\.json$/v.test(name));
	} catch {
		// Nothing has ever run here, or it is not ours to look at: either way nothing is known to run.
		return [];
	}
};

const readEntry = async (file: string): Promise<RuntimeEntry | undefined> => {
	try {
		const parsed = runtimeShape.safeParse(
			JSON.parse(await fs.readFile(file, 'utf8')),
		);
		return parsed.data;
	} catch {
		// Taken away meanwhile, or cut short by a full disk: as good as not there.
		return undefined;
	}
};

const isRunning = async ({
	pid,
	process_identity: identity,
}: RuntimeEntry): Promise<boolean> =>
	isAlive(pid) &&
	(identity === undefined || identity === (await identityOf(pid)));

const isAlive = (pid: number): boolean => {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// It lives, and belongs to somebody else.
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
};

/** Numbers of processes are given anew, after a restart of the machine from the lowest on: with the time of its start, and which start of the machine that is counted from, a process is known for certain. Only Linux says it this easily. */
const identityOf = async (pid: number): Promise<string | undefined> => {
	try {
		const [boot, stat] = await Promise.all([
			fs.readFile('/proc/sys/kernel/random/boot_id', 'latin1'),
			fs.readFile(`/proc/${pid}/stat`, 'latin1'),
		]);
		// The 22nd field. The second one, the name, may have spaces and parentheses in it. See proc(5).
		const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 20)[
			22 - 3
		];
		return started === undefined ? undefined : `${boot.trim()} ${started}`;
	} catch {
		return undefined;
	}
};
