import type {GroupRow} from '../db/queries/groups.js';
import type {SplitRow} from '../db/queries/splits.js';

/** Counts by state, and `paused` and `total`, of a group's tasks. */
export type GroupCounts = Record<string, number>;

export type GroupDraft = {
	readonly row: GroupRow;
	readonly counts: GroupCounts;
	isNew: boolean;
	changed: boolean;
};

export type SplitDraft = {
	readonly row: SplitRow;
	isNew: boolean;
	changed: boolean;
};
