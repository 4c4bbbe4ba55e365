import type {GroupId, SplitId, TaskId} from '../../core/ids.js';
import type {TaskState} from '../../core/task-state.js';
import type {FinishedTask} from '../../db/queries/retention.js';
import type {Operation, Turn} from '../turn-context.js';

/** In one step no more of attributes than this: to free the pages of large ones takes long. */
const mostBytes = 4 * 1024 * 1024;

export type RemovedStep = {
	/** Names of the groups of which nothing is left. */
	readonly groups: readonly string[];
	/** Names of those that were looked at and stay, since something that lives depends on them. */
	readonly kept: readonly string[];
	readonly tasks: number;
	/** How many of these, and of those removed before, belong to a group of which some are left. */
	readonly partly: number;
	/** More is to be removed. */
	readonly more: boolean;
};

/**
Remove some tasks of the groups that finished first, with their invocations and history, and groups of which nothing is left. What the tasks of other groups still need stays, and its group is looked at again after as long a time.

The youngest go first, so that at any time what is left has everything that it came from. Which logs are to go is noted in the database, in the same turn.
*/
export const removeFinishedStep =
	({
		before,
		most,
		already,
	}: {
		/** Milliseconds since 1970: what finished later stays. */
		readonly before: number;
		/** So many tasks, or groups without any. */
		readonly most: number;
		/** `partly` of the step before this one: for the journal. */
		readonly already: number;
	}): Operation<RemovedStep> =>
	(turn) => {
		const {desk, statements} = turn;
		desk.touch();
		const groups: string[] = [];
		const kept: string[] = [];
		let tasks = 0;
		let partly = already;
		let whole = 0;
		let left = most;
		while (left > 0) {
			// What this turn has changed so far is looked for in the database too.
			desk.writeTasks();
			const group = statements.retention.finishedGroup.get(before);
			if (!group) {
				break;
			}

			const outcome = removeSome(turn, group.id, left);
			tasks += outcome.tasks;
			partly += outcome.tasks;
			left -= Math.max(1, outcome.tasks);
			if (outcome.kind === 'needed') {
				kept.push(group.name);
				const draft = desk.group(group.id);
				draft.row.finished_at = desk.now();
				statements.retention.postpone.run(desk.now(), group.id);
			} else if (outcome.kind === 'emptied') {
				groups.push(group.name);
				whole += partly;
				partly = 0;
				const draft = desk.group(group.id);
				statements.groups.delete.run(group.id);
				desk.dropGroup(draft);
			} else {
				left = 0;
			}
		}

		desk.writeTasks();
		if (tasks > 0) {
			desk.changes().manyTasks = true;
		}

		if (groups.length > 0) {
			statements.farm.addToJournal.run({
				at: desk.now(),
				client: 'scheduler',
				user: '',
				address: '',
				method: 'retention.groups',
				params: JSON.stringify({groups, tasks: whole}),
				before: null,
			});
		}

		return {groups, kept, tasks, partly, more: left <= 0};
	};

type Outcome = {
	readonly kind: 'some' | 'emptied' | 'needed';
	readonly tasks: number;
};

const removeSome = (turn: Turn, group: GroupId, most: number): Outcome => {
	const {desk, statements} = turn;
	const found = statements.retention.tasks.all(
		group,
		Number.MAX_SAFE_INTEGER,
		most,
	);
	const batch = found.slice(0, withinBytes(found));
	const own = new Map(
		batch.filter((task) => task.groups === 1).map((task) => [task.id, task]),
	);
	const children = fewerChildren(turn, own);
	if (children === undefined) {
		return {kind: 'needed', tasks: 0};
	}

	for (const [parent, {all, active}] of children) {
		const draft = own.has(parent) ? undefined : desk.task(parent);
		if (!draft) {
			continue;
		}

		draft.row.children_count -= all;
		draft.row.active_children_count -= active;
		draft.countsChanged = true;
	}

	for (const task of batch) {
		if (own.has(task.id)) {
			uncount(turn, group, task);
		} else {
			leaveGroup(turn, group, task.id);
		}
	}

	// Before they are gone: nothing at hand may be written for them any more.
	desk.writeTasks();
	desk.evict(({row}) => own.has(row.id));
	removeRows(turn, own);
	return {
		kind:
			batch.length === found.length && found.length < most ? 'emptied' : 'some',
		tasks: batch.length,
	};
};

/** How many of these, in their order, are not too large together; at least one, if there is one. */
const withinBytes = (tasks: readonly FinishedTask[]): number => {
	let bytes = 0;
	const end = tasks.findIndex((task, index) => {
		bytes += task.bytes;
		return bytes > mostBytes && index > 0;
	});
	return end === -1 ? tasks.length : end;
};

type Fewer = {all: number; active: number};

/** By how many children their parents have less without these tasks. Undefined where something that lives depends on one of them. */
const fewerChildren = (
	turn: Turn,
	own: ReadonlyMap<TaskId, FinishedTask>,
): ReadonlyMap<TaskId, Fewer> | undefined => {
	const fewer = new Map<TaskId, Fewer>();
	for (const task of own.values()) {
		if (
			isMoving(turn, task) ||
			task.active_children_count > (fewer.get(task.id)?.active ?? 0) ||
			(task.state === 'done' && isAwaited(turn, task))
		) {
			return undefined;
		}

		if (task.parent_id === null || task.split_id !== null) {
			continue;
		}

		const entry = fewer.get(task.parent_id) ?? {all: 0, active: 0};
		entry.all += 1;
		entry.active += task.state === 'dead' ? 0 : 1;
		fewer.set(task.parent_id, entry);
	}

	return fewer;
};

/** It goes on by itself, or would if it were not held. */
const isMoving = (
	{books}: Turn,
	{state, queue, node_id: node, output}: FinishedTask,
): boolean =>
	queue !== null ||
	(state === 'done'
		? books.graph.wiresFrom(node, output ?? 'main').length > 0
		: state !== 'dead');

/** A parent or a divided task in another group may still wait for it. */
const isAwaited = (
	{desk}: Turn,
	{parent_id: parent, split_id: id}: FinishedTask,
): boolean => {
	if (id !== null) {
		const {row} = desk.split(id);
		const origin = row.sealed === 0 ? desk.task(row.origin_id) : undefined;
		return origin !== undefined && !isOver(origin.row.state);
	}

	const of = parent === null ? undefined : desk.task(parent);
	return of !== undefined && !isOver(of.row.state);
};

const isOver = (state: TaskState): boolean =>
	state === 'dead' || state === 'done';

const uncount = (
	{desk, books}: Turn,
	group: GroupId,
	task: FinishedTask,
): void => {
	desk.uncount(group, {row: task});
	if (task.archived === 0) {
		desk.countNode(task.node_id, task.state, -1);
	}

	if (task.state === 'done' && task.split_id !== null) {
		const split = desk.split(task.split_id);
		split.row.dead_count += 1;
		split.changed = true;
	}

	books.fleet.avoided.delete(task.id);
};

/** It is in another group too, and stays there. */
const leaveGroup = (
	{desk, statements}: Turn,
	group: GroupId,
	id: TaskId,
): void => {
	const draft = desk.existingTask(id);
	const groups = desk.groupsOf(draft).filter((other) => other !== group);
	statements.tasks.removeFromGroup.run(group, id);
	draft.groups = groups;
	draft.row.archived = desk.archivedBy(groups);
	desk.requeue(draft);
};

const removeRows = (
	{statements: {retention}}: Turn,
	own: ReadonlyMap<TaskId, FinishedTask>,
): void => {
	const tasks = JSON.stringify(own.keys().toArray());
	const splits = new Set<SplitId>();
	for (const {split_id: split} of own.values()) {
		if (split !== null) {
			splits.add(split);
		}
	}

	retention.noteLogs.run(tasks);
	retention.deleteInvocations.run(tasks);
	retention.deleteVisits.run(tasks);
	retention.deleteWorks.run(tasks);
	retention.deleteMemberships.run(tasks);
	retention.deleteAvoided.run(tasks);
	retention.deleteTasks.run(tasks);
	retention.deleteSplits.run({splits: JSON.stringify([...splits]), tasks});
};
