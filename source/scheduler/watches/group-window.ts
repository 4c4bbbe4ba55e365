import {groupOrders, type GroupOrder} from '../../db/reads/groups.js';
import {createWalk} from '../../db/reads/walk.js';
import {groupShapeOf} from '../views/group-shape.js';
import {takeAll} from '../views/task-list.js';
import type {ViewContext} from '../views/view-context.js';
import {locate, startOf, type Position, type WalkFrom} from './locate.js';
import {orderAmong} from './order-among.js';
import {createSortedParts, sortIds} from './sort-ids.js';
import type {Source, SourceContext, WatchParams} from './source.js';
import type {WatchedRow, WatchedWindow} from './sent-window.js';

/** Counted up to this; of more it is enough to know that there are more. */
const mostCounted = 10_000;

/** A window of groups; newest first, where nothing else is asked for. Of the filter, `name`, `text` and `archived` matter. */
export const groupWindow = (
	{context, near}: SourceContext,
	params: WatchParams,
): Source => {
	const {name, text, archived = false} = params.filter ?? {};
	const conditions = {
		name,
		text: text === '' ? undefined : text,
		archived,
	};
	const isAll =
		name === undefined && conditions.text === undefined && !archived;
	const {by, descending} = orderAmong(
		'Groups',
		groupOrders,
		params.order ?? {by: 'id', descending: true},
	);
	const walkFrom: WalkFrom = (from, backwards) =>
		createWalk(
			[context.reads.groups.run(conditions, {descending: backwards})],
			{from, descending: backwards},
		);
	let position: Position | undefined;
	const parts = createSortedParts(near?.sorted);

	const byId = async (): Promise<WatchedWindow> => {
		const {offset, limit} = params.window;
		position ??= await locate(walkFrom, {
			offset,
			descending,
			total: undefined,
			near: near?.position,
		});
		const ids = await takeAll(walkFrom(position.anchor, descending), limit + 1);
		return {
			rows: rowsOf(context, ids.slice(0, limit)),
			counts: countsOf(position.offset + ids.length, ids.length <= limit),
		};
	};

	const sorted = async (order: GroupOrder): Promise<WatchedWindow> => {
		const {ids, seen, isWhole} = await parts.part(
			params.window,
			async (wanted) =>
				sortIds(walkFrom(startOf(true), true), {
					keysOf: (some) =>
						context.reads.groups.keyed(order).all(JSON.stringify(some)),
					descending,
					wanted,
				}),
		);
		return {
			rows: rowsOf(context, ids),
			counts: isWhole
				? countsOf(seen, true)
				: {total: seen, exact: 0, sorted: seen},
		};
	};

	const countsOf = (
		reached: number,
		isEnd: boolean,
	): Record<string, number> => {
		if (!isAll || isEnd) {
			return {total: reached, exact: isEnd ? 1 : 0};
		}

		const count = context.reads.groups.count.get(mostCounted + 1)?.count ?? 0;
		return {
			total: Math.max(reached, count),
			exact: count <= mostCounted ? 1 : 0,
		};
	};

	return {
		read: async () => (by === 'id' ? byId() : sorted(by)),
		isTouchedBy: (changes) => changes.groups.size > 0 || changes.manyTasks,
		isTouchedByProgress: () => false,
		near: () => ({position, sorted: parts.last()}),
	};
};

const rowsOf = (
	{reads}: ViewContext,
	ids: readonly number[],
): readonly WatchedRow[] =>
	reads.groups.listed.all(JSON.stringify(ids)).map((row) => groupShapeOf(row));
