import type {GroupId, RequirementId} from '../core/ids.js';

/** Where a ready task queues: tasks of one line differ only in their ids. */
export type ReadyLine = {
	readonly requirement: RequirementId;
	readonly priority: number;
	readonly group: GroupId;
};

/**
How many tasks are ready in each line. The tasks themselves stay in the database and are found by index, line by line in the order of their ids, so a hundred thousand that nobody can take cost one entry here.
*/
export type ReadyBook = {
	readonly change: (line: ReadyLine, by: 1 | -1) => void;
	readonly load: (line: ReadyLine, count: number) => void;
	readonly requirements: () => Iterable<RequirementId>;
	/** The highest priority of a requirement's tasks below `below`, with the groups that have some; undefined where there are none. */
	readonly best: (
		requirement: RequirementId,
		below: number,
	) =>
		| {readonly priority: number; readonly groups: ReadonlyMap<GroupId, number>}
		| undefined;
	readonly total: () => number;
};

export const createReadyBook = (): ReadyBook => {
	const lines = new Map<RequirementId, Map<number, Map<GroupId, number>>>();
	let total = 0;

	const add = ({requirement, priority, group}: ReadyLine, by: number): void => {
		let priorities = lines.get(requirement);
		if (!priorities) {
			priorities = new Map();
			lines.set(requirement, priorities);
		}

		let groups = priorities.get(priority);
		if (!groups) {
			groups = new Map();
			priorities.set(priority, groups);
		}

		const count = (groups.get(group) ?? 0) + by;
		total += by;
		if (count > 0) {
			groups.set(group, count);
			return;
		}

		groups.delete(group);
		if (groups.size === 0) {
			priorities.delete(priority);
		}

		if (priorities.size === 0) {
			lines.delete(requirement);
		}
	};

	return {
		change: add,
		load: add,
		requirements: () => lines.keys(),
		best(requirement, below) {
			const priorities = lines.get(requirement);
			if (!priorities) {
				return undefined;
			}

			let priority = -Infinity;
			for (const candidate of priorities.keys()) {
				if (candidate < below && candidate > priority) {
					priority = candidate;
				}
			}

			const groups = priorities.get(priority);
			return groups && {priority, groups};
		},
		total: () => total,
	};
};
