import type {Connection} from '../open.js';
import type {
	InvocationId,
	NodeId,
	RequirementId,
	TaskId,
	WorkerId,
} from '../../core/ids.js';
import type {InvocationState} from '../../core/invocation.js';

/** A row of `invocations`; `reserved` as JSON text. */
export type InvocationRow = {
	id: InvocationId;
	task_id: TaskId;
	node_id: NodeId;
	worker_id: WorkerId;
	state: InvocationState;
	attempt: number;
	exit_code: number | null;
	signal: string | null;
	reason: string | null;
	message: string | null;
	reserved: string;
	ending: 'cancelled' | 'restart' | 'dead' | null;
	progress: number | null;
	status: string | null;
	peak_memory_bytes: number | null;
	cpu_s: number | null;
	log_bytes: number;
	created_at: number;
	started_at: number | null;
	finished_at: number | null;
};

/** How a live invocation became one that is not. */
export type InvocationEnd = Pick<
	InvocationRow,
	| 'id'
	| 'exit_code'
	| 'signal'
	| 'reason'
	| 'message'
	| 'progress'
	| 'status'
	| 'peak_memory_bytes'
	| 'cpu_s'
	| 'log_bytes'
	| 'started_at'
> & {state: 'finished' | 'cancelled' | 'lost'; finished_at: number};

export const invocationStatements = (connection: Connection) => ({
	get: connection.prepare<[InvocationId], InvocationRow>(
		'SELECT * FROM invocations WHERE id = ?',
	),
	live: connection.prepare<[], InvocationRow>(
		"SELECT * FROM invocations INDEXED BY invocations_live WHERE state IN ('invoking', 'running') ORDER BY id",
	),
	/** Given up, and not known to be gone. */
	dying: connection.prepare<[], InvocationRow>(
		"SELECT * FROM invocations INDEXED BY invocations_dying WHERE ending = 'dead' ORDER BY id",
	),
	insert: connection.prepare<
		[
			Pick<
				InvocationRow,
				| 'task_id'
				| 'node_id'
				| 'worker_id'
				| 'attempt'
				| 'reserved'
				| 'created_at'
			>,
		]
	>(
		"INSERT INTO invocations (task_id, node_id, worker_id, state, attempt, reserved, created_at) VALUES (@task_id, @node_id, @worker_id, 'invoking', @attempt, @reserved, @created_at)",
	),
	setRunningIfInvoking: connection.prepare<[number, InvocationId]>(
		"UPDATE invocations SET state = 'running', started_at = ? WHERE id = ? AND state = 'invoking'",
	),
	setEnding: connection.prepare<[InvocationRow['ending'], InvocationId]>(
		'UPDATE invocations SET ending = ? WHERE id = ?',
	),
	/** One that was given up, and whose task was deleted meanwhile. */
	deleteIfOrphan: connection.prepare<[InvocationId]>(
		'DELETE FROM invocations WHERE id = ? AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.id = task_id)',
	),
	endIfLive: connection.prepare<[InvocationEnd]>(
		`UPDATE invocations SET state = @state, exit_code = @exit_code, signal = @signal, reason = @reason, message = @message,
		progress = @progress, status = @status, peak_memory_bytes = @peak_memory_bytes, cpu_s = @cpu_s, log_bytes = @log_bytes,
		started_at = @started_at, finished_at = @finished_at WHERE id = @id AND state IN ('invoking', 'running')`,
	),
	requirement: connection.prepare<[RequirementId], {json: string}>(
		'SELECT json FROM requirements WHERE id = ?',
	),
	requirementByJson: connection.prepare<[string], {id: RequirementId}>(
		'SELECT id FROM requirements WHERE json = ?',
	),
	insertRequirement: connection.prepare<[string]>(
		'INSERT INTO requirements (json) VALUES (?)',
	),
	avoided: connection.prepare<
		[],
		{task_id: TaskId; machine_id: string; until_at: number}
	>('SELECT * FROM avoided'),
	avoid: connection.prepare<[TaskId, string, number]>(
		'INSERT INTO avoided (task_id, machine_id, until_at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET until_at = excluded.until_at',
	),
	forgetAvoided: connection.prepare<[TaskId]>(
		'DELETE FROM avoided WHERE task_id = ?',
	),
	forgetAvoidedBefore: connection.prepare<[number]>(
		'DELETE FROM avoided WHERE until_at <= ?',
	),
});
