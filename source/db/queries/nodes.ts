import type {Connection} from '../open.js';
import type {ConnectionId, NodeId} from '../../core/ids.js';
import type {TaskState} from '../../core/task-state.js';

/** A row of `nodes`; `parameters` as JSON text. */
export type NodeRow = {
	id: NodeId;
	name: string;
	type: string;
	parameters: string;
	x: number;
	y: number;
	enabled: 0 | 1;
	created_at: number;
};

export type ConnectionRow = {
	id: ConnectionId;
	from_node: NodeId;
	from_output: string;
	to_node: NodeId;
	to_input: string;
};

export const nodeStatements = (connection: Connection) => ({
	all: connection.prepare<[], NodeRow>(
		'SELECT * FROM nodes WHERE deleted = 0 ORDER BY id',
	),
	insert: connection.prepare<[Omit<NodeRow, 'id'>]>(
		'INSERT INTO nodes (name, type, parameters, x, y, enabled, created_at) VALUES (@name, @type, @parameters, @x, @y, @enabled, @created_at)',
	),
	update: connection.prepare<[NodeRow]>(
		'UPDATE nodes SET name = @name, type = @type, parameters = @parameters, x = @x, y = @y, enabled = @enabled WHERE id = @id',
	),
	delete: connection.prepare<[NodeId]>(
		'UPDATE nodes SET deleted = 1 WHERE id = ?',
	),
	livingTasks: connection.prepare<[NodeId], {count: number}>(
		"SELECT count(*) AS count FROM tasks WHERE node_id = ? AND state <> 'dead'",
	),
	connections: connection.prepare<[], ConnectionRow>(
		'SELECT * FROM connections ORDER BY id',
	),
	connect: connection.prepare<[Omit<ConnectionRow, 'id'>]>(
		'INSERT INTO connections (from_node, from_output, to_node, to_input) VALUES (@from_node, @from_output, @to_node, @to_input)',
	),
	disconnect: connection.prepare<[ConnectionId]>(
		'DELETE FROM connections WHERE id = ?',
	),
	counts: connection.prepare<
		[],
		{node_id: NodeId; state: TaskState; count: number}
	>('SELECT node_id, state, count FROM node_counts'),
	putCount: connection.prepare<[NodeId, TaskState, number]>(
		'INSERT INTO node_counts (node_id, state, count) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = excluded.count',
	),
	deleteCount: connection.prepare<[NodeId, TaskState]>(
		'DELETE FROM node_counts WHERE node_id = ? AND state = ?',
	),
	memory: connection.prepare<[NodeId, string], {value: string}>(
		'SELECT value FROM node_memory WHERE node_id = ? AND key = ?',
	),
	memoryKeys: connection.prepare<[NodeId, string, string], {key: string}>(
		'SELECT key FROM node_memory WHERE node_id = ? AND key >= ? AND key < ? ORDER BY key',
	),
	putMemory: connection.prepare<[NodeId, string, string]>(
		'INSERT INTO node_memory (node_id, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
	),
	deleteMemory: connection.prepare<[NodeId, string]>(
		'DELETE FROM node_memory WHERE node_id = ? AND key = ?',
	),
	forget: connection.prepare<[NodeId]>(
		'DELETE FROM node_memory WHERE node_id = ?',
	),
});
