import {rowAt} from '../../live/live-window.js';
import type {ListState} from '../../list/list-state.js';
import {liveOf, type View} from '../../screen.js';
import type {GroupRow} from './group-columns.js';

export type GroupsSlice = {
	readonly list: ListState;
	readonly detailTop: number;
	readonly isArchivedShown: boolean;
};

export type GroupsView = View<GroupsSlice>;

export const heightOf = (view: GroupsView): number =>
	Math.max(1, view.body.rows - 1);

export const windowIn = (view: GroupsView) => liveOf(view, 'list', 'groups');

export const selectedGroup = (view: GroupsView): GroupRow | undefined =>
	rowAt(windowIn(view), view.slice.list.cursor);
