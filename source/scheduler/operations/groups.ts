import {FarmError} from '../../core/errors.js';
import type {GroupId, TaskId} from '../../core/ids.js';
import {isRunning} from '../../core/task-state.js';
import type {GroupDraft} from '../desk-drafts.js';
import {giveUp} from '../invocations.js';
import {kill} from '../kill.js';
import {type Operation, type Turn} from '../turn-context.js';
import type {TaskDraft} from '../task-draft.js';
import {taskActions, type OnTask} from './act-on-tasks.js';

/** So many tasks are looked at between two writes. */
const page = 1000;

export type GroupAction =
	'pause' | 'resume' | 'archive' | 'unarchive' | 'retry';

/** Do something to all tasks of groups. Returns how many groups and tasks were changed. */
export const actOnGroups =
	(
		names: readonly string[],
		action: GroupAction,
	): Operation<{changed: number; tasks: number}> =>
	(turn) => {
		const groups = names.map((name) => existingGroup(turn, name).row.id);
		turn.desk.remember({
			groups: groups.map((id) => {
				const {name, archived, priority} = turn.desk.group(id).row;
				return {name, archived: archived === 1, priority};
			}),
		});
		let tasks = 0;
		for (const id of groups) {
			tasks +=
				action === 'archive' || action === 'unarchive'
					? setArchived(turn, id, action)
					: eachTask(turn, id, taskActions[action]);
		}

		return {changed: groups.length, tasks};
	};

export const setGroupPriority =
	(names: readonly string[], priority: number): Operation<{changed: number}> =>
	(turn) => {
		const groups = names.map((name) => existingGroup(turn, name).row.id);
		turn.desk.remember({
			groups: groups.map((id) => ({
				name: turn.desk.group(id).row.name,
				priority: turn.desk.group(id).row.priority,
			})),
		});
		for (const id of groups) {
			turn.desk.changeGroup(turn.desk.group(id), {priority});
			eachTask(turn, id, (inside, task) => {
				if (task.row.state !== 'ready') {
					return 'not ready';
				}

				inside.desk.prioritise(task);
				inside.desk.requeue(task);
				return undefined;
			});
		}

		return {changed: groups.length};
	};

/**
Delete some tasks of an archived group for good, with their invocations; in the last step the group itself. A step is small, so that a large group never holds others up.

@returns the invocations whose logs can go, and whether more is to be done
*/
export const deleteGroupStep =
	(
		name: string,
	): Operation<{
		readonly tasks: number;
		readonly invocations: readonly number[];
		readonly more: boolean;
	}> =>
	(turn) => {
		const {desk, statements} = turn;
		const group = existingGroup(turn, name);
		if (group.row.archived === 0) {
			throw new FarmError(
				'CONFLICT',
				`Group ${name} is not archived: archive it first. Deleting is for good.`,
			);
		}

		desk.touch();
		const {id} = group.row;
		const ids = statements.tasks.inGroup.all(id, 0, 200).map((row) => row.id);
		const invocations: number[] = [];
		for (const task of ids) {
			const draft = desk.existingTask(task);
			if (desk.groupsOf(draft).length > 1) {
				// It is somebody else's, too: it only leaves this group.
				statements.tasks.removeFromGroup.run(id, task);
				draft.groups = desk.groupsOf(draft).filter((other) => other !== id);
				draft.row.archived = desk.archivedBy(draft.groups);
				desk.requeue(draft);
			} else {
				invocations.push(...remove(turn, draft));
			}
		}

		desk.writeTasks();
		const more = ids.length > 0;
		if (!more) {
			statements.groups.delete.run(id);
			desk.dropGroup(group);
		}

		return {tasks: ids.length, invocations, more};
	};

const existingGroup = ({desk}: Turn, name: string): GroupDraft => {
	const group = desk.groupByName(name);
	if (!group) {
		throw new FarmError(
			'NOT_FOUND',
			`There is no group "${name}": lifeblood group list shows those there are.`,
		);
	}

	return group;
};

const eachTask = (turn: Turn, group: GroupId, act: OnTask): number => {
	const {desk, statements} = turn;
	let changed = 0;
	let after: TaskId | 0 = 0;
	for (;;) {
		desk.writeTasks();
		const ids: ReadonlyArray<{readonly id: TaskId}> =
			statements.removal.livingInGroup.all(group, after, page);
		for (const {id} of ids) {
			after = id;
			const task = desk.task(id);
			if (task && act(turn, task) === undefined) {
				changed += 1;
			}

			desk.tidy();
		}

		if (ids.length < page) {
			return changed;
		}
	}
};

/** Archiving cancels what runs; everything of the group is then out of listings, counts and queues. */
const setArchived = (
	turn: Turn,
	id: GroupId,
	action: 'archive' | 'unarchive',
): number => {
	const {desk, statements} = turn;
	const group = desk.group(id);
	desk.changeGroup(group, {archived: action === 'archive' ? 1 : 0});
	const {name} = group.row;
	const living = eachTask(turn, id, (inside, task) =>
		archiveOne(inside, task, name),
	);
	// The dead are many, and nothing follows from theirs but a count.
	desk.writeTasks();
	for (const {node_id: node, count, to} of statements.removal.deadToFlip.all(
		id,
	)) {
		desk.countNode(node, 'dead', to === 1 ? -count : count);
	}

	const {changes: dead} = statements.removal.flipDead.run(id);
	desk.evict(({row}) => row.state === 'dead');
	desk.changes().manyTasks = true;
	return living + dead;
};

const archiveOne = (
	turn: Turn,
	task: TaskDraft,
	group: string,
): string | undefined => {
	const {desk} = turn;
	const archived = desk.archivedBy(desk.groupsOf(task));
	if (archived === task.row.archived) {
		if (task.row.state === 'ready') {
			desk.prioritise(task);
			desk.requeue(task);
		}

		return 'unchanged';
	}

	task.row.archived = archived;
	if (archived === 1 && isRunning(task.row.state)) {
		const message = `Cancelled, as its group ${group} was archived.`;
		giveUp(turn, task, message);
		desk.place(task, {
			state: 'error',
			details: {reason: 'cancelled', message},
			...(task.row.output !== null && {output: task.row.output}),
		});
	} else {
		if (task.row.state === 'ready') {
			desk.prioritise(task);
		}

		desk.requeue(task);
	}

	return undefined;
};

const remove = (turn: Turn, task: TaskDraft): number[] => {
	const {desk, statements} = turn;
	const {removal} = statements;
	const {id} = task.row;
	kill(turn, task);

	desk.writeTasks();
	const invocations = removal.invocations.all(id).map((row) => row.id);
	for (const invocation of invocations) {
		statements.retention.noteLog.run(invocation);
	}

	if (task.row.parent_id !== null && task.row.split_id === null) {
		const parent = desk.task(task.row.parent_id);
		if (parent) {
			parent.row.children_count -= 1;
			parent.countsChanged = true;
			desk.writeTasks();
		}
	}

	for (const groupOf of desk.groupsOf(task)) {
		desk.uncount(groupOf, task);
	}

	removal.deleteInvocations.run(id);
	removal.deleteVisits.run(id);
	removal.deleteWork.run(id);
	removal.deleteGroups.run(id);
	removal.deleteAvoided.run(id);
	removal.deleteTask.run(id);
	removal.deleteSplits.run({task: id, split: task.row.split_id});
	desk.evict((draft) => draft === task);
	return invocations;
};
