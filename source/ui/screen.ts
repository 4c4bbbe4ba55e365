import type {ReactElement} from 'react';
import type {Hint} from './dialogs/dialog.js';
import type {Binding} from './keys/binding.js';
import type {Column} from './list/column.js';
import type {LiveWindow} from './live/live-window.js';
import type {Line} from './text/span.js';
import type {InputEvent} from './terminal/decode-input.js';
import type {Theme} from './theme/theme.js';
import type {Scope, ScreenName} from './screen-name.js';
import type {State} from './state.js';
import type {Tools} from './tools.js';
import type {WatchKind, WatchSpec} from './farm.js';

/** What a screen sees: its own state, what it watches, and everything else read-only. */
export type View<Slice> = {
	readonly slice: Slice;
	readonly scope: Scope;
	readonly state: State;
	/** What `watches` asked for, by the same names. Typed by `liveOf`. */
	readonly live: Readonly<Record<string, LiveWindow | undefined>>;
	/** Columns and rows of the body. */
	readonly body: {readonly columns: number; readonly rows: number};
	readonly theme: Theme;
};

/** The tools, for a screen's own keys. */
export type ScreenTools<Slice> = Tools & {
	/** As it is now, also after waiting. */
	readonly view: () => View<Slice>;
	/** Changes the screen's own state, if it is still there. The function is pure. */
	readonly update: (change: (slice: Slice) => Slice) => void;
};

export type ScreenBinding<Slice> = Binding<View<Slice>, ScreenTools<Slice>>;

/** A full-screen view. `screens/table.ts` has them all. */
export type Screen<Slice> = {
	readonly name: ScreenName;
	readonly title: string;
	/** Other words for `:`. */
	readonly aliases: readonly string[];
	/** A line, for the help. */
	readonly help: string;
	/** What `:NAME ARGUMENT` opens it on; absent: a filter's text. */
	readonly scopeOf?: (argument: string) => Scope;
	/** The state in which it opens. */
	readonly open: (scope: Scope) => Slice;
	/** Its piece of the breadcrumbs. */
	readonly crumb: (slice: Slice, scope: Scope) => string;
	/** What it needs to know of the farm now, by names of its own. Watched while the screen is shown; asked again whenever what this returns has changed. */
	readonly watches: (
		view: View<Slice>,
	) => Readonly<Record<string, WatchSpec | undefined>>;
	/** What news, or another size, make of its state: a cursor that follows its row. */
	readonly settle?: (view: View<Slice>) => Slice;
	/** Told after every change of the state while the screen is shown: starts what is not pure and takes long, and brings its outcome back with `update`. Looks first whether there is anything to do. */
	readonly follow?: (tools: ScreenTools<Slice>) => void;
	readonly bindings: ReadonlyArray<ScreenBinding<Slice>>;
	/** Of its list, if it has one: what the configuration may choose from. */
	readonly columns?: ReadonlyArray<Pick<Column<never>, 'id' | 'title'>>;
	/** What its keys are while it asks for something; undefined: those of its bindings. */
	readonly hints?: (view: View<Slice>) => readonly Hint[] | undefined;
	/** Takes what it wants before any binding does, as a form takes letters. True: it was taken. */
	readonly onInput?: (tools: ScreenTools<Slice>, event: InputEvent) => boolean;
	/** Told when something is shown that ages: milliseconds until it should be drawn again. */
	readonly ages?: (view: View<Slice>) => number | undefined;
	/** What stands at the right of the breadcrumbs: counts, filter, order. */
	readonly status?: (view: View<Slice>) => Line;
	readonly Component: (properties: {
		readonly view: View<Slice>;
	}) => ReactElement;
};

/** A screen among others. */
export type AnyScreen = Screen<unknown>;

/** A slice is only ever given back to the screen that made it. */
export const defineScreen = <Slice>(screen: Screen<Slice>): AnyScreen =>
	screen as unknown as AnyScreen;

/** A watch of the screen, if it is of this kind. */
export const liveOf = <Kind extends WatchKind>(
	view: Pick<View<unknown>, 'live'>,
	name: string,
	what: Kind,
): LiveWindow<Kind> | undefined => {
	const window = view.live[name];
	return window?.what === what ? (window as LiveWindow<Kind>) : undefined;
};
