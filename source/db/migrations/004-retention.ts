import type {Knex} from 'knex';

/** When groups finished, so that the oldest of them are found without looking at the others; and logs whose invocations are gone from the database, until they are gone from the disk. */
export const up = async (knex: Knex): Promise<void> => {
	await knex.raw('ALTER TABLE groups ADD COLUMN finished_at INTEGER');
	// When those that are there finished is not known any more: they are kept from now on.
	await knex.raw(
		`UPDATE groups SET finished_at = unixepoch() * 1000
		WHERE coalesce(counts ->> 'total', 0) = coalesce(counts ->> 'dead', 0) + coalesce(counts ->> 'done', 0)`,
	);
	await knex.raw(
		'CREATE INDEX groups_finished ON groups (finished_at, id) WHERE finished_at IS NOT NULL',
	);
	await knex.raw(
		'CREATE TABLE log_removals (invocation_id INTEGER PRIMARY KEY)',
	);
};
