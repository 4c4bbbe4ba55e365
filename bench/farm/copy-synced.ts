import fs from 'node:fs/promises';

/** Copies a file, over what is there, and waits until the copy is on the disk: gigabytes that are still being written would hold up whoever syncs next to them. */
export const copySynced = async (from: string, to: string): Promise<void> => {
	await fs.rm(to, {force: true});
	await fs.copyFile(from, to);
	await syncFile(to);
};

/** Waits until a file is on the disk. */
export const syncFile = async (path: string): Promise<void> => {
	const file = await fs.open(path);
	try {
		await file.sync();
	} finally {
		await file.close();
	}
};
