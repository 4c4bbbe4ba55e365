import type {Connection} from './farm.js';
import type {Dialog} from './dialogs/dialog.js';
import type {LineInput} from './line-input.js';
import type {LiveWindow} from './live/live-window.js';
import type {PictureSettings} from './pictures/picture-protocol.js';
import type {Scope, ScreenName} from './screen-name.js';

/** A view that is open on something; the trail of them is what the breadcrumbs show. */
export type Place = {
	readonly id: number;
	readonly screen: ScreenName;
	readonly scope: Scope;
	/** The screen's own state. Only the screen that made it looks into it. */
	readonly slice: unknown;
};

export type Trail = readonly [Place, ...Place[]];

export type Notice = {
	readonly id: number;
	readonly tone: 'info' | 'good' | 'error';
	readonly text: string;
	/** Milliseconds since 1970. */
	readonly until: number;
};

export type ViewSettings = {
	readonly isReadOnly: boolean;
	/** The terminal reports the mouse; its own selection then needs Shift. */
	readonly hasMouse: boolean;
	/** How this terminal is given pictures. */
	readonly pictures: PictureSettings;
	/** Keys that somebody chose, by the binding's id. */
	readonly keys: Readonly<Record<string, readonly string[]>>;
	/** Columns that somebody chose, by the list's name. */
	readonly columns: Readonly<Record<string, readonly string[]>>;
};

/** All that is on screen comes from this. */
export type State = {
	readonly size: {readonly columns: number; readonly rows: number};
	/** Milliseconds since 1970; moves on when something is shown that ages. */
	readonly now: number;
	readonly settings: ViewSettings;
	readonly connection: Connection;
	readonly trail: Trail;
	/** Where `-` goes. */
	readonly previousTrail: Trail | undefined;
	/** Where each view was left. */
	readonly trails: Readonly<Partial<Record<ScreenName, Trail>>>;
	/** What is watched, by `PLACE/NAME`. */
	readonly live: Readonly<Record<string, LiveWindow>>;
	readonly line: LineInput | undefined;
	/** The last is on top. */
	readonly dialogs: readonly Dialog[];
	readonly notices: readonly Notice[];
	/** What was typed after `:`, oldest first. */
	readonly history: readonly string[];
	/** The last change as a command, to be copied. */
	readonly lastCommand: string | undefined;
	/** The detail beside or in place of the list. */
	readonly isDetailEnlarged: boolean;
	readonly nextId: number;
};

export const currentPlace = (state: State): Place => state.trail.at(-1)!;

/** A place that is shown, or that a view left by its number comes back to. */
export const placeOf = (
	{
		trail,
		previousTrail,
		trails,
	}: Pick<State, 'trail' | 'previousTrail' | 'trails'>,
	id: Place['id'],
): Place | undefined =>
	[trail, previousTrail ?? [], ...Object.values(trails)]
		.flat()
		.find((place) => place.id === id);

export const isConnected = ({connection}: State): boolean =>
	connection.kind === 'connected';

/** Why nothing may be changed; undefined where it may. */
export const whyReadOnly = ({
	settings,
	connection,
}: State): string | undefined => {
	if (settings.isReadOnly) {
		return 'read-only mode';
	}

	switch (connection.kind) {
		case 'connecting': {
			return 'not connected';
		}

		case 'lost': {
			return 'the connection is lost';
		}

		case 'connected': {
			return connection.identity.access === 'view'
				? 'this is a view-only key'
				: undefined;
		}
	}
};
