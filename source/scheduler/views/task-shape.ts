import type {EnvironmentRequest} from '../../core/invocation.js';
import {splitId} from '../../core/ids.js';
import type {Json} from '../../core/json.js';
import type {LadenTask, ListedTask} from '../../db/reads/tasks.js';
import type {TaskShape} from '../../net/messages/shapes.js';
import type {Books} from '../books.js';
import {isoTime} from './iso-time.js';

/** A task without what it carries: enough for a line in a table, and never large. */
export const taskLine = (books: Books, row: ListedTask) => {
	const live =
		row.invocation_id === null
			? undefined
			: books.fleet.live.get(row.invocation_id);
	return {
		id: row.id,
		name: row.name,
		state: row.state,
		paused: row.paused === 1,
		node: row.node,
		node_id: row.node_id,
		input: row.input,
		output: row.output,
		parent_id: row.parent_id,
		children_count: row.children_count,
		active_children_count: row.active_children_count,
		split:
			row.split_id === null ||
			row.split_origin_id === null ||
			row.split_index === null ||
			row.split_count === null
				? null
				: {
						id: splitId(row.split_id),
						origin_id: row.split_origin_id,
						index: row.split_index,
						count: row.split_count,
					},
		groups: JSON.parse(row.group_names) as string[],
		priority: row.priority,
		attempts: row.attempts,
		progress: live?.progress ?? null,
		state_details:
			row.state_details === null
				? null
				: (JSON.parse(row.state_details) as {reason: string; message: string}),
		invocation_id: row.invocation_id,
		worker: live
			? (books.fleet.workers.get(live.worker)?.row.name ?? null)
			: null,
		archived: row.archived === 1,
		created_at: isoTime(row.created_at),
		changed_at: isoTime(row.changed_at),
		/** When its process started; null where none runs. */
		started_at: live?.startedAt === undefined ? null : isoTime(live.startedAt),
		/** What its process says of itself. */
		status: live?.status ?? null,
	};
};

export type TaskLine = ReturnType<typeof taskLine>;

export const wholeTask = (books: Books, row: LadenTask): TaskShape => ({
	...taskLine(books, row),
	attributes: JSON.parse(row.attributes) as Record<string, Json>,
	environment:
		row.environment === null
			? null
			: (JSON.parse(row.environment) as EnvironmentRequest),
});
