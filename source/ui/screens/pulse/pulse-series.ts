import type {PulseRow} from '../../live/row-shapes.js';

/** One column of a chart: rates per second over its time, and how the farm stood in it. */
export type PulseColumn = {
	readonly ended: number;
	readonly moved: number;
	/** How many, not how often. */
	readonly failed: number;
	/** The most in its time. */
	readonly running: number;
	readonly queued: number;
	readonly errors: number;
	readonly cpus: number;
	readonly cpusUsed: number;
};

const nothing: PulseColumn = {
	ended: 0,
	moved: 0,
	failed: 0,
	running: 0,
	queued: 0,
	errors: 0,
	cpus: 0,
	cpusUsed: 0,
};

/**
Columns of equal time up to now, oldest first; fewer than asked for where the steps do not divide so finely. A step that is not there is one in which nothing happened, and the farm stood as before it.
*/
export const pulseColumns = (
	rows: readonly PulseRow[],
	{
		stepMs,
		now,
		minutes,
		width,
	}: {
		readonly stepMs: number;
		/** Milliseconds since 1970. */
		readonly now: number;
		readonly minutes: number;
		readonly width: number;
	},
): readonly PulseColumn[] => {
	const steps = Math.max(1, Math.round((minutes * 60_000) / stepMs));
	const perColumn = Math.max(1, Math.ceil(steps / Math.max(1, width)));
	const count = Math.ceil(steps / perColumn);
	// By the scheduler's clock where that is ahead.
	const last = Math.max(Math.floor(now / stepMs), rows.at(-1)?.id ?? 0);
	const first = last - count * perColumn + 1;
	const known = new Map(rows.map((row) => [row.id, row]));
	let standing = rows.findLast(({id}) => id < first);
	return Array.from({length: count}, (_, index) => {
		const column = {...nothing};
		const seconds = (perColumn * stepMs) / 1000;
		for (let offset = 0; offset < perColumn; offset++) {
			const row = known.get(first + index * perColumn + offset);
			standing = row ?? standing;
			column.ended += (row?.ended ?? 0) / seconds;
			column.moved += (row?.moved ?? 0) / seconds;
			column.failed += row?.failed ?? 0;
			column.running = Math.max(column.running, standing?.running ?? 0);
			column.queued = Math.max(column.queued, standing?.queued ?? 0);
			column.errors = Math.max(column.errors, standing?.errors ?? 0);
			column.cpus = Math.max(column.cpus, standing?.cpus ?? 0);
			column.cpusUsed = Math.max(column.cpusUsed, standing?.cpus_used ?? 0);
		}

		return column;
	});
};
