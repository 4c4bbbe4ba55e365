import type {GroupId, TaskId} from '../../core/ids.js';
import type {Connection} from '../open.js';
import type {TaskRow} from '../queries/tasks.js';

/** What tells whether a task is at rest. */
export type RestRow = Pick<
	TaskRow,
	| 'id'
	| 'parent_id'
	| 'root_id'
	| 'split_id'
	| 'state'
	| 'queue'
	| 'paused'
	| 'archived'
	| 'node_id'
	| 'output'
>;

const columns =
	'tasks.id, tasks.parent_id, tasks.root_id, tasks.split_id, tasks.state, tasks.queue, tasks.paused, tasks.archived, tasks.node_id, tasks.output';
/** Dead and divided tasks say nothing. */
const matters = "tasks.state NOT IN ('dead', 'splitted')";

export const restReads = (reader: Connection) => ({
	get: reader.prepare<[TaskId], RestRow>(
		`SELECT ${columns} FROM tasks WHERE id = ?`,
	),
	some: reader.prepare<[string], RestRow>(
		`SELECT ${columns} FROM json_each(?) AS wanted CROSS JOIN tasks ON tasks.id = wanted.value ORDER BY tasks.id`,
	),
	originOf: reader.prepare<[number], {origin_id: TaskId}>(
		'SELECT origin_id FROM splits WHERE id = ?',
	),
	/** All that descend from a task without parent and split, and itself. */
	family: reader.prepare<[{root: TaskId}], RestRow>(
		`SELECT ${columns} FROM tasks WHERE id = @root AND ${matters}
		UNION ALL SELECT ${columns} FROM tasks INDEXED BY tasks_family WHERE root_id = @root AND root_id <> id AND ${matters}`,
	),
	groupCounts: reader.prepare<[GroupId], {counts: string; archived: 0 | 1}>(
		'SELECT counts, archived FROM groups WHERE id = ?',
	),
	/** Finished tasks of a group that something may move on: where they would leave. */
	leaving: reader.prepare<
		[GroupId],
		Pick<TaskRow, 'node_id' | 'output' | 'queue'>
	>(
		`SELECT DISTINCT node_id, output, queue FROM task_groups CROSS JOIN tasks ON tasks.id = task_id
		WHERE group_id = ? AND state IN ('done', 'spawned') AND (queue IS NOT NULL OR paused = 1)`,
	),
	/** Whether the queue holds a finished task of a group; for where the queue is shorter than the group. */
	isLeaving: reader.prepare<[GroupId], {one: 1}>(
		`SELECT 1 AS one FROM tasks INDEXED BY tasks_queue WHERE queue = 'advance' AND queue IN ('advance', 'slow') AND state IN ('done', 'spawned')
		AND EXISTS (SELECT 1 FROM task_groups WHERE group_id = ? AND task_id = tasks.id) LIMIT 1`,
	),
});
