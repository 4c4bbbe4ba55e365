import type {View} from '../screen.js';
import type {ListState} from './list-state.js';

/** The state of a view of a list with the detail of one beside it. */
export type ListSlice = {
	readonly list: ListState;
	/** How far the detail is scrolled. */
	readonly detailTop: number;
};

/** Rows that the list shows. */
export const listHeight = ({body}: Pick<View<unknown>, 'body'>): number =>
	Math.max(1, body.rows - 1);
