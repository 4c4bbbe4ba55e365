import {FarmError} from '../core/errors.js';
import {splitId, type NodeId, type SplitId} from '../core/ids.js';
import type {ArrivalKind, SplitRow} from '../db/queries/splits.js';
import type {Statements} from '../db/statements.js';
import type {Books} from './books.js';
import type {ArrivalsDraft, DeskTurn, SplitDraft} from './desk-drafts.js';
import type {TaskDraft} from './task-draft.js';

/** The splits that a turn has at hand, and how many of their elements, or of a task's children, have arrived where. */
export const createDeskSplits = ({
	statements,
	books,
	turn,
}: {
	readonly statements: Statements;
	readonly books: Books;
	readonly turn: DeskTurn;
}) => {
	const drafts = new Map<SplitId, SplitDraft>();
	const arrivals = new Map<string, ArrivalsDraft>();
	const bySplit = new Map<number, ArrivalsDraft[]>();

	const split = (id: SplitId): SplitDraft => {
		const known = drafts.get(id);
		if (known) {
			return known;
		}

		const row = statements.splits.get.get(id);
		if (!row) {
			throw new FarmError(
				'INTERNAL',
				`Split ${id} is named by a task, but is not there.`,
			);
		}

		const draft = {row, isNew: false, changed: false};
		drafts.set(id, draft);
		return draft;
	};

	const arrivalsEntry = (
		kind: ArrivalKind,
		of: number,
		node: NodeId,
	): ArrivalsDraft => {
		const key = `${kind} ${of} ${node}`;
		let entry = arrivals.get(key);
		if (!entry) {
			entry = {
				kind,
				of,
				node,
				count: statements.splits.arrivals.get(kind, of, node)?.count ?? 0,
				changed: false,
			};
			arrivals.set(key, entry);
			if (kind === 'split') {
				bySplit.set(of, [...(bySplit.get(of) ?? []), entry]);
			}
		}

		return entry;
	};

	return {
		drafts,
		arrivals,
		split,
		create(origin: TaskDraft, count: number): SplitDraft {
			turn.touch();
			books.lastSplitId += 1;
			const row: SplitRow = {
				id: splitId(books.lastSplitId),
				origin_id: origin.row.id,
				count,
				dead_count: 0,
				sealed: 0,
				created_at: turn.now(),
			};
			const draft: SplitDraft = {row, isNew: true, changed: true};
			drafts.set(row.id, draft);
			return draft;
		},
		seal(draft: SplitDraft): void {
			turn.touch();
			draft.row.sealed = 1;
			draft.changed = true;
		},
		/** The split that a task sleeps for. */
		openOf(origin: TaskDraft): SplitDraft | undefined {
			for (const draft of drafts.values()) {
				if (draft.row.origin_id === origin.row.id && draft.row.sealed === 0) {
					return draft;
				}
			}

			const row = statements.splits.openOf.get(origin.row.id);
			return row && !drafts.has(row.id) ? split(row.id) : undefined;
		},
		/** How many have arrived. */
		arrived: (kind: ArrivalKind, of: number, node: NodeId): number =>
			arrivalsEntry(kind, of, node).count,
		/** Whether any element waits to be gathered. */
		hasArrivals(id: SplitId): boolean {
			const known = bySplit.get(id) ?? [];
			return (
				known.some(({count}) => count > 0) ||
				statements.splits.arrivedAt
					.all(id)
					.some(({node_id: at}) => known.every(({node}) => node !== at))
			);
		},
		clearArrivals(kind: ArrivalKind, of: number, node: NodeId): void {
			const entry = arrivalsEntry(kind, of, node);
			entry.count = 0;
			entry.changed = true;
		},
		countArrival({row}: TaskDraft, by: 1 | -1): void {
			const [kind, of] =
				row.split_id === null
					? (['parent', row.parent_id] as const)
					: (['split', row.split_id] as const);
			if (of === null) {
				return;
			}

			const entry = arrivalsEntry(kind, of, row.node_id);
			entry.count += by;
			entry.changed = true;
		},
		clear(): void {
			drafts.clear();
			arrivals.clear();
			bySplit.clear();
		},
	};
};
