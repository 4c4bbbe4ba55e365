import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type {ExecutionContext} from 'ava';
import {testWhere} from './test-where.js';

/** A test that needs programs of others. Where one of them is not on PATH, it is skipped, and its title says why. */
export const testWith = (
	programs: readonly string[],
	title: string,
	implementation: (t: ExecutionContext) => Promise<void>,
): void => {
	const missing = programs.filter((program) => !isOnPath(program));
	testWhere(
		missing.length === 0
			? undefined
			: `${missing.join(', ')} not found on PATH`,
		title,
		implementation,
	);
};

const isOnPath = (program: string): boolean =>
	(process.env['PATH'] ?? '')
		.split(path.delimiter)
		.some((folder) =>
			isExecutable(path.join(folder === '' ? '.' : folder, program)),
		);

const isExecutable = (file: string): boolean => {
	try {
		fs.accessSync(file, fs.constants.X_OK);
		return fs.statSync(file).isFile();
	} catch {
		return false;
	}
};
