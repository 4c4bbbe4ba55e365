import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

export type WritableFolder = {
	readonly folder: string;
	/** One line where another folder than the wanted one had to be taken. */
	readonly warning: string | undefined;
};

/**
The wanted folder, made where it is not there; or, where it cannot be written, one of this user's own in the system's folder for temporary files. A component goes on with it, and says so.

A full disk is no reason to leave a folder that is there: what a worker of before left in it, such as processes that run, has to be found again.
*/
export const writableFolder = async (
	wanted: string,
	what: string,
): Promise<WritableFolder> => {
	const error = await tryToWrite(wanted);
	if (error === undefined) {
		return {folder: wanted, warning: undefined};
	}

	const refusal = reasonOf(error);
	if (isFull(error) && (await isFolder(wanted))) {
		return {
			folder: wanted,
			warning: `${what}: nothing new can be written to ${wanted} (${refusal}): free some space`,
		};
	}

	const folder = await temporaryFolder(path.basename(wanted));
	return {
		folder,
		warning: `${what}: ${wanted} cannot be written (${refusal}); ${folder} is used instead, which may not last`,
	};
};

/** Make a folder, and say why it cannot be written, or undefined if it can. */
export const whyNotWritable = async (
	folder: string,
): Promise<string | undefined> => {
	const error = await tryToWrite(folder);
	return error === undefined ? undefined : reasonOf(error);
};

/** What it threw; undefined where it went well. */
const tryToWrite = async (folder: string): Promise<unknown> => {
	try {
		await fs.mkdir(folder, {recursive: true, mode: 0o700});
		// `access` says yes to root on a read-only file system, and to some network shares: only writing tells.
		const probe = await fs.mkdtemp(path.join(folder, '.probe-'));
		await fs.rmdir(probe);
		return undefined;
	} catch (error) {
		return error;
	}
};

const isFull = (error: unknown): boolean =>
	['ENOSPC', 'EDQUOT'].includes(codeOf(error));

const isFolder = async (folder: string): Promise<boolean> => {
	const found = await fs.stat(folder).catch(() => undefined);
	return found?.isDirectory() === true;
};

export const reasonOf = (error: unknown): string => {
	const code = codeOf(error);
	return (
		reasons[code] ?? (error instanceof Error ? error.message : String(error))
	);
};

const codeOf = (error: unknown): string =>
	error instanceof Error && 'code' in error ? String(error.code) : '';

const reasons: Readonly<Record<string, string>> = {
	EACCES: 'not permitted',
	EPERM: 'not permitted',
	EROFS: 'a read-only file system',
	ENOSPC: 'the disk is full',
	EDQUOT: 'the quota is used up',
	ENOTDIR: 'a file is in the way',
	EEXIST: 'a file is in the way',
	EISDIR: 'it is a folder',
	ENOENT: 'it is not there',
};

/** The same one for every process of this user, so that scheduler and worker find each other; and nobody else's. */
const temporaryFolder = async (name: string): Promise<string> => {
	const user = process.getuid?.();
	const root = path.join(
		os.tmpdir(),
		`lifeblood-${user ?? os.userInfo().username}`,
	);
	await fs.mkdir(root, {mode: 0o700}).catch(() => undefined);
	const found = await fs.lstat(root).catch(() => undefined);
	const isOurs =
		found?.isDirectory() === true &&
		(user === undefined || (found.uid === user && found.mode % 0o100 === 0));
	const folder = isOurs
		? path.join(root, name)
		: await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-'));
	await fs.mkdir(folder, {recursive: true, mode: 0o700});
	return folder;
};
