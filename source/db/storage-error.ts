import {accessSync, constants} from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import {FarmError} from '../core/errors.js';

/** SQLite's and the file system's own words for a database that cannot be used, as an error that says what to do. Any other error is given back as it is. */
export const asStorageError = (error: unknown, file: string): unknown => {
	if (error instanceof FarmError || !(error instanceof Error)) {
		return error;
	}

	const code = errorCode(error);
	if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
		return new FarmError(
			'DATABASE_CORRUPT',
			`${file} is not a sound database (${error.message}): restore a backup, or try to save what is left with "sqlite3 ${file} .recover".`,
			{cause: error},
		);
	}

	if (code === 'SQLITE_FULL' || code === 'ENOSPC') {
		return new FarmError(
			'STORAGE',
			`The disk that holds ${file} is full: free some space.`,
			{cause: error},
		);
	}

	if (/^SQLITE_(?:BUSY|LOCKED)/v.test(code)) {
		return new FarmError(
			'STORAGE',
			`The database ${file} is held by another program (${error.message}): end that one.`,
			{cause: error},
		);
	}

	if (
		/^(?:SQLITE_(?:IOERR|READONLY|CANTOPEN|PERM)|EACCES|EPERM|EROFS|ENOTDIR|EISDIR|EIO)/v.test(
			code,
		) ||
		(error instanceof TypeError &&
			error.message.includes('directory does not exist'))
	) {
		if (isReadOnly(file)) {
			return new FarmError(
				'STORAGE',
				`The database ${file} is on a file system that is read-only: mount it so that it can be written, or use a database elsewhere.`,
				{cause: error},
			);
		}

		return new FarmError(
			'STORAGE',
			`The database ${file} cannot be opened or written (${error.message}): check that the folder is there and its permissions.`,
			{cause: error},
		);
	}

	return error;
};

/** Whether the file system that a file is on, or would be, is mounted only to be read. */
export const isReadOnly = (file: string): boolean => {
	try {
		accessSync(path.dirname(path.resolve(file)), constants.W_OK);
		return false;
	} catch (error) {
		return error instanceof Error && errorCode(error) === 'EROFS';
	}
};

const errorCode = (error: Error): string => {
	if (error instanceof Database.SqliteError) {
		return error.code;
	}

	return 'code' in error && typeof error.code === 'string' ? error.code : '';
};
