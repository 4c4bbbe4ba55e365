import type {TurnChanges} from '../turn-changes.js';

/** Hears of every turn. What it does is done between two turns, so it is little. */
export type Observer = {
	readonly onTurn: (milliseconds: number) => void;
	readonly onCommit: (changes: TurnChanges) => void;
};
