import {rowAt} from '../../live/live-window.js';
import type {ListSlice} from '../../list/list-slice.js';
import {liveOf, type View} from '../../screen.js';
import type {GroupRow} from './group-columns.js';

export type GroupsSlice = ListSlice & {
	readonly isArchivedShown: boolean;
};

export type GroupsView = View<GroupsSlice>;

export const windowIn = (view: GroupsView) => liveOf(view, 'list', 'groups');

export const selectedGroup = (view: GroupsView): GroupRow | undefined =>
	rowAt(windowIn(view), view.slice.list.cursor);
