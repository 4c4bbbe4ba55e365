import type {Connection} from '../open.js';
import type {NodeId, SplitId, TaskId} from '../../core/ids.js';

export type SplitRow = {
	id: SplitId;
	origin_id: TaskId;
	count: number;
	dead_count: number;
	sealed: 0 | 1;
	created_at: number;
};

export type ArrivalKind = 'split' | 'parent';

export const splitStatements = (connection: Connection) => ({
	get: connection.prepare<[SplitId], SplitRow>(
		'SELECT * FROM splits WHERE id = ?',
	),
	/** The split that a task is asleep for. */
	openOf: connection.prepare<[TaskId], SplitRow>(
		'SELECT * FROM splits WHERE origin_id = ? AND sealed = 0 ORDER BY id DESC LIMIT 1',
	),
	insert: connection.prepare<[SplitRow]>(
		'INSERT INTO splits (id, origin_id, count, dead_count, sealed, created_at) VALUES (@id, @origin_id, @count, @dead_count, @sealed, @created_at)',
	),
	update: connection.prepare<[SplitRow]>(
		'UPDATE splits SET dead_count = @dead_count, sealed = @sealed WHERE id = @id',
	),
	lastId: connection.prepare<[], {id: number}>(
		"SELECT seq AS id FROM sqlite_sequence WHERE name = 'splits'",
	),
	arrivals: connection.prepare<[ArrivalKind, number, NodeId], {count: number}>(
		'SELECT count FROM arrivals WHERE kind = ? AND of_id = ? AND node_id = ?',
	),
	/** The nodes at which elements of a split wait to be gathered. */
	arrivedAt: connection.prepare<[SplitId], {node_id: NodeId}>(
		"SELECT node_id FROM arrivals WHERE kind = 'split' AND of_id = ?",
	),
	putArrivals: connection.prepare<[ArrivalKind, number, NodeId, number]>(
		'INSERT INTO arrivals (kind, of_id, node_id, count) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET count = excluded.count',
	),
	deleteArrivals: connection.prepare<[ArrivalKind, number, NodeId]>(
		'DELETE FROM arrivals WHERE kind = ? AND of_id = ? AND node_id = ?',
	),
});
