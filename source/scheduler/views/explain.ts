import {isBlocked, type TaskState} from '../../core/task-state.js';
import {FarmError} from '../../core/errors.js';
import type {TaskId} from '../../core/ids.js';
import type {TaskRow} from '../../db/queries/tasks.js';
import type {clientToScheduler} from '../../net/messages/client.js';
import type {ResultOf} from '../../net/messages/method.js';
import type {FarmNode} from '../farm-graph.js';
import {explainReady} from './explain-ready.js';
import {isoTime} from './iso-time.js';
import {nodeNames} from './task-history.js';
import type {ViewContext} from './view-context.js';

export type Explanation = ResultOf<typeof clientToScheduler, 'task.explain'>;

/** How many names are listed before it says how many more there are. */
const namesShown = 20;
/** So many are looked at to find those that are missing; of more it is not said how many there are. */
const mostLookedAt = 10_000;

/** Those that a task waits for, or that hold it. */
type Awaited = {
	/** Of many the first ones. */
	readonly names: readonly string[];
	readonly count: number;
	/** There may be more than that. */
	readonly isAtLeast: boolean;
};

const nobody: Awaited = {names: [], count: 0, isAtLeast: false};

/**
Why a task is where it is, in one sentence; for a ready task each worker with what it does not meet, for a blocked one whom it waits for.

@throws {FarmError} `NOT_FOUND`
*/
export const explainTask = (context: ViewContext, id: TaskId): Explanation => {
	const row = context.reads.tasks.get.get(id);
	if (!row) {
		throw new FarmError('NOT_FOUND', `There is no task ${id}.`);
	}

	const ready =
		row.state === 'ready'
			? explainReady(context, row)
			: {workers: [], summary: ''};
	const waitsFor = waitsForOf(context, row);
	return {
		id,
		state: row.state,
		summary:
			held(context, row) ??
			summaryOf(context, row, {ready: ready.summary, waitsFor}),
		since: isoTime(row.changed_at),
		workers: ready.workers,
		waits_for: namesOf(waitsFor),
	};
};

const namesOf = ({names, count, isAtLeast}: Awaited): string[] =>
	count > names.length
		? [...names, `${count - names.length}${isAtLeast ? ' or' : ''} more`]
		: [...names];

/** What stops a task whatever its state is; undefined where nothing does. */
const held = (
	{reads, books}: ViewContext,
	{id, state, archived, paused, node_id: node}: TaskRow,
): string | undefined => {
	if (state === 'dead' || state === 'error') {
		return undefined;
	}

	if (archived === 1) {
		const groups = reads.tasks.groupsOf.all(id).map(({name}) => name);
		return `It is archived, as ${listing({names: groups, count: groups.length, isAtLeast: false})} ${groups.length === 1 ? 'is' : 'are'}: nothing is done with it until a group of it is unarchived.`;
	}

	if (paused === 1) {
		return state === 'in_progress' || state === 'invoking'
			? 'It runs, and is paused: when its process has ended it goes no further until it is resumed.'
			: 'It is paused: nothing is done with it until it is resumed.';
	}

	const where = books().graph.nodes.get(node);
	return where?.enabled === false &&
		['waiting', 'post_waiting', 'ready'].includes(state)
		? `Node "${where.name}" is paused: nothing in it is processed or dispatched until it is resumed.`
		: undefined;
};

const summaryOf = (
	context: ViewContext,
	row: TaskRow,
	{ready, waitsFor}: {readonly ready: string; readonly waitsFor: Awaited},
): string => {
	const {graph, fleet} = context.books();
	const node = graph.nodes.get(row.node_id);
	const name = `node "${nodeNames(context)(row.node_id)}"`;
	switch (row.state) {
		case 'waiting':
		case 'post_waiting': {
			return waitingSummary(context, row, node);
		}

		case 'generating':
		case 'post_generating': {
			return `A script or function of ${name} works on it since ${isoTime(row.changed_at)}.`;
		}

		case 'waiting_blocked':
		case 'post_waiting_blocked': {
			const message = messageOf(row);
			return waitsFor.count > 0
				? `In ${name} it waits for ${listing(waitsFor)}.`
				: message === undefined
					? `In ${name} it waits for other tasks.`
					: `In ${name} it waits: ${sentence(message)}`;
		}

		case 'ready': {
			return ready;
		}

		case 'invoking':
		case 'in_progress': {
			const live =
				row.invocation_id === null
					? undefined
					: fleet.live.get(row.invocation_id);
			const worker = live && fleet.workers.get(live.worker);
			const at = worker ? `worker ${worker.row.name}` : 'a worker';
			if (live?.ending !== undefined) {
				return `Its process on ${at} is being ended.`;
			}

			if (worker && !worker.link) {
				return `It runs on ${at}, to which the connection was lost; the worker is waited for, and then its process counts as lost.`;
			}

			return row.state === 'invoking'
				? `It was given to ${at}, which is starting it.`
				: `It runs on ${at}, attempt ${row.attempts}${live?.progress === undefined ? '' : `, ${Math.round(live.progress)} % done`}.`;
		}

		case 'done':
		case 'spawned': {
			const output = row.output ?? 'main';
			const wires = graph.wiresFrom(row.node_id, output);
			return wires.length === 0
				? `It is finished in ${name}: output "${output}" has no wire, so it stays until one is laid.`
				: `It leaves ${name} by output "${output}" in a moment.`;
		}

		case 'splitted': {
			const split = context.reads.tasks.splitsOf.get(row.id);
			return split
				? `It was divided into ${split.count} and sleeps until they are gathered; ${split.count - split.dead_count} of them live.`
				: 'It was divided and sleeps until its elements are gathered.';
		}

		case 'error': {
			return `In ${name}: ${errorSummary(context, row)}`;
		}

		case 'dead': {
			return `It is finished for good, in ${name}.`;
		}
	}
};

const waitingSummary = (
	{books}: ViewContext,
	row: TaskRow,
	node: FarmNode | undefined,
): string => {
	if (!node) {
		return 'Its node is not there any more: move it to another one.';
	}

	if (!node.definition) {
		return `Node "${node.name}" is of type "${node.type}", which is not there: a plugin may be missing or broken.`;
	}

	const {advance, slow} = books().queued;
	return row.queue === 'slow'
		? `Node "${node.name}" takes its time with each task: ${slow.get(node.id) ?? 1} wait there.`
		: `It is processed by node "${node.name}" in a moment: ${advance.get(node.id) ?? 1} wait there.`;
};

const errorSummary = (context: ViewContext, row: TaskRow): string => {
	const message = messageOf(row) ?? 'It cannot go on.';
	const last = context.reads.invocations.last.get(row.id);
	const isOfProcess =
		last?.node_id === row.node_id &&
		last.finished_at !== null &&
		Math.abs(last.finished_at - row.changed_at) < 1000;
	// Messages of processes that ended badly name the worker themselves.
	return isOfProcess && !message.includes(` on ${last.worker}`)
		? `${sentence(message)} That was attempt ${last.attempt} on worker ${last.worker}.`
		: sentence(message);
};

/** Whom a blocked task waits for, and where they are. */
const waitsForOf = (context: ViewContext, row: TaskRow): Awaited => {
	if (row.state === 'splitted') {
		const split = context.reads.tasks.splitsOf.get(row.id);
		return split?.sealed === 0
			? missing(
					context,
					context.reads.tasks.elements
						.all(split.id, namesShown)
						.map((element) => ({
							name: `element ${element.split_index} (task ${element.id})`,
							...element,
						})),
					{count: split.count - split.dead_count, isAtLeast: false},
				)
			: nobody;
	}

	if (!isBlocked(row.state)) {
		return nobody;
	}

	const type = context.books().graph.nodes.get(row.node_id)?.type;
	if (type === 'split_waiter' && row.split_id !== null) {
		const living = context.reads.tasks.elements.all(row.split_id, mostLookedAt);
		const others = living
			.filter(
				(element) =>
					!(element.node_id === row.node_id && isBlocked(element.state)),
			)
			.map((element) => ({
				name: `element ${element.split_index} (task ${element.id})`,
				...element,
			}));
		return missing(context, others, {
			count: others.length,
			isAtLeast: living.length === mostLookedAt,
		});
	}

	if (type === 'parent_children_waiter') {
		const living = context.reads.tasks.children.all(row.id, mostLookedAt);
		const children = living
			.filter(
				(child) => !(child.node_id === row.node_id && isBlocked(child.state)),
			)
			.map((child) => ({...child, name: `child ${child.id} "${child.name}"`}));
		const parent =
			row.parent_id === null
				? undefined
				: context.reads.tasks.get.get(row.parent_id);
		const others = [
			...(parent &&
			parent.state !== 'dead' &&
			!(parent.node_id === row.node_id && isBlocked(parent.state))
				? [{...parent, name: `its parent ${parent.id} "${parent.name}"`}]
				: []),
			...children,
		];
		return missing(context, others, {
			count: others.length,
			isAtLeast: living.length === mostLookedAt,
		});
	}

	return nobody;
};

const missing = (
	context: ViewContext,
	others: ReadonlyArray<
		Pick<TaskRow, 'node_id' | 'state'> & {readonly name: string}
	>,
	counted: Pick<Awaited, 'count' | 'isAtLeast'>,
): Awaited => {
	const nameOf = nodeNames(context);
	return {
		names: others
			.slice(0, namesShown)
			.map(
				({name, node_id, state}) =>
					`${name}, ${stateWords[state]} in node "${nameOf(node_id)}"`,
			),
		...counted,
	};
};

const stateWords: Readonly<Record<TaskState, string>> = {
	waiting: 'waiting',
	generating: 'being processed',
	waiting_blocked: 'blocked',
	ready: 'ready for a worker',
	invoking: 'starting',
	in_progress: 'running',
	post_waiting: 'waiting',
	post_generating: 'being processed',
	post_waiting_blocked: 'blocked',
	done: 'done',
	spawned: 'just made',
	splitted: 'divided',
	error: 'in error',
	dead: 'dead',
};

const messageOf = ({state_details: details}: TaskRow): string | undefined => {
	const parsed: unknown = details === null ? undefined : JSON.parse(details);
	return typeof parsed === 'object' &&
		parsed !== null &&
		'message' in parsed &&
		typeof parsed.message === 'string' &&
		parsed.message !== ''
		? parsed.message
		: undefined;
};

const sentence = (text: string): string =>
	/[!.?]$/v.test(text.trimEnd()) ? text : `${text}.`;

/** `a`, `a and b`, `a; b and c`; of many the first three, and how many more there are. */
const listing = ({names, count, isAtLeast}: Awaited): string => {
	const shown =
		count > 4
			? [...names.slice(0, 3), `${count - 3}${isAtLeast ? ' or' : ''} more`]
			: names;
	return shown.length < 2
		? (shown[0] ?? 'nothing')
		: `${shown.slice(0, -1).join('; ')} and ${shown.at(-1)}`;
};
