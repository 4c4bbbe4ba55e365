import type {GroupId} from '../../core/ids.js';
import type {Reads} from '../../db/reads/prepare-reads.js';
import {taskStates} from '../../core/task-state.js';
import {groupCounts} from './group-shape.js';
import {restOfState} from './rest.js';
import {total} from './task-plan.js';
import type {ViewContext} from './view-context.js';
import type {TreeRest} from './waited-tree.js';

/** How far a group's tasks are from rest, by its counters; a deleted or archived group is at rest. */
export const groupRest = ({rest, books}: Seen, group: GroupId): TreeRest => {
	const row = rest.groupCounts.get(group);
	if (!row || row.archived === 1) {
		return {live: 0, errors: 0, atRest: true};
	}

	const counts = groupCounts(row.counts);
	const sums = {live: 0, blocked: 0, error: 0, rest: 0, unclear: 0};
	for (const state of taskStates) {
		sums[restOfState(state) ?? 'unclear'] += counts[state] ?? 0;
	}

	const errors = sums.error;
	if (sums.live === 0 && (sums.blocked === 0 || errors > 0)) {
		return sums.unclear > 0 && isLeaving({rest, books}, group, counts)
			? {live: 1, errors, atRest: false}
			: {live: 0, errors, atRest: true};
	}

	return {live: sums.live + sums.blocked, errors, atRest: false};
};

/** As it is committed, or as a turn sees it. */
type Seen = Pick<ViewContext, 'books'> & {readonly rest: Reads['rest']};

/** Whether a finished task of the group has a wire to go on by. Asked only when nothing else of the group moves. */
const isLeaving = (
	{rest, books}: Seen,
	group: GroupId,
	counts: Readonly<Record<string, number | undefined>>,
): boolean => {
	const {queued, graph} = books();
	if ((counts['paused'] ?? 0) === 0) {
		const inQueue = total(queued.advance);
		if (inQueue === 0) {
			return false;
		}

		if (inQueue < (counts['total'] ?? 0)) {
			return rest.isLeaving.get(group) !== undefined;
		}
	}

	return rest.leaving
		.all(group)
		.some(
			({node_id, output, queue}) =>
				queue !== null || graph.wiresFrom(node_id, output ?? 'main').length > 0,
		);
};
