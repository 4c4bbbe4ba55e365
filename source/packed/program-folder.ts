import fs from 'node:fs';
import path from 'node:path';
import {randomUUID} from 'node:crypto';
import type {Index, ProgramFile} from './archive.js';

/** Written last: a folder that has it was whole once. Its time says when a program last ran from there. */
const markName = '.complete';

/** Where a folder's compiled code is kept. It grows as parts of the program are used. */
export const codeFolderName = '.code';

/** Programs that were not started for so long are not kept, milliseconds. */
const keptFor = 30 * 24 * 60 * 60 * 1000;

/** The folder of the program that `file` is a part of. Code that runs already, as a worker's that was started before an update, goes on calling the files that it came with. */
export const folderOf = (file: string | undefined): string | undefined =>
	file !== undefined && path.isAbsolute(file) && file.endsWith('.js')
		? [path.dirname(file), path.join(file, '..', '..')].find((folder) =>
				fs.existsSync(path.join(folder, markName)),
			)
		: undefined;

/**
The folder with the program's files, made if it is not there or not whole: parts of a program are files to Node and to Python, so an executable puts them down at its first start.

Several that start at once each make their own, and the first one's counts. `roots` are folders for such folders, the best one first; `read` is called only when something has to be made.

Throws where none of the roots can be used: the error's message says why, for each one.
*/
export const programFolder = ({
	index,
	read,
	roots,
	user,
	now,
}: {
	readonly index: Index;
	readonly read: () => readonly ProgramFile[];
	readonly roots: readonly string[];
	/** Undefined where the system has no such numbers. */
	readonly user: number | undefined;
	/** Milliseconds since the epoch. */
	readonly now: number;
}): string => {
	const faults: string[] = [];
	for (const root of roots) {
		try {
			fs.mkdirSync(root, {recursive: true, mode: 0o700});
			mustBeOurs(root, user);
			const folder = path.join(root, index.name);
			const isNew = !isWhole(folder, index);
			if (isNew) {
				make(folder, read());
			}

			refresh(folder, now);
			if (isNew) {
				// Only now: a disk of another machine may have another time, and what was just made seem old.
				removeOld(root, now);
			}

			return folder;
		} catch (error) {
			faults.push(error instanceof Error ? error.message : String(error));
		}
	}

	throw new Error(faults.join('; '));
};

/** Called now and then by a program that runs for long, so that nobody takes its folder away. */
export const refresh = (folder: string, now: number): void => {
	const mark = path.join(folder, markName);
	try {
		if (now - fs.statSync(mark).mtimeMs > keptFor / 30) {
			fs.utimesSync(mark, now / 1000, now / 1000);
		}
	} catch {
		// Another user's, or on a disk that is read-only now: then nobody can take it away either.
	}
};

/** Whoever can write there decides what runs. */
const mustBeOurs = (root: string, user: number | undefined): void => {
	if (user === undefined) {
		return;
	}

	const found = fs.lstatSync(root);
	if (!found.isDirectory() || found.uid !== user) {
		throw new Error(`${root} belongs to somebody else`);
	}

	// eslint-disable-next-line no-bitwise -- how modes are made
	if ((found.mode & 0o022) !== 0) {
		throw new Error(`${root} can be written by others`);
	}
};

/** Systems clear folders for temporary things file by file. */
const isWhole = (folder: string, index: Index): boolean =>
	fs.existsSync(path.join(folder, markName)) &&
	index.files.every(
		(file) =>
			fs.statSync(path.join(folder, file.path), {throwIfNoEntry: false})
				?.size === file.size,
	);

const make = (folder: string, files: readonly ProgramFile[]): void => {
	const temporary = `${folder}.${randomUUID()}`;
	try {
		for (const file of files) {
			const target = path.join(temporary, file.path);
			fs.mkdirSync(path.dirname(target), {recursive: true, mode: 0o700});
			fs.writeFileSync(target, file.content);
		}

		fs.writeFileSync(path.join(temporary, markName), '');
		takePlace(temporary, folder);
	} finally {
		fs.rmSync(temporary, {recursive: true, force: true});
	}
};

const takePlace = (temporary: string, folder: string): void => {
	try {
		fs.renameSync(temporary, folder);
	} catch (error) {
		if (!fs.existsSync(folder)) {
			throw error;
		}

		// Another start's, or one that lost files. What is exchanged is the same, file by file, for whoever runs from it.
		for (const name of fs.readdirSync(temporary, {recursive: true})) {
			const from = path.join(temporary, String(name));
			if (!fs.statSync(from).isFile()) {
				continue;
			}

			const to = path.join(folder, String(name));
			fs.mkdirSync(path.dirname(to), {recursive: true, mode: 0o700});
			fs.renameSync(from, to);
		}
	}
};

const removeOld = (root: string, now: number): void => {
	for (const name of fs.readdirSync(root)) {
		const folder = path.join(root, name);
		try {
			const {mtimeMs} =
				fs.statSync(path.join(folder, markName), {
					throwIfNoEntry: false,
				}) ?? fs.statSync(folder);
			if (now - mtimeMs > keptFor) {
				fs.rmSync(folder, {recursive: true, force: true});
			}
		} catch {
			// Others look after their folders at the same moment.
		}
	}
};
