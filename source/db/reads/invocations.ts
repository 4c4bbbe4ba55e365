import type {InvocationId, TaskId} from '../../core/ids.js';
import type {Connection} from '../open.js';
import type {InvocationRow} from '../queries/invocations.js';

/** An invocation with the names of what it ran in and on. */
export type ListedInvocation = InvocationRow & {
	readonly node: string;
	readonly worker: string;
};

export const invocationReads = (reader: Connection) => ({
	get: reader.prepare<[InvocationId], InvocationRow>(
		'SELECT * FROM invocations WHERE id = ?',
	),
	/** The last of a task, newest first. */
	ofTask: reader.prepare<[TaskId, number], ListedInvocation>(
		`SELECT invocations.*, nodes.name AS node, workers.name AS worker FROM invocations INDEXED BY invocations_of_task
		JOIN nodes ON nodes.id = invocations.node_id JOIN workers ON workers.id = invocations.worker_id
		WHERE invocations.task_id = ? ORDER BY invocations.id DESC LIMIT ?`,
	),
	last: reader.prepare<[TaskId], ListedInvocation>(
		`SELECT invocations.*, nodes.name AS node, workers.name AS worker FROM invocations INDEXED BY invocations_of_task
		JOIN nodes ON nodes.id = invocations.node_id JOIN workers ON workers.id = invocations.worker_id
		WHERE invocations.task_id = ? ORDER BY invocations.id DESC LIMIT 1`,
	),
});
