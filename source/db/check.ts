import type {Connection} from './open.js';

export type Fault = {
	/** What was looked at: `integrity`, `node_counts`, `queue` and so on. */
	readonly what: string;
	/** A sentence that names the row and both values. */
	readonly message: string;
};

/** Enough to see what went wrong; a database that is wrong everywhere does not fill the screen. */
const faultsPerCheck = 20;

/**
Every fault of a database: what SQLite finds in the file, and whatever is kept twice and differs. None for a sound one.

All of it is seen as of one moment, also while a scheduler goes on writing. Each check is one pass over the rows, with no look-up per row beyond an index.
*/
export const checkDatabase = (connection: Connection): readonly Fault[] =>
	connection.transaction(() => [
		...integrity(connection),
		...foreignKeys(connection),
		...checks.flatMap(({what, sql}) =>
			connection
				.prepare<[], {message: string}>(`${sql} LIMIT ${faultsPerCheck}`)
				.all()
				.map(({message}) => ({what, message})),
		),
	])();

const integrity = (connection: Connection): readonly Fault[] =>
	connection
		.prepare<[], {integrity_check: string}>(
			`PRAGMA integrity_check(${faultsPerCheck})`,
		)
		.all()
		.filter((row) => row.integrity_check !== 'ok')
		.map((row) => ({what: 'integrity', message: row.integrity_check}));

const foreignKeys = (connection: Connection): readonly Fault[] =>
	connection
		.prepare<[], {table: string; rowid: number | null; parent: string}>(
			'PRAGMA foreign_key_check',
		)
		.all()
		.slice(0, faultsPerCheck)
		.map(({table, rowid, parent}) => ({
			what: 'foreign_keys',
			message: `Row ${rowid ?? '?'} of ${table} names a row of ${parent} that is not there.`,
		}));

/** Rows of both sides come as keys and a number; what differs is left over. */
const difference = ({
	keys,
	stored,
	actual,
	message,
}: {
	readonly keys: readonly string[];
	/** Selects the keys, and `n`. */
	readonly stored: string;
	readonly actual: string;
	/** An SQL expression over the keys, `stored` and `actual`. */
	readonly message: string;
}): string => {
	const names = keys.join(', ');
	return `SELECT ${message} AS message FROM (
		SELECT ${names}, sum(stored) AS stored, sum(actual) AS actual FROM (
			SELECT ${names}, n AS stored, 0 AS actual FROM (${stored})
			UNION ALL
			SELECT ${names}, 0 AS stored, n AS actual FROM (${actual})
		) GROUP BY ${names}
	) WHERE stored <> actual`;
};

const blocked = "state IN ('waiting_blocked', 'post_waiting_blocked')";

/** What the scheduler has to do next with a task. `slow` is `advance` that a turn does not wait for. */
const dueQueue = `CASE
	WHEN paused = 1 OR archived = 1 THEN NULL
	WHEN state IN ('waiting', 'post_waiting') AND enabled = 1 THEN iif(queue = 'slow', 'slow', 'advance')
	WHEN state = 'ready' AND enabled = 1 THEN 'dispatch'
	WHEN state IN ('done', 'spawned') AND (node_id, coalesce(output, 'main')) IN (SELECT from_node, from_output FROM connections) THEN 'advance'
END`;

const checks: ReadonlyArray<{readonly what: string; readonly sql: string}> = [
	{
		what: 'node_counts',
		sql: difference({
			keys: ['node_id', 'state'],
			stored: 'SELECT node_id, state, count AS n FROM node_counts',
			actual:
				'SELECT node_id, state, count(*) AS n FROM tasks WHERE archived = 0 GROUP BY node_id, state',
			message:
				"'Node ' || node_id || ' counts ' || stored || ' tasks in state ' || state || ', there are ' || actual || '.'",
		}),
	},
	{
		what: 'group_counts',
		sql: difference({
			keys: ['group_id', 'key'],
			stored:
				'SELECT groups.id AS group_id, counted.key AS key, counted.value AS n FROM groups, json_each(groups.counts) AS counted',
			actual: `WITH by_state AS MATERIALIZED (
					SELECT group_id, state, count(*) AS n, sum(paused) AS paused
					FROM task_groups JOIN tasks ON tasks.id = task_id GROUP BY group_id, state
				)
				SELECT group_id, state AS key, n FROM by_state
				UNION ALL SELECT group_id, 'total', sum(n) FROM by_state GROUP BY group_id
				UNION ALL SELECT group_id, 'paused', sum(paused) FROM by_state GROUP BY group_id`,
			message:
				"'Group ' || group_id || ' counts ' || stored || ' tasks as ' || key || ', there are ' || actual || '.'",
		}),
	},
	{
		what: 'negative_counts',
		sql: `SELECT 'Group ' || groups.id || ' counts ' || counted.value || ' tasks as ' || counted.key || '.' AS message
			FROM groups, json_each(groups.counts) AS counted WHERE counted.value < 0`,
	},
	{
		what: 'finished',
		sql: `SELECT 'Group ' || id || iif(finished_at IS NULL, ' is not marked as finished, though all of its tasks are.', ' is marked as finished, though not all of its tasks are.') AS message
			FROM groups WHERE (finished_at IS NOT NULL) <> (coalesce(counts ->> 'total', 0) = coalesce(counts ->> 'dead', 0) + coalesce(counts ->> 'done', 0))`,
	},
	{
		// The hottest tables have no foreign keys.
		what: 'references',
		sql: `SELECT 'Group ' || group_id || ' holds task ' || task_id || ', and ' || iif(tasks.id IS NULL, 'the task', 'the group') || ' is not there.' AS message
			FROM task_groups LEFT JOIN tasks ON tasks.id = task_id LEFT JOIN groups ON groups.id = group_id
			WHERE tasks.id IS NULL OR groups.id IS NULL
			UNION ALL
			SELECT 'Task ' || tasks.id || ' names ' || CASE
				WHEN nodes.id IS NULL THEN 'node ' || node_id
				WHEN splits.id IS NULL AND split_id IS NOT NULL THEN 'split ' || split_id
				ELSE 'requirement ' || requirement_id END || ', which is not there.'
			FROM tasks LEFT JOIN nodes ON nodes.id = node_id LEFT JOIN splits ON splits.id = split_id
			LEFT JOIN requirements ON requirements.id = requirement_id
			WHERE nodes.id IS NULL OR (splits.id IS NULL AND split_id IS NOT NULL) OR (requirements.id IS NULL AND requirement_id IS NOT NULL)`,
	},
	{
		what: 'arrivals',
		sql: difference({
			keys: ['kind', 'of_id', 'node_id'],
			stored: 'SELECT kind, of_id, node_id, count AS n FROM arrivals',
			actual: `SELECT iif(split_id IS NULL, 'parent', 'split') AS kind, coalesce(split_id, parent_id) AS of_id, node_id, count(*) AS n
				FROM tasks WHERE ${blocked} AND (split_id IS NOT NULL OR parent_id IS NOT NULL) GROUP BY kind, of_id, node_id`,
			message:
				"'For ' || kind || ' ' || of_id || ', node ' || node_id || ' counts ' || stored || ' arrivals, there are ' || actual || '.'",
		}),
	},
	{
		// Counted by those alive, so that an element which is not there at all is found too.
		what: 'dead_count',
		sql: `SELECT 'Split ' || splits.id || ' counts ' || dead_count || ' dead of ' || splits.count || ', and ' || coalesce(alive, 0) || ' are alive.' AS message
			FROM splits LEFT JOIN (
				SELECT split_id, count(*) AS alive FROM tasks WHERE split_id IS NOT NULL AND state <> 'dead' GROUP BY split_id
			) AS elements ON elements.split_id = splits.id
			WHERE sealed = 0 AND dead_count <> splits.count - coalesce(alive, 0)`,
	},
	{
		what: 'open_split',
		sql: `SELECT 'Task ' || id || ' is divided, but has no open split with an element alive.' AS message
			FROM tasks WHERE state = 'splitted'
			AND id NOT IN (SELECT origin_id FROM splits WHERE sealed = 0 AND dead_count < count)`,
	},
	{
		what: 'children_count',
		sql: `SELECT 'Task ' || tasks.id || ' counts ' || active_children_count || ' of ' || children_count || ' children alive, there are ' || coalesce(active, 0) || ' of ' || coalesce(total, 0) || '.' AS message
			FROM tasks LEFT JOIN (
				SELECT parent_id AS of_id, count(*) AS total, sum(state <> 'dead') AS active
				FROM tasks WHERE parent_id IS NOT NULL AND split_id IS NULL GROUP BY parent_id
			) AS children ON children.of_id = tasks.id
			WHERE children_count <> coalesce(total, 0) OR active_children_count <> coalesce(active, 0)`,
	},
	{
		what: 'root',
		sql: `SELECT 'Task ' || tasks.id || ' has the root ' || tasks.root_id || ', its ' || iif(tasks.split_id IS NULL, 'parent', 'origin') || ' ' || source.id || ' has ' || source.root_id || '.' AS message
			FROM tasks LEFT JOIN splits ON splits.id = tasks.split_id
			JOIN tasks AS source ON source.id = iif(tasks.split_id IS NULL, tasks.parent_id, splits.origin_id)
			WHERE source.root_id <> tasks.root_id
			UNION ALL
			SELECT 'Task ' || id || ' has the root ' || root_id || ', but neither a parent nor a split.' FROM tasks
			WHERE parent_id IS NULL AND split_id IS NULL AND root_id <> id`,
	},
	{
		what: 'queue',
		sql: `SELECT 'Task ' || id || ' is ' || state || ' and in queue ' || coalesce(queue, 'none') || ', it should be in ' || coalesce(due, 'none') || '.' AS message
			FROM (
				SELECT tasks.id, state, queue, ${dueQueue} AS due FROM tasks JOIN nodes ON nodes.id = node_id
			) WHERE queue IS NOT due`,
	},
	{
		what: 'deleted_node',
		sql: `SELECT 'Task ' || tasks.id || ' is ' || state || ' in node ' || node_id || ', which was deleted.' AS message
			FROM nodes CROSS JOIN tasks ON node_id = nodes.id AND state <> 'dead' WHERE deleted = 1`,
	},
	{
		what: 'invocation',
		sql: `SELECT 'Task ' || tasks.id || ' is ' || tasks.state || ' by invocation ' || invocation_id || ', which ' ||
				CASE WHEN invocations.id IS NULL THEN 'is not there.'
				WHEN invocations.task_id <> tasks.id THEN 'belongs to task ' || invocations.task_id || '.'
				ELSE 'is ' || invocations.state || '.' END AS message
			FROM tasks LEFT JOIN invocations ON invocations.id = invocation_id
			WHERE tasks.state IN ('invoking', 'in_progress') AND tasks.state NOT IN ('dead', 'done', 'waiting_blocked', 'splitted')
			AND (invocations.task_id IS NOT tasks.id OR invocations.state IS NOT iif(tasks.state = 'invoking', 'invoking', 'running'))
			UNION ALL
			SELECT 'Invocation ' || invocations.id || ' is ' || invocations.state || ', but its task ' || invocations.task_id || ' is ' || coalesce(tasks.state, 'not there') || '.'
			FROM invocations LEFT JOIN tasks ON tasks.id = invocations.task_id
			WHERE invocations.state IN ('invoking', 'running') AND tasks.invocation_id IS NOT invocations.id`,
	},
	{
		what: 'work',
		sql: `SELECT 'Task ' || tasks.id || ' is ' || state || ', but what to run for it is not there.' AS message
			FROM tasks LEFT JOIN works ON works.task_id = tasks.id
			WHERE state IN ('ready', 'invoking', 'in_progress') AND state NOT IN ('dead', 'done', 'waiting_blocked', 'splitted') AND works.task_id IS NULL`,
	},
	{
		// The same sum in another order may differ in its last bit.
		what: 'effective_priority',
		sql: `SELECT 'Task ' || id || ' queues with priority ' || effective_priority || ' of group ' || queue_group_id || ', it should be ' || due || '.' AS message
			FROM (
				SELECT tasks.id, effective_priority, queue_group_id,
					coalesce(max(groups.priority), 0) + priority_adjustment + tasks.priority AS due,
					max(groups.priority) AS best,
					max(iif(groups.id = queue_group_id, groups.priority, NULL)) AS given
				FROM tasks LEFT JOIN task_groups ON task_groups.task_id = tasks.id
				LEFT JOIN groups ON groups.id = group_id AND groups.archived = 0
				WHERE queue = 'dispatch' GROUP BY tasks.id
			) WHERE abs(effective_priority - due) > 1e-9 * max(1, abs(due))
			OR iif(queue_group_id = 0, best IS NOT NULL, given IS NOT best)`,
	},
	{
		what: 'archived',
		sql: `SELECT 'Task ' || tasks.id || iif(tasks.archived = 1, ' is archived, though not all of its groups are.', ' is not archived, though all of its groups are.') AS message
			FROM tasks LEFT JOIN (
				SELECT task_id, min(groups.archived) AS due FROM task_groups JOIN groups ON groups.id = group_id GROUP BY task_id
			) AS memberships ON memberships.task_id = tasks.id
			WHERE tasks.archived <> coalesce(due, 0)`,
	},
];
