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

/** Nobody can open these files for writing until what it gives is called. Root is kept out by an attribute of the file, since permissions do not. */
export const makeReadOnly = async (
	database: string,
): Promise<() => Promise<void>> => {
	const files = ['', '-wal', '-shm']
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
