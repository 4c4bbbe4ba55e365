import {Box} from 'ink';
import type {WatchKind} from '../farm.js';
import type {Column} from '../list/column.js';
import type {ListSlice} from '../list/list-slice.js';
import {splitBody} from '../list/split-body.js';
import type {LiveWindow} from '../live/live-window.js';
import type {RowOf} from '../live/row-shapes.js';
import type {View} from '../screen.js';
import type {Line} from '../text/span.js';
import {DetailPane} from './detail-pane.js';
import {ListPane} from './list-pane.js';

/** A list, and beside it all about the selected one. */
export function ListBody<Kind extends WatchKind>({
	name,
	view,
	columns,
	window,
	empty,
	detail,
}: {
	/** For the configuration of columns. */
	readonly name: string;
	readonly view: View<ListSlice>;
	readonly columns: ReadonlyArray<Column<RowOf<Kind>>>;
	readonly window: LiveWindow<Kind> | undefined;
	/** What is said where there is nothing at all. */
	readonly empty: string;
	readonly detail: (width: number) => readonly Line[];
}) {
	const {list, detailTop} = view.slice;
	const {list: listSize, detail: detailSize} = splitBody(view);
	return (
		<Box>
			{listSize && (
				<ListPane<Kind>
					name={name}
					view={view}
					columns={columns}
					list={list}
					window={window}
					size={listSize}
					empty={list.filter === '' ? empty : 'Nothing fits the filter.'}
				/>
			)}
			{detailSize && (
				<DetailPane
					view={view}
					lines={detail(detailSize.columns)}
					top={detailTop}
					size={detailSize}
					hasRule={listSize !== undefined}
				/>
			)}
		</Box>
	);
}
