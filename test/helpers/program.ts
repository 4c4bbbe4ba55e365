import process from 'node:process';
import {fileURLToPath} from 'node:url';

const named =
	process.env['LIFEBLOOD_TEST_PROGRAM'] ??
	fileURLToPath(new URL('../../dist/lifeblood.js', import.meta.url));

/** Whether it is a single executable, and not a file for Node. */
export const isExecutable = !named.endsWith('.js');

/** What is tested from outside, and its first words: what was built here, or another build that LIFEBLOOD_TEST_PROGRAM names, such as a single executable. */
export const program: readonly [string, ...string[]] = isExecutable
	? [named]
	: [process.execPath, named];
