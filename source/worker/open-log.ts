import fs from 'node:fs';
import path from 'node:path';

/** Open the file that a process writes to by itself; its folder is made where it is not there. */
export const openLog = (log: string): number => {
	try {
		return fs.openSync(log, 'a');
	} catch (error) {
		if (!(
			error instanceof Error &&
			'code' in error &&
			error.code === 'ENOENT'
		)) {
			throw error;
		}

		fs.mkdirSync(path.dirname(log), {recursive: true});
		return fs.openSync(log, 'a');
	}
};
