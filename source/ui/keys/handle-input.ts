import {dialogSize} from '../dialogs/dialog-size.js';
import {layoutOf} from '../layout.js';
import {editField, textField} from '../text-field.js';
import type {InputEvent} from '../terminal/decode-input.js';
import type {LineInput} from '../line-input.js';
import type {ScreenTools} from '../screen.js';
import type {Screens} from '../reduce.js';
import {currentPlace, whyReadOnly, type State} from '../state.js';
import type {Store} from '../store.js';
import type {Binding} from './binding.js';
import {globalBindings} from './global-bindings.js';

/** One thing from the terminal: to the dialog on top, else to the line being typed, else to the screen and its keys. */
export const handleInput = (
	event: InputEvent,
	{
		store,
		screens,
		tools,
		attempt,
	}: {
		readonly store: Store;
		readonly screens: Screens;
		readonly tools: ScreenTools<unknown>;
		/** Runs what may fail or take long, and says what went wrong. */
		readonly attempt: (act: () => void | Promise<void>) => void;
	},
): void => {
	if (event.kind === 'key' && event.name === 'ctrl+c') {
		tools.leave();
		return;
	}

	forgetSeenNotices(event, store);
	const state = store.state();
	// Nothing is seen of what a key would be for, of a question as little as of the screen.
	if (layoutOf(state).isTooSmall) {
		if (event.kind === 'key' && event.name === 'q') {
			tools.leave();
		}

		return;
	}

	const dialog = state.dialogs.at(-1);
	if (dialog) {
		const step = dialog.onInput(
			dialog.content,
			event,
			dialogSize(dialog, state.size),
		);
		if (step === undefined) {
			if (event.kind === 'key' && event.name === 'esc') {
				store.dispatch({type: 'dialog-closed'});
			}

			return;
		}

		if (step.isClosed) {
			store.dispatch({type: 'dialog-closed'});
		} else if (step.content !== undefined) {
			store.dispatch({type: 'dialog-changed', content: step.content});
		}

		if (step.act) {
			attempt(step.act);
		}

		return;
	}

	if (state.line) {
		typeLine(state.line, event, {store, attempt});
		return;
	}

	const screen = screens[currentPlace(state).screen];
	const isTaken = screen.onInput?.(tools, event) ?? false;
	if (isTaken || event.kind !== 'key') {
		return;
	}

	press(event.name, {state, screens, tools, attempt, store});
};

/** What is said is gone with the next thing that is done; it stays where something lies over it. */
const forgetSeenNotices = (event: InputEvent, store: Store): void => {
	const {dialogs, line} = store.state();
	if (line === undefined && dialogs.length === 0 && isDoing(event)) {
		store.dispatch({type: 'read-notices'});
	}
};

/** Not the answers of the terminal, nor a pointer that only moves. */
const isDoing = (event: InputEvent): boolean =>
	event.kind === 'mouse' ? event.action === 'press' : event.kind !== 'reply';

/** All that a key may do here, the screen's own before what every screen has. */
export const bindingsHere = (
	state: State,
	screens: Screens,
): readonly AnyBinding[] => [
	...screens[currentPlace(state).screen].bindings,
	...globalBindings,
];

type AnyBinding = Binding<
	ReturnType<ScreenTools<unknown>['view']>,
	ScreenTools<unknown>
>;

/** The keys of a binding, as configured. */
export const keysOf = (
	{id, keys}: Pick<AnyBinding, 'id' | 'keys'>,
	{settings}: Pick<State, 'settings'>,
): readonly string[] => settings.keys[id] ?? keys;

/** Why a key does nothing now. */
export const whyDisabled = (
	binding: AnyBinding,
	view: ReturnType<ScreenTools<unknown>['view']>,
): string | undefined =>
	(binding.isChange ? whyReadOnly(view.state) : undefined) ??
	binding.disabled?.(view);

const press = (
	name: string,
	{
		state,
		screens,
		tools,
		attempt,
	}: {
		readonly state: State;
		readonly screens: Screens;
		readonly tools: ScreenTools<unknown>;
		readonly attempt: (act: () => void | Promise<void>) => void;
		readonly store: Store;
	},
): void => {
	const view = tools.view();
	let reason: string | undefined;
	for (const binding of bindingsHere(state, screens)) {
		if (!keysOf(binding, state).includes(name)) {
			continue;
		}

		const why = whyDisabled(binding, view);
		if (why === undefined) {
			attempt(async () => binding.run(tools, ''));
			return;
		}

		// The first that is meant says why; esc has many meanings, and none is missed.
		reason ??= binding.keys.includes('esc')
			? undefined
			: `${binding.label}: ${why}`;
	}

	if (reason !== undefined) {
		tools.notice('info', reason);
	}
};

const typeLine = (
	line: LineInput,
	event: InputEvent,
	{
		store,
		attempt,
	}: {
		readonly store: Store;
		readonly attempt: (act: () => void | Promise<void>) => void;
	},
): void => {
	const show = (changed: LineInput): void => {
		store.dispatch({type: 'line', line: changed});
	};

	const set = (text: string, recalled?: number): void => {
		show({...line, field: textField(text), recalled, error: undefined});
		line.onChange?.(text);
	};

	if (event.kind === 'key') {
		switch (event.name) {
			case 'esc': {
				store.dispatch({type: 'line', line: undefined});
				line.onCancel?.();
				return;
			}

			case 'enter': {
				store.dispatch({type: 'line', line: undefined});
				attempt(async () => line.onSubmit(line.field.text));
				return;
			}

			case 'tab': {
				const [best] = line.complete?.(line.field.text) ?? [];
				if (best !== undefined) {
					set(best);
				}

				return;
			}

			case 'up':
			case 'ctrl+p':
			case 'down':
			case 'ctrl+n': {
				const earlier = line.history ?? [];
				const step = event.name === 'up' || event.name === 'ctrl+p' ? 1 : -1;
				const back = Math.max(
					-1,
					Math.min(earlier.length - 1, (line.recalled ?? -1) + step),
				);
				set(earlier.at(-1 - back) ?? '', back === -1 ? undefined : back);
				if (back === -1) {
					set('');
				}

				return;
			}

			case 'backspace': {
				// As in vi: there is nothing left to take away but the line.
				if (line.field.text === '') {
					store.dispatch({type: 'line', line: undefined});
					line.onCancel?.();
					return;
				}

				break;
			}

			default: {
				break;
			}
		}
	}

	const field = editField(line.field, event);
	if (field === line.field) {
		return;
	}

	show({...line, field, recalled: undefined, error: undefined});
	if (field.text !== line.field.text) {
		line.onChange?.(field.text);
	}
};
