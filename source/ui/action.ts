import type {Connection, WatchEvent, WatchSpec} from './farm.js';
import type {Dialog} from './dialogs/dialog.js';
import type {LineInput} from './line-input.js';
import type {Scope, ScreenName} from './screen-name.js';
import type {Notice} from './state.js';

/** Everything that changes the state. */
export type Action =
	| {
			readonly type: 'resized';
			readonly columns: number;
			readonly rows: number;
	  }
	| {readonly type: 'time'; readonly now: number}
	| {readonly type: 'connection'; readonly connection: Connection}
	| {
			readonly type: 'watch-begun';
			readonly key: string;
			readonly spec: WatchSpec;
	  }
	| {
			readonly type: 'watch-told';
			readonly key: string;
			readonly event: WatchEvent;
	  }
	| {
			readonly type: 'opened';
			readonly screen: ScreenName;
			readonly scope: Scope;
	  }
	| {readonly type: 'went'; readonly screen: ScreenName}
	| {readonly type: 'went-back'}
	| {readonly type: 'went-to-previous'}
	/** A screen's own change, by a pure function. */
	| {
			readonly type: 'slice';
			readonly place: number;
			readonly change: (slice: unknown) => unknown;
	  }
	| {readonly type: 'line'; readonly line: LineInput | undefined}
	| {readonly type: 'dialog-opened'; readonly dialog: Dialog}
	/** The one on top. */
	| {readonly type: 'dialog-changed'; readonly content: unknown}
	| {readonly type: 'dialog-closed'}
	| {
			readonly type: 'noticed';
			readonly tone: Notice['tone'];
			readonly text: string;
	  }
	/** Something was done after what is said was seen. */
	| {readonly type: 'read-notices'}
	| {readonly type: 'noted-command'; readonly command: string}
	| {readonly type: 'remembered'; readonly line: string}
	| {readonly type: 'enlarged'};
