import test from 'ava';
import {createReducer, type Screens} from '../source/ui/reduce.js';
import {screens} from '../source/ui/screens/table.js';
import {placeOf, type State} from '../source/ui/state.js';
import {createTheme} from '../source/ui/theme/theme.js';
import {firstState} from './helpers/first-state.js';

const simpleScreens = Object.fromEntries(
	Object.entries(screens).map(([name, screen]) => [
		name,
		{...screen, open: () => ({told: 0}), settle: undefined},
	]),
) as unknown as Screens;

const reduce = createReducer(
	simpleScreens,
	createTheme({
		theme: 'mono',
		isAscii: false,
		depth: 'none',
		production: undefined,
	}),
);

const tell = (state: State, place: number): State =>
	reduce(state, {
		type: 'slice',
		place,
		change: (slice) => ({told: (slice as {told: number}).told + 1}),
	});

test('what comes for a view that was left by its number is there when it comes back', (t) => {
	const graph = reduce(firstState, {type: 'went', screen: 'graph'});
	const {id} = graph.trail[0];
	const tasks = reduce(graph, {type: 'went', screen: 'tasks'});
	const pulse = reduce(tasks, {type: 'went', screen: 'pulse'});
	for (const away of [tasks, pulse]) {
		const told = tell(tell(away, id), 0);
		t.deepEqual(told.trail[0].slice, {told: 0});
		t.deepEqual(placeOf(told, id)?.slice, {told: 1});
		for (const [screen, place] of [
			['graph', id],
			['groups', 0],
		] as const) {
			const back = reduce(told, {type: 'went', screen});
			t.deepEqual(back.trail, [
				{id: place, screen, scope: {}, slice: {told: 1}},
			]);
		}
	}

	const previous = reduce(tell(tasks, id), {type: 'went-to-previous'});
	t.deepEqual(previous.trail[0].slice, {told: 1});
});

test('what comes for a view that is gone changes nothing', (t) => {
	const opened = reduce(firstState, {
		type: 'opened',
		screen: 'tasks',
		scope: {},
	});
	const {id} = opened.trail.at(-1)!;
	const back = reduce(opened, {type: 'went-back'});
	t.is(placeOf(back, id), undefined);
	t.deepEqual(tell(back, id), back);
});
