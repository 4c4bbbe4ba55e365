import type {
	GroupId,
	NodeId,
	RequirementId,
	TaskId,
	WorkerId,
} from '../core/ids.js';
import type {Requirements} from '../core/requirements.js';
import type {TaskState} from '../core/task-state.js';
import type {InvocationRow} from '../db/queries/invocations.js';
import type {Statements} from '../db/statements.js';
import type {Registry} from '../nodes/registry.js';
import {
	enlist,
	createFleet,
	hold,
	type Fleet,
	type FleetWorker,
	type LiveInvocation,
} from './fleet.js';
import {makeGraph, makeNode, type FarmGraph} from './farm-graph.js';
import {createReadyBook, type ReadyBook} from './ready-book.js';
import type {Followed} from './notifications/group-news.js';
import {offerOf} from './offer.js';
import {reservedShape} from './reserved.js';

/**
What the scheduler keeps in memory: only what live work needs, and all of it derived from the database. A turn changes it as it goes; when a turn is rolled back, it is simply made anew.
*/
export type Books = {
	graph: FarmGraph;
	readonly fleet: Fleet;
	readonly ready: ReadyBook;
	readonly requirements: Map<RequirementId, Requirements>;
	/** Tasks that wait in a node to be processed or routed, and those that wait for the slow lane. */
	readonly queued: {
		readonly advance: Map<NodeId, number>;
		readonly slow: Map<NodeId, number>;
	};
	/** Tasks that are not archived, by node and state. */
	readonly counts: Map<NodeId, Map<TaskState, number>>;
	/** By requirement, the workers that could run it if nothing else did. Emptied when a worker comes, goes or changes. */
	readonly eligible: Map<RequirementId, readonly FleetWorker[]>;
	/** Workers on which something came free since the last look at the ready tasks. */
	readonly fresh: Set<WorkerId>;
	/** Requirements that no worker could take when they were looked at last, and nothing has come free since. */
	readonly stuck: Set<RequirementId>;
	/** Groups that move or have errors, while anybody is to be told of that. */
	readonly followed: Map<GroupId, Followed>;
	/** How many news wait to be delivered, by rule. */
	readonly untold: Map<string, number>;
	lastTaskId: number;
	lastGroupId: number;
	lastSplitId: number;
};

/** Read the books from the database. Workers' connections live on over this. */
export const loadBooks = (
	statements: Statements,
	registry: Registry,
	connected?: ReadonlyMap<unknown, FleetWorker>,
): Books => {
	const books: Books = {
		graph: makeGraph(
			statements.nodes.all.all().map((row) => makeNode(row, registry)),
			statements.nodes.connections.all(),
		),
		fleet: createFleet(),
		ready: createReadyBook(),
		requirements: new Map(),
		queued: {advance: new Map(), slow: new Map()},
		counts: new Map(),
		eligible: new Map(),
		fresh: new Set(),
		stuck: new Set(),
		followed: new Map(),
		untold: new Map(),
		lastTaskId: statements.tasks.lastId.get()?.id ?? 0,
		lastGroupId: statements.groups.lastId.get()?.id ?? 0,
		lastSplitId: statements.splits.lastId.get()?.id ?? 0,
	};
	for (const {
		queue,
		node_id,
		count,
	} of statements.tasks.queueCounts.iterate()) {
		if (queue !== 'dispatch') {
			books.queued[queue].set(node_id, count);
		}
	}

	for (const line of statements.tasks.dispatchCounts.iterate()) {
		books.ready.load(
			{
				requirement: line.requirement_id,
				priority: line.effective_priority,
				group: line.queue_group_id,
			},
			line.count,
		);
	}

	for (const {node_id, state, count} of statements.nodes.counts.iterate()) {
		const counts = books.counts.get(node_id) ?? new Map<TaskState, number>();
		counts.set(state, count);
		books.counts.set(node_id, counts);
	}

	for (const {
		group_id: group,
		moving,
		errors,
	} of statements.notifications.followed.iterate()) {
		books.followed.set(group, {moving: moving === 1, errors});
	}

	for (const {rule, count} of statements.notifications.counts.iterate()) {
		books.untold.set(rule, count);
	}

	loadFleet(books.fleet, statements, connected);
	return books;
};

const loadFleet = (
	fleet: Fleet,
	statements: Statements,
	connected: ReadonlyMap<unknown, FleetWorker> | undefined,
): void => {
	const before = new Map(
		[...(connected?.values() ?? [])].map((worker) => [worker.row.id, worker]),
	);
	for (const {name, total} of statements.farm.limits.iterate()) {
		fleet.limits.set(name, {total, inUse: 0});
	}

	for (const row of statements.workers.all.iterate()) {
		const known = before.get(row.id);
		enlist(fleet, {
			row,
			offer: offerOf(row),
			link: known?.link,
			lostAt: known?.lostAt,
			error: known?.error,
			isStopping: known?.isStopping ?? false,
			once: known?.once ?? false,
			spent: known?.spent ?? false,
			used: {cpus: 0, memory_bytes: 0, gpus: 0, gpu_memory_bytes: 0},
			invocations: new Set(),
		});
	}

	for (const row of [
		...statements.invocations.live.all(),
		...statements.invocations.dying.all(),
	]) {
		const invocation = liveFrom(row);
		hold(fleet, invocation);
		if (invocation.ending === 'dead') {
			fleet.dying.set(invocation.task, invocation.id);
		}
	}

	for (const {
		task_id,
		machine_id,
		until_at,
	} of statements.invocations.avoided.iterate()) {
		avoid(fleet, task_id, {machine: machine_id, until: until_at});
	}
};

const liveFrom = (row: InvocationRow): LiveInvocation => {
	const {resources, limits, machine_id, group_id} = reservedShape.parse(
		JSON.parse(row.reserved),
	);
	return {
		id: row.id,
		task: row.task_id,
		node: row.node_id,
		worker: row.worker_id,
		machine: machine_id,
		attempt: row.attempt,
		reserved: resources,
		limits,
		group: group_id,
		state: row.state === 'running' ? 'running' : 'invoking',
		startedAt: row.started_at ?? undefined,
		progress: row.progress ?? undefined,
		status: row.status ?? undefined,
		peakMemory: undefined,
		cpu: undefined,
		logBytes: row.log_bytes,
		ending: row.ending ?? undefined,
	};
};

export const avoid = (
	fleet: Fleet,
	task: TaskId,
	{machine, until}: {readonly machine: string; readonly until: number},
): void => {
	const machines = fleet.avoided.get(task) ?? new Map<string, number>();
	machines.set(machine, until);
	fleet.avoided.set(task, machines);
};

export const addTo = (
	counts: Map<NodeId, number>,
	node: NodeId,
	by: number,
): void => {
	const count = (counts.get(node) ?? 0) + by;
	if (count > 0) {
		counts.set(node, count);
	} else {
		counts.delete(node);
	}
};

export const runningOf = (fleet: Fleet, group: GroupId): number =>
	fleet.running.get(group) ?? 0;
