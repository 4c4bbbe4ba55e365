import {storedTaskOrders, type StoredTaskOrder} from '../../db/reads/tasks.js';
import type {ViewContext} from '../views/view-context.js';
import type {KeyedRow, SortKey} from './sort-ids.js';

/** What only a task that runs has, and no table. */
const liveTaskOrders = ['progress', 'worker', 'runtime'] as const;
export type LiveTaskOrder = (typeof liveTaskOrders)[number];

export const taskOrders = [...storedTaskOrders, ...liveTaskOrders] as const;
export type TaskOrder = StoredTaskOrder | LiveTaskOrder;

export const isLiveOrder = (order: TaskOrder): order is LiveTaskOrder =>
	(liveTaskOrders as readonly TaskOrder[]).includes(order);

/** What tasks are sorted by. */
export const taskKeys = (
	{reads, books}: Pick<ViewContext, 'reads' | 'books'>,
	order: TaskOrder,
	ids: readonly number[],
): readonly KeyedRow[] => {
	if (!isLiveOrder(order)) {
		return reads.tasks.keyed(order).all(JSON.stringify(ids));
	}

	const {fleet} = books();
	const keys = new Map<number, SortKey>();
	for (const {task, worker, progress, startedAt} of fleet.live.values()) {
		keys.set(
			task,
			{
				progress: progress ?? null,
				worker: fleet.workers.get(worker)?.row.name ?? null,
				// The shortest is what began last.
				runtime: startedAt === undefined ? null : -startedAt,
			}[order],
		);
	}

	return ids.map((id) => ({id, key: keys.get(id) ?? null}));
};
