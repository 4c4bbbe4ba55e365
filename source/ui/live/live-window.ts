import {z} from 'zod';
import type {WatchEvent, WatchKind, WatchSpec} from '../farm.js';
import {misfitText} from './misfit-text.js';
import {rowShapes, type RowOf} from './row-shapes.js';

/** What a watch shows: rows of a part of a list, from `offset` on. */
export type LiveWindow<Kind extends WatchKind = WatchKind> =
	Kind extends WatchKind
		? {
				readonly what: Kind;
				/** What these rows were asked for with. */
				readonly spec: WatchSpec;
				/** `loading` until the first answer; `failed`: refused, and the rows are those of before. */
				readonly status: 'loading' | 'live' | 'failed';
				readonly error: string | undefined;
				readonly offset: number;
				readonly rows: ReadonlyArray<RowOf<Kind>>;
				/** `total` and others, as the scheduler counts them. */
				readonly counts: Readonly<Record<string, number>>;
			}
		: never;

export const emptyWindow = (spec: WatchSpec): LiveWindow => ({
	what: spec.what,
	spec,
	status: 'loading',
	error: undefined,
	offset: spec.window?.offset ?? 0,
	rows: [],
	counts: {},
});

/** How many rows the whole list has, as far as it is known. */
export const totalOf = (window: LiveWindow | undefined): number =>
	window === undefined
		? 0
		: (window.counts['total'] ?? window.offset + window.rows.length);

/** The row at a place in the whole list; undefined where the window does not show it. */
export const rowAt = <Kind extends WatchKind>(
	window: LiveWindow<Kind> | undefined,
	index: number,
): RowOf<Kind> | undefined =>
	window?.rows[index - window.offset] as RowOf<Kind> | undefined;

/** What comes from the scheduler, parsed row by row and put into place. */
export const applyWatchEvent = (
	window: LiveWindow,
	event: WatchEvent,
): LiveWindow => {
	switch (event.kind) {
		case 'failed': {
			return {
				...window,
				spec: event.spec,
				status: 'failed',
				error: event.error.message,
			};
		}

		case 'snapshot': {
			const read = snapshotShape(window.what).safeParse(event.snapshot);
			return read.success
				? withRows(
						{
							...window,
							spec: event.spec,
							status: 'live',
							error: undefined,
							offset: event.spec.window?.offset ?? 0,
						},
						read.data.rows,
						read.data.counts,
					)
				: {...window, status: 'failed', error: misfitText(read.error)};
		}

		case 'update': {
			const read = z.array(rowShapes[window.what]).safeParse(event.update.rows);
			if (!read.success) {
				return {...window, status: 'failed', error: misfitText(read.error)};
			}

			return withRows(
				window,
				merged(window.rows, read.data, event.update.order),
				event.update.counts ?? window.counts,
			);
		}
	}
};

type Row = RowOf<WatchKind>;

/** The rows were read by the shape of this window's kind. */
const withRows = (
	window: LiveWindow,
	rows: readonly Row[],
	counts: LiveWindow['counts'],
): LiveWindow => {
	const changed: unknown = {...window, rows, counts};
	return changed as LiveWindow;
};

const snapshotShape = (what: WatchKind) =>
	z.object({
		rows: z.array(rowShapes[what]),
		counts: z.record(z.string(), z.number()),
	});

/** Rows that did not change stay the same objects: whoever draws them need not again. */
const merged = (
	rows: readonly Row[],
	changed: readonly Row[],
	order: readonly number[] | undefined,
): readonly Row[] => {
	if (order === undefined && changed.length === 0) {
		return rows;
	}

	const known = new Map<number, Row>();
	for (const row of rows) {
		known.set(row.id, row);
	}

	for (const row of changed) {
		known.set(row.id, row);
	}

	return (order ?? rows.map(({id}) => id)).flatMap((id) => known.get(id) ?? []);
};
