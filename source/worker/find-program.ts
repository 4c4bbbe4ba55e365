import {Buffer} from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';

type Found =
	| {readonly kind: 'found'; readonly file: string}
	| {readonly kind: 'missing'; readonly message: string};

type Search = {
	/** As the task says: a name, or a path. */
	readonly program: string;
	/** Where the process will run; relative paths are from there. */
	readonly cwd: string;
	/** The `PATH` of the process. */
	readonly searchPath: string | undefined;
};

/**
Find the file that a process will execute, as the operating system would, and look whether it can be: what is wrong is better said before than guessed from exit code 127 after.
*/
export const findProgram = ({program, cwd, searchPath}: Search): Found => {
	if (program === '') {
		return {
			kind: 'missing',
			message:
				'The first argument is empty, but it must name the program to run.',
		};
	}

	if (program.includes('/')) {
		const file = path.resolve(cwd, program);
		const fault = faultOf(file);
		return fault === undefined
			? {kind: 'found', file}
			: {
					kind: 'missing',
					message: `The program ${JSON.stringify(program)} cannot be run: ${fault}.`,
				};
	}

	let lastFault: string | undefined;
	for (const folder of (searchPath ?? defaultPath).split(':')) {
		const file = path.resolve(cwd, folder, program);
		const fault = faultOf(file);
		if (fault === undefined) {
			return {kind: 'found', file};
		}

		if (!fault.endsWith(notThere)) {
			lastFault = fault;
		}
	}

	return {
		kind: 'missing',
		message:
			lastFault === undefined
				? `The program ${JSON.stringify(program)} was not found. PATH is ${JSON.stringify(searchPath ?? defaultPath)}.`
				: `The program ${JSON.stringify(program)} cannot be run: ${lastFault}. PATH is ${JSON.stringify(searchPath ?? defaultPath)}.`,
	};
};

export const defaultPath = '/usr/local/bin:/usr/bin:/bin';
const notThere = 'is not there';

const faultOf = (file: string): string | undefined => {
	const stat = statOf(file);
	if (stat === undefined) {
		return `${file} ${notThere}`;
	}

	if (stat.isDirectory()) {
		return `${file} is a folder`;
	}

	try {
		fs.accessSync(file, fs.constants.X_OK);
	} catch {
		return `${file} is not executable`;
	}

	const interpreter = interpreterOf(file);
	return interpreter !== undefined && statOf(interpreter) === undefined
		? `${file} is a script for ${interpreter}, which is not there`
		: undefined;
};

// A name that is too long, or leads through a file, is not there either.
const statOf = (file: string): fs.Stats | undefined => {
	try {
		return fs.statSync(file, {throwIfNoEntry: false});
	} catch {
		return undefined;
	}
};

const interpreterOf = (file: string): string | undefined => {
	let descriptor: number;
	try {
		descriptor = fs.openSync(file, 'r');
	} catch {
		// Executable but not readable: the operating system runs it if it is no script.
		return undefined;
	}

	try {
		// Linux itself looks at no more than 256 bytes of that line.
		const head = Buffer.alloc(256);
		const length = fs.readSync(descriptor, head, 0, head.length, 0);
		return /^#![\t ]*(?<program>\/[^\s\0]+)/v.exec(
			head.toString('latin1', 0, length),
		)?.groups?.['program'];
	} finally {
		fs.closeSync(descriptor);
	}
};
