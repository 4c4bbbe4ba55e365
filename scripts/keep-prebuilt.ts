/*
Npm runs this after every change of node_modules. It keeps a word in the lock file that npm itself leaves out: that better-sqlite3 is not to be compiled. Without it, `npm ci` of npm 10 and older compiles what the package brings ready-made, and fails where there is no compiler. Newer ones go by `allowScripts` in package.json.
*/
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';

const file = path.join(import.meta.dirname, '..', 'package-lock.json');
const lock = await readFile(file, 'utf8');
const kept = lock.replace(
	/(?<entry>"node_modules\/better-sqlite3": \{\n(?<indent>\s+))(?=\S)(?!"gypfile")/v,
	'$<entry>"gypfile": false,\n$<indent>',
);
if (kept !== lock) {
	await writeFile(file, kept);
}
