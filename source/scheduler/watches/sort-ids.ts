import {setImmediate as breathe} from 'node:timers/promises';
import type {Walk} from '../../db/reads/walk.js';

/** How many rows are looked through for an order that no index has. A list that is longer shows its newest ones in that order, and says so. */
export const mostSorted = 200_000;

/** Rows that are looked at in one go; a few milliseconds, then turns come first. */
const rowsAtOnce = 4096;

/** What a row is sorted by; null where it has nothing of the kind. */
export type SortKey = string | number | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- as a row has it
export type KeyedRow = {readonly id: number; readonly key: SortKey};

export type SortedIds = {
	/** The first ones in order, as many as were wanted, or more. */
	readonly ids: readonly number[];
	/** Rows among which they are the first. */
	readonly seen: number;
	/** Whether those are all. */
	readonly isWhole: boolean;
};

/**
The first rows of a list in an order that no index has. It is looked through a piece at a time, with turns in between, and no more of it is kept than is wanted; so a sort never holds up the farm, whatever the list's length.
*/
export const sortIds = async (
	walk: Walk,
	{
		keysOf,
		descending,
		wanted,
		most = mostSorted,
	}: {
		readonly keysOf: (ids: readonly number[]) => readonly KeyedRow[];
		readonly descending: boolean;
		readonly wanted: number;
		readonly most?: number;
	},
): Promise<SortedIds> => {
	const compare = comparing(descending);
	let first: readonly KeyedRow[] = [];
	let seen = 0;
	for (;;) {
		const {ids, done} = walk.take({hits: most - seen, rows: rowsAtOnce});
		seen += ids.length;
		first = merge(first, keysOf(ids).toSorted(compare), {compare, wanted});
		if (done || seen >= most) {
			return {ids: first.map(({id}) => id), seen, isWhole: done};
		}

		await breathe(); // eslint-disable-line no-await-in-loop -- that is what the pieces are for
	}
};

/** More than is shown is sorted at once, so that some pages on nothing has to be. */
const leastSorted = 5000;

/** A list that is shown in parts. The first part is that of the list as it was sorted `before`, where that reaches so far; from then on it is sorted anew. */
export const createSortedParts = (before: SortedIds | undefined) => {
	let last = before;
	let isFirst = true;
	return {
		last: (): SortedIds | undefined => last,
		async part(
			{offset, limit}: {readonly offset: number; readonly limit: number},
			sort: (wanted: number) => Promise<SortedIds>,
		): Promise<SortedIds> {
			const end = offset + limit;
			const known = isFirst ? last : undefined;
			isFirst = false;
			const sorted =
				known && (known.ids.length >= end || known.ids.length === known.seen)
					? known
					: await sort(Math.max(end, leastSorted));
			last = sorted;
			return {...sorted, ids: sorted.ids.slice(offset, end)};
		},
	};
};

/** What has nothing comes last, both ways round; of equals, the newest first. */
export const comparing =
	(descending: boolean) =>
	(one: KeyedRow, other: KeyedRow): number => {
		if (one.key === other.key) {
			return other.id - one.id;
		}

		if (one.key === null) {
			return 1;
		}

		if (other.key === null) {
			return -1;
		}

		return one.key < other.key === descending ? 1 : -1;
	};

const merge = (
	one: readonly KeyedRow[],
	other: readonly KeyedRow[],
	{
		compare,
		wanted,
	}: {
		readonly compare: (one: KeyedRow, other: KeyedRow) => number;
		readonly wanted: number;
	},
): readonly KeyedRow[] => {
	const merged: KeyedRow[] = [];
	let [at, there] = [0, 0];
	while (merged.length < wanted) {
		const left = one[at];
		const right = other[there];
		if (
			left !== undefined &&
			(right === undefined || compare(left, right) < 0)
		) {
			merged.push(left);
			at += 1;
		} else if (right === undefined) {
			break;
		} else {
			merged.push(right);
			there += 1;
		}
	}

	return merged;
};
