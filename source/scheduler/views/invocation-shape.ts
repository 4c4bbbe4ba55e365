import type {ListedInvocation} from '../../db/reads/invocations.js';
import type {InvocationShape} from '../../net/messages/shapes.js';
import type {Books} from '../books.js';
import {isoTime} from './iso-time.js';

/** An invocation as it stands at this moment: of a live one the books know more than the database. */
export const invocationShapeOf = (
	{books, now}: {readonly books: Books; readonly now: number},
	row: ListedInvocation,
): InvocationShape => {
	const live = books.fleet.live.get(row.id);
	const startedAt = row.started_at ?? live?.startedAt;
	return {
		id: row.id,
		task_id: row.task_id,
		node: row.node,
		worker: row.worker,
		worker_id: row.worker_id,
		state: row.state,
		attempt: row.attempt,
		exit_code: row.exit_code,
		signal: row.signal,
		reason: row.reason,
		message: row.message,
		started_at: startedAt === undefined ? null : isoTime(startedAt),
		finished_at: row.finished_at === null ? null : isoTime(row.finished_at),
		runtime_s:
			startedAt === undefined
				? null
				: Math.max(0, (row.finished_at ?? now) - startedAt) / 1000,
		progress: live?.progress ?? row.progress,
		status: live?.status ?? row.status,
		peak_memory_bytes: live?.peakMemory ?? row.peak_memory_bytes,
		cpu_s: live?.cpu ?? row.cpu_s,
		log_bytes: Math.max(live?.logBytes ?? 0, row.log_bytes),
	};
};
