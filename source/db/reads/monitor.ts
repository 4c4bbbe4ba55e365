import type {TaskState} from '../../core/task-state.js';
import type {Connection} from '../open.js';
import type {TaskRow} from '../queries/tasks.js';

/** What a scrape asks the database for. None of it depends on how much there is. */
export const monitorReads = (reader: Connection) => ({
	/** Of the living tasks in a state, those that were made first. */
	firstInState: reader.prepare<
		[state: TaskState, most: number],
		Pick<TaskRow, 'changed_at' | 'queue'>
	>(
		"SELECT changed_at, queue FROM tasks INDEXED BY tasks_in_state WHERE state = ? AND state NOT IN ('dead', 'done', 'waiting_blocked', 'splitted') ORDER BY id LIMIT ?",
	),
	pages: reader.prepare<[], {size: number; pages: number; free: number}>(
		'SELECT page_size AS size, page_count AS pages, freelist_count AS free FROM pragma_page_size(), pragma_page_count(), pragma_freelist_count()',
	),
});
