import {FarmError} from '../../core/errors.js';
import type {NodeId} from '../../core/ids.js';
import {taskStates, type TaskState} from '../../core/task-state.js';
import {
	isRare,
	type LivingState,
	type TaskConditions,
	type TaskSource,
} from '../../db/reads/task-runs.js';
import {createWalk, type Walk} from '../../db/reads/walk.js';
import type {GroupRow} from '../../db/queries/groups.js';
import type {TaskFilter} from '../../net/messages/shapes.js';
import {findGroup} from './find-group.js';
import {groupCounts} from './group-shape.js';
import {findNode} from './node-shape.js';
import type {ViewContext} from './view-context.js';
import {findWorker} from './worker-shape.js';

/** How a filter is looked up: by which stretches of which indexes, and what else must hold. */
export type TaskPlan = {
	readonly sources: readonly TaskSource[];
	readonly conditions: TaskConditions;
	/** How many tasks the filter finds, by state; undefined where no counter knows. */
	readonly known: ReadonlyMap<TaskState, number> | undefined;
};

const isLiving = (state: TaskState): state is LivingState => state !== 'dead';
const livingStates = taskStates.filter((state) => isLiving(state));

/**
Choose the shortest way to what a filter finds. Counters say beforehand how long each is, so that a few errors among a million tasks are found by their state, and a small group by its members.

@throws {FarmError} `NOT_FOUND` where the filter names a node, group, task or worker that is not there; `CONFLICT` where it does not say which worker
*/
export const planTasks = (
	{reads, books}: Pick<ViewContext, 'reads' | 'books'>,
	filter: TaskFilter,
): TaskPlan => {
	const {graph, counts} = books();
	const node =
		filter.node === undefined ? undefined : findNode(graph, filter.node);
	const group =
		filter.group === undefined ? undefined : findGroup(reads, filter.group);
	const conditions = conditionsOf(filter, {group: group?.id, node: node?.id});
	const states = statesOf(filter);
	const nodes = node ? [node.id] : counts.keys().toArray();
	const inNodes = (state: TaskState): number => {
		let count = 0;
		for (const id of nodes) {
			count += counts.get(id)?.get(state) ?? 0;
		}

		return count;
	};

	const plan = (
		sources: readonly TaskSource[],
		known: ReadonlyMap<TaskState, number> | undefined,
	): TaskPlan => ({sources, conditions, known});
	if (filter.tree !== undefined) {
		return plan(treeSources({reads}, filter), undefined);
	}

	if (filter.parent !== undefined) {
		return plan([{from: 'children', parent: filter.parent}], undefined);
	}

	if (filter.worker !== undefined) {
		return plan(
			[{from: 'ids', ids: runningOn(books(), filter.worker)}],
			undefined,
		);
	}

	const isFree = conditions.name === undefined && conditions.text === undefined;
	const byState = new Map(states.map((state) => [state, inNodes(state)]));
	const living = states.filter((state) => isLiving(state));
	const hasDead = living.length < states.length;
	if (group) {
		const members = membersOf(group, states, filter.archived);
		return plan(
			groupSources(group, {
				wanted: total(members),
				inIndexes: hasDead || filter.archived ? Infinity : total(byState),
				indexes: () =>
					stateSources({states: living, nodes, counts, archived: false}),
			}),
			isFree && !node ? members : undefined,
		);
	}

	const known = isFree && !filter.archived ? byState : undefined;
	if (hasDead) {
		return plan([{from: 'all'}], known);
	}

	return plan(
		stateSources({
			states: living,
			nodes: !node && filter.archived ? graph.nodes.keys().toArray() : nodes,
			counts,
			archived: filter.archived,
		}),
		known,
	);
};

/** The tasks of what a worker runs now. */
const runningOn = (
	{fleet}: ReturnType<ViewContext['books']>,
	name: string,
): readonly number[] =>
	[...findWorker(fleet, name).invocations]
		.flatMap((id) => fleet.live.get(id)?.task ?? [])
		.toSorted((a, b) => a - b);

const statesOf = ({states, dead}: TaskFilter): readonly TaskState[] =>
	states ?? (dead ? taskStates : livingStates);

const conditionsOf = (
	{states, name, text, parent, dead, archived}: TaskFilter,
	of: Pick<TaskConditions, 'group' | 'node'>,
): TaskConditions => ({
	...of,
	states,
	name,
	text: text === '' ? undefined : text,
	parent,
	dead,
	archived,
});

/** Walk what a plan finds, in the order of ids. */
export const walkTasks = (
	{reads}: Pick<ViewContext, 'reads'>,
	{sources, conditions}: TaskPlan,
	{from, descending}: {readonly from: number; readonly descending: boolean},
): Walk =>
	createWalk(
		sources.map((source) => reads.taskRuns(source, conditions, {descending})),
		{from, descending},
	);

export const total = (counts: ReadonlyMap<unknown, number>): number => {
	let sum = 0;
	for (const count of counts.values()) {
		sum += count;
	}

	return sum;
};

/** A group's counts of these states. Of an archived group nothing is listed, unless archived ones are asked for; of a group that is not archived no task is. */
const membersOf = (
	group: GroupRow,
	states: readonly TaskState[],
	archived: boolean,
): ReadonlyMap<TaskState, number> => {
	const counts = groupCounts(group.counts);
	return new Map(
		states.map((state) => [
			state,
			!archived && group.archived === 1 ? 0 : (counts[state] ?? 0),
		]),
	);
};

/** What the group has in the wanted states is counted; whether it is met sooner by the states' own indexes, too. */
const groupSources = (
	group: GroupRow,
	{
		wanted,
		inIndexes,
		indexes,
	}: {
		readonly wanted: number;
		readonly inIndexes: number;
		readonly indexes: () => readonly TaskSource[];
	},
): readonly TaskSource[] => {
	if (wanted === 0) {
		return [];
	}

	const size = groupCounts(group.counts)['total'] ?? 0;
	return size <= inIndexes ? [{from: 'group', group: group.id}] : indexes();
};

const stateSources = ({
	states,
	nodes,
	counts,
	archived,
}: {
	readonly states: readonly LivingState[];
	readonly nodes: readonly NodeId[];
	readonly counts: ReadonlyMap<NodeId, ReadonlyMap<TaskState, number>>;
	/** Archived ones are in no counter. */
	readonly archived: boolean;
}): readonly TaskSource[] =>
	states.flatMap((state): readonly TaskSource[] => {
		const there = nodes.filter(
			(node) => archived || (counts.get(node)?.get(state) ?? 0) > 0,
		);
		return there.length > 1 && isRare(state)
			? [{from: 'state', state}]
			: there.map((node) => ({from: 'node', node, state}));
	});

const treeSources = (
	{reads}: Pick<ViewContext, 'reads'>,
	{tree}: TaskFilter,
): readonly TaskSource[] => {
	if (tree === undefined) {
		return [];
	}

	const top = reads.tasks.get.get(tree);
	if (!top) {
		throw new FarmError('NOT_FOUND', `There is no task ${tree}.`);
	}

	return top.root_id === top.id
		? [
				{from: 'ids', ids: [top.id]},
				{from: 'family', root: top.id},
			]
		: [
				{
					from: 'ids',
					ids: reads.tasks.tree.all(tree).map(({id}) => id),
				},
			];
};
