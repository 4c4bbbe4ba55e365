import {FarmError} from '../../core/errors.js';
import {findGroup} from '../views/find-group.js';
import {createGroupPlaces} from './group-places.js';
import type {Source, SourceContext, WatchParams} from './source.js';

/** For the group that the filter names: each node that has living tasks of it, with how many, by state. A window does not matter. */
export const placeWindow = (
	{context}: SourceContext,
	{filter}: WatchParams,
): Source => {
	const name = filter?.group;
	if (name === undefined) {
		throw new FarmError(
			'INVALID',
			'A watch on places needs a filter with a group.',
		);
	}

	const {id} = findGroup(context.reads, name);
	const places = createGroupPlaces(context, id);
	return {
		async read() {
			let total = 0;
			const rows = Array.from((await places.read()) ?? [], ([node, states]) => {
				for (const count of states.values()) {
					total += count;
				}

				return {id: node, counts: Object.fromEntries(states)};
			});
			return {rows: rows.toSorted((a, b) => a.id - b.id), counts: {total}};
		},
		note: places.note,
		isTouchedBy: ({tasks, manyTasks, groups}) =>
			tasks.size > 0 || manyTasks || groups.has(id),
		isTouchedByProgress: () => false,
	};
};
