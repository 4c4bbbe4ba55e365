import {mkdirSync, readFileSync, realpathSync, statSync} from 'node:fs';
import {randomUUID} from 'node:crypto';
import path from 'node:path';
import Database from 'better-sqlite3';
import {FarmError} from '../core/errors.js';
import {expectOwn} from './expect-own.js';
import {asStorageError, isReadOnly} from './storage-error.js';
import {migrate} from './migrate.js';
import {lockDatabase, type DatabaseLock} from './lock.js';

export type Connection = Database.Database;

export type FarmDatabase = {
	readonly path: string;
	/** A random name that the database keeps for life. */
	readonly id: string;
	/** The one connection that writes. */
	readonly writer: Connection;
	/** For listings: it sees only what was committed. */
	readonly reader: Connection;
	/** A backup was made here because the schema was brought up to date; undefined where it was already. */
	readonly backup: string | undefined;
	readonly close: () => void;
};

/** With so many pages in the WAL a commit gives them back to the database. */
export const pagesBetweenCheckpoints = 1000;
/** When all of it was given back, the WAL shrinks to this. */
export const walBytes = 16 * 1024 * 1024;

/**
Open a database to serve it: lock it against a second scheduler, make it where there is none, bring its schema up to date.

@throws {FarmError} `DATABASE_BUSY`, `SCHEMA_TOO_NEW`, `DATABASE_CORRUPT`, `STORAGE`, or `INVALID` for a database of some other program
*/
export const openDatabase = async (file: string): Promise<FarmDatabase> => {
	let lock: DatabaseLock | undefined;
	let opened: Connection | undefined;
	try {
		mkdirSync(path.dirname(path.resolve(file)), {recursive: true});
		const real = realPath(file);
		lock = lockDatabase(real);
		const writer = connect(real);
		opened = writer;
		const backup = await migrate(writer, real);
		expectWritable(writer);
		const reader = connect(real, {readonly: true});
		const held = lock;
		return {
			path: real,
			id: databaseId(writer),
			writer,
			reader,
			backup,
			close() {
				reader.close();
				writer.close();
				held.release();
			},
		};
	} catch (error) {
		opened?.close();
		lock?.release();
		throw asStorageError(error, file);
	}
};

/**
Open a database only to look at it, beside a scheduler that may be serving it.

@throws {FarmError} `NOT_FOUND` where there is no such file
*/
export const openToRead = (file: string): Connection => {
	if (statSync(file, {throwIfNoEntry: false}) === undefined) {
		throw new FarmError('NOT_FOUND', `There is no database at ${file}.`);
	}

	try {
		return connect(file, {readonly: true});
	} catch (error) {
		if (isReadOnly(file)) {
			return readWhole(file);
		}

		throw asStorageError(error, file);
	}
};

/** A file that is read whole into memory is no larger. */
const mostInMemory = 1024 ** 3;

/** SQLite keeps an index of the WAL beside the file also for whoever only reads, and so opens nothing where it cannot write. Where there is no WAL, the file is all there is. */
const readWhole = (file: string): Connection => {
	const unmerged = statSync(`${file}-wal`, {throwIfNoEntry: false})?.size ?? 0;
	if (unmerged > 0 || statSync(file).size > mostInMemory) {
		throw new FarmError(
			'STORAGE',
			`${file} is on a file system that is read-only, and ${unmerged > 0 ? `${file}-wal holds what is not merged into it: copy both` : 'too large to be read into memory: copy it'} to where can be written, and name the copy with --db.`,
		);
	}

	try {
		const content = readFileSync(file);
		// Versions for reading and writing in SQLite's header: 2 is with a WAL, 1 without.
		content.fill(1, 18, 20);
		return configure(new Database(content, {readonly: true}), true);
	} catch (error) {
		throw asStorageError(error, file);
	}
};

const connect = (file: string, {readonly = false} = {}): Connection => {
	const connection = new Database(file, {readonly, timeout: 5000});
	try {
		if (!readonly) {
			// Before its journal is made a WAL.
			expectOwn(connection, file);
		}

		return configure(connection, readonly);
	} catch (error) {
		connection.close();
		throw error;
	}
};

const configure = (connection: Connection, readonly: boolean): Connection => {
	if (!readonly) {
		connection.pragma('journal_mode = WAL');
		// A commit that was answered survives the loss of power; FULL syncs the WAL at every commit, and the turn commits in groups.
		connection.pragma('synchronous = FULL');
		connection.pragma('foreign_keys = ON');
		connection.pragma(`wal_autocheckpoint = ${pagesBetweenCheckpoints}`);
		connection.pragma(`journal_size_limit = ${walBytes}`);
	}

	// KiB. A turn finds what it changes there; reads for viewers are of anything, and the system's own cache is near.
	connection.pragma(`cache_size = ${readonly ? -8192 : -32_768}`);
	connection.pragma('temp_store = MEMORY');
	return connection;
};

/** SQLite opens a file that cannot be written as one to read, without a word, and goes on to do so when it can be written again. */
const expectWritable = (connection: Connection): void => {
	// Changes no row, and takes the lock for writing all the same.
	connection.exec('UPDATE farm SET value = value WHERE false');
};

/** The same file by any name has one real path, and so one lock. */
const realPath = (file: string): string => {
	const absolute = path.resolve(file);
	return statSync(absolute, {throwIfNoEntry: false}) === undefined
		? path.join(realpathSync(path.dirname(absolute)), path.basename(absolute))
		: realpathSync(absolute);
};

const databaseId = (connection: Connection): string => {
	const stored = connection
		.prepare<[], {value: string}>(
			"SELECT value FROM farm WHERE key = 'database_id'",
		)
		.get();
	if (stored) {
		return stored.value;
	}

	const id = randomUUID();
	connection
		.prepare("INSERT INTO farm (key, value) VALUES ('database_id', ?)")
		.run(id);
	return id;
};
