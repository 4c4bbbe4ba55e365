import type {Farm, FarmWatch, WatchSpec} from '../farm.js';
import {layoutOf} from '../layout.js';
import {viewOf, type Screens} from '../reduce.js';
import {currentPlace, type State} from '../state.js';
import type {Store} from '../store.js';
import type {Theme} from '../theme/theme.js';

/** Watches what the screen that is shown asks for, and what the header needs; ends what nobody looks at. */
export const followWatches = ({
	store,
	farm,
	screens,
	theme,
}: {
	readonly store: Store;
	readonly farm: Farm;
	readonly screens: Screens;
	readonly theme: Theme;
}): {readonly stop: () => void} => {
	const running = new Map<
		string,
		{readonly watch: FarmWatch; readonly text: string}
	>();
	let isFollowing = false;

	const follow = (): void => {
		// What is done here changes the state too.
		if (isFollowing) {
			return;
		}

		isFollowing = true;
		try {
			const wanted = wantedWatches(store.state(), screens, theme);
			for (const [key, {watch}] of running) {
				if (wanted.has(key)) {
					continue;
				}

				watch.stop();
				running.delete(key);
			}

			for (const [key, spec] of wanted) {
				begin(key, spec);
			}
		} finally {
			isFollowing = false;
		}
	};

	const begin = (key: string, spec: WatchSpec): void => {
		const text = JSON.stringify(spec);
		const known = running.get(key);
		if (known?.text === text) {
			return;
		}

		const shown = store.state().live[key]?.spec;
		if (known && shown?.what === spec.what && shown.id === spec.id) {
			running.set(key, {watch: known.watch, text});
			known.watch.change(spec);
			return;
		}

		known?.watch.stop();
		store.dispatch({type: 'watch-begun', key, spec}, 'news');
		const watch: FarmWatch = farm.watch(spec, (event) => {
			if (running.get(key)?.watch === watch) {
				store.dispatch(
					{type: 'watch-told', key, event},
					event.kind === 'update' ? 'news' : 'answer',
				);
			}
		});
		running.set(key, {watch, text});
	};

	store.follow(follow);
	follow();
	return {
		stop() {
			for (const {watch} of running.values()) {
				watch.stop();
			}

			running.clear();
			isFollowing = true;
		},
	};
};

/** Of the whole lists, only what they count. */
const headerWatches: ReadonlyArray<readonly [string, WatchSpec]> = [
	['header/tasks', {what: 'tasks', window: {offset: 0, limit: 1}}],
	['header/workers', {what: 'workers', window: {offset: 0, limit: 1}}],
];

const wantedWatches = (
	state: State,
	screens: Screens,
	theme: Theme,
): ReadonlyMap<string, WatchSpec> => {
	const wanted = new Map<string, WatchSpec>(headerWatches);
	if (layoutOf(state).isTooSmall) {
		return wanted;
	}

	const place = currentPlace(state);
	const specs = screens[place.screen].watches(viewOf(state, theme, place));
	for (const [name, spec] of Object.entries(specs)) {
		if (spec) {
			wanted.set(`${place.id}/${name}`, spec);
		}
	}

	return wanted;
};
