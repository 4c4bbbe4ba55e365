import type {Clock} from '../core/clock.js';
import type {Action} from './action.js';
import type {Reducer} from './reduce.js';
import type {State} from './state.js';

/** The state, and when it is drawn: after a key at once, after news a little later and together with more of it. */
export type Store = {
	/** The newest. */
	readonly state: () => State;
	readonly dispatch: (action: Action, urgency?: Urgency) => void;
	/** For the screen: told when a frame is due. */
	readonly subscribe: (onFrame: () => void) => () => void;
	/** What the present frame shows. */
	readonly shown: () => State;
	/** For what follows the state, such as watches: told after every change. */
	readonly follow: (onChange: () => void) => void;
	readonly stop: () => void;
};

/** What a person does is seen at once; what answers it together with other answers; what happens by itself when there is time. */
export type Urgency = 'key' | 'answer' | 'news';

/** Between two frames that only news ask for. */
const newsMs = 250;
/** Between two frames of which the second shows answers. */
const answerMs = 40;
/** Drawing takes no more than a tenth of the time, however large the terminal is. */
const restFactor = 9;
const mostRestMs = 500;
/** What is drawn anyway shows the time as it is, about. */
const staleMs = 500;

export const createStore = (
	initial: State,
	reduce: Reducer,
	clock: Clock,
): Store => {
	let state = initial;
	let shown = initial;
	let timer: NodeJS.Timeout | undefined;
	let immediate: NodeJS.Immediate | undefined;
	/** When the timer goes off. */
	let timerDue = 0;
	let drawnAt = 0;
	let earliest = 0;
	const frames = new Set<() => void>();
	const followers = new Set<() => void>();

	const draw = (): void => {
		clearTimeout(timer);
		clearImmediate(immediate);
		timer = undefined;
		immediate = undefined;
		if (shown === state) {
			return;
		}

		shown = state;
		const began = performance.now();
		for (const onFrame of frames) {
			onFrame();
		}

		// Rendering itself goes on in a microtask: what it took is seen after it.
		setImmediate(() => {
			const now = performance.now();
			drawnAt = now;
			earliest =
				now +
				Math.max(newsMs, Math.min(mostRestMs, restFactor * (now - began)));
		});
	};

	const schedule = (urgency: Urgency): void => {
		if (urgency === 'key') {
			immediate ??= setImmediate(draw);
			return;
		}

		const due =
			urgency === 'answer' ? Math.min(earliest, drawnAt + answerMs) : earliest;
		if (timer !== undefined && due < timerDue) {
			clearTimeout(timer);
			timer = undefined;
		}

		if (timer !== undefined) {
			return;
		}

		timerDue = due;
		timer = setTimeout(draw, Math.max(0, due - performance.now()));
	};

	return {
		state: () => state,
		shown: () => shown,
		dispatch(action, urgency = 'key') {
			const now = clock.now();
			const next = reduce(
				now - state.now > staleMs ? reduce(state, {type: 'time', now}) : state,
				action,
			);
			if (next === state) {
				return;
			}

			state = next;
			for (const onChange of followers) {
				onChange();
			}

			schedule(urgency);
		},
		subscribe(onFrame) {
			frames.add(onFrame);
			return () => {
				frames.delete(onFrame);
			};
		},
		follow(onChange) {
			followers.add(onChange);
		},
		stop() {
			clearTimeout(timer);
			clearImmediate(immediate);
			frames.clear();
			followers.clear();
		},
	};
};
