import type {Span} from '../text/span.js';
import type {Glyphs} from '../theme/glyphs.js';

export type CellContext = {
	/** Milliseconds since 1970. */
	readonly now: number;
	readonly glyphs: Glyphs;
	/** Columns that the cell has. */
	readonly width: number;
};

/** A column of a list. */
export type Column<Row> = {
	/** For the configuration. */
	readonly id: string;
	readonly title: string;
	/** Columns that it needs. */
	readonly width: number;
	/** How much of what is left over it takes, compared to others. */
	readonly grow?: number;
	/** Where it grows: no further than this. */
	readonly most?: number;
	/** Where there is no room, the highest goes first; 0 never goes. */
	readonly priority: number;
	readonly align?: 'right';
	/** The scheduler's name for the order by it. Absent: the list has its own order. */
	readonly order?: string;
	/** What else can be read off it, and sorted by. */
	readonly moreOrders?: ReadonlyArray<{
		readonly title: string;
		readonly order: string;
	}>;
	readonly cell: (
		row: Row,
		context: CellContext,
	) => string | Span | readonly Span[];
};

export type PlacedColumn<Row> = {
	readonly column: Column<Row>;
	readonly width: number;
};

/** Which columns there is room for, and how wide they are. One space stands between two. */
export const placeColumns = <Row>(
	columns: ReadonlyArray<Column<Row>>,
	width: number,
): ReadonlyArray<PlacedColumn<Row>> => {
	const chosen = new Set<Column<Row>>();
	let used = -1;
	// Stable: among equals, the first stays.
	for (const column of columns.toSorted((a, b) => a.priority - b.priority)) {
		if (column.priority > 0 && used + 1 + column.width > width) {
			continue;
		}

		chosen.add(column);
		used += 1 + column.width;
	}

	const widths = new Map(
		columns
			.filter((column) => chosen.has(column))
			.map((column) => [column, column.width]),
	);
	let left = width - used;
	for (let round = 0; round < 4 && left > 0; round++) {
		const growing = [...widths].filter(
			([{grow = 0, most = Infinity}, at]) => grow > 0 && at < most,
		);
		const shares = growing.reduce((sum, [{grow = 0}]) => sum + grow, 0);
		const toShare = left;
		for (const [column, at] of growing) {
			const more = Math.min(
				left,
				(column.most ?? Infinity) - at,
				Math.ceil((toShare * (column.grow ?? 0)) / shares),
			);
			widths.set(column, at + more);
			left -= more;
		}
	}

	return [...widths].map(([column, at]) => ({column, width: at}));
};
