import type {Connection} from '../open.js';
import type {TaskState} from '../../core/task-state.js';
import type {
	GroupId,
	InvocationId,
	NodeId,
	RequirementId,
	SplitId,
	TaskId,
} from '../../core/ids.js';

export type TaskQueue = 'advance' | 'slow' | 'dispatch';

/** A row of `tasks`; JSON columns as text. */
export type TaskRow = {
	id: TaskId;
	name: string;
	parent_id: TaskId | null;
	root_id: TaskId;
	state: TaskState;
	state_details: string | null;
	paused: 0 | 1;
	archived: 0 | 1;
	node_id: NodeId;
	input: string;
	output: string | null;
	attributes: string;
	environment: string | null;
	split_id: SplitId | null;
	split_index: number | null;
	split_level: number;
	priority: number;
	effective_priority: number;
	queue_group_id: GroupId | 0;
	priority_adjustment: number;
	requirement_id: RequirementId | null;
	invocation_id: InvocationId | null;
	attempts: number;
	children_count: number;
	active_children_count: number;
	queue: TaskQueue | null;
	created_at: number;
	changed_at: number;
};

const columns = [
	'id',
	'name',
	'parent_id',
	'root_id',
	'state',
	'state_details',
	'paused',
	'archived',
	'node_id',
	'input',
	'output',
	'attributes',
	'environment',
	'split_id',
	'split_index',
	'split_level',
	'priority',
	'effective_priority',
	'queue_group_id',
	'priority_adjustment',
	'requirement_id',
	'invocation_id',
	'attempts',
	'children_count',
	'active_children_count',
	'queue',
	'created_at',
	'changed_at',
] as const;

/** What changes when a task moves; the columns of its indexes are among them. */
const placeColumns = [
	'state',
	'state_details',
	'paused',
	'archived',
	'node_id',
	'input',
	'output',
	'effective_priority',
	'queue_group_id',
	'priority_adjustment',
	'requirement_id',
	'invocation_id',
	'attempts',
	'queue',
	'changed_at',
] as const;

/** What a task carries. Apart, so that moving a task does not write its attributes again. */
const cargoColumns = [
	'name',
	'attributes',
	'environment',
	'priority',
	'changed_at',
] as const;
const countColumns = ['children_count', 'active_children_count'] as const;

const assignments = (names: readonly string[]): string =>
	names.map((name) => `${name} = @${name}`).join(', ');

/** Every statement on `tasks` that a turn runs, prepared once. Whatever moves a task says where it was: `@was_state` is the guard. */
export const taskStatements = (connection: Connection) => ({
	get: connection.prepare<[TaskId], TaskRow>(
		'SELECT * FROM tasks WHERE id = ?',
	),
	lastId: connection.prepare<[], {id: number | undefined}>(
		"SELECT seq AS id FROM sqlite_sequence WHERE name = 'tasks'",
	),
	// By position: with 28 columns, names cost a quarter of the insertion.
	insert: connection.prepare<TaskValues>(
		`INSERT INTO tasks (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
	),
	updatePlace: connection.prepare<
		[TaskRow & {was_state: TaskState; was_node: NodeId}]
	>(
		`UPDATE tasks SET ${assignments(placeColumns)} WHERE id = @id AND state = @was_state AND node_id = @was_node`,
	),
	updateCargo: connection.prepare<[TaskRow]>(
		`UPDATE tasks SET ${assignments(cargoColumns)} WHERE id = @id`,
	),
	updateCounts: connection.prepare<[TaskRow]>(
		`UPDATE tasks SET ${assignments(countColumns)} WHERE id = @id`,
	),
	/** The next tasks of a node in a queue, in the order of their ids. The queue's name is written out, since SQLite takes a partial index only for what it can see. */
	queued: {
		advance: queued(connection, 'advance'),
		slow: queued(connection, 'slow'),
	},
	queueCounts: connection.prepare<
		[],
		{queue: TaskQueue; node_id: NodeId; count: number}
	>(
		"SELECT queue, node_id, count(*) AS count FROM tasks WHERE queue IN ('advance', 'slow') GROUP BY queue, node_id",
	),
	dispatchCounts: connection.prepare<
		[],
		{
			requirement_id: RequirementId;
			effective_priority: number;
			queue_group_id: GroupId;
			count: number;
		}
	>(
		"SELECT requirement_id, effective_priority, queue_group_id, count(*) AS count FROM tasks WHERE queue = 'dispatch' GROUP BY requirement_id, effective_priority, queue_group_id",
	),
	nextToDispatch: connection.prepare<
		[RequirementId, number, GroupId, TaskId | 0],
		{id: TaskId}
	>(
		"SELECT id FROM tasks WHERE queue = 'dispatch' AND requirement_id = ? AND effective_priority = ? AND queue_group_id = ? AND id > ? ORDER BY id LIMIT 1",
	),
	children: connection.prepare<[TaskId], {id: TaskId}>(
		"SELECT id FROM tasks WHERE parent_id = ? AND split_id IS NULL AND state <> 'dead' ORDER BY id",
	),
	blockedChildren: connection.prepare<[TaskId], {id: TaskId}>(
		"SELECT id FROM tasks WHERE parent_id = ? AND split_id IS NULL AND state IN ('waiting_blocked', 'post_waiting_blocked') ORDER BY id",
	),
	elements: connection.prepare<[SplitId], {id: TaskId}>(
		"SELECT id FROM tasks WHERE split_id = ? AND state <> 'dead' ORDER BY split_index",
	),
	blockedElement: connection.prepare<[SplitId], {id: TaskId}>(
		"SELECT id FROM tasks WHERE split_id = ? AND state IN ('waiting_blocked', 'post_waiting_blocked') ORDER BY split_index LIMIT 1",
	),
	inNode: connection.prepare<
		[NodeId, TaskState, TaskId | 0, number],
		{id: TaskId}
	>(
		"SELECT id FROM tasks WHERE node_id = ? AND state = ? AND state <> 'dead' AND id > ? ORDER BY id LIMIT ?",
	),
	inGroup: connection.prepare<[GroupId, TaskId | 0, number], {id: TaskId}>(
		'SELECT task_id AS id FROM task_groups WHERE group_id = ? AND task_id > ? ORDER BY task_id LIMIT ?',
	),
	generating: connection.prepare<[], {id: TaskId}>(
		// The second condition is the index's own; without it the index would not serve.
		"SELECT id FROM tasks INDEXED BY tasks_in_state WHERE state IN ('generating', 'post_generating') AND state NOT IN ('dead', 'done', 'waiting_blocked', 'splitted')",
	),
	groupsOf: connection.prepare<[TaskId], {group_id: GroupId}>(
		'SELECT group_id FROM task_groups WHERE task_id = ? ORDER BY group_id',
	),
	addToGroup: connection.prepare<[GroupId, TaskId]>(
		'INSERT OR IGNORE INTO task_groups (group_id, task_id) VALUES (?, ?)',
	),
	removeFromGroup: connection.prepare<[GroupId, TaskId]>(
		'DELETE FROM task_groups WHERE group_id = ? AND task_id = ?',
	),
	addVisit: connection.prepare<[TaskId, number, string]>(
		'INSERT INTO visits (task_id, turn, steps) VALUES (?, ?, ?)',
	),
	work: connection.prepare<[TaskId], {json: string}>(
		'SELECT json FROM works WHERE task_id = ?',
	),
	putWork: connection.prepare<[TaskId, string]>(
		'INSERT INTO works (task_id, json) VALUES (?, ?) ON CONFLICT (task_id) DO UPDATE SET json = excluded.json',
	),
});

const queued = (connection: Connection, queue: 'advance' | 'slow') =>
	connection.prepare<[NodeId, number], TaskRow>(
		`SELECT * FROM tasks INDEXED BY tasks_queue WHERE queue = '${queue}' AND queue IN ('advance', 'slow') AND node_id = ? ORDER BY id LIMIT ?`,
	);

type TaskValues = [
	id: TaskRow['id'],
	name: TaskRow['name'],
	parent_id: TaskRow['parent_id'],
	root_id: TaskRow['root_id'],
	state: TaskRow['state'],
	state_details: TaskRow['state_details'],
	paused: TaskRow['paused'],
	archived: TaskRow['archived'],
	node_id: TaskRow['node_id'],
	input: TaskRow['input'],
	output: TaskRow['output'],
	attributes: TaskRow['attributes'],
	environment: TaskRow['environment'],
	split_id: TaskRow['split_id'],
	split_index: TaskRow['split_index'],
	split_level: TaskRow['split_level'],
	priority: TaskRow['priority'],
	effective_priority: TaskRow['effective_priority'],
	queue_group_id: TaskRow['queue_group_id'],
	priority_adjustment: TaskRow['priority_adjustment'],
	requirement_id: TaskRow['requirement_id'],
	invocation_id: TaskRow['invocation_id'],
	attempts: TaskRow['attempts'],
	children_count: TaskRow['children_count'],
	active_children_count: TaskRow['active_children_count'],
	queue: TaskRow['queue'],
	created_at: TaskRow['created_at'],
	changed_at: TaskRow['changed_at'],
];

/** What `insert` takes, in the order of `columns`. */
export const taskValues = (row: TaskRow): TaskValues => [
	row.id,
	row.name,
	row.parent_id,
	row.root_id,
	row.state,
	row.state_details,
	row.paused,
	row.archived,
	row.node_id,
	row.input,
	row.output,
	row.attributes,
	row.environment,
	row.split_id,
	row.split_index,
	row.split_level,
	row.priority,
	row.effective_priority,
	row.queue_group_id,
	row.priority_adjustment,
	row.requirement_id,
	row.invocation_id,
	row.attempts,
	row.children_count,
	row.active_children_count,
	row.queue,
	row.created_at,
	row.changed_at,
];
