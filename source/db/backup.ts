import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import Database from 'better-sqlite3';
import {FarmError} from '../core/errors.js';
import {expectFarm} from './expect-own.js';
import {openToRead} from './open.js';
import {asStorageError} from './storage-error.js';

export type BackupProgress = {
	readonly done_pages: number;
	readonly total_pages: number;
};

/**
Copy a database, also while a scheduler serves it: what is copied is the database as of one moment, when the copy began. Whatever was acknowledged before is in it. The copy is made under another name and appears under its own only when it is whole and on the disk; it needs no second file beside it.

Gives its size in bytes.

@throws {FarmError} `CONFLICT` where there is a file of that name already, `NOT_FOUND` where there is no database, `INVALID` where it is empty or of some other program, `STORAGE`
*/
export const backupDatabase = async (
	from: string,
	to: string,
	onProgress: (progress: BackupProgress) => void = () => undefined,
): Promise<number> => {
	const target = path.resolve(to);
	if (fs.existsSync(target)) {
		throw new FarmError(
			'CONFLICT',
			`${target} is there already: name another file, or move that one away.`,
		);
	}

	const source = openToRead(from);
	let steps = 0;
	const temporary = `${target}.part-${process.pid}`;
	try {
		// Hold on to this moment: a copy that follows what is written meanwhile begins anew with every commit, and never ends where there are many.
		source.exec('BEGIN');
		// The first look at it is that moment.
		expectFarm(source, from);
		await source.backup(temporary, {
			progress({totalPages, remainingPages}) {
				onProgress({
					done_pages: totalPages - remainingPages,
					total_pages: totalPages,
				});
				steps += 1;
				if (steps % stepsBetweenSyncs === 0) {
					sync(temporary);
				}

				return pagesAStep;
			},
		});
		withoutWal(temporary);
		sync(temporary);
		publish(temporary, target);
		return fs.statSync(target).size;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
			throw new FarmError(
				'CONFLICT',
				`${target} is there already: name another file, or move that one away.`,
				{cause: error},
			);
		}

		throw asStorageError(error, target);
	} finally {
		source.close();
		for (const suffix of ['', '-wal', '-shm', '-journal']) {
			fs.rmSync(temporary + suffix, {force: true});
		}
	}
};

/** 16 MiB at a time, so that a scheduler on the same disk is never held up for long. */
const pagesAStep = 4096;
/** What is copied goes to the disk bit by bit: all of it at the end would hold up every other write there. */
const stepsBetweenSyncs = 2;

const withoutWal = (file: string): void => {
	const copy = new Database(file);
	try {
		copy.pragma('journal_mode = DELETE');
	} finally {
		copy.close();
	}
};

const publish = (temporary: string, target: string): void => {
	try {
		// A link, unlike a rename, never replaces a file that came to be meanwhile.
		fs.linkSync(temporary, target);
	} catch (error) {
		if (!isWithoutLinks(error)) {
			throw error;
		}

		fs.renameSync(temporary, target);
	}

	if (process.platform !== 'win32') {
		sync(path.dirname(target));
	}
};

/** As on FAT and some network shares. */
const isWithoutLinks = (error: unknown): boolean =>
	error instanceof Error &&
	'code' in error &&
	['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(String(error.code));

const sync = (place: string): void => {
	const descriptor = fs.openSync(place, 'r');
	try {
		fs.fsyncSync(descriptor);
	} finally {
		fs.closeSync(descriptor);
	}
};
