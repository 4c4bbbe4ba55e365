import {FarmError} from '../../core/errors.js';
import type {InvocationId} from '../../core/ids.js';
import {isRunning, taskStates} from '../../core/task-state.js';
import {
	planTasks,
	total,
	walkTasks,
	type TaskPlan,
} from '../views/task-plan.js';
import {takeAll} from '../views/task-list.js';
import {taskLine, type TaskLine} from '../views/task-shape.js';
import type {TaskFilter} from '../../net/messages/shapes.js';
import type {ViewContext} from '../views/view-context.js';
import {locate, startOf, type Position, type WalkFrom} from './locate.js';
import {orderAmong} from './order-among.js';
import {createSortedParts, mostSorted, sortIds} from './sort-ids.js';
import type {Source, SourceContext, WatchParams} from './source.js';
import type {WatchedWindow} from './sent-window.js';
import {
	isLiveOrder,
	taskKeys,
	taskOrders,
	type LiveTaskOrder,
	type TaskOrder,
} from './task-keys.js';

/** Characters of an error's details that are shown in a line; `task.get` has them all. */
const mostDetails = 2000;

type TaskPage = Omit<WatchedWindow, 'rows'> & {
	readonly rows: readonly TaskLine[];
};

const noFilter = {dead: false, archived: false};

/**
A window of tasks. By id it costs what it shows, whatever the list's length: once found, it goes on beginning behind the same id, so that what lies above is not counted again, and what is shown stays in place while tasks above it come and go.
*/
export const taskWindow = (
	{context, near}: SourceContext,
	params: WatchParams,
): Source => {
	const filter: TaskFilter = params.filter ?? noFilter;
	const {by, descending} = orderAmong(
		'Tasks',
		taskOrders,
		params.order ?? {by: 'id', descending: false},
	);
	let position: Position | undefined;
	const parts = createSortedParts(near?.sorted);
	let isFirst = true;
	/** Invocations of the tasks in the window: the progress of others is no news here. */
	let shown = new Set<InvocationId>();

	const byId = async (plan: TaskPlan): Promise<TaskPage> => {
		const {offset, limit} = params.window;
		const walkFrom: WalkFrom = (from, backwards) =>
			walkTasks(context, plan, {from, descending: backwards});
		position ??= await locate(walkFrom, {
			offset,
			descending,
			total: plan.known && total(plan.known),
			near: near?.position,
		});
		const ids = await takeAll(walkFrom(position.anchor, descending), limit + 1);
		return {
			rows: rowsOf(context, ids.slice(0, limit)),
			counts: countsOf(plan, {
				reached: position.offset + ids.length,
				isEnd: ids.length <= limit,
			}),
		};
	};

	const walkNewest = (plan: TaskPlan) =>
		walkTasks(context, plan, {from: startOf(true), descending: true});

	const sorted = async (
		plan: TaskPlan,
		order: TaskOrder,
	): Promise<TaskPage> => {
		const {ids, seen, isWhole} = await parts.part(
			params.window,
			async (wanted) =>
				sortIds(walkNewest(plan), {
					keysOf: (some) => taskKeys(context, order, some),
					descending,
					wanted,
				}),
		);
		return {
			rows: rowsOf(context, ids),
			counts: isWhole
				? countsOf(plan, {reached: seen, isEnd: true})
				: {total: seen, exact: 0, sorted: seen},
		};
	};

	/** Only what runs has anything to be sorted by, and that is never much: the rest follows, the newest first, as far as it is shown. */
	const liveFirst = async (
		plan: TaskPlan,
		order: LiveTaskOrder,
	): Promise<TaskPage> => {
		const {offset, limit} = params.window;
		const running = planOrNothing(context, {
			filter: {
				...filter,
				states: (filter.states ?? taskStates).filter((state) =>
					isRunning(state),
				),
			},
			isFirst,
		});
		const {ids: first} = await sortIds(walkNewest(running), {
			keysOf: (some) => taskKeys(context, order, some),
			descending,
			wanted: mostSorted,
		});
		const wanted = Math.min(mostSorted, offset + limit + 1);
		const found =
			first.length >= wanted ? first : await takeAll(walkNewest(plan), wanted);
		const ids = new Set([...first, ...found]);
		const counts = countsOf(plan, {
			reached: ids.size,
			isEnd: found.length < wanted,
		});
		return {
			rows: rowsOf(context, [...ids].slice(offset, offset + limit)),
			counts:
				(counts['total'] ?? 0) > mostSorted
					? {total: mostSorted, exact: 0, sorted: mostSorted}
					: counts,
		};
	};

	const pageOf = async (plan: TaskPlan): Promise<TaskPage> =>
		by === 'id'
			? byId(plan)
			: isLiveOrder(by)
				? liveFirst(plan, by)
				: sorted(plan, by);

	return {
		async read() {
			const plan = planOrNothing(context, {filter, isFirst});
			const window = await pageOf(plan);
			isFirst = false;
			shown = new Set(window.rows.flatMap(({invocation_id: id}) => id ?? []));
			return window;
		},
		isTouchedBy: (changes) =>
			changes.tasks.size > 0 ||
			changes.manyTasks ||
			changes.graph ||
			concerns(changes.invocations, shown),
		isTouchedByProgress: (invocation) =>
			by === 'progress' || shown.has(invocation),
		near: () => ({position, sorted: parts.last()}),
	};
};

const concerns = (
	changed: ReadonlySet<InvocationId>,
	shown: ReadonlySet<InvocationId>,
): boolean => {
	for (const id of changed) {
		if (shown.has(id)) {
			return true;
		}
	}

	return false;
};

/** A group or node that goes while it is watched leaves an empty list, and so does a worker of which it is not clear any more which one is meant; one that never was is told. */
const planOrNothing = (
	context: ViewContext,
	{
		filter,
		isFirst,
	}: {
		readonly filter: NonNullable<WatchParams['filter']>;
		readonly isFirst: boolean;
	},
): TaskPlan => {
	try {
		return planTasks(context, filter);
	} catch (error) {
		if (isFirst || !(error instanceof FarmError && isUnclear(error))) {
			throw error;
		}

		return {sources: [], conditions: noFilter, known: new Map()};
	}
};

const isUnclear = ({code}: FarmError): boolean =>
	code === 'NOT_FOUND' || code === 'CONFLICT';

const rowsOf = (
	{reads, books}: ViewContext,
	ids: readonly number[],
): readonly TaskLine[] =>
	reads.tasks.listed
		.all(JSON.stringify(ids))
		.map((row) => shortened(taskLine(books(), row)));

/** An error's message may be a whole stack; a line in a table needs its beginning. */
const shortened = (line: TaskLine): TaskLine => {
	const {state_details: details} = line;
	return details !== null && JSON.stringify(details).length > mostDetails
		? {
				...line,
				state_details: {
					reason: details.reason,
					message: `${details.message.slice(0, mostDetails)}…`,
				},
			}
		: line;
};

/** `total`, and `exact`: 0 where there may be more. Where counters know it, the tasks by state too. */
const countsOf = (
	{known}: TaskPlan,
	{reached, isEnd}: {readonly reached: number; readonly isEnd: boolean},
): Record<string, number> =>
	known
		? {
				...Object.fromEntries([...known].filter(([, count]) => count > 0)),
				total: total(known),
				exact: 1,
			}
		: {total: reached, exact: isEnd ? 1 : 0};
