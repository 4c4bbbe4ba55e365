import {createHash, randomUUID} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {reasonOf} from '../config/writable-folder.js';
import {FarmError} from '../core/errors.js';
import {ownProgram} from './own-program.js';

/**
A folder for the PATH of processes, with nothing in it but the command `lifeblood`, which runs this very program. It needs nothing of the environment: neither PATH nor HOME.

Folders have names by what the command runs: workers that run the same program share one, others never meet, and a process that was started before an update goes on with what it began with.

@param state where workers keep their state; it may be written
@throws FarmError `STORAGE`
*/
export const makeCommandFolder = async (state: string): Promise<string> => {
	const text = commandText(ownProgram());
	const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
	// No worker's folder begins with a dot.
	const folder = path.join(state, '.command', digest);
	const file = path.join(folder, 'lifeblood');
	if (!(await isThere(file, text))) {
		try {
			await write(file, text);
		} catch (error) {
			throw new FarmError(
				'STORAGE',
				`The command for processes cannot be written to ${file} (${reasonOf(error)}).`,
				{cause: error},
			);
		}
	}

	return folder;
};

/** Other workers may do the same now: each renames a whole file. */
const write = async (file: string, text: string): Promise<void> => {
	const temporary = `${file}.${randomUUID()}`;
	await fs.mkdir(path.dirname(file), {recursive: true, mode: 0o700});
	try {
		await fs.writeFile(temporary, text);
		await fs.chmod(temporary, 0o755);
		await fs.rename(temporary, file);
	} finally {
		await fs.rm(temporary, {force: true});
	}
};

/** A script for the smallest shell there is. What a process says to Node in NODE_OPTIONS is meant for its own programs, and `--inspect-brk` would hold up every call. */
const commandText = (program: readonly string[]): string =>
	[
		'#!/bin/sh',
		'# Made by `lifeblood worker` for the processes that it starts.',
		'case ${1-} in job) unset NODE_OPTIONS;; esac', // eslint-disable-line no-template-curly-in-string -- the shell's
		`exec ${absolute(program)
			.map((word) => quoted(word))
			.join(' ')} "$@"`,
		'',
	].join('\n');

const isThere = async (file: string, text: string): Promise<boolean> => {
	try {
		const [found, {mode}] = await Promise.all([
			fs.readFile(file, 'utf8'),
			fs.stat(file),
		]);
		return found === text && mode % 0o1000 === 0o755;
	} catch {
		return false;
	}
};

const quoted = (word: string): string =>
	`'${word.replaceAll("'", String.raw`'\''`)}'`;

/** Processes run in other folders: what Node was told to import before the program, as it is when it runs from its source, must be found from there too. */
const absolute = (program: readonly string[]): string[] =>
	program.map((word, index) => {
		if (word.startsWith('--import=')) {
			return `--import=${located(word.slice('--import='.length))}`;
		}

		return program[index - 1] === '--import' ? located(word) : word;
	});

const located = (name: string): string =>
	/^\.{0,2}\//v.test(name)
		? pathToFileURL(path.resolve(name)).href
		: import.meta.resolve(name);
