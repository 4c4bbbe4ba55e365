import type {State} from './state.js';

export const smallestColumns = 60;
export const smallestRows = 16;

/** Header, breadcrumbs, body, footer. */
export const layoutOf = ({
	size: {columns, rows},
}: Pick<State, 'size'>): {
	readonly isTooSmall: boolean;
	readonly body: {readonly columns: number; readonly rows: number};
} => ({
	isTooSmall: columns < smallestColumns || rows < smallestRows,
	body: {columns, rows: Math.max(1, rows - 3)},
});
