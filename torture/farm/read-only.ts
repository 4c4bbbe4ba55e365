import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {execa} from 'execa';

/** Why nothing can be kept from being written in this folder; undefined where it can. */
export const whyAlwaysWritable = async (
	folder: string,
): Promise<string | undefined> => {
	const file = path.join(folder, 'probe');
	fs.writeFileSync(file, '');
	try {
		const release = await makeReadOnly(file);
		await release();
		return undefined;
	} catch (error) {
		return error instanceof Error
			? (error.message.split('\n').at(-1) ?? '')
			: String(error);
	} finally {
		fs.rmSync(file, {force: true});
	}
};

/** Why a file that somebody has open can be written all the same; undefined where it cannot. */
export const whyWritableWhileOpen = async (
	folder: string,
): Promise<string | undefined> => {
	const file = path.join(folder, 'probe');
	const descriptor = fs.openSync(file, 'w');
	let release: (() => Promise<void>) | undefined;
	try {
		release = await makeReadOnly(file);
		fs.writeSync(descriptor, 'x');
		return 'what is open can be written';
	} catch (error) {
		return release === undefined ? String(error) : undefined;
	} finally {
		await release?.();
		fs.closeSync(descriptor);
		fs.rmSync(file, {force: true});
	}
};

/**
Nobody can write a database until what it gives is called. Root is kept out by an attribute of the file, since permissions do not.

`ends` says which of its files. The last is memory that is shared by all who have it open, and the system ends whoever cannot write there any more.
*/
export const makeReadOnly = async (
	database: string,
	ends: readonly string[] = ['', '-wal', '-shm'],
): Promise<() => Promise<void>> => {
	const files = ends
		.map((end) => database + end)
		.filter((file) => fs.existsSync(file));
	if (process.getuid?.() === 0) {
		await execa('chattr', ['+i', ...files]);
		return async () => {
			await execa('chattr', ['-i', ...files]);
		};
	}

	for (const file of files) {
		fs.chmodSync(file, 0o444);
	}

	return async () => {
		for (const file of files) {
			fs.chmodSync(file, 0o644);
		}
	};
};
