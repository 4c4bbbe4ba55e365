import {FarmError} from '../core/errors.js';
import {groupId, type GroupId} from '../core/ids.js';
import type {GroupRow} from '../db/queries/groups.js';
import type {Statements} from '../db/statements.js';
import type {Books} from './books.js';
import type {DeskTurn, GroupCounts, GroupDraft} from './desk-drafts.js';

/** The groups that a turn has at hand. */
export const createDeskGroups = ({
	statements,
	books,
	turn,
}: {
	readonly statements: Statements;
	readonly books: Books;
	readonly turn: DeskTurn;
}) => {
	const drafts = new Map<GroupId, GroupDraft>();
	/** Groups of this turn by name; new ones are found here before they are in the database. */
	const names = new Map<string, GroupId>();

	const group = (id: GroupId): GroupDraft => {
		const known = drafts.get(id);
		if (known) {
			return known;
		}

		const row = statements.groups.get.get(id);
		if (!row) {
			throw new FarmError(
				'INTERNAL',
				`Group ${id} is named by a task, but is not there.`,
			);
		}

		return keep(row);
	};

	const keep = (row: GroupRow): GroupDraft => {
		const known = drafts.get(row.id);
		if (known) {
			return known;
		}

		const draft = {
			row,
			counts: JSON.parse(row.counts) as GroupCounts,
			isNew: false,
			changed: false,
			isSet: false,
		};
		drafts.set(row.id, draft);
		names.set(row.name, row.id);
		return draft;
	};

	return {
		drafts,
		group,
		byName(name: string): GroupDraft | undefined {
			const id = names.get(name);
			if (id !== undefined) {
				return group(id);
			}

			const row = statements.groups.byName.get(name);
			return row && keep(row);
		},
		create(name: string, creator: string): GroupDraft {
			turn.touch();
			books.lastGroupId += 1;
			const row: GroupRow = {
				id: groupId(books.lastGroupId),
				name,
				priority: 50,
				archived: 0,
				creator,
				counts: '{}',
				created_at: turn.now(),
				finished_at: null,
			};
			const draft: GroupDraft = {
				row,
				counts: {},
				isNew: true,
				changed: true,
				isSet: false,
			};
			drafts.set(row.id, draft);
			names.set(name, row.id);
			turn.changes().groups.add(row.id);
			return draft;
		},
		change(
			draft: GroupDraft,
			change: Partial<Pick<GroupRow, 'priority' | 'archived'>>,
		): void {
			turn.touch();
			Object.assign(draft.row, change);
			draft.changed = true;
			draft.isSet = true;
			turn.changes().groups.add(draft.row.id);
		},
		drop({row}: GroupDraft): void {
			drafts.delete(row.id);
			names.delete(row.name);
			turn.changes().groups.add(row.id);
		},
		/** Whether all of these groups are archived. */
		archivedBy: (ids: readonly GroupId[]): 0 | 1 =>
			ids.length > 0 && ids.every((id) => group(id).row.archived === 1) ? 1 : 0,
		clear(): void {
			drafts.clear();
			names.clear();
		},
	};
};
