import type {Knex} from 'knex';

/** The environment resolver that a worker uses for tasks that name none. */
export const up = async (knex: Knex): Promise<void> => {
	await knex.raw(
		"ALTER TABLE workers ADD COLUMN resolver TEXT NOT NULL DEFAULT ''",
	);
};
