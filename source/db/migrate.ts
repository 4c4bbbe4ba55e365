import type {Knex} from 'knex';
import type {Database} from 'better-sqlite3';
import {expectKnown, schemaVersion} from './expect-own.js';
import {migrations} from './migrations/list.js';

/**
Bring the schema up to date, after a backup next to the database where it already holds something. Returns the backup's path, or undefined where none was needed.

`user_version` is how many migrations were applied; so a database that is up to date costs one look, and Knex is not even loaded.

@throws {FarmError} `SCHEMA_TOO_NEW`
*/
export const migrate = async (
	connection: Database,
	file: string,
): Promise<string | undefined> => {
	const version = schemaVersion(connection);
	if (version === migrations.length) {
		return undefined;
	}

	expectKnown(connection, file);
	let backup: string | undefined;
	if (version > 0) {
		backup = `${file}.schema-${version}.backup`;
		await connection.backup(backup);
	}

	const {default: knex} = await import('knex');
	const builder = knex({
		client: 'better-sqlite3',
		connection: {filename: file},
		useNullAsDefault: true,
		pool: {min: 1, max: 1},
	});
	try {
		await builder.raw('PRAGMA synchronous = FULL');
		await builder.transaction(async (transaction: Knex.Transaction) => {
			for (const migration of migrations.slice(version)) {
				await migration.up(transaction); // eslint-disable-line no-await-in-loop -- in order
			}

			await transaction.raw(`PRAGMA user_version = ${migrations.length}`);
		});
	} finally {
		await builder.destroy();
	}

	return backup;
};
