import type {GroupId, TaskId, WorkerId} from '../../core/ids.js';
import type {WorkerState} from '../../net/messages/shapes.js';
import {groupRest} from '../views/group-rest.js';
import {isoTime} from '../views/iso-time.js';
import type {ViewContext} from '../views/view-context.js';
import {workerState} from '../views/worker-shape.js';
import type {TurnChanges} from '../turn-changes.js';

/** Something that a person may want to know of. */
export type FarmEvent = {
	/** Rises with every event; begins anew with the scheduler. */
	readonly id: number;
	/** ISO 8601, UTC. */
	readonly at: string;
	readonly kind: 'task_error' | 'worker' | 'group_finished';
	/** A sentence. */
	readonly message: string;
	readonly task_id?: TaskId;
	readonly node?: string;
	readonly worker?: string;
	readonly group?: string;
};

export type EventLog = {
	/** Oldest first. */
	readonly list: () => readonly FarmEvent[];
	/** Called when something was added. Returns how to stop. */
	readonly listen: (onAdd: () => void) => () => void;
	readonly onCommit: (changes: TurnChanges) => void;
	readonly stop: () => void;
};

const mostEvents = 1000;
/** Of more errors in one turn, the rest is one event. */
const mostErrorsPerTurn = 50;
/** Groups are looked at together once in a while: in a farm where each task has a group of its own, thousands finish every second, and none of them is news. */
const groupLookMs = 500;
const mostGroupsPerLook = 200;
const mostGroupsKnown = 20_000;

type Presence = 'gone' | 'lost' | 'broken' | 'there' | 'draining';

const presenceOf: Readonly<Record<WorkerState, Presence>> = {
	off: 'gone',
	unreachable: 'lost',
	error: 'broken',
	draining: 'draining',
	idle: 'there',
	busy: 'there',
};

/** What happened lately, in memory: errors of tasks, workers that come and go, groups that finish. */
export const createEventLog = (
	context: Pick<ViewContext, 'reads' | 'books' | 'clock'>,
): EventLog => {
	const {reads, books, clock} = context;
	let events: FarmEvent[] = [];
	let lastId = 0;
	const listeners = new Set<() => void>();
	const presences = new Map<WorkerId, Presence>();
	for (const worker of books().fleet.workers.values()) {
		presences.set(worker.row.id, presenceOf[workerState(worker)]);
	}

	/** Whether a group was seen at work, or finished; the oldest are forgotten. */
	const known = new Map<GroupId, 'open' | 'finished'>();
	const changedGroups = new Set<GroupId>();
	let timer: NodeJS.Timeout | undefined;

	const add = (event: Omit<FarmEvent, 'id' | 'at'>): void => {
		lastId += 1;
		events.push({id: lastId, at: isoTime(clock.now()), ...event});
		// Cut rarely, so that adding one does not copy them all.
		if (events.length > 2 * mostEvents) {
			events = events.slice(-mostEvents);
		}
	};

	const tell = (before: number): void => {
		if (lastId !== before) {
			for (const onAdd of listeners) {
				onAdd();
			}
		}
	};

	const noteErrors = (changes: TurnChanges): void => {
		const failed: TaskId[] = [];
		let more = 0;
		for (const {id, was, now} of changes.tasks.values()) {
			if (now === 'error' && was !== 'error') {
				if (failed.length < mostErrorsPerTurn) {
					failed.push(id);
				} else {
					more += 1;
				}
			}
		}

		if (failed.length === 0) {
			return;
		}

		for (const row of reads.tasks.listed.all(JSON.stringify(failed))) {
			const details: unknown =
				row.state_details === null ? undefined : JSON.parse(row.state_details);
			const message =
				typeof details === 'object' &&
				details !== null &&
				'message' in details &&
				typeof details.message === 'string'
					? details.message
					: '';
			add({
				kind: 'task_error',
				message: `Task ${row.id} "${row.name}" in node "${row.node}": ${message}`,
				task_id: row.id,
				node: row.node,
			});
		}

		if (more > 0) {
			add({
				kind: 'task_error',
				message: `${more} more tasks went into error at the same time.`,
			});
		}
	};

	const noteWorkers = (changes: TurnChanges): void => {
		for (const id of changes.workers) {
			const worker = books().fleet.workers.get(id);
			if (!worker) {
				presences.delete(id);
				continue;
			}

			const before = presences.get(id) ?? 'gone';
			const now = presenceOf[workerState(worker)];
			presences.set(id, now);
			if (now === before) {
				continue;
			}

			const {name} = worker.row;
			const words: Readonly<Record<Presence, string>> = {
				gone: `Worker ${name} is gone.`,
				lost: `The connection to worker ${name} was lost; it is waited for.`,
				broken: `Worker ${name} cannot work: ${worker.error ?? ''}`,
				there:
					before === 'draining'
						? `Worker ${name} takes work again.`
						: before === 'broken'
							? `Worker ${name} can work again.`
							: `Worker ${name} is here.`,
				draining: `Worker ${name} takes no new work.`,
			};
			add({kind: 'worker', message: words[now], worker: name});
		}
	};

	const lookAtGroups = (): void => {
		timer = undefined;
		const before = lastId;
		for (const id of [...changedGroups].slice(0, mostGroupsPerLook)) {
			const row = reads.groups.get.get(id);
			const was = known.get(id);
			known.delete(id);
			if (!row || row.archived === 1) {
				continue;
			}

			const {atRest, errors} = groupRest(
				{rest: context.reads.rest, books: context.books},
				id,
			);
			known.set(id, atRest ? 'finished' : 'open');
			const isNew =
				was === undefined && clock.now() - row.created_at < 4 * groupLookMs;
			if (atRest && (was === 'open' || isNew)) {
				add({
					kind: 'group_finished',
					message:
						errors === 0
							? `Group ${row.name} is finished.`
							: `Group ${row.name} is at rest, with ${errors} ${errors === 1 ? 'task' : 'tasks'} in error.`,
					group: row.name,
				});
			}
		}

		changedGroups.clear();
		for (const id of known.keys()) {
			if (known.size <= mostGroupsKnown) {
				break;
			}

			known.delete(id);
		}

		tell(before);
	};

	return {
		list: () => events.slice(-mostEvents),
		listen(onAdd) {
			listeners.add(onAdd);
			return () => {
				listeners.delete(onAdd);
			};
		},
		onCommit(changes) {
			const before = lastId;
			noteErrors(changes);
			noteWorkers(changes);
			for (const id of changes.groups) {
				if (changedGroups.size >= mostGroupsPerLook) {
					break;
				}

				changedGroups.add(id);
			}

			if (timer === undefined && changedGroups.size > 0) {
				timer = setTimeout(lookAtGroups, groupLookMs);
				timer.unref();
			}

			tell(before);
		},
		stop() {
			clearTimeout(timer);
			listeners.clear();
		},
	};
};
