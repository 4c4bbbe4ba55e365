import Database from 'better-sqlite3';
import {FarmError} from '../core/errors.js';

export type DatabaseLock = {readonly release: () => void};

/**
Keep a second scheduler off a database. The lock is SQLite's own exclusive lock on a small file beside the database: the operating system lets go of it when the process dies, however it dies, so nothing stale is ever left to clean up. The database itself stays open to readers.

@throws {FarmError} `DATABASE_BUSY`
*/
export const lockDatabase = (file: string): DatabaseLock => {
	const connection = new Database(`${file}.lock`, {timeout: 0});
	try {
		connection.pragma('journal_mode = MEMORY');
		connection.exec('BEGIN EXCLUSIVE');
	} catch (error) {
		connection.close();
		if (
			error instanceof Database.SqliteError &&
			error.code.startsWith('SQLITE_BUSY')
		) {
			throw new FarmError(
				'DATABASE_BUSY',
				`Another scheduler serves the database ${file}: stop that one first, or name another database with --db.`,
				{cause: error},
			);
		}

		throw error;
	}

	return {
		release() {
			connection.close();
		},
	};
};
