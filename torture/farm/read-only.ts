import fs from 'node:fs';
import process from 'node:process';
import {execa} from 'execa';

/** Nobody can open these files for writing until what it gives is called. Root is kept out by an attribute of the file, since permissions do not. */
export const makeReadOnly = async (
	database: string,
): Promise<() => Promise<void>> => {
	const files = ['', '-wal', '-shm']
		.map((end) => database + end)
		.filter((file) => fs.existsSync(file));
	if (process.getuid?.() === 0) {
		await execa('chattr', ['+i', ...files], {reject: false});
		return async () => {
			await execa('chattr', ['-i', ...files], {reject: false});
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
