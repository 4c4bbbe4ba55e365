import {rowAt} from '../live/live-window.js';
import type {ScreenTools} from '../screen.js';
import type {InputEvent} from '../terminal/decode-input.js';
import type {ListAccess} from './list-bindings.js';
import {moveCursor, toggleMark} from './list-state.js';
import {splitBody} from './split-body.js';

/** Header, breadcrumbs, and the list's titles. */
const linesAbove = 3;
const wheelRows = 3;

/** The mouse on a list: the wheel moves the cursor, a click selects, with Ctrl it marks; a click on what is selected opens it. */
export const listInput =
	<Slice>(
		access: ListAccess<Slice>,
		open: (tools: ScreenTools<Slice>) => void,
	) =>
	(tools: ScreenTools<Slice>, event: InputEvent): boolean => {
		if (event.kind !== 'mouse') {
			return false;
		}

		const view = tools.view();
		const {list: size} = splitBody(view);
		if (size === undefined || event.column >= size.columns) {
			return false;
		}

		const window = access.window(view);
		const height = access.height(view);
		const list = access.list(view.slice);
		const moveTo = (to: number): void => {
			tools.update((slice) =>
				access.withList(
					slice,
					moveCursor(access.list(slice), to, {window, height}),
				),
			);
		};

		switch (event.action) {
			case 'wheel-down': {
				moveTo(list.cursor + wheelRows);
				return true;
			}

			case 'wheel-up': {
				moveTo(list.cursor - wheelRows);
				return true;
			}

			case 'press': {
				const index = list.top + event.row - linesAbove;
				const row = event.row < linesAbove ? undefined : rowAt(window, index);
				if (row === undefined) {
					return false;
				}

				if (event.isCtrl) {
					tools.update((slice) =>
						access.withList(slice, toggleMark(access.list(slice), row.id)),
					);
				} else if (index === list.cursor) {
					open(tools);
				} else {
					moveTo(index);
				}

				return true;
			}

			case 'release':
			case 'drag': {
				return false;
			}
		}
	};
