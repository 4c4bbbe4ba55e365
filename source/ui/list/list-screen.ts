import type {LiveWindow} from '../live/live-window.js';
import type {WatchSpec} from '../farm.js';
import type {Screen, ScreenBinding, View} from '../screen.js';
import type {Column} from './column.js';
import {detailBindings} from './detail-bindings.js';
import {listBindings, type ListAccess} from './list-bindings.js';
import {listInput} from './list-input.js';
import {listHeight, type ListSlice} from './list-slice.js';
import {settleList} from './list-state.js';
import {listStatus} from './list-status.js';
import {splitBody} from './split-body.js';

/** What every view of a list with a detail beside it has alike. */
export const listScreen = <Slice extends ListSlice>({
	noun,
	columns,
	window,
	watch,
	detail,
	enter,
	actions,
	...filtering
}: {
	/** Of one row: `task`. */
	readonly noun: string;
	readonly columns: ReadonlyArray<
		Pick<Column<never>, 'id' | 'title' | 'order' | 'moreOrders'>
	>;
	readonly window: (view: View<Slice>) => LiveWindow | undefined;
	/** What the list shows. */
	readonly watch: (view: View<Slice>) => WatchSpec;
	/** All about the selected one, as lines of this width. */
	readonly detail: (view: View<Slice>, width: number) => readonly unknown[];
	/** What enter does with a row, and a click on the one that is selected. */
	readonly enter: ScreenBinding<Slice>;
	readonly actions: ReadonlyArray<ScreenBinding<Slice>>;
} & Pick<
	ListAccess<Slice>,
	'filterHelp' | 'filterFault' | 'typedSoFar' | 'completeFilter'
>): Pick<
	Screen<Slice>,
	'columns' | 'settle' | 'status' | 'onInput' | 'bindings'
> => {
	const access: ListAccess<Slice> = {
		list: ({list}) => list,
		withList: (slice, list) => ({
			...slice,
			list,
			detailTop: list.cursorId === slice.list.cursorId ? slice.detailTop : 0,
		}),
		window,
		height: listHeight,
		columns,
		...filtering,
	};
	return {
		columns,
		settle(view) {
			const {slice} = view;
			const list = settleList(
				slice.list,
				window(view),
				listHeight(view),
				watch(view),
			);
			return list === slice.list ? slice : {...slice, list};
		},
		status: (view) => listStatus(view.slice.list, window(view), noun),
		onInput: listInput(access, (tools) => {
			void enter.run(tools, '');
		}),
		bindings: [
			...detailBindings<Slice>({
				top: ({detailTop}) => detailTop,
				withTop: (slice, detailTop) => ({...slice, detailTop}),
				lowest(view) {
					const size = splitBody(view).detail ?? view.body;
					return detail(view, size.columns).length - size.rows;
				},
			}),
			enter,
			...actions,
			...listBindings(access),
		],
	};
};
