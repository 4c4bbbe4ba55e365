import type {Knex} from 'knex';

/** What is told to people, from the turn in which it happened until it was delivered; and what has to be known for that of groups that are under way. */
export const up = async (knex: Knex): Promise<void> => {
	// One row for each event and rule. AUTOINCREMENT: a number never means two things.
	await knex.raw(`CREATE TABLE notifications (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		rule TEXT NOT NULL,
		event TEXT NOT NULL,
		group_id INTEGER,
		json TEXT NOT NULL,
		created_at INTEGER NOT NULL,
		-- Not to be delivered before.
		due_at INTEGER NOT NULL,
		attempts INTEGER NOT NULL DEFAULT 0
	)`);
	await knex.raw(
		'CREATE INDEX notifications_of_rule ON notifications (rule, id)',
	);
	await knex.raw(
		'CREATE INDEX notifications_of_group ON notifications (group_id) WHERE group_id IS NOT NULL',
	);
	// How each rule does.
	await knex.raw(`CREATE TABLE notification_rules (
		rule TEXT PRIMARY KEY,
		delivered_at INTEGER,
		failed_at INTEGER,
		failure TEXT,
		-- Given up since the last one that was delivered.
		dropped INTEGER NOT NULL DEFAULT 0
	) WITHOUT ROWID`);
	// Groups that move, or have errors, while there is anybody to tell. The others have no row.
	await knex.raw(`CREATE TABLE followed_groups (
		group_id INTEGER PRIMARY KEY,
		moving INTEGER NOT NULL CHECK (moving IN (0, 1)),
		-- The most errors it had at once since it had none.
		errors INTEGER NOT NULL CHECK (errors >= 0)
	)`);
};
