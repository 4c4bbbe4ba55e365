import test from 'ava';
import {systemClock} from '../source/core/clock.js';
import {confirm} from '../source/ui/dialogs/confirm.js';
import {asDialog} from '../source/ui/dialogs/dialog.js';
import {handleInput} from '../source/ui/keys/handle-input.js';
import {createReducer} from '../source/ui/reduce.js';
import type {ScreenTools} from '../source/ui/screen.js';
import {screens} from '../source/ui/screens/table.js';
import type {State} from '../source/ui/state.js';
import {createStore} from '../source/ui/store.js';
import {createTheme} from '../source/ui/theme/theme.js';
import {firstState} from './helpers/first-state.js';

test('a question that a small terminal does not show is not answered, and q quits as it says', (t) => {
	const done: string[] = [];
	const theme = createTheme({
		theme: 'mono',
		isAscii: false,
		depth: 'none',
		production: undefined,
	});
	const question = asDialog(
		confirm({
			title: 'Do it?',
			text: [],
			onYes() {
				done.push('yes');
			},
		}),
	);
	const press = (size: State['size'], name: string): number => {
		const store = createStore(
			{...firstState, size, dialogs: [question]},
			createReducer(screens, theme),
			systemClock,
		);
		handleInput(
			{kind: 'key', name},
			{
				store,
				screens,
				tools: {
					leave() {
						done.push('left');
					},
				} as unknown as ScreenTools<unknown>,
				attempt(act) {
					void act();
				},
			},
		);
		store.stop();
		return store.state().dialogs.length;
	};

	t.is(press({columns: 80, rows: 24}, 'y'), 0);
	t.deepEqual(done.splice(0), ['yes']);
	t.is(press({columns: 20, rows: 5}, 'y'), 1);
	t.deepEqual(done.splice(0), []);
	press({columns: 20, rows: 5}, 'q');
	t.deepEqual(done, ['left']);
});
