import {existsSync} from 'node:fs';
import path from 'node:path';

/** The folder of the modules that Python jobs import: beside the built program, or where the sources have it. Undefined: it was taken away. */
export const pythonFolder = (): string | undefined =>
	[
		path.join(import.meta.dirname, 'python'),
		path.join(import.meta.dirname, '..', '..', 'runtime', 'python'),
	].find((folder) => existsSync(path.join(folder, 'lifeblood_connection.py')));
