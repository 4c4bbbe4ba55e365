import {z} from 'zod';
import type {GroupRow} from '../../db/queries/groups.js';
import type {GroupShape} from '../../net/messages/shapes.js';
import {isoTime} from './iso-time.js';

const counts = z.record(z.string(), z.number());

/** Tasks by state, with `total` and `paused`; what has none is left out. */
export const groupCounts = (
	json: string,
): Readonly<Record<string, number | undefined>> =>
	counts.parse(JSON.parse(json));

export const groupShapeOf = (row: GroupRow): GroupShape => {
	const of = groupCounts(row.counts);
	const total = of['total'] ?? 0;
	const running = (of['invoking'] ?? 0) + (of['in_progress'] ?? 0);
	const done = of['done'] ?? 0;
	const error = of['error'] ?? 0;
	const dead = of['dead'] ?? 0;
	return {
		id: row.id,
		name: row.name,
		priority: row.priority,
		archived: row.archived === 1,
		created_at: isoTime(row.created_at),
		creator: row.creator,
		counts: {
			total,
			waiting: total - running - done - error - dead,
			running,
			done,
			error,
			dead,
			paused: of['paused'] ?? 0,
		},
		progress: total === 0 ? 0 : Math.round(((done + dead) / total) * 1000) / 10,
	};
};
