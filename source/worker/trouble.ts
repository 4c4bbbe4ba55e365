import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** With less than this left, a disk counts as full. */
const leastBytes = 1024 * 1024;

const codes: ReadonlySet<unknown> = new Set([
	'EAGAIN',
	'EDQUOT',
	'EIO',
	'EMFILE',
	'ENFILE',
	'ENOMEM',
	'ENOSPC',
	'EROFS',
]);

/** Whether it says that this machine is in trouble, so that no process could be started here just now, whatever it is. */
export const isMachineTrouble = (error: unknown): boolean =>
	error instanceof Error && 'code' in error && codes.has(error.code);

/** Why nothing can be kept in one of these folders; undefined where it can. Some room must be left, or the next process would be in trouble again. */
export const diskTrouble = (folders: readonly string[]): string | undefined => {
	for (const folder of folders) {
		const file = path.join(folder, `.probe-${process.pid}`);
		try {
			fs.mkdirSync(folder, {recursive: true, mode: 0o700});
			fs.writeFileSync(file, 'x'.repeat(4096));
			const {bavail, bsize} = fs.statfsSync(folder);
			if (bavail * bsize < leastBytes) {
				return `The disk that holds ${folder} is as good as full.`;
			}
		} catch (error) {
			return `Nothing can be written in ${folder}: ${error instanceof Error ? error.message : String(error)}.`;
		} finally {
			try {
				fs.rmSync(file, {force: true});
			} catch {
				// Read-only, as was said.
			}
		}
	}

	return undefined;
};
