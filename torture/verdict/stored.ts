import {checkDatabase} from '../../source/db/check.js';
import {openToRead} from '../../source/db/open.js';

/** What the database says of a process. */
export type StoredInvocation = {
	readonly id: number;
	readonly task: number;
	readonly node: string;
	readonly attempt: number;
	readonly state: 'invoking' | 'running' | 'finished' | 'cancelled' | 'lost';
	readonly exit_code: number | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- as it is stored
	readonly reason: string | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- as it is stored
	readonly message: string | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- as it is stored
};

export type StoredTask = {
	readonly id: number;
	readonly name: string;
	readonly root: string;
	readonly state: string;
	readonly node: string;
	readonly attempts: number;
	readonly details: string | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- as it is stored
};

export type Stored = {
	readonly faults: readonly string[];
	readonly tasks: readonly StoredTask[];
	readonly invocations: ReadonlyMap<number, StoredInvocation>;
};

/** What is in the database, and what `db check` finds in it. */
export const readStored = (file: string): Stored => {
	const connection = openToRead(file);
	try {
		return {
			faults: checkDatabase(connection).map(
				({what, message}) => `${what}: ${message}`,
			),
			tasks: connection
				.prepare<unknown[], StoredTask>(
					`SELECT tasks.id, tasks.name, coalesce(attributes ->> 'root', '') AS root, state, nodes.name AS node, attempts, state_details AS details
					FROM tasks JOIN nodes ON nodes.id = node_id ORDER BY tasks.id`,
				)
				.all(),
			invocations: new Map(
				connection
					.prepare<unknown[], StoredInvocation>(
						`SELECT invocations.id, task_id AS task, nodes.name AS node, attempt, state, exit_code, reason, message
						FROM invocations JOIN nodes ON nodes.id = node_id ORDER BY invocations.id`,
					)
					.all()
					.map((row) => [row.id, row]),
			),
		};
	} finally {
		connection.close();
	}
};
