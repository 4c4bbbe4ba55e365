import type {Operation} from '../turn-context.js';

/** After a restart nothing is under way outside of turns any more: what was being processed there is processed anew. Workers with invocations are waited for. */
export const recoverAfterRestart =
	(): Operation<void> =>
	({desk, books, statements}) => {
		for (const {id} of statements.tasks.generating.all()) {
			const task = desk.existingTask(id);
			desk.place(task, {
				state: task.row.state === 'generating' ? 'waiting' : 'post_waiting',
				...(task.row.output !== null && {output: task.row.output}),
			});
		}

		for (const worker of books.fleet.workers.values()) {
			if (worker.invocations.size > 0) {
				worker.lostAt = desk.now();
			}
		}
	};
