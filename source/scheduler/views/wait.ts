import {FarmError} from '../../core/errors.js';
import type {GroupId, TaskId} from '../../core/ids.js';
import type {TaskChange, TurnChanges} from '../turn-changes.js';
import {groupRest} from './group-rest.js';
import {getGroup} from './group-list.js';
import type {ViewContext} from './view-context.js';
import {
	createWaitedTree,
	type TreeRest,
	type WaitedTree,
} from './waited-tree.js';

export type WaitResult = {
	readonly at_rest: boolean;
	readonly errors: number;
	readonly live: number;
};

/** Resolves when whoever asked is gone; nothing is waited for any more then. */
type Closed = Promise<unknown>;

export type Waits = {
	/** Resolves when the tasks and all that they spawned or were split into are at rest, or the time is over. Rejects with `NOT_FOUND` where one is not there, and with `CLOSED` when `closed` resolves or the scheduler stops. */
	readonly forTasks: (
		params: {
			readonly ids: readonly TaskId[];
			readonly timeout_s?: number | undefined;
		},
		closed: Closed,
	) => Promise<WaitResult>;
	/** Resolves when all tasks of the groups are at rest, or the time is over; rejects likewise. */
	readonly forGroups: (
		params: {
			readonly names: readonly string[];
			readonly timeout_s?: number | undefined;
		},
		closed: Closed,
	) => Promise<WaitResult>;
	/** After every commit. Costs nothing for tasks that nobody waits for. */
	readonly onCommit: (changes: TurnChanges) => void;
	/** How many tasks and groups are waited for. */
	readonly size: () => number;
	readonly stop: () => void;
};

type Waiter = {
	/** Answers, if what is waited for is at rest, or the time is over. */
	readonly settle: (isOver: boolean) => void;
};

/** A tree or a group that somebody waits for; several may wait for the same. */
type Part = {
	readonly waiters: Set<Waiter>;
	readonly rest: () => TreeRest;
	/** As of the last look. */
	last: TreeRest;
};

type TreePart = Part & {
	readonly tree: WaitedTree;
	/** It is to be read anew; until then it does not count as at rest. */
	stale: boolean;
};

/** A timer cannot take more milliseconds; nobody waits so long. */
const longestTimer = 2 ** 31 - 1;
/** Trees of more tasks than this are not read anew in the turn that asks for it, but once in a while. */
const smallTree = 1000;
/** Milliseconds for each thousand tasks of a large tree until it is read anew: ten times what that takes, and more. */
const patience = {least: 100, perThousand: 10, most: 2000};

/** Those who wait until work is at rest. Counted once when they come, and from then on by what turns change. */
export const createWaits = (
	context: Pick<ViewContext, 'reads' | 'books'>,
): Waits => {
	const trees = new Map<TaskId, TreePart>();
	const byRoot = new Map<TaskId, Set<TaskId>>();
	const groups = new Map<GroupId, Part>();
	let reloading: NodeJS.Timeout | undefined;
	const departures = new WeakMap<Closed, Set<(reason: string) => void>>();
	const pending = new Set<(reason: string) => void>();

	const treeOf = (id: TaskId): Part => {
		const known = trees.get(id);
		if (known) {
			return known;
		}

		const row = context.reads.rest.get.get(id);
		if (!row) {
			throw new FarmError('NOT_FOUND', `There is no task ${id}.`);
		}

		const tree = createWaitedTree(context, row);
		const part: TreePart = {
			waiters: new Set<Waiter>(),
			tree,
			stale: false,
			rest: () =>
				part.stale ? {...tree.state(), atRest: false} : tree.state(),
			last: tree.state(),
		};
		trees.set(id, part);
		const ids = byRoot.get(tree.root) ?? new Set<TaskId>();
		byRoot.set(tree.root, ids.add(id));
		return part;
	};

	const forgetTree = (id: TaskId): void => {
		const part = trees.get(id);
		if (!part || part.waiters.size > 0) {
			return;
		}

		trees.delete(id);
		const ids = byRoot.get(part.tree.root);
		ids?.delete(id);
		if (ids?.size === 0) {
			byRoot.delete(part.tree.root);
		}

		if (trees.size > 0) {
			return;
		}

		clearTimeout(reloading);
		reloading = undefined;
	};

	const groupOf = (id: GroupId): Part => {
		let part = groups.get(id);
		if (!part) {
			const rest = (): TreeRest =>
				groupRest({rest: context.reads.rest, books: context.books}, id);
			part = {waiters: new Set(), rest, last: rest()};
			groups.set(id, part);
		}

		return part;
	};

	const forgetGroup = (id: GroupId): void => {
		if (groups.get(id)?.waiters.size === 0) {
			groups.delete(id);
		}
	};

	/** Look at parts again, and answer whoever waits for nothing else. */
	const review = (parts: Iterable<Part>): void => {
		const touched = new Set<Waiter>();
		for (const part of parts) {
			part.last = part.rest();
			if (part.last.atRest) {
				for (const waiter of part.waiters) {
					touched.add(waiter);
				}
			}
		}

		for (const waiter of touched) {
			waiter.settle(false);
		}
	};

	const reloadSoon = (): void => {
		let rows = 0;
		for (const part of trees.values()) {
			if (part.tree.size() <= smallTree) {
				part.tree.reload();
			} else {
				part.stale = true;
				rows += part.tree.size();
			}
		}

		if (reloading === undefined && rows > 0) {
			reloading = setTimeout(
				reloadStale,
				Math.min(
					patience.most,
					Math.max(patience.least, (rows / 1000) * patience.perThousand),
				),
			);
		}
	};

	const reloadStale = (): void => {
		reloading = undefined;
		const stale = trees
			.values()
			.filter((part) => part.stale)
			.toArray();
		for (const part of stale) {
			part.stale = false;
			part.tree.reload();
		}

		review(stale);
	};

	const treesChanged = (changes: TurnChanges): readonly Part[] => {
		if (trees.size === 0) {
			return [];
		}

		if (changes.manyTasks || changes.graph) {
			reloadSoon();
		}

		const byTree = new Map<TaskId, TaskChange[]>();
		for (const change of changes.tasks.values()) {
			for (const id of byRoot.get(change.root) ?? []) {
				const list = byTree.get(id) ?? [];
				list.push(change);
				byTree.set(id, list);
			}
		}

		const changed: Part[] =
			changes.manyTasks || changes.graph ? trees.values().toArray() : [];
		for (const [id, list] of byTree) {
			const part = trees.get(id);
			if (!part) {
				continue;
			}

			part.tree.change(list);
			changed.push(part);
		}

		return changed;
	};

	const wait = async (
		parts: readonly Part[],
		{
			timeout,
			closed,
			release,
		}: {
			readonly timeout: number | undefined;
			readonly closed: Closed;
			readonly release: () => void;
		},
	): Promise<WaitResult> => {
		const all = new Set(parts);
		const {promise, resolve, reject} = Promise.withResolvers<WaitResult>();
		let timer: NodeJS.Timeout | undefined;
		const end = (): void => {
			clearTimeout(timer);
			departures.get(closed)?.delete(giveUp);
			pending.delete(giveUp);
			for (const part of all) {
				part.waiters.delete(waiter);
			}

			release();
		};

		const giveUp = (reason: string): void => {
			end();
			reject(new FarmError('CLOSED', reason));
		};

		const waiter: Waiter = {
			settle(isOver) {
				if (!(isOver || areAtRest(all))) {
					return;
				}

				const result = sum(all);
				end();
				resolve(result);
			},
		};

		for (const part of all) {
			part.waiters.add(waiter);
		}

		departuresOf(closed).add(giveUp);
		pending.add(giveUp);
		if (timeout !== undefined) {
			timer = setTimeout(
				() => {
					waiter.settle(true);
				},
				Math.min(longestTimer, timeout * 1000),
			);
		}

		waiter.settle(false);
		return promise;
	};

	/** One listener for each connection, however often it waits. */
	const departuresOf = (closed: Closed): Set<(reason: string) => void> => {
		const known = departures.get(closed);
		if (known) {
			return known;
		}

		const set = new Set<(reason: string) => void>();
		departures.set(closed, set);
		void closed.then(() => {
			for (const giveUp of set) {
				giveUp('Whoever waited is gone.');
			}
		});
		return set;
	};

	return {
		async forTasks({ids, timeout_s: timeout}, closed) {
			const unique = [...new Set(ids)];
			const parts: Part[] = [];
			const release = (): void => {
				for (const id of unique) {
					forgetTree(id);
				}
			};

			try {
				for (const id of unique) {
					parts.push(treeOf(id));
				}
			} catch (error) {
				release();
				throw error;
			}

			return wait(parts, {timeout, closed, release});
		},
		async forGroups({names, timeout_s: timeout}, closed) {
			// All are looked up before one is entered, so that a missing one leaves nothing behind.
			const ids = names.map((name) => getGroup(context, name).id);
			return wait(
				ids.map((id) => groupOf(id)),
				{
					timeout,
					closed,
					release() {
						for (const id of ids) {
							forgetGroup(id);
						}
					},
				},
			);
		},
		onCommit(changes) {
			const changed: Part[] = [...treesChanged(changes)];
			if (groups.size > 0) {
				// A new wire may move finished tasks on, a cut one lets them rest.
				for (const [id, part] of groups) {
					if (changes.graph || changes.manyTasks || changes.groups.has(id)) {
						changed.push(part);
					}
				}
			}

			review(changed);
		},
		size: () => trees.size + groups.size,
		stop() {
			for (const giveUp of pending) {
				giveUp('The scheduler is stopping.');
			}
		},
	};
};

const areAtRest = (parts: Iterable<Part>): boolean => {
	for (const {last} of parts) {
		if (!last.atRest) {
			return false;
		}
	}

	return true;
};

const sum = (parts: Iterable<Part>): WaitResult => {
	const result = {at_rest: true, errors: 0, live: 0};
	for (const {last} of parts) {
		result.at_rest &&= last.atRest;
		result.errors += last.errors;
		result.live += last.live;
	}

	return result;
};
