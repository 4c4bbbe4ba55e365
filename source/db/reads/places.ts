import type {GroupId, NodeId, TaskId} from '../../core/ids.js';
import type {TaskState} from '../../core/task-state.js';
import type {Connection} from '../open.js';

/** Where a task of a group is. */
export type MemberRow = {
	readonly id: TaskId;
	readonly node_id: NodeId;
	readonly state: TaskState;
	readonly archived: 0 | 1;
};

const columns = 'tasks.id, tasks.node_id, tasks.state, tasks.archived';

export const placeReads = (reader: Connection) => ({
	/** A group's tasks below an id, the latest first; the dead too. */
	members: reader.prepare<[GroupId, number, number], MemberRow>(
		`SELECT ${columns} FROM task_groups AS members CROSS JOIN tasks ON tasks.id = members.task_id
		WHERE members.group_id = ? AND members.task_id < ? ORDER BY members.task_id DESC LIMIT ?`,
	),
	/** Those of some tasks that are in a group. */
	among: reader.prepare<[string, GroupId], MemberRow>(
		`SELECT ${columns} FROM json_each(?) AS wanted
		CROSS JOIN task_groups AS members ON members.group_id = ? AND members.task_id = wanted.value
		CROSS JOIN tasks ON tasks.id = members.task_id`,
	),
});
