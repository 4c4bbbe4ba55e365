import type {InvocationId} from '../../core/ids.js';
import type {Operation} from '../turn-context.js';

/** A worker says that the process runs. `stale` when the invocation was given up meanwhile, or has ended already. */
export const confirmRunning =
	(id: InvocationId, startedAt: number): Operation<'running' | 'stale'> =>
	({desk, books, statements}) => {
		const live = books.fleet.live.get(id);
		if (live?.state !== 'invoking' || live.ending === 'dead') {
			return 'stale';
		}

		const task = desk.task(live.task);
		if (task?.row.state !== 'invoking' || task.row.invocation_id !== id) {
			return 'stale';
		}

		desk.touch();
		statements.invocations.setRunningIfInvoking.run(startedAt, id);
		live.state = 'running';
		live.startedAt = startedAt;
		desk.place(task, {
			state: 'in_progress',
			...(task.row.output !== null && {output: task.row.output}),
		});
		desk.changes().invocations.add(id);
		return 'running';
	};
