import {FarmError} from '../../core/errors.js';
import {taskId, type InvocationId} from '../../core/ids.js';
import {wholeTask} from '../views/task-shape.js';
import type {Source, SourceContext, WatchParams} from './source.js';

/** One task with all that it carries. When it is deleted for good, nothing is left. */
export const oneTask = (
	{context: {reads, books}}: SourceContext,
	params: WatchParams,
): Source => {
	if (params.id === undefined) {
		throw new FarmError('INVALID', 'To watch a task, give its id.');
	}

	const id = taskId(params.id);
	let isFirst = true;
	let live: InvocationId | null | undefined; // eslint-disable-line @typescript-eslint/no-restricted-types -- as in the row
	return {
		read() {
			const row = reads.tasks.laden.get(JSON.stringify([id]));
			if (!row && isFirst) {
				throw new FarmError('NOT_FOUND', `There is no task ${id}.`);
			}

			isFirst = false;
			live = row?.invocation_id;
			return {
				rows: row ? [{...wholeTask(books(), row), id}] : [],
				counts: {},
			};
		},
		isTouchedBy: (changes) =>
			changes.tasks.has(id) ||
			changes.manyTasks ||
			changes.graph ||
			(typeof live === 'number' && changes.invocations.has(live)),
		isTouchedByProgress: (invocation) => invocation === live,
	};
};
