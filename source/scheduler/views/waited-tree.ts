import type {TaskId} from '../../core/ids.js';
import type {RestRow} from '../../db/reads/rest.js';
import type {FarmGraph} from '../farm-graph.js';
import type {TaskChange} from '../turn-changes.js';
import {restOf} from './rest.js';
import type {ViewContext} from './view-context.js';

export type TreeRest = {
	readonly live: number;
	readonly errors: number;
	readonly atRest: boolean;
};

/** A task and all that it spawned or was split into, kept up to date from what turns changed. */
export type WaitedTree = {
	/** Told of tasks with the same root. */
	readonly change: (changes: readonly TaskChange[]) => void;
	/** Look at all of it again, as when many tasks were changed at once, or a wire was laid by which finished ones go on. */
	readonly reload: () => void;
	readonly state: () => TreeRest;
	/** How many tasks were read when it was read last. */
	readonly size: () => number;
	readonly root: TaskId;
};

/**
Only tasks that are not at rest are remembered, so that a large tree costs little once most of it is done. A tree that is not a whole family also remembers its members, to tell new ones from strangers.
*/
export const createWaitedTree = (
	{reads, books}: Pick<ViewContext, 'reads' | 'books'>,
	top: RestRow,
): WaitedTree => {
	const isFamily = top.root_id === top.id;
	const live = new Set<TaskId>();
	const blocked = new Set<TaskId>();
	const errors = new Set<TaskId>();
	const members = new Set<TaskId>();
	let size = 0;

	const enter = (graph: FarmGraph, row: RestRow): void => {
		switch (restOf(graph, row)) {
			case 'live': {
				live.add(row.id);
				break;
			}

			case 'blocked': {
				blocked.add(row.id);
				break;
			}

			case 'error': {
				errors.add(row.id);
				break;
			}

			case 'rest': {
				break;
			}
		}
	};

	const isMember = (row: RestRow): boolean => {
		if (isFamily || members.has(row.id)) {
			return true;
		}

		const from =
			row.split_id === null
				? row.parent_id
				: reads.rest.originOf.get(row.split_id)?.origin_id;
		if (from === null || from === undefined || !members.has(from)) {
			return false;
		}

		members.add(row.id);
		return true;
	};

	const reload = (): void => {
		live.clear();
		blocked.clear();
		errors.clear();
		const {graph} = books();
		size = 0;
		if (isFamily) {
			for (const row of reads.rest.family.iterate({root: top.id})) {
				size += 1;
				enter(graph, row);
			}

			return;
		}

		members.clear();
		for (const {id} of reads.tasks.tree.iterate(top.id)) {
			members.add(id);
		}

		size = members.size;
		for (const row of reads.rest.some.iterate(JSON.stringify([...members]))) {
			enter(graph, row);
		}
	};

	reload();
	return {
		root: top.root_id,
		size: () => size,
		reload,
		change(changes) {
			const {graph} = books();
			for (const {id} of changes) {
				live.delete(id);
				blocked.delete(id);
				errors.delete(id);
			}

			// By id, so that whoever made a task comes before it.
			for (const row of reads.rest.some.all(
				JSON.stringify(changes.map(({id}) => id)),
			)) {
				if (isMember(row)) {
					enter(graph, row);
				}
			}
		},
		state() {
			const atRest = live.size === 0 && (blocked.size === 0 || errors.size > 0);
			return {
				live: atRest ? 0 : live.size + blocked.size,
				errors: errors.size,
				atRest,
			};
		},
	};
};
