/*
The first code of the single executable: it finds the program's files, which it brings with it, and runs them.

It is CommonJS when it is built, and loads nothing that every start would have to wait for.
*/
import {createRequire, enableCompileCache} from 'node:module';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {getAsset, getRawAsset} from 'node:sea';
import {pathToFileURL} from 'node:url';
import {assetNames, unpackFiles, type Index} from './archive.js';
import {
	codeFolderName,
	folderOf,
	programFolder,
	refresh,
} from './program-folder.js';
import {programRoots} from './program-roots.js';

/** How often a program that runs says that its files are in use, milliseconds. */
const refreshEvery = 12 * 60 * 60 * 1000;

const homeOf = (): string | undefined => {
	try {
		return os.homedir();
	} catch {
		// A user without an entry in the system's list.
		return undefined;
	}
};

const ownFolder = (): string => {
	const index = JSON.parse(getAsset(assetNames.index, 'utf8')) as Index;
	const user = process.geteuid?.();
	return programFolder({
		index,
		read: () =>
			unpackFiles(index, new Uint8Array(getRawAsset(assetNames.files))),
		roots: programRoots({
			platform: process.platform,
			environment: process.env,
			home: homeOf(),
			temporary: os.tmpdir(),
			user,
		}),
		user,
		now: Date.now(),
	});
};

const run = (folder: string, file: string, words: readonly string[]): void => {
	setInterval(() => {
		refresh(folder, Date.now());
	}, refreshEvery).unref();
	enableCompileCache(path.join(folder, codeFolderName));
	// As it would be if Node had been called with the file: with it, the program calls itself again.
	process.argv = [process.execPath, file, ...words];
	// What the executable holds itself cannot import files; a file can.
	const importFile = createRequire(file)(
		path.join(folder, 'import-file.cjs'),
	) as (url: string) => Promise<unknown>;
	void importFile(pathToFileURL(file).href);
};

const given = process.argv.slice(2);
const [first, ...rest] = given;
const folder = folderOf(first);
if (first !== undefined && folder !== undefined) {
	run(folder, first, rest);
} else {
	try {
		const own = ownFolder();
		run(own, path.join(own, 'lifeblood.js'), given);
	} catch (error) {
		process.stderr.write(
			`lifeblood: no folder can be used for the program's files (${error instanceof Error ? error.message : String(error)}); set XDG_CACHE_HOME to one that you can write to.\n`,
		);
		process.exitCode = 1;
	}
}
