import type {GroupRow} from '../db/queries/groups.js';
import type {NodeId} from '../core/ids.js';
import type {ArrivalKind, SplitRow} from '../db/queries/splits.js';
import type {TurnChanges} from './turn-changes.js';

/** Counts by state, and `paused` and `total`, of a group's tasks. */
export type GroupCounts = Record<string, number>;

export type GroupDraft = {
	readonly row: GroupRow;
	readonly counts: GroupCounts;
	isNew: boolean;
	changed: boolean;
	/** More than its counts changed. */
	isSet: boolean;
};

export type SplitDraft = {
	readonly row: SplitRow;
	isNew: boolean;
	changed: boolean;
};

export type ArrivalsDraft = {
	readonly kind: ArrivalKind;
	readonly of: number;
	readonly node: NodeId;
	count: number;
	changed: boolean;
};

/** What the parts of a desk share of the turn that is under way. */
export type DeskTurn = {
	/** Milliseconds since 1970. */
	readonly now: () => number;
	readonly changes: () => TurnChanges;
	/** Something was changed. */
	readonly touch: () => void;
};
