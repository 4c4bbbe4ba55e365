import type {Connection} from '../open.js';
import type {GroupId, NodeId, SplitId, TaskId} from '../../core/ids.js';
import type {TaskState} from '../../core/task-state.js';
import type {GroupRow} from './groups.js';

/** What has to be known of a task to remove it with its group. */
export type FinishedTask = {
	readonly id: TaskId;
	readonly state: TaskState;
	readonly queue: string | null;
	readonly paused: 0 | 1;
	readonly archived: 0 | 1;
	readonly node_id: NodeId;
	readonly output: string | null;
	readonly parent_id: TaskId | null;
	readonly split_id: SplitId | null;
	readonly active_children_count: number;
	/** How many groups it is in. */
	readonly groups: number;
	/** Of its attributes: what is large takes long to remove. */
	readonly bytes: number;
};

/** A list of ids as JSON text. */
const listed = 'IN (SELECT value FROM json_each(?))';

/** What removing old work needs. Every statement costs what it removes, and not what there is. */
export const retentionStatements = (connection: Connection) => ({
	/** The group that finished first, before a time. */
	finishedGroup: connection.prepare<[before: number], GroupRow>(
		'SELECT * FROM groups INDEXED BY groups_finished WHERE finished_at < ? ORDER BY finished_at, id LIMIT 1',
	),
	/** Begin to wait for it anew. */
	postpone: connection.prepare<[at: number, id: GroupId]>(
		'UPDATE groups SET finished_at = ? WHERE id = ?',
	),
	/** Tasks of a group, the youngest first: children and elements before those that they came from. */
	tasks: connection.prepare<
		[group: GroupId, below: number, most: number],
		FinishedTask
	>(
		`SELECT tasks.id, state, queue, paused, archived, node_id, output, parent_id, split_id, active_children_count,
			octet_length(attributes) AS bytes,
			(SELECT count(*) FROM task_groups AS own WHERE own.task_id = tasks.id) AS groups
		FROM task_groups AS members CROSS JOIN tasks ON tasks.id = members.task_id
		WHERE members.group_id = ? AND members.task_id < ? ORDER BY members.task_id DESC LIMIT ?`,
	),
	/** Their logs are to go from the disk. */
	noteLogs: connection.prepare<[tasks: string]>(
		'INSERT OR IGNORE INTO log_removals (invocation_id) SELECT invocations.id FROM json_each(?) AS gone JOIN invocations ON invocations.task_id = gone.value',
	),
	noteLog: connection.prepare<[invocation: number]>(
		'INSERT OR IGNORE INTO log_removals (invocation_id) VALUES (?)',
	),
	/** One whose process may still be there stays until it is gone. */
	deleteInvocations: connection.prepare<[tasks: string]>(
		`DELETE FROM invocations WHERE task_id ${listed} AND ending IS NOT 'dead'`,
	),
	deleteVisits: connection.prepare<[tasks: string]>(
		`DELETE FROM visits WHERE task_id ${listed}`,
	),
	deleteWorks: connection.prepare<[tasks: string]>(
		`DELETE FROM works WHERE task_id ${listed}`,
	),
	deleteMemberships: connection.prepare<[tasks: string]>(
		`DELETE FROM task_groups WHERE task_id ${listed}`,
	),
	deleteAvoided: connection.prepare<[tasks: string]>(
		`DELETE FROM avoided WHERE task_id ${listed}`,
	),
	deleteTasks: connection.prepare<[tasks: string]>(
		`DELETE FROM tasks WHERE id ${listed}`,
	),
	/** A split goes with the last of the tasks that had to do with it. */
	deleteSplits: connection.prepare<
		[{readonly splits: string; readonly tasks: string}]
	>(
		`DELETE FROM splits WHERE id IN (
			SELECT value FROM json_each(@splits)
			UNION SELECT splits.id FROM json_each(@tasks) AS gone JOIN splits ON splits.origin_id = gone.value
		)
		AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.split_id = splits.id)
		AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.id = splits.origin_id)`,
	),
	/** Invocations whose logs are to go. */
	logsToRemove: connection.prepare<[most: number], {id: number}>(
		'SELECT invocation_id AS id FROM log_removals WHERE invocation_id > 0 ORDER BY invocation_id LIMIT ?',
	),
	forgetLogs: connection.prepare<[invocations: string]>(
		`DELETE FROM log_removals WHERE invocation_id ${listed}`,
	),
	lastOfJournal: connection.prepare<[], {id: number}>(
		"SELECT seq AS id FROM sqlite_sequence WHERE name = 'journal'",
	),
	/** The oldest entries. */
	beginOfJournal: connection.prepare<[most: number], {id: number; at: number}>(
		'SELECT id, at FROM journal WHERE id > 0 ORDER BY id LIMIT ?',
	),
	cutJournal: connection.prepare<[last: number]>(
		'DELETE FROM journal WHERE id <= ?',
	),
	/** All of a task's history but its last turns, so many of them. */
	cutVisits: connection.prepare<
		[{readonly task: TaskId; readonly keep: number}]
	>(
		'DELETE FROM visits WHERE task_id = @task AND turn <= (SELECT turn FROM visits WHERE task_id = @task ORDER BY turn DESC LIMIT 1 OFFSET @keep)',
	),
});
