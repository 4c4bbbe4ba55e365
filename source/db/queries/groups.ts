import type {Connection} from '../open.js';
import type {GroupId, TaskId} from '../../core/ids.js';

/** A row of `groups`; `counts` as JSON text. */
export type GroupRow = {
	id: GroupId;
	name: string;
	priority: number;
	archived: 0 | 1;
	creator: string;
	counts: string;
	created_at: number;
	/** Since when all of its tasks are dead or done, in milliseconds since 1970; null while one is not. */
	finished_at: number | null;
};

export const groupStatements = (connection: Connection) => ({
	get: connection.prepare<[GroupId], GroupRow>(
		'SELECT * FROM groups WHERE id = ?',
	),
	byName: connection.prepare<[string], GroupRow>(
		'SELECT * FROM groups WHERE name = ?',
	),
	insert: connection.prepare<[GroupRow]>(
		'INSERT INTO groups (id, name, priority, archived, creator, counts, created_at, finished_at) VALUES (@id, @name, @priority, @archived, @creator, @counts, @created_at, @finished_at)',
	),
	update: connection.prepare<[GroupRow]>(
		'UPDATE groups SET priority = @priority, archived = @archived, counts = @counts, finished_at = @finished_at WHERE id = @id',
	),
	/** Most turns change nothing else, and an index is written again, a page each, for every column that is named. */
	updateCounts: connection.prepare<[GroupRow]>(
		'UPDATE groups SET counts = @counts WHERE id = @id',
	),
	delete: connection.prepare<[GroupId]>('DELETE FROM groups WHERE id = ?'),
	lastId: connection.prepare<[], {id: number}>(
		"SELECT seq AS id FROM sqlite_sequence WHERE name = 'groups'",
	),
	/** Tasks of a group that are in no other group. */
	onlyHere: connection.prepare<[GroupId, TaskId | 0, number], {id: TaskId}>(
		`SELECT task_id AS id FROM task_groups AS here WHERE group_id = ? AND task_id > ?
		AND NOT EXISTS (SELECT 1 FROM task_groups AS other WHERE other.task_id = here.task_id AND other.group_id <> here.group_id)
		ORDER BY task_id LIMIT ?`,
	),
});
