import {z} from 'zod';
import type {GroupId} from '../../core/ids.js';
import type {Turn} from '../turn-context.js';

export type Cause = {
	readonly task: number;
	readonly node: string;
	readonly message: string;
};

/** So many different ones are told. */
const mostCauses = 3;
/** So many tasks that failed in one turn are looked at. */
const mostTasks = 200;
/** Characters; a message may hold a whole stack. */
const longest = 500;

const detailsShape = z.object({message: z.string()});

/** Why tasks went into error in this turn, by group: the first of each different message. */
export const firstCauses = ({
	desk,
	books,
	statements,
}: Turn): ReadonlyMap<GroupId, readonly Cause[]> => {
	const byGroup = new Map<GroupId, Cause[]>();
	const failed = desk
		.changes()
		.tasks.values()
		.filter(({was, now}) => now === 'error' && was !== 'error')
		.take(mostTasks);
	for (const {id} of failed) {
		const row = statements.tasks.get.get(id);
		const details = detailsShape.safeParse(
			JSON.parse(row?.state_details ?? 'null'),
		);
		if (!row || !details.success) {
			continue;
		}

		const cause = {
			task: id,
			node: books.graph.nodes.get(row.node_id)?.name ?? '',
			message: details.data.message.slice(0, longest),
		};
		for (const {group_id: group} of statements.tasks.groupsOf.all(id)) {
			const causes = byGroup.get(group) ?? [];
			byGroup.set(group, causes);
			if (
				causes.length < mostCauses &&
				causes.every(({message}) => message !== cause.message)
			) {
				causes.push(cause);
			}
		}
	}

	return byGroup;
};
