import fs from 'node:fs';
import path from 'node:path';
import type {Job} from './record.js';
import type {SpareFiles} from './spare-files.js';

/** The file that a process writes to by itself; its folder is made where it is not there. */
export const openLog = (
	{log, is_local: isLocal}: Job,
	spares: SpareFiles,
): number => {
	const open = (): number =>
		isLocal ? spares.open(log) : fs.openSync(log, 'a');
	try {
		return open();
	} catch (error) {
		if (!(
			error instanceof Error &&
			'code' in error &&
			error.code === 'ENOENT'
		)) {
			throw error;
		}

		fs.mkdirSync(path.dirname(log), {recursive: true});
		return open();
	}
};
