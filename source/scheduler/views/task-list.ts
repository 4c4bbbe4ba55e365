import {Buffer} from 'node:buffer';
import {setImmediate as breathe} from 'node:timers/promises';
import {FarmError} from '../../core/errors.js';
import type {TaskId} from '../../core/ids.js';
import type {Walk} from '../../db/reads/walk.js';
import {taskStates} from '../../core/task-state.js';
import type {TaskFilter, TaskShape} from '../../net/messages/shapes.js';
import {planTasks, walkTasks} from './task-plan.js';
import {wholeTask} from './task-shape.js';
import type {ViewContext} from './view-context.js';

/** Rows that are looked at in one go; a few milliseconds, then turns come first. */
const rowsAtOnce = 4096;
/** Whole tasks that are made in one go. */
const rowsMadeAtOnce = 500;
/** A page ends before the message gets too large for the wire. */
const pageBytes = 4 * 1024 * 1024;

/**
A page of tasks, by id.

A filter that no index serves, such as a part of a name, is answered by looking through what the rest of the filter finds, a piece at a time, with turns in between.
*/
export const listTasks = async (
	context: ViewContext,
	{
		filter,
		limit,
		after,
	}: {
		readonly filter: TaskFilter;
		readonly limit: number;
		readonly after: number;
	},
): Promise<{readonly tasks: readonly TaskShape[]; readonly more: boolean}> => {
	const walk = walkTasks(context, planTasks(context, filter), {
		from: after,
		descending: false,
	});
	const ids = await takeAll(walk, limit + 1);
	const tasks: TaskShape[] = [];
	let bytes = 0;
	for (const page of pagesOf(ids.slice(0, limit), 100)) {
		for (const row of context.reads.tasks.laden.iterate(JSON.stringify(page))) {
			bytes +=
				Buffer.byteLength(row.attributes) +
				(row.environment?.length ?? 0) +
				(row.state_details?.length ?? 0) +
				row.group_names.length +
				1024;
			if (bytes > pageBytes && tasks.length > 0) {
				return {tasks, more: true};
			}

			tasks.push(wholeTask(context.books(), row));
		}

		if (tasks.length % rowsMadeAtOnce === 0) {
			await breathe(); // eslint-disable-line no-await-in-loop -- likewise
		}
	}

	return {tasks, more: ids.length > limit};
};

/** Go on until so many are found or nothing is left, and let turns run in between. */
export const takeAll = async (walk: Walk, hits: number): Promise<number[]> => {
	const ids: number[] = [];
	for (;;) {
		const taken = walk.take({hits: hits - ids.length, rows: rowsAtOnce});
		ids.push(...taken.ids);
		if (taken.done || ids.length >= hits) {
			return ids;
		}

		await breathe(); // eslint-disable-line no-await-in-loop -- that is what the pieces are for
	}
};

/** Go on past so many, or to the end, and keep none of them: how many they were, and the last. */
export const passMany = async (
	walk: Walk,
	hits: number,
): Promise<{readonly count: number; readonly last: number | undefined}> => {
	let count = 0;
	let last: number | undefined;
	for (;;) {
		const {ids, done} = walk.take({hits: hits - count, rows: rowsAtOnce});
		count += ids.length;
		last = ids.at(-1) ?? last;
		if (done || count >= hits) {
			return {count, last};
		}

		await breathe(); // eslint-disable-line no-await-in-loop -- as above
	}
};

/**
Ids of what a filter finds, for an action that goes through them all: as many as `limit`, or what was found among some thousand rows. `next` is where to go on, behind the last id that was looked at; undefined at the end.
*/
export const selectTasks = (
	context: Pick<ViewContext, 'reads' | 'books'>,
	filter: TaskFilter,
	{after, limit}: {readonly after: number; readonly limit: number},
): {readonly ids: readonly TaskId[]; readonly next: number | undefined} => {
	const {ids, at, done} = walkTasks(context, planTasks(context, filter), {
		from: after,
		descending: false,
	}).take({hits: limit, rows: 4 * rowsAtOnce});

	return {ids: ids as TaskId[], next: done ? undefined : at};
};

/**
One task with all that it carries.

@throws {FarmError} `NOT_FOUND`
*/
export const getTask = (
	{reads, books}: Pick<ViewContext, 'reads' | 'books'>,
	id: TaskId,
): TaskShape => {
	const row = reads.tasks.laden.get(JSON.stringify([id]));
	if (!row) {
		throw new FarmError('NOT_FOUND', `There is no task ${id}.`);
	}

	return wholeTask(books(), row);
};

/** Tasks that are not archived, by state; states with none are left out. */
export const tasksByState = ({
	books,
}: Pick<ViewContext, 'books'>): Record<string, number> => {
	const sums = new Map<string, number>();
	for (const counts of books().counts.values()) {
		for (const [state, count] of counts) {
			sums.set(state, (sums.get(state) ?? 0) + count);
		}
	}

	return Object.fromEntries(
		taskStates.flatMap((state) => {
			const count = sums.get(state) ?? 0;
			return count > 0 ? [[state, count]] : [];
		}),
	);
};

function* pagesOf<T>(
	items: readonly T[],
	size: number,
): Generator<readonly T[]> {
	for (let index = 0; index < items.length; index += size) {
		yield items.slice(index, index + size);
	}
}
