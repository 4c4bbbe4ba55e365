import {globalBindings} from '../../source/ui/keys/global-bindings.js';
import type {ScreenName} from '../../source/ui/screen-name.js';
import {screens} from '../../source/ui/screens/table.js';
import type {Terminal} from './terminal.js';

/** A key of the viewer, and what is seen when it is pressed. */
export type Step = {
	/** As in docs/keys.md. */
	readonly id: string;
	readonly shows?: RegExp | string;
	readonly showsNo?: RegExp | string;
	/** What is typed then, and keys that are pressed. */
	readonly types?: string;
	readonly keys?: readonly string[];
	/** What is seen after those. */
	readonly after?: RegExp | string;
};

/** Every key of a view, or of all of them, by the name of what it does. */
export const bindingsOf = (view: ScreenName | 'everywhere') =>
	view === 'everywhere' ? globalBindings : screens[view].bindings;

/** Takes each step with the key that the viewer's own table has for it. */
export const walk = async (
	terminal: Terminal,
	view: ScreenName | 'everywhere',
	steps: readonly Step[],
): Promise<void> => {
	for (const {id, shows, showsNo, types, keys = [], after} of steps) {
		const key = bindingsOf(view).find((binding) => binding.id === id)?.keys[0];
		if (key === undefined) {
			throw new Error(`The view ${view} has no key for ${id}.`);
		}

		/* eslint-disable no-await-in-loop -- one step after the other */
		if (key === 'esc' && shows === undefined && showsNo === undefined) {
			throw new Error(
				`Nobody looks whether ${id} has happened, and right behind esc the next key would be one with it.`,
			);
		}

		await terminal.press(tmuxKey(key));
		await seen(terminal, {shows, showsNo});
		if (types !== undefined) {
			await terminal.type(types);
		}

		for (const other of keys) {
			await terminal.press(other);
		}

		// Right behind esc, the next key would be one with it: its dialog is gone first.
		await seen(terminal, {
			shows: after,
			showsNo: keys.at(-1) === 'Escape' ? shows : undefined,
		});
		/* eslint-enable no-await-in-loop */
	}
};

const seen = async (
	terminal: Terminal,
	{
		shows,
		showsNo,
	}: {
		readonly shows?: RegExp | string | undefined;
		readonly showsNo?: RegExp | string | undefined;
	},
): Promise<void> => {
	if (shows !== undefined) {
		await terminal.shows(shows, 20_000);
	}

	if (showsNo !== undefined) {
		await terminal.showsNo(showsNo);
	}
};

/** As tmux names a key. */
export const tmuxKey = (name: string): string =>
	named.get(name) ??
	name
		.replace('ctrl+', 'C-')
		.replace('shift+', 'S-')
		.replace(/^f(?=\d)/v, 'F');

const named: ReadonlyMap<string, string> = new Map([
	['enter', 'Enter'],
	['esc', 'Escape'],
	['tab', 'Tab'],
	['space', 'Space'],
	['up', 'Up'],
	['down', 'Down'],
	['left', 'Left'],
	['right', 'Right'],
	['home', 'Home'],
	['end', 'End'],
	['pageup', 'PageUp'],
	['pagedown', 'PageDown'],
]);
