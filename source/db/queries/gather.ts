import type {Connection} from '../open.js';
import type {GroupId, NodeId, SplitId, TaskId} from '../../core/ids.js';
import type {TaskState} from '../../core/task-state.js';

const blocked =
	"split_id = ? AND node_id = ? AND state IN ('waiting_blocked', 'post_waiting_blocked')";

/** What a gatherer does to a thousand elements at once. */
export const gatherStatements = (connection: Connection) => ({
	blockedByGroup: connection.prepare<
		[SplitId, NodeId],
		{group_id: GroupId; state: TaskState; count: number}
	>(
		`SELECT task_groups.group_id, tasks.state, count(*) AS count
		FROM tasks INDEXED BY tasks_split CROSS JOIN task_groups ON task_groups.task_id = tasks.id
		WHERE ${blocked} GROUP BY task_groups.group_id, tasks.state`,
	),
	/** \`listed\`: those that are not archived. */
	blockedByState: connection.prepare<
		[SplitId, NodeId],
		{state: TaskState; count: number; listed: number}
	>(
		`SELECT state, count(*) AS count, sum(archived = 0) AS listed FROM tasks INDEXED BY tasks_split WHERE ${blocked} GROUP BY state`,
	),
	/** Blocked elements that have living children, which wait for them perhaps. */
	blockedParents: connection.prepare<[SplitId, NodeId], {id: TaskId}>(
		`SELECT id FROM tasks INDEXED BY tasks_split WHERE ${blocked} AND active_children_count > 0`,
	),
	blocked: connection.prepare<
		[SplitId, NodeId],
		{id: TaskId; state: TaskState}
	>(`SELECT id, state FROM tasks INDEXED BY tasks_split WHERE ${blocked}`),
	addVisits: connection.prepare<[number, string, SplitId, NodeId]>(
		`INSERT INTO visits (task_id, turn, steps) SELECT id, ?, ? FROM tasks INDEXED BY tasks_split WHERE ${blocked}`,
	),
	bury: connection.prepare<[number, SplitId, NodeId]>(
		`UPDATE tasks INDEXED BY tasks_split SET state = 'dead', state_details = NULL, output = NULL, changed_at = ? WHERE ${blocked}`,
	),
	/** The living elements of a split with what they carry. */
	elements: connection.prepare<
		[SplitId],
		{id: number; split_index: number; attributes: string}
	>(
		"SELECT id, split_index, attributes FROM tasks WHERE split_id = ? AND state <> 'dead' ORDER BY split_index",
	),
});
