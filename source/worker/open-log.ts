import fs from 'node:fs';
import path from 'node:path';

/** One file, opened once for each output of a process, so that each stands where its own last write ended. */
export type OpenLog = {readonly out: number; readonly error: number};

/** Open the file that a process writes to by itself; its folder is made where it is not there. */
export const openLog = (log: string): OpenLog => {
	const out = openOnce(log);
	try {
		return {out, error: fs.openSync(log, 'a')};
	} catch (error) {
		fs.closeSync(out);
		throw error;
	}
};

const openOnce = (log: string): number => {
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
