import {taskId} from '../core/ids.js';
import type {Attributes} from '../core/invocation.js';
import {isBlocked} from '../core/task-state.js';
import type {Relative, Relatives, TaskView} from '../nodes/contract.js';
import {attributesOf, environmentOf, type TaskDraft} from './task-draft.js';
import type {Turn} from './turn-context.js';

/** A task as the node that processes it sees it. Plain values: with a getter in it, each of these would have a shape of its own, of a kilobyte. */
export const viewOf = ({desk}: Turn, task: TaskDraft): TaskView => {
	const {row} = task;
	return {
		id: row.id,
		name: row.name,
		parent_id: row.parent_id ?? undefined,
		input: row.input,
		attributes: attributesOf(task),
		environment: environmentOf(task),
		priority: row.priority,
		split: splitOf(desk, row),
		children: row.children_count === 0 ? none : childrenOf(desk, task, task),
	};
};

const splitOf = (
	desk: Turn['desk'],
	{split_id: id, split_index: index, node_id: node}: TaskDraft['row'],
): TaskView['split'] => {
	if (id === null || index === null) {
		return undefined;
	}

	const split = desk.split(id).row;
	return {
		id,
		origin_id: split.origin_id,
		index,
		count: split.count,
		alive: split.count - split.dead_count,
		// The asking task is being processed, so it is not counted as blocked.
		arrived: desk.arrivals('split', id, node) + 1,
		sealed: split.sealed === 1,
	};
};

export const relativesOf = (
	{desk, statements}: Turn,
	asking: TaskDraft,
): Relatives => {
	const relative = (task: TaskDraft): Relative => ({
		id: task.row.id,
		parent_id: task.row.parent_id ?? undefined,
		get attributes() {
			return attributesOf(task);
		},
		children: childrenOf(desk, task, asking),
		alive: task.row.state !== 'dead',
		arrived:
			task.row.id === asking.row.id ||
			(isBlocked(task.row.state) && task.row.node_id === asking.row.node_id),
		input: task.row.input,
	});
	return {
		get(id) {
			const task = desk.task(id);
			return task && relative(task);
		},
		children(id) {
			desk.writeTasks();
			return statements.tasks.children
				.all(id)
				.map((row) => relative(desk.existingTask(row.id)));
		},
		elements() {
			const {split_id: split} = asking.row;
			if (split === null) {
				return [];
			}

			desk.writeTasks();
			return statements.gather.elements.all(split).map((row) => ({
				id: taskId(row.id),
				index: row.split_index,

				attributes: JSON.parse(row.attributes) as Attributes,
			}));
		},
	};
};

const none = {total: 0, active: 0, arrived: 0} as const;

const childrenOf = (
	desk: Turn['desk'],
	{row}: TaskDraft,
	asking: TaskDraft,
) => ({
	total: row.children_count,
	active: row.active_children_count,
	arrived:
		desk.arrivals('parent', row.id, asking.row.node_id) +
		(asking.row.parent_id === row.id && asking.row.split_id === null ? 1 : 0),
});
