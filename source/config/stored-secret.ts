import fs from 'node:fs/promises';
import process from 'node:process';
import {FarmError} from '../core/errors.js';
import type {Host} from './host.js';
import {reasonOf} from './writable-folder.js';

/**
A secret that the configuration only says the place of: the first line of a file, or a variable. Undefined where it names neither.

@throws {FarmError} `INVALID` where it is not there, is empty, or stands in a file that everyone on the machine may read
*/
export const storedSecret = async ({
	what,
	file,
	variable,
	host,
}: {
	/** As in a sentence: `the password for mail`. */
	readonly what: string;
	/** Absolute. */
	readonly file: string | undefined;
	readonly variable: string | undefined;
	readonly host: Host;
}): Promise<string | undefined> => {
	if (file !== undefined) {
		return fromFile(what, file);
	}

	if (variable === undefined) {
		return undefined;
	}

	const value = (host.environment[variable] ?? '').trim();
	if (value === '') {
		throw new FarmError(
			'INVALID',
			`The variable ${variable}, which is to hold ${what}, is not set.`,
		);
	}

	return value;
};

const fromFile = async (what: string, file: string): Promise<string> => {
	let content: string;
	let mode: number;
	try {
		content = await fs.readFile(file, 'utf8');
		({mode} = await fs.stat(file));
	} catch (error) {
		throw new FarmError(
			'INVALID',
			`The file ${file}, which is to hold ${what}, cannot be read (${reasonOf(error)}).`,
			{cause: error},
		);
	}

	if (process.platform !== 'win32' && mode % 0o10 !== 0) {
		throw new FarmError(
			'INVALID',
			`The file ${file}, which holds ${what}, is open to everyone on this machine: run "chmod 600 ${file}".`,
		);
	}

	const [line = ''] = content.split('\n', 1);
	if (line.trim() === '') {
		throw new FarmError(
			'INVALID',
			`The first line of ${file}, which is to hold ${what}, is empty.`,
		);
	}

	return line.trim();
};
