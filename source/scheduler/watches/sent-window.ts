import type {Json} from '../../core/json.js';

/** A row as it goes out; its id tells it from others. */
export type WatchedRow = {readonly id: number};

/** What a watch shows at one moment. */
export type WatchedWindow = {
	/** In order. */
	readonly rows: readonly WatchedRow[];
	/** How many rows the whole list has, and other counts. */
	readonly counts: Readonly<Record<string, number>>;
	/** Where it began, by id; undefined for the list's own beginning. */
	readonly anchor?: number | undefined;
};

export type WatchUpdate = {
	readonly rows: WatchedRow[];
	readonly order?: number[];
	readonly counts?: Record<string, number>;
};

/** What the other side has, so that only what differs is sent. */
export type SentWindow = {
	/** Replaces what was sent. */
	readonly reset: (window: WatchedWindow) => Json;
	/** What to send for the other side to have this; undefined where it has it. */
	readonly difference: (window: WatchedWindow) => WatchUpdate | undefined;
};

export const createSentWindow = (): SentWindow => {
	let rows = new Map<number, string>();
	let order: readonly number[] = [];
	let counts = '';

	const take = (window: WatchedWindow): void => {
		rows = new Map(window.rows.map((row) => [row.id, JSON.stringify(row)]));
		order = window.rows.map(({id}) => id);
		counts = JSON.stringify(window.counts);
	};

	return {
		reset(window) {
			take(window);

			return {
				rows: window.rows,
				order,
				counts: window.counts,
			};
		},
		difference(window) {
			const before = {rows, order, counts};
			take(window);
			const changed = window.rows.filter(
				({id}) => rows.get(id) !== before.rows.get(id),
			);
			const isReordered =
				order.length !== before.order.length ||
				order.some((id, index) => id !== before.order[index]);
			const isRecounted = counts !== before.counts;
			return isReordered || isRecounted || changed.length > 0
				? {
						rows: changed,
						...(isReordered && {order: [...order]}),
						...(isRecounted && {counts: {...window.counts}}),
					}
				: undefined;
		},
	};
};
