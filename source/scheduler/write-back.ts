import {FarmError} from '../core/errors.js';
import type {GroupId, NodeId, SplitId, TaskId} from '../core/ids.js';
import type {TaskState} from '../core/task-state.js';
import {taskValues, type TaskRow} from '../db/queries/tasks.js';
import type {Statements} from '../db/statements.js';
import {addTo, type Books} from './books.js';
import type {ArrivalsDraft, GroupDraft, SplitDraft} from './desk-drafts.js';
import type {TaskDraft} from './task-draft.js';
import type {TurnChanges} from './turn-changes.js';

type Held = {
	readonly statements: Statements;
	readonly books: Books;
	readonly tasks: ReadonlyMap<TaskId, TaskDraft>;
	readonly groups: ReadonlyMap<GroupId, GroupDraft>;
	/** Of those, or from the database. */
	readonly group: (id: GroupId) => GroupDraft;
	readonly splits: ReadonlyMap<SplitId, SplitDraft>;
	readonly arrivals: ReadonlyMap<string, ArrivalsDraft>;
	readonly memory: ReadonlyMap<NodeId, Map<string, string | undefined>>;
};

/** In how many turns a task may have moved that its history still tells of. */
const mostTurns = 1000;
/** Not a round number, so that tasks which move in step do not always hide the same ones. */
const visitsBetweenCuts = 127;

/**
Write what a turn has on its desk into the open transaction, and let counters follow by the difference. May be called several times in one turn; what was written counts as the state before from then on.
*/
export const createWriteBack = ({
	statements,
	books,
	tasks,
	groups,
	group,
	splits,
	arrivals,
	memory,
}: Held) => {
	let lastTurn = 0;
	const nodeCounts = new Map<NodeId, Map<TaskState, number>>();
	let visits = 0;

	/** A task that goes in circles for months keeps its last turns only. Looked at for one visit of many: who moves much is met soon. */
	const cutHistory = (task: TaskId): void => {
		visits += 1;
		if (visits % visitsBetweenCuts === 0) {
			statements.retention.cutVisits.run({task, keep: mostTurns});
		}
	};

	const countNode = (node: NodeId, state: TaskState, by: number): void => {
		const counts = nodeCounts.get(node) ?? new Map<TaskState, number>();
		counts.set(state, (counts.get(state) ?? 0) + by);
		nodeCounts.set(node, counts);
	};

	const countGroup = (
		id: GroupId,
		{state, paused}: Pick<TaskRow, 'state' | 'paused'>,
		by: 1 | -1,
	): void => {
		const draft = group(id);
		const {counts} = draft;
		add(counts, state, by);
		add(counts, 'total', by);
		if (paused === 1) {
			add(counts, 'paused', by);
		}

		draft.changed = true;
	};

	const countQueue = (
		{
			queue,
			node_id,
			requirement_id,
			effective_priority,
			queue_group_id,
		}: QueuePlace,
		by: 1 | -1,
	): void => {
		if (queue === 'dispatch') {
			if (requirement_id === null) {
				throw new FarmError(
					'INTERNAL',
					'A task is ready, but it is not known what it requires.',
				);
			}

			// A task whose groups are all gone queues in the line of no group, 0.
			books.ready.change(
				{
					requirement: requirement_id,
					priority: effective_priority,
					group: queue_group_id as GroupId,
				},
				by,
			);
		} else if (queue !== null) {
			addTo(books.queued[queue], node_id, by);
		}
	};

	const writeTask = (
		task: TaskDraft,
		turn: number,
		changes: TurnChanges,
	): void => {
		const {row, was} = task;
		if (was === undefined) {
			statements.tasks.insert.run(...taskValues(row));
			for (const id of task.groups ?? []) {
				statements.tasks.addToGroup.run(id, row.id);
				countGroup(id, row, 1);
				changes.grown.add(id);
			}

			if (row.archived === 0) {
				countNode(row.node_id, row.state, 1);
			}

			countQueue(row, 1);
		} else {
			if (task.placeChanged) {
				const {changes: moved} = statements.tasks.updatePlace.run({
					...row,
					was_state: was.state,
					was_node: was.node_id,
				});
				if (moved !== 1) {
					throw new FarmError(
						'INTERNAL',
						`Task ${row.id} is no longer ${was.state} in node ${was.node_id}, where this turn found it.`,
					);
				}

				recount(task, was);
			}

			if (task.cargoChanged) {
				statements.tasks.updateCargo.run(row);
			}

			if (task.countsChanged) {
				statements.tasks.updateCounts.run(row);
			}
		}

		if (task.steps.length > 0) {
			statements.tasks.addVisit.run(row.id, turn, JSON.stringify(task.steps));
			cutHistory(row.id);
			task.steps = [];
		}

		note(task, changes);
		task.was = {
			state: row.state,
			node_id: row.node_id,
			paused: row.paused,
			archived: row.archived,
			queue: row.queue,
			requirement_id: row.requirement_id,
			effective_priority: row.effective_priority,
			queue_group_id: row.queue_group_id,
		};
		task.countedGroups = task.groups;
		task.placeChanged = false;
		task.cargoChanged = false;
		task.countsChanged = false;
	};

	const recount = (
		task: TaskDraft,
		was: NonNullable<TaskDraft['was']>,
	): void => {
		const {row} = task;
		if (was.archived === 0) {
			countNode(was.node_id, was.state, -1);
		}

		if (row.archived === 0) {
			countNode(row.node_id, row.state, 1);
		}

		if (was.queue !== null || row.queue !== null) {
			countQueue(was, -1);
			countQueue(row, 1);
		}

		if (
			was.state === row.state &&
			was.paused === row.paused &&
			task.countedGroups === task.groups
		) {
			return;
		}

		task.groups ??= statements.tasks.groupsOf
			.all(row.id)
			.map(({group_id}) => group_id);
		for (const id of task.countedGroups ?? task.groups) {
			countGroup(id, was, -1);
		}

		for (const id of task.groups) {
			countGroup(id, row, 1);
		}
	};

	const writeGroups = (changes: TurnChanges, now: number): void => {
		for (const draft of groups.values()) {
			if (!(draft.changed || draft.isNew)) {
				continue;
			}

			draft.row.counts = JSON.stringify(draft.counts);
			const finishedAt = isFinished(draft.counts)
				? (draft.row.finished_at ?? now)
				: null;
			const isCountedOnly =
				!draft.isSet && draft.row.finished_at === finishedAt;
			draft.row.finished_at = finishedAt;
			if (draft.isNew) {
				statements.groups.insert.run(draft.row);
			} else if (isCountedOnly) {
				statements.groups.updateCounts.run(draft.row);
			} else {
				statements.groups.update.run(draft.row);
			}

			draft.changed = false;
			draft.isSet = false;
			draft.isNew = false;
			changes.groups.add(draft.row.id);
		}
	};

	const writeArrivals = (): void => {
		for (const entry of arrivals.values()) {
			if (!entry.changed) {
				continue;
			}

			if (entry.count > 0) {
				statements.splits.putArrivals.run(
					entry.kind,
					entry.of,
					entry.node,
					entry.count,
				);
			} else {
				statements.splits.deleteArrivals.run(entry.kind, entry.of, entry.node);
			}

			entry.changed = false;
		}
	};

	const write = (changes: TurnChanges, now: number): void => {
		for (const split of splits.values()) {
			if (split.isNew) {
				statements.splits.insert.run(split.row);
			} else if (split.changed) {
				statements.splits.update.run(split.row);
			}

			split.isNew = false;
			split.changed = false;
		}

		lastTurn = Math.max(lastTurn + 1, now * 1000);
		for (const task of tasks.values()) {
			if (
				task.was === undefined ||
				task.placeChanged ||
				task.cargoChanged ||
				task.countsChanged ||
				task.steps.length > 0
			) {
				writeTask(task, lastTurn, changes);
			}
		}

		writeGroups(changes, now);
		writeArrivals();
		for (const [node, entries] of memory) {
			for (const [key, value] of entries) {
				if (value === undefined) {
					statements.nodes.deleteMemory.run(node, key);
				} else {
					statements.nodes.putMemory.run(node, key, value);
				}
			}

			entries.clear();
		}

		writeNodeCounts(changes);
	};

	return {
		write,
		/** What was counted and not written was undone with its turn. */
		forget(): void {
			nodeCounts.clear();
		},
		/** Only this task; so that the database's queue no longer has it. */
		writeOne(task: TaskDraft, changes: TurnChanges, now: number): void {
			lastTurn = Math.max(lastTurn + 1, now * 1000);
			writeTask(task, lastTurn, changes);
		},
		/** A number for rows of history; rises with time. */
		nextTurn(): number {
			lastTurn += 1;
			return lastTurn;
		},
		countNode,
		countGroup,
		/** Tasks of a node changed their state beside the desk. */
		recountNode(
			node: NodeId,
			{
				from,
				to,
				count,
			}: {
				readonly from: TaskState;
				readonly to: TaskState;
				readonly count: number;
			},
		): void {
			countNode(node, from, -count);
			countNode(node, to, count);
		},
	};

	function writeNodeCounts(changes: TurnChanges): void {
		for (const [node, deltas] of nodeCounts) {
			const counts = books.counts.get(node) ?? new Map<TaskState, number>();
			books.counts.set(node, counts);
			for (const [state, by] of deltas) {
				if (by === 0) {
					continue;
				}

				const count = (counts.get(state) ?? 0) + by;
				if (count > 0) {
					counts.set(state, count);
					statements.nodes.putCount.run(node, state, count);
				} else {
					counts.delete(state);
					statements.nodes.deleteCount.run(node, state);
				}

				changes.nodes.add(node);
			}
		}

		nodeCounts.clear();
	}
};

type QueuePlace = Pick<
	TaskRow,
	| 'queue'
	| 'node_id'
	| 'requirement_id'
	| 'effective_priority'
	| 'queue_group_id'
>;

/** Add to a count by state; a state with no task is left out. */
export const add = (
	counts: Record<string, number>,
	key: string,
	by: number,
): void => {
	const count = (counts[key] ?? 0) + by;
	if (count === 0) {
		delete counts[key]; // eslint-disable-line @typescript-eslint/no-dynamic-delete -- a state with no task is left out
	} else {
		counts[key] = count;
	}
};

/** Whether nothing of a group is left to do. What is done may yet go on: it is looked at again before anything follows from this. */
const isFinished = (counts: Readonly<Record<string, number>>): boolean =>
	(counts['total'] ?? 0) === (counts['dead'] ?? 0) + (counts['done'] ?? 0);

const note = ({row, was}: TaskDraft, changes: TurnChanges): void => {
	const known = changes.tasks.get(row.id);
	if (known) {
		known.now = row.state;
	} else {
		changes.tasks.set(row.id, {
			id: row.id,
			root: row.root_id,
			node: row.node_id,
			was: was?.state,
			now: row.state,
		});
	}
};
