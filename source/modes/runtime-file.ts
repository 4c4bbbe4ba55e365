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
});

/** What a scheduler leaves on its machine for the commands of the same user to find it. */
export type RuntimeEntry = z.output<typeof runtimeShape>;

/** `folder` is `stateFolders(host).run`. Gives the file that `removeRuntimeFile` takes. */
export const writeRuntimeFile = async (
	folder: string,
	entry: RuntimeEntry,
): Promise<string> => {
	const file = path.join(folder, `scheduler-${entry.pid}.json`);
	await fs.mkdir(folder, {recursive: true, mode: 0o700});
	await writeFileAtomic(file, `${JSON.stringify(entry, undefined, '\t')}\n`, {
		mode: 0o600,
	});
	return file;
};

export const removeRuntimeFile = async (file: string): Promise<void> => {
	await fs.rm(file, {force: true});
};

/** The schedulers of this machine and user that live, the one that started last first. What a killed one left behind is passed over. */
export const readRuntimeFiles = async (
	folder: string,
): Promise<readonly RuntimeEntry[]> => {
	const names = await namesIn(folder);
	const entries = await Promise.all(
		names.map(async (name) => readEntry(path.join(folder, name))),
	);
	return entries
		.filter((entry) => entry !== undefined)
		.filter(({pid}) => isAlive(pid))
		.toSorted((left, right) => right.started_at.localeCompare(left.started_at));
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

const isAlive = (pid: number): boolean => {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// It lives, and belongs to somebody else.
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
};
