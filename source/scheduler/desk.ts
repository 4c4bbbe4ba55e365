import {FarmError} from '../core/errors.js';
import {
	taskId,
	type GroupId,
	type NodeId,
	type SplitId,
	type TaskId,
} from '../core/ids.js';
import type {Attributes, EnvironmentRequest} from '../core/invocation.js';
import type {Json, JsonObject} from '../core/json.js';
import {isBlocked, type TaskState} from '../core/task-state.js';
import type {GroupRow} from '../db/queries/groups.js';
import type {ArrivalKind, SplitRow} from '../db/queries/splits.js';
import type {TaskRow} from '../db/queries/tasks.js';
import type {Statements} from '../db/statements.js';
import type {Books} from './books.js';
import type {SplitDraft} from './desk-drafts.js';
import {createDeskGroups} from './desk-groups.js';
import {createDeskSplits} from './desk-splits.js';
import {draftOf, type TaskDraft} from './task-draft.js';
import {noChanges, type TurnChanges} from './turn-changes.js';
import {add, createWriteBack} from './write-back.js';

/** Where a task goes; what is absent is forgotten, as it belongs to the state that is left. */
export type Place = {
	readonly state: TaskState;
	readonly node?: NodeId;
	readonly input?: string;
	readonly output?: string;
	readonly details?: {
		readonly reason: string;
		readonly message: string;
		readonly [key: string]: Json;
	};
	/** Kept in the history beside the state. */
	readonly note?: string;
	/** To the slow lane, where the turn does not wait for it. */
	readonly slow?: boolean;
};

export type NewTask = {
	readonly name: string;
	readonly node: NodeId;
	readonly state: 'waiting' | 'spawned' | 'done';
	readonly input?: string;
	readonly output?: string;
	readonly attributes: Attributes;
	readonly environment: EnvironmentRequest | undefined;
	readonly priority: number;
	readonly paused: boolean;
	readonly groups: readonly GroupId[];
	readonly parent?: TaskDraft;
	readonly element?: {
		readonly split: SplitId;
		readonly index: number;
		readonly of: TaskDraft;
	};
};

/** How many tasks a turn keeps at hand at the most; more than one request can make, so that none of them is written before it has gone as far as it can. */
const deskSize = 16_384;
/** Of tasks that are made later, so many are made at a time. */
const madeAtOnce = 1024;

/** Tasks that a divided one still has to be given in this turn. */
type Making = {
	readonly origin: TaskDraft;
	readonly count: number;
	readonly make: (index: number) => void;
	next: number;
};

/** With more than this it is a good moment to write them when nothing is under way. */
const comfortableSize = 2048;

/**
The turn's working set over the database: what it loads, changes and makes. Everything that follows from a task's change of place (arrivals, children, splits, queues) happens in `place`; counters follow when the desk is written back. All of it lives inside the turn's transaction.
*/
export const createDesk = (statements: Statements, books: Books) => {
	const tasks = new Map<TaskId, TaskDraft>();
	const memory = new Map<NodeId, Map<string, string | undefined>>();
	let frontier: TaskDraft[] = [];
	/** The last one is made first. */
	const makings: Making[] = [];
	let afterwards: Array<() => void> = [];
	let undoings: Array<() => void> = [];
	let changes: TurnChanges = noChanges();
	let now = 0;
	let touched = 0;
	let inHand: TaskId | undefined;
	let remembered: JsonObject | undefined;
	const deskTurn = {
		now: () => now,
		changes: () => changes,
		touch(): void {
			touched += 1;
		},
	};
	const groups = createDeskGroups({statements, books, turn: deskTurn});
	const splits = createDeskSplits({statements, books, turn: deskTurn});
	const writeBack = createWriteBack({
		statements,
		books,
		tasks,
		groups: groups.drafts,
		group: groups.group,
		splits: splits.drafts,
		arrivals: splits.arrivals,
		memory,
	});

	const task = (id: TaskId): TaskDraft | undefined => {
		const known = tasks.get(id);
		if (known) {
			return known;
		}

		const row = statements.tasks.get.get(id);
		return row && keep(row);
	};

	const keep = (row: TaskRow): TaskDraft => {
		const known = tasks.get(row.id);
		if (known) {
			return known;
		}

		const draft = draftOf(row);
		tasks.set(row.id, draft);
		return draft;
	};

	const existingTask = (id: TaskId): TaskDraft => {
		const found = task(id);
		if (!found) {
			throw new FarmError('NOT_FOUND', `There is no task ${id}.`);
		}

		return found;
	};

	const groupsOf = (of: TaskDraft): readonly GroupId[] => {
		of.groups ??= statements.tasks.groupsOf
			.all(of.row.id)
			.map((row) => row.group_id);
		if (of.was !== undefined) {
			of.countedGroups ??= of.groups;
		}

		return of.groups;
	};

	/** What the scheduler has to do next with a task in this place. */
	const queueOf = (row: TaskRow, slow: boolean): TaskRow['queue'] => {
		if (row.paused === 1 || row.archived === 1) {
			return null;
		}

		switch (row.state) {
			case 'waiting':
			case 'post_waiting': {
				return books.graph.nodes.get(row.node_id)?.enabled === false
					? null
					: slow
						? 'slow'
						: 'advance';
			}

			case 'ready': {
				return books.graph.nodes.get(row.node_id)?.enabled === false
					? null
					: 'dispatch';
			}

			case 'done':
			case 'spawned': {
				return books.graph.wiresFrom(row.node_id, row.output ?? 'main').length >
					0
					? 'advance'
					: null;
			}

			case 'generating':
			case 'post_generating':
			case 'waiting_blocked':
			case 'post_waiting_blocked':
			case 'invoking':
			case 'in_progress':
			case 'splitted':
			case 'error':
			case 'dead': {
				return null;
			}
		}
	};

	/** Look again at which queue a task belongs to, as after its flags or its node's wires changed. */
	const requeue = (draft: TaskDraft, slow = false): void => {
		touched += 1;
		draft.row.queue = queueOf(draft.row, slow);
		draft.placeChanged = true;
		if (draft.row.queue !== 'advance' || draft.queued) {
			return;
		}

		draft.queued = true;
		frontier.push(draft);
	};

	/** The one way in which a task changes its state or its node. */
	const place = (draft: TaskDraft, to: Place): void => {
		const {row} = draft;
		const before = row.state;
		if (isBlocked(before)) {
			splits.countArrival(draft, -1);
		}

		row.state = to.state;
		row.state_details =
			to.details === undefined ? null : JSON.stringify(to.details);
		if (to.node !== undefined) {
			row.node_id = to.node;
			row.attempts = 0;
			row.requirement_id = null;
			row.input = to.input ?? 'main';
		}

		row.output = to.output ?? null;
		if (to.state !== 'invoking' && to.state !== 'in_progress') {
			row.invocation_id = null;
		}

		row.changed_at = now;
		draft.steps.push([
			to.state,
			row.node_id,
			now,
			to.note ?? to.details?.message,
		]);
		if (isBlocked(to.state)) {
			splits.countArrival(draft, 1);
		}

		if (to.state === 'ready') {
			prioritise(draft);
		}

		requeue(draft, to.slow);
		if (before !== 'dead' && to.state === 'dead') {
			died(draft);
		} else if (before === 'dead' && to.state !== 'dead') {
			revived(draft);
		}
	};

	/** Highest priority of its unarchived groups, and the group that gives it (of several the oldest), plus the node's and its own. */
	const prioritise = (draft: TaskDraft): void => {
		let best: GroupRow | undefined;
		for (const id of groupsOf(draft)) {
			const {row} = groups.group(id);
			if (
				row.archived === 0 &&
				(best === undefined || row.priority > best.priority)
			) {
				best = row;
			}
		}

		draft.row.queue_group_id = best?.id ?? 0;
		draft.row.effective_priority =
			(best?.priority ?? 0) +
			draft.row.priority_adjustment +
			draft.row.priority;
		draft.placeChanged = true;
	};

	const died = (draft: TaskDraft): void => {
		const {row} = draft;
		if (row.active_children_count > 0) {
			wakeChildren(row.id);
		}

		if (row.split_id !== null) {
			const open = splits.split(row.split_id);
			open.row.dead_count += 1;
			open.changed = true;
			if (open.row.sealed === 0) {
				elementDied(open);
			}
		} else if (row.parent_id !== null) {
			const parent = task(row.parent_id);
			if (parent) {
				parent.row.active_children_count -= 1;
				parent.countsChanged = true;
				wake(parent);
			}
		}
	};

	/** The gatherer waits for the remaining ones only: let one that has arrived look again. When none remains, nobody ever will. */
	const elementDied = ({row}: SplitDraft): void => {
		if (row.dead_count === row.count) {
			const origin = task(row.origin_id);
			if (origin?.row.state === 'splitted') {
				place(origin, {
					state: 'error',
					details: {
						reason: 'split',
						message: `All ${row.count} elements of its split ${row.id} died before they were gathered.`,
						split: row.id,
					},
				});
			}

			return;
		}

		if (!splits.hasArrivals(row.id)) {
			return;
		}

		// The index may not know what this turn did: write first, so that it does.
		writeHeld();
		const blocked = statements.tasks.blockedElement.get(row.id);
		if (blocked) {
			wake(task(blocked.id));
		}
	};

	const revived = (draft: TaskDraft): void => {
		const {row} = draft;
		if (row.split_id !== null) {
			const own = splits.split(row.split_id);
			own.row.dead_count -= 1;
			own.changed = true;
			const origin = own.row.sealed === 0 ? task(own.row.origin_id) : undefined;
			if (origin?.row.state === 'error') {
				// All elements had died. Now there is one to wait for again.
				place(origin, {state: 'splitted'});
			}
		} else if (row.parent_id !== null) {
			const parent = task(row.parent_id);
			if (parent) {
				parent.row.active_children_count += 1;
				parent.countsChanged = true;
			}
		}
	};

	/** Children that wait for their parent, or to be gathered with it, wait in vain: let them look again. */
	const wakeChildren = (parent: TaskId): void => {
		writeHeld();
		for (const {id} of statements.tasks.blockedChildren.all(parent)) {
			wake(task(id));
		}
	};

	/** Let a blocked task be processed again. */
	const wake = (draft: TaskDraft | undefined): void => {
		if (draft && isBlocked(draft.row.state)) {
			place(draft, {
				state:
					draft.row.state === 'waiting_blocked' ? 'waiting' : 'post_waiting',
				...(draft.row.output !== null && {output: draft.row.output}),
			});
		}
	};

	const createTask = (fields: NewTask): TaskDraft => {
		books.lastTaskId += 1;
		const id = taskId(books.lastTaskId);
		const {parent, element} = fields;
		const row: TaskRow = {
			id,
			name: fields.name,
			parent_id: element ? element.of.row.parent_id : (parent?.row.id ?? null),
			root_id: element ? element.of.row.root_id : (parent?.row.root_id ?? id),
			state: fields.state,
			state_details: null,
			paused: fields.paused ? 1 : 0,
			archived: 0,
			node_id: fields.node,
			input: fields.input ?? 'main',
			output: fields.output ?? null,
			attributes: JSON.stringify(fields.attributes),
			environment:
				fields.environment === undefined
					? null
					: JSON.stringify(fields.environment),
			split_id: element?.split ?? null,
			split_index: element?.index ?? null,
			split_level: element ? element.of.row.split_level + 1 : 0,
			priority: fields.priority,
			effective_priority: 0,
			queue_group_id: 0,
			priority_adjustment: 0,
			requirement_id: null,
			invocation_id: null,
			attempts: 0,
			children_count: 0,
			active_children_count: 0,
			queue: null,
			created_at: now,
			changed_at: now,
		};
		const draft: TaskDraft = {
			...draftOf(row),
			was: undefined,
			attributes: fields.attributes,
			environment: fields.environment,
			groups: fields.groups,
			steps: [[fields.state, fields.node, now, undefined]],
			placeChanged: true,
		};
		row.archived = groups.archivedBy(fields.groups);
		tasks.set(id, draft);
		requeue(draft);
		if (parent) {
			parent.row.children_count += 1;
			parent.row.active_children_count += 1;
			parent.countsChanged = true;
		}

		return draft;
	};

	const memoryOf = (node: NodeId): Map<string, string | undefined> => {
		let entries = memory.get(node);
		if (!entries) {
			entries = new Map();
			memory.set(node, entries);
		}

		return entries;
	};

	const writeHeld = (): void => {
		writeBack.write(changes, now);
	};

	/** Whoever looks for tasks in the database then finds all that there are. */
	const writeTasks = (): void => {
		while (makings.length > 0) {
			makeNext();
		}

		writeHeld();
	};

	const makeNext = (): void => {
		const making = makings.at(-1);
		if (making === undefined) {
			return;
		}

		const {origin, count, make} = making;
		const before = inHand;
		inHand = origin.row.id;
		const end = Math.min(count, making.next + madeAtOnce);
		while (making.next < end) {
			make(making.next);
			making.next += 1;
		}

		inHand = before;
		if (making.next === count) {
			makings.pop();
		}
	};

	const makeSome = (): boolean => {
		if (makings.length === 0) {
			return false;
		}

		if (tasks.size >= madeAtOnce) {
			letGo();
		}

		makeNext();
		return true;
	};

	const tidy = (kept?: TaskDraft): void => {
		if (tasks.size > deskSize) {
			letGo(kept);
		}
	};

	const tidyBetween = (): void => {
		if (tasks.size > comfortableSize && frontier.length === 0) {
			letGo();
		}
	};

	const letGo = (kept?: TaskDraft): void => {
		writeHeld();
		forgetAll();
		for (const draft of [kept, ...makings.map(({origin}) => origin)]) {
			if (draft) {
				tasks.set(draft.row.id, draft);
			}
		}
	};

	return {
		begin(at: number): void {
			now = at;
			touched = 0;
			inHand = undefined;
			changes = noChanges();
			afterwards = [];
			undoings = [];
		},
		now: () => now,
		/** Rises with every change that is made; an operation that refuses must not have made any. */
		touched: () => touched,
		/** Say that something was changed beside the desk. */
		touch(): void {
			touched += 1;
		},
		changes: () => changes,
		/** Do this once the turn is committed. */
		after(action: () => void): void {
			afterwards.push(action);
		},
		afterwards: () => afterwards,
		/** This task is looked at now: if something breaks, it broke on it. */
		take(id: TaskId | undefined): void {
			inHand = id;
		},
		inHand: () => inHand,
		/** Do this if the turn is rolled back: for what is only in memory, such as a worker's connection. */
		onUndo(action: () => void): void {
			undoings.push(action);
		},
		/** The last first. */
		undoings: (): ReadonlyArray<() => void> => undoings.toReversed(),
		/** Tasks at hand that have something to do. Those that have not any more are among them. */
		nextMany(): readonly TaskDraft[] {
			const batch = frontier;
			frontier = [];
			for (const draft of batch) {
				draft.queued = false;
			}

			return batch;
		},
		writeTask(draft: TaskDraft): void {
			writeBack.writeOne(draft, changes, now);
		},
		/** There was no time for these; those that are still held come first again. */
		putBack(rest: readonly TaskDraft[]): void {
			const held = rest.filter((draft) => tasks.get(draft.row.id) === draft);
			for (const draft of held) {
				draft.queued = true;
			}

			frontier = [...held, ...frontier];
		},
		hasNext: () => frontier.length > 0,
		writeTasks,
		/** Make these in this turn: all now, or in portions where they are many, so that those that were made before can go as far as they can and be let go of. */
		makeAll(
			origin: TaskDraft,
			count: number,
			make: (index: number) => void,
		): void {
			makings.push({origin, count, make, next: 0});
			if (count <= madeAtOnce) {
				makeNext();
			}
		},
		/** How many divided tasks still have to be given some of theirs. */
		making: () => makings.length,
		/** Make some of those, at a moment when nobody holds a draft: what was made before is written and let go of. False where there are none. */
		makeSome,
		/** Make all of those, at such a moment, as there is no time to move them on. */
		makeRest(): void {
			while (makeSome()) {
				// As the condition says.
			}
		},
		/** Write everything and let go of it if it has become much, but for `kept`. What still has to be done stays in the database's queue. */
		tidy,
		/** As `tidy`, at a moment when nobody holds a draft: sooner. */
		tidyBetween,
		/** Whether this is still the draft of its task: after `tidy` or `evict` it may not be. */
		holds: (draft: TaskDraft): boolean => tasks.get(draft.row.id) === draft,
		/** Forget all that is at hand, as after the end of a turn. */
		clear(): void {
			makings.length = 0;
			forgetAll();
			writeBack.forget();
			remembered = undefined;
		},
		/** Let go of tasks that a statement changed beside the desk. */
		evict(which: (draft: TaskDraft) => boolean): void {
			for (const draft of tasks.values().filter((one) => which(one))) {
				tasks.delete(draft.row.id);
			}
		},
		nextTurn: writeBack.nextTurn,
		recountNode: writeBack.recountNode,
		countNode: writeBack.countNode,
		/** A task is taken out of a group's counts, as it is to be deleted. */
		uncount(
			id: GroupId,
			{row}: {readonly row: Pick<TaskRow, 'state' | 'paused'>},
		): void {
			writeBack.countGroup(id, row, -1);
		},
		dropGroup: groups.drop,
		/** What was before this operation: for the journal. */
		remember(before: JsonObject): void {
			remembered = before;
		},
		recall(): JsonObject | undefined {
			const before = remembered;
			remembered = undefined;
			return before;
		},
		/** Tasks of a group changed their state beside the desk. */
		recountGroup(
			id: GroupId,
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
			const draft = groups.group(id);
			add(draft.counts, from, -count);
			add(draft.counts, to, count);
			draft.changed = true;
		},
		clearArrivals: splits.clearArrivals,
		task,
		keep,
		existingTask,
		group: groups.group,
		groupByName: groups.byName,
		createGroup: groups.create,
		changeGroup: groups.change,
		groupsOf,
		split: splits.split,
		createSplit: splits.create,
		sealSplit: splits.seal,
		openSplitOf: splits.openOf,
		arrivals: splits.arrived,
		memoryOf,
		place,
		requeue,
		prioritise,
		wake,
		createTask,
		archivedBy: groups.archivedBy,
	};

	function forgetAll(): void {
		tasks.clear();
		groups.clear();
		splits.clear();
		memory.clear();
		frontier = [];
	}
};

export type Desk = ReturnType<typeof createDesk>;
