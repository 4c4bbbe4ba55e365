import type {Walk} from '../../db/reads/walk.js';
import {passMany} from '../views/task-list.js';

/** A place in a long list: the window at `offset` begins behind `anchor`, an id. */
export type Position = {readonly offset: number; readonly anchor: number};

/** The list, walked from an id on, in its own direction or the other one. */
export type WalkFrom = (from: number, descending: boolean) => Walk;

export const startOf = (descending: boolean): number =>
	descending ? Number.MAX_SAFE_INTEGER : 0;

/**
Find where a window begins, from the nearest place that is known: the list's beginning, its end where its length is known, or where another window began. So paging through a list costs a page each time, and jumping to its end costs no more than to its beginning.
*/
export const locate = async (
	walkFrom: WalkFrom,
	{
		offset,
		descending,
		total,
		near,
	}: {
		readonly offset: number;
		readonly descending: boolean;
		readonly total: number | undefined;
		readonly near: Position | undefined;
	},
): Promise<Position> => {
	const start: Position = {offset: 0, anchor: startOf(descending)};
	if (offset === 0) {
		return start;
	}

	let best = start;
	// A place where the list has ended is known by its length, and by that alone.
	const end: Position | undefined =
		total === undefined
			? undefined
			: {offset: total, anchor: startOf(!descending)};
	for (const known of [near, end]) {
		if (
			known &&
			Math.abs(known.offset - offset) < Math.abs(best.offset - offset)
		) {
			best = known;
		}
	}

	const distance = offset - best.offset;
	if (distance === 0) {
		return best;
	}

	if (distance > 0) {
		const passed = await passMany(walkFrom(best.anchor, descending), distance);
		return {
			offset: best.offset + passed.count,
			anchor: passed.last ?? best.anchor,
		};
	}

	// Backwards, the anchor itself is met first: the window begins behind the one that many before it. From the list's end, nothing is.
	const back = -distance + 1;
	const from = best === end ? best.anchor : best.anchor + (descending ? -1 : 1);
	const passed = await passMany(walkFrom(from, !descending), back);
	return passed.count < back
		? start
		: {offset, anchor: passed.last ?? start.anchor};
};
