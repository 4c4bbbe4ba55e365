import {Box} from 'ink';
import {listLines} from '../list/list-lines.js';
import type {Column} from '../list/column.js';
import type {ListState} from '../list/list-state.js';
import {chosenColumns} from '../list/chosen-columns.js';
import type {LiveWindow} from '../live/live-window.js';
import {waitingText} from '../live/waiting-text.js';
import type {RowOf} from '../live/row-shapes.js';
import {isConnected} from '../state.js';
import type {View} from '../screen.js';
import type {WatchKind} from '../farm.js';
import {Lines} from './lines.js';

/** A list in its place on a screen. */
export function ListPane<Kind extends WatchKind>({
	name,
	view,
	columns,
	list,
	window,
	size,
	empty,
}: {
	/** For the configuration of columns. */
	readonly name: string;
	readonly view: View<unknown>;
	readonly columns: ReadonlyArray<Column<RowOf<Kind>>>;
	readonly list: ListState;
	readonly window: LiveWindow<Kind> | undefined;
	readonly size: {readonly columns: number; readonly rows: number};
	readonly empty: string;
}) {
	return (
		<Box width={size.columns} height={size.rows} flexShrink={0}>
			<Lines
				lines={listLines<Kind>({
					columns: chosenColumns(columns, view.state.settings.columns[name]),
					list,
					window,
					size,
					now: view.state.now,
					glyphs: view.theme.glyphs,
					empty,
					waiting: waitingText(view),
				})}
				theme={view.theme}
				isDimmed={!isConnected(view.state)}
			/>
		</Box>
	);
}
