import {createTheme, type Theme} from './theme/theme.js';
import type {Action} from './action.js';
import {layoutOf} from './layout.js';
import {
	applyWatchEvent,
	emptyWindow,
	type LiveWindow,
} from './live/live-window.js';
import type {AnyScreen, View} from './screen.js';
import type {Scope, ScreenName} from './screen-name.js';
import {currentPlace, type Place, type State, type Trail} from './state.js';

export type Screens = Readonly<Record<ScreenName, AnyScreen>>;

/** How long a notice stays. */
const noticeMs = {info: 10_000, good: 10_000, error: 20_000} as const;
const mostHistory = 200;

/** The one place where the state changes. */
export const createReducer = (screens: Screens, theme: Theme) => {
	const settled = (state: State): State => {
		const place = currentPlace(state);
		const screen = screens[place.screen];
		if (!screen.settle) {
			return state;
		}

		const slice = screen.settle(viewOf(state, theme));
		return slice === place.slice
			? state
			: {...state, trail: withPlace(state.trail, {...place, slice})};
	};

	return (state: State, action: Action): State => {
		const next = step(screens, state, action);
		return next === state || !unsettling.has(action.type)
			? next
			: settled(next);
	};
};

export type Reducer = ReturnType<typeof createReducer>;

/** What a place's screen sees; the current one's, where none is named. */
export const viewOf = (
	state: State,
	theme: Theme = plainTheme,
	place: Place = currentPlace(state),
): View<unknown> => {
	const prefix = `${place.id}/`;
	const live: Record<string, LiveWindow> = {};
	for (const [key, window] of Object.entries(state.live)) {
		if (key.startsWith(prefix)) {
			live[key.slice(prefix.length)] = window;
		}
	}

	return {
		slice: place.slice,
		scope: place.scope,
		state,
		live,
		body: layoutOf(state).body,
		theme,
	};
};

const plainTheme = createTheme({theme: 'mono', isAscii: false, depth: 'none'});

const unsettling: ReadonlySet<Action['type']> = new Set([
	'resized',
	'watch-told',
	'opened',
	'went',
	'went-back',
	'went-to-previous',
	'slice',
	'enlarged',
]);

const step = (screens: Screens, state: State, action: Action): State => {
	switch (action.type) {
		case 'resized': {
			const {columns, rows} = action;
			return {...state, size: {columns, rows}};
		}

		case 'time': {
			return {
				...state,
				now: action.now,
				notices: state.notices.filter(({until}) => until > action.now),
			};
		}

		case 'connection': {
			return {...state, connection: action.connection};
		}

		case 'watch-begun': {
			return {
				...state,
				live: {
					...state.live,
					[action.key]: begun(state.live[action.key], action.spec),
				},
			};
		}

		case 'watch-told': {
			const window = state.live[action.key];
			return window === undefined
				? state
				: {
						...state,
						live: {
							...state.live,
							[action.key]: applyWatchEvent(window, action.event),
						},
					};
		}

		case 'opened': {
			const place = newPlace(screens, state, action);
			return {
				...state,
				trail: [...state.trail, place] as unknown as Trail,
				isDetailEnlarged: false,
				nextId: state.nextId + 1,
			};
		}

		case 'went': {
			return went(screens, state, action.screen);
		}

		case 'went-back': {
			const trail = state.trail.slice(0, -1);
			return isTrail(trail)
				? {...state, trail, live: liveOn(state, trail)}
				: state;
		}

		case 'went-to-previous': {
			return state.previousTrail === undefined
				? state
				: {
						...state,
						trail: state.previousTrail,
						previousTrail: state.trail,
						trails: {
							...state.trails,
							[state.trail[0].screen]: state.trail,
						},
					};
		}

		case 'slice': {
			const change = (trail: Trail): Trail => {
				const place = trail.find(({id}) => id === action.place);
				return place === undefined
					? trail
					: withPlace(trail, {...place, slice: action.change(place.slice)});
			};

			const {trail, previousTrail, trails} = state;
			if (trail.some(({id}) => id === action.place)) {
				return {...state, trail: change(trail)};
			}

			// A view that was left by its number comes back, with what was told to it meanwhile.
			return {
				...state,
				previousTrail: previousTrail && change(previousTrail),
				trails: Object.fromEntries(
					Object.entries(trails).map(([screen, left]) => [
						screen,
						change(left),
					]),
				),
			};
		}

		case 'line': {
			return {...state, line: action.line};
		}

		case 'dialog-opened': {
			return {...state, dialogs: [...state.dialogs, action.dialog]};
		}

		case 'dialog-changed': {
			const top = state.dialogs.at(-1);
			return top === undefined
				? state
				: {
						...state,
						dialogs: [
							...state.dialogs.slice(0, -1),
							{...top, content: action.content},
						],
					};
		}

		case 'dialog-closed': {
			return {...state, dialogs: state.dialogs.slice(0, -1)};
		}

		case 'noticed': {
			const notice = {
				id: state.nextId,
				tone: action.tone,
				text: action.text,
				until: state.now + noticeMs[action.tone],
			};
			return {
				...state,
				notices: [...state.notices.slice(-2), notice],
				nextId: state.nextId + 1,
			};
		}

		case 'read-notices': {
			return state.notices.length === 0 ? state : {...state, notices: []};
		}

		case 'noted-command': {
			return {...state, lastCommand: action.command};
		}

		case 'remembered': {
			return {
				...state,
				history: [
					...state.history.filter((line) => line !== action.line),
					action.line,
				].slice(-mostHistory),
			};
		}

		case 'enlarged': {
			return {...state, isDetailEnlarged: !state.isDetailEnlarged};
		}
	}
};

/** What was seen before stays until the answer comes, where it is the same list. */
const begun = (
	window: LiveWindow | undefined,
	spec: LiveWindow['spec'],
): LiveWindow =>
	window?.what === spec.what &&
	window.spec.id === spec.id &&
	JSON.stringify(window.spec.filter) === JSON.stringify(spec.filter)
		? window
		: emptyWindow(spec);

const newPlace = (
	screens: Screens,
	{nextId}: State,
	{screen, scope}: {readonly screen: ScreenName; readonly scope: Scope},
): Place => ({
	id: nextId,
	screen,
	scope,
	slice: screens[screen].open(scope),
});

const went = (screens: Screens, state: State, screen: ScreenName): State => {
	const isHere = state.trail.length === 1 && state.trail[0].screen === screen;
	if (isHere) {
		return state;
	}

	// Its number again, on a view that was opened on something: back to where it shows all.
	const isAgain = state.trail[0].screen === screen;
	const left = isAgain ? undefined : state.trails[screen];
	const trail: Trail = isAgain
		? [state.trail[0]]
		: (left ?? [newPlace(screens, state, {screen, scope: {}})]);
	const next: State = {
		...state,
		trail,
		isDetailEnlarged: false,
		previousTrail: state.trail,
		trails: {...state.trails, [state.trail[0].screen]: state.trail},
		nextId: state.nextId + 1,
	};
	return {...next, live: liveOn(next, trail)};
};

const withPlace = (trail: Trail, place: Place): Trail =>
	trail.map((known) =>
		known.id === place.id ? place : known,
	) as unknown as Trail;

const isTrail = (places: readonly Place[]): places is Trail =>
	places.length > 0;

/** What belongs to places that are gone is forgotten. */
const liveOn = (state: State, trail: Trail): State['live'] => {
	const kept = new Set(
		[trail, state.previousTrail ?? [], ...Object.values(state.trails)].flatMap(
			(places) => places.map(({id}) => String(id)),
		),
	);
	return Object.fromEntries(
		Object.entries(state.live).filter(([key]) => {
			const [owner = ''] = key.split('/', 1);
			return owner === 'header' || kept.has(owner);
		}),
	);
};
