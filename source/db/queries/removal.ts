import type {Connection} from '../open.js';
import type {GroupId, NodeId, SplitId, TaskId} from '../../core/ids.js';

/** All of a dead task's groups are archived now, or not all any more. */
const toFlip = `tasks.state = 'dead' AND task_groups.group_id = ? AND tasks.archived = EXISTS (
	SELECT 1 FROM task_groups AS others JOIN groups ON groups.id = others.group_id
	WHERE others.task_id = tasks.id AND groups.archived = 0
)`;

/** What archiving and deleting whole groups needs. */
export const removalStatements = (connection: Connection) => ({
	/** Tasks of a group that are not dead. */
	livingInGroup: connection.prepare<
		[GroupId, TaskId | 0, number],
		{id: TaskId}
	>(
		`SELECT tasks.id FROM task_groups JOIN tasks ON tasks.id = task_groups.task_id
		WHERE task_groups.group_id = ? AND task_groups.task_id > ? AND tasks.state <> 'dead' ORDER BY task_groups.task_id LIMIT ?`,
	),
	/** Dead tasks whose archived flag is to change, by node, and what it is to be. */
	deadToFlip: connection.prepare<
		[GroupId],
		{node_id: NodeId; to: 0 | 1; count: number}
	>(
		`SELECT tasks.node_id, 1 - tasks.archived AS "to", count(*) AS count FROM task_groups JOIN tasks ON tasks.id = task_groups.task_id
		WHERE ${toFlip} GROUP BY tasks.node_id, tasks.archived`,
	),
	flipDead: connection.prepare<[GroupId]>(
		`UPDATE tasks SET archived = 1 - archived WHERE id IN (
			SELECT tasks.id FROM task_groups JOIN tasks ON tasks.id = task_groups.task_id WHERE ${toFlip}
		)`,
	),
	invocations: connection.prepare<[TaskId], {id: number}>(
		'SELECT id FROM invocations WHERE task_id = ?',
	),
	/** One whose process may still be there stays until it is gone. */
	deleteInvocations: connection.prepare<[TaskId]>(
		"DELETE FROM invocations WHERE task_id = ? AND ending IS NOT 'dead'",
	),
	deleteVisits: connection.prepare<[TaskId]>(
		'DELETE FROM visits WHERE task_id = ?',
	),
	deleteWork: connection.prepare<[TaskId]>(
		'DELETE FROM works WHERE task_id = ?',
	),
	deleteGroups: connection.prepare<[TaskId]>(
		'DELETE FROM task_groups WHERE task_id = ?',
	),
	deleteAvoided: connection.prepare<[TaskId]>(
		'DELETE FROM avoided WHERE task_id = ?',
	),
	/** A split goes with the last of the tasks that had to do with it: its own, when the task that was divided is gone, and that task's, when no element is left. */
	deleteSplits: connection.prepare<
		[{readonly task: TaskId; readonly split: SplitId | null}]
	>(
		`DELETE FROM splits WHERE id IN (SELECT @split UNION ALL SELECT id FROM splits WHERE origin_id = @task)
		AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.split_id = splits.id)
		AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.id = splits.origin_id)`,
	),
	deleteTask: connection.prepare<[TaskId]>('DELETE FROM tasks WHERE id = ?'),
});
