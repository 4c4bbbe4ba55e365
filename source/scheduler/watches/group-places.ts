import {setImmediate as breathe} from 'node:timers/promises';
import type {GroupId, NodeId, TaskId} from '../../core/ids.js';
import type {TaskState} from '../../core/task-state.js';
import type {MemberRow} from '../../db/reads/places.js';
import type {TurnChanges} from '../turn-changes.js';
import {groupCounts} from '../views/group-shape.js';
import type {ViewContext} from '../views/view-context.js';

/** Tasks by node and state. */
export type Places = ReadonlyMap<NodeId, ReadonlyMap<TaskState, number>>;

/**
Where the living tasks of one group are, kept while somebody watches it.

They are looked for once, the latest first, until as many are found as the group's own counters say are alive: what died long ago is not gone through where it need not be. From then on, only tasks that a turn changed are looked at again. It holds an entry for each living task.
*/
export type GroupPlaces = {
	/** Tell it of every turn. */
	readonly note: (changes: TurnChanges) => void;
	/** As it is now; undefined where the group is gone. A long search lets turns run in between. */
	readonly read: () => Promise<Places | undefined>;
};

/** Rows that are looked at in one go. */
const rowsAtOnce = 2048;
/** Of more changes than this it is simpler to begin anew. */
const mostChanged = 200_000;

export const createGroupPlaces = (
	{reads}: Pick<ViewContext, 'reads'>,
	group: GroupId,
): GroupPlaces => {
	const where = new Map<TaskId, {node: NodeId; state: TaskState}>();
	const places = new Map<NodeId, Map<TaskState, number>>();
	let changed = new Set<TaskId>();
	/** Tasks with this id and above were looked for. */
	let from = Infinity;

	const count = (
		{node, state}: {readonly node: NodeId; readonly state: TaskState},
		by: 1 | -1,
	): void => {
		const states = places.get(node) ?? new Map<TaskState, number>();
		places.set(node, states);
		const now = (states.get(state) ?? 0) + by;
		if (now > 0) {
			states.set(state, now);
		} else {
			states.delete(state);
		}

		if (states.size === 0) {
			places.delete(node);
		}
	};

	const forget = (id: TaskId): void => {
		const known = where.get(id);
		if (!known) {
			return;
		}

		count(known, -1);
		where.delete(id);
	};

	const take = ({id, node_id: node, state, archived}: MemberRow): void => {
		forget(id);
		if (state === 'dead' || archived === 1) {
			return;
		}

		const place = {node, state};
		where.set(id, place);
		count(place, 1);
	};

	const begin = (): void => {
		where.clear();
		places.clear();
		changed = new Set();
		from = Infinity;
	};

	const catchUp = (): void => {
		if (changed.size === 0) {
			return;
		}

		const ids = [...changed];
		changed = new Set();
		for (const id of ids) {
			forget(id);
		}

		for (const row of reads.places.among.all(JSON.stringify(ids), group)) {
			take(row);
		}
	};

	return {
		note({tasks, manyTasks}) {
			if (manyTasks || changed.size > mostChanged) {
				begin();
				return;
			}

			for (const id of tasks.keys()) {
				changed.add(id);
			}
		},
		async read() {
			for (;;) {
				catchUp();
				const row = reads.groups.get.get(group);
				if (!row) {
					return undefined;
				}

				const {total = 0, dead = 0} = groupCounts(row.counts);
				// With all changes taken in, those that are known and those that were not reached yet are all there are.
				if (from === 0 || where.size === total - dead) {
					return places;
				}

				const found = reads.places.members.all(
					group,
					Math.min(from, Number.MAX_SAFE_INTEGER),
					rowsAtOnce,
				);
				for (const member of found) {
					take(member);
				}

				from = found.length < rowsAtOnce ? 0 : (found.at(-1)?.id ?? 0);
				await breathe(); // eslint-disable-line no-await-in-loop -- turns come first
			}
		},
	};
};
