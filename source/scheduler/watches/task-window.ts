import {FarmError} from '../../core/errors.js';
import type {InvocationId} from '../../core/ids.js';
import {taskOrders, type TaskOrder} from '../../db/reads/tasks.js';
import {
	planTasks,
	total,
	walkTasks,
	type TaskPlan,
} from '../views/task-plan.js';
import {takeAll} from '../views/task-list.js';
import {taskLine, type TaskLine} from '../views/task-shape.js';
import type {ViewContext} from '../views/view-context.js';
import {locate, type Position, type WalkFrom} from './locate.js';
import {mostSorted, orderAmong, tooLong} from './order-among.js';
import type {Source, SourceContext, WatchParams} from './source.js';
import type {WatchedWindow} from './sent-window.js';

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
	const filter = params.filter ?? noFilter;
	const {by, descending} = orderAmong(
		'Tasks',
		taskOrders,
		params.order ?? {by: 'id', descending: false},
	);
	let position: Position | undefined;
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
			near,
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

	const sorted = async (
		plan: TaskPlan,
		order: TaskOrder,
	): Promise<TaskPage> => {
		const ids = await takeAll(
			walkTasks(context, plan, {from: 0, descending: false}),
			mostSorted + 1,
		);
		// A list that grows beyond while it is watched shows its first tasks in order.
		if (isFirst && ids.length > mostSorted) {
			throw tooLong(
				'tasks',
				order,
				'narrow the list by a group, a node or a state',
			);
		}

		const {offset, limit} = params.window;
		const window = context.reads.tasks
			.sorted(order, descending ? 'DESC' : 'ASC')
			.all(JSON.stringify(ids.slice(0, mostSorted)), limit, offset)
			.map(({id}) => id);
		return {
			rows: rowsOf(context, window),
			counts: countsOf(plan, {
				reached: ids.length,
				isEnd: ids.length <= mostSorted,
			}),
		};
	};

	return {
		async read() {
			const plan = planOrNothing(context, {filter, isFirst});
			const window = await (by === 'id' ? byId(plan) : sorted(plan, by));
			isFirst = false;
			shown = new Set(window.rows.flatMap(({invocation_id: id}) => id ?? []));
			return window;
		},
		isTouchedBy: (changes) =>
			changes.tasks.size > 0 ||
			changes.manyTasks ||
			changes.graph ||
			concerns(changes.invocations, shown),
		isTouchedByProgress: (invocation) => shown.has(invocation),
		position: () => position,
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

/** A group or node that goes while it is watched leaves an empty list; one that never was is told. */
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
		if (
			isFirst ||
			!(error instanceof FarmError && error.code === 'NOT_FOUND')
		) {
			throw error;
		}

		return {sources: [], conditions: noFilter, known: new Map()};
	}
};

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
