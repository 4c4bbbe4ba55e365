import {rowAt, totalOf, type LiveWindow} from '../live/live-window.js';
import type {RowOf} from '../live/row-shapes.js';
import type {WatchKind} from '../farm.js';
import {fit, fitLine, type Line, type Span} from '../text/span.js';
import type {Glyphs} from '../theme/glyphs.js';
import type {Backdrop} from '../theme/theme.js';
import {placeColumns, type Column, type PlacedColumn} from './column.js';
import type {ListState} from './list-state.js';

export type DrawnLine = {readonly line: Line; readonly backdrop?: Backdrop};

/** A list as lines: titles, then as many rows as there is room for. Every line has exactly `width` columns. */
export const listLines = <Kind extends WatchKind>({
	columns,
	list,
	window,
	size,
	now,
	glyphs,
	empty,
	waiting,
}: {
	readonly columns: ReadonlyArray<Column<RowOf<Kind>>>;
	readonly list: ListState;
	readonly window: LiveWindow<Kind> | undefined;
	/** With the line of titles. */
	readonly size: {readonly columns: number; readonly rows: number};
	readonly now: number;
	readonly glyphs: Glyphs;
	/** What is said where there is nothing. */
	readonly empty: string;
	/** What is said until it is known. */
	readonly waiting: string;
}): readonly DrawnLine[] => {
	const placed = placeColumns(
		columns.map((column) =>
			// What the list is sorted by is seen.
			isOrderedBy(column, list) ? {...column, priority: 0} : column,
		),
		size.columns - 2,
	);
	const lines: DrawnLine[] = [
		{line: titleLine(placed, {list, glyphs, width: size.columns})},
	];
	const height = size.rows - 1;
	const total = totalOf(window);
	if (window?.status === 'failed') {
		lines.push({
			line: fitLine(
				[{text: `  ${window.error ?? ''}`, role: 'error'}],
				size.columns,
			),
		});
	} else if (total === 0) {
		lines.push({
			line: fitLine(
				[
					{
						text:
							window === undefined || window.status === 'loading'
								? `  ${waiting}`
								: `  ${empty}`,
						role: 'dim',
					},
				],
				size.columns,
			),
		});
	}

	const end = Math.min(total, list.top + height);
	for (let index = list.top; index < end && lines.length < size.rows; index++) {
		const row = rowAt(window, index);
		const isSelected = index === list.cursor;
		const isMarked =
			list.isAllMarked || (row !== undefined && list.marks.has(row.id));
		lines.push({
			line: [
				isMarked
					? {text: glyphs.marked, role: 'mark'}
					: isSelected
						? {text: glyphs.cursor, role: 'accent'}
						: {text: ' '},
				...(row === undefined
					? [
							{
								text: fit(glyphs.ellipsis, size.columns - 1),
								role: 'dim' as const,
							},
						]
					: rowSpans(placed, row, {now, glyphs})),
				{text: ' '},
			],
			...(isSelected && {backdrop: 'selected' as const}),
		});
	}

	while (lines.length < size.rows) {
		lines.push({line: [{text: ' '.repeat(size.columns)}]});
	}

	return lines;
};

const isOrderedBy = (
	{order, moreOrders = []}: Pick<Column<never>, 'order' | 'moreOrders'>,
	list: ListState,
): boolean =>
	list.order !== undefined &&
	[order, ...moreOrders.map((more) => more.order)].includes(list.order.by);

const titleLine = <Row>(
	placed: ReadonlyArray<PlacedColumn<Row>>,
	{
		list,
		glyphs,
		width,
	}: {
		readonly list: ListState;
		readonly glyphs: Glyphs;
		readonly width: number;
	},
): Line => {
	const spans: Span[] = [{text: ' '}];
	for (const {column, width: room} of placed) {
		const isOrder = isOrderedBy(column, list);
		const arrow = isOrder
			? list.order?.descending
				? glyphs.down
				: glyphs.up
			: '';
		spans.push(
			{
				text: fit(`${column.title}${arrow}`, room, column.align),
				role: isOrder ? 'accent' : 'dim',
			},
			{text: ' '},
		);
	}

	return fitLine(spans, width);
};

const rowSpans = <Row>(
	placed: ReadonlyArray<PlacedColumn<Row>>,
	row: Row,
	context: {readonly now: number; readonly glyphs: Glyphs},
): readonly Span[] =>
	placed.flatMap(({column, width}, index) => {
		const cell = column.cell(row, {...context, width});
		const space: readonly Span[] =
			index === placed.length - 1 ? [] : [{text: ' '}];
		if (typeof cell === 'string') {
			return [{text: fit(cell, width, column.align)}, ...space];
		}

		if (!Array.isArray(cell)) {
			const {text, role} = cell as Span;
			return [{text: fit(text, width, column.align), role}, ...space];
		}

		return [...fitLine(cell as Line, width), ...space];
	});
