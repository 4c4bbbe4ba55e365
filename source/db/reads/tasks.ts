import type {GroupId, NodeId, TaskId} from '../../core/ids.js';
import type {TaskState} from '../../core/task-state.js';
import type {Connection} from '../open.js';
import type {TaskRow} from '../queries/tasks.js';
import {byOrder} from './by-order.js';

/** A task with what other tables say of it. */
export type ListedTask = Pick<
	TaskRow,
	| 'id'
	| 'name'
	| 'parent_id'
	| 'state'
	| 'state_details'
	| 'paused'
	| 'archived'
	| 'node_id'
	| 'input'
	| 'output'
	| 'split_id'
	| 'split_index'
	| 'priority'
	| 'effective_priority'
	| 'invocation_id'
	| 'attempts'
	| 'children_count'
	| 'active_children_count'
	| 'created_at'
	| 'changed_at'
> & {
	readonly node: string;
	readonly split_origin_id: TaskId | null;
	readonly split_count: number | null;
	/** A JSON list. */
	readonly group_names: string;
};

/** With what it carries, as JSON text. */
export type LadenTask = ListedTask &
	Pick<TaskRow, 'attributes' | 'environment'>;

/** Columns that a list may be sorted by, beside those that only running tasks have. */
export const storedTaskOrders = [
	'name',
	'state',
	'node',
	'group',
	'priority',
	'attempts',
	'changed',
	'details',
] as const;
export type StoredTaskOrder = (typeof storedTaskOrders)[number];

const listed = `tasks.id, tasks.name, tasks.parent_id, tasks.state, tasks.state_details, tasks.paused, tasks.archived, tasks.node_id,
	tasks.input, tasks.output, tasks.split_id, tasks.split_index, tasks.priority, tasks.effective_priority, tasks.invocation_id, tasks.attempts,
	tasks.children_count, tasks.active_children_count, tasks.created_at, tasks.changed_at,
	nodes.name AS node, splits.origin_id AS split_origin_id, splits.count AS split_count,
	(SELECT json_group_array(name) FROM (
		SELECT groups.name AS name FROM task_groups JOIN groups ON groups.id = group_id WHERE task_id = tasks.id ORDER BY groups.id
	)) AS group_names`;

/** In the order of the ids given; one that is not there is left out. */
const from = `FROM json_each(?) AS wanted CROSS JOIN tasks ON tasks.id = wanted.value
	JOIN nodes ON nodes.id = tasks.node_id LEFT JOIN splits ON splits.id = tasks.split_id ORDER BY wanted.key`;

/** Texts are compared by their beginnings. */
const sortKeys: Readonly<Record<StoredTaskOrder, string>> = {
	name: 'substr(tasks.name, 1, 100)',
	state: 'tasks.state',
	node: '(SELECT name FROM nodes WHERE nodes.id = tasks.node_id)',
	group:
		'(SELECT substr(groups.name, 1, 100) FROM task_groups JOIN groups ON groups.id = group_id WHERE task_id = tasks.id ORDER BY groups.id LIMIT 1)',
	priority: 'tasks.effective_priority',
	attempts: 'nullif(tasks.attempts, 0)',
	changed: 'tasks.changed_at',
	details: "substr(tasks.state_details ->> '$.message', 1, 100)",
};

export const taskReads = (reader: Connection) => ({
	get: reader.prepare<[TaskId], TaskRow>('SELECT * FROM tasks WHERE id = ?'),
	listed: reader.prepare<[string], ListedTask>(`SELECT ${listed} ${from}`),
	laden: reader.prepare<[string], LadenTask>(
		`SELECT ${listed}, tasks.attributes, tasks.environment ${from}`,
	),
	/** What these are sorted by. */
	keyed: byOrder((order: StoredTaskOrder) =>
		reader.prepare<[string], {id: TaskId; key: string | number | null}>(
			`SELECT tasks.id AS id, ${sortKeys[order]} AS key FROM json_each(?) AS wanted CROSS JOIN tasks ON tasks.id = wanted.value`,
		),
	),
	groupsOf: reader.prepare<
		[TaskId],
		{id: GroupId; name: string; priority: number; archived: 0 | 1}
	>(
		'SELECT groups.id, name, priority, archived FROM task_groups JOIN groups ON groups.id = group_id WHERE task_id = ? ORDER BY groups.id',
	),
	/** A task and all that it spawned or was split into; without order. */
	tree: reader.prepare<[TaskId], {id: TaskId}>(
		`WITH RECURSIVE tree (id) AS (
				VALUES (?)
				UNION SELECT tasks.id FROM tree CROSS JOIN tasks INDEXED BY tasks_children ON tasks.parent_id = tree.id
				UNION SELECT tasks.id FROM tree CROSS JOIN splits INDEXED BY splits_by_origin ON splits.origin_id = tree.id
					CROSS JOIN tasks INDEXED BY tasks_split ON tasks.split_id = splits.id
			) SELECT tree.id AS id FROM tree CROSS JOIN tasks ON tasks.id = tree.id ORDER BY tree.id`,
	),
	/** The last turns in which a task moved, newest first. */
	visits: reader.prepare<[TaskId, number], {steps: string}>(
		'SELECT steps FROM visits WHERE task_id = ? ORDER BY turn DESC LIMIT ?',
	),
	splitsOf: reader.prepare<
		[TaskId],
		{id: number; count: number; dead_count: number; sealed: 0 | 1}
	>(
		'SELECT id, count, dead_count, sealed FROM splits WHERE origin_id = ? ORDER BY id DESC LIMIT 1',
	),
	/** Living elements of a split and where they are, in the order of their index. */
	elements: reader.prepare<
		[number, number],
		{id: TaskId; split_index: number; state: TaskState; node_id: NodeId}
	>(
		"SELECT id, split_index, state, node_id FROM tasks INDEXED BY tasks_split WHERE split_id = ? AND state <> 'dead' ORDER BY split_index LIMIT ?",
	),
	/** Living children and where they are, by id. */
	children: reader.prepare<
		[TaskId, number],
		{id: TaskId; name: string; state: TaskState; node_id: NodeId}
	>(
		"SELECT id, name, state, node_id FROM tasks INDEXED BY tasks_children WHERE parent_id = ? AND split_id IS NULL AND state <> 'dead' ORDER BY id LIMIT ?",
	),
	requirement: reader.prepare<[number], {json: string}>(
		'SELECT json FROM requirements WHERE id = ?',
	),
	/** Ready tasks of a line that come before one with this id. */
	aheadInLine: reader.prepare<
		[number, number, number, TaskId],
		{count: number}
	>(
		`SELECT count(*) AS count FROM (
				SELECT 1 FROM tasks INDEXED BY tasks_dispatch WHERE queue = 'dispatch' AND requirement_id = ? AND effective_priority = ? AND queue_group_id = ? AND id < ? LIMIT 10000
			)`,
	),
});
