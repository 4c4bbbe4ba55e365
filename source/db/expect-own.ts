import type {Database} from 'better-sqlite3';
import {FarmError} from '../core/errors.js';
import {migrations} from './migrations/list.js';

/** `user_version`: how many migrations were applied; 0 before the first. */
export const schemaVersion = (connection: Database): number =>
	Number(connection.pragma('user_version', {simple: true}));

/**
Nothing is done to a database of some other program.

@throws {FarmError} `INVALID`
*/
export const expectOwn = (connection: Database, file: string): void => {
	if (!isEmpty(connection) && !hasFarm(connection)) {
		throw new FarmError(
			'INVALID',
			`${file} is a database of some other program: name another one with --db.`,
		);
	}
};

/**
The same where it is only looked at, and so has to hold something.

@throws {FarmError} `INVALID`
*/
export const expectFarm = (connection: Database, file: string): void => {
	expectOwn(connection, file);
	if (isEmpty(connection)) {
		throw new FarmError(
			'INVALID',
			`${file} is empty, and no database yet: a scheduler that serves it makes it one; or name another one with --db.`,
		);
	}
};

/**
What a newer lifeblood wrote may mean something else there.

@throws {FarmError} `SCHEMA_TOO_NEW`
*/
export const expectKnown = (connection: Database, file: string): void => {
	const version = schemaVersion(connection);
	if (version > migrations.length) {
		throw new FarmError(
			'SCHEMA_TOO_NEW',
			`${file} was written by a newer lifeblood (its schema is ${version}, this one knows ${migrations.length}): update this program, or use another database.`,
		);
	}
};

const isEmpty = (connection: Database): boolean =>
	connection.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get() === undefined;

const hasFarm = (connection: Database): boolean =>
	connection
		.prepare(
			"SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'farm'",
		)
		.get() !== undefined;
