import test from 'ava';
import {
	canMove,
	taskStates,
	type TaskState,
} from '../source/core/task-state.js';

/** Where a task can get to by single steps. */
const reachable = (from: TaskState): ReadonlySet<TaskState> => {
	const found = new Set<TaskState>();
	const add = (state: TaskState): void => {
		for (const next of taskStates) {
			if (!canMove(state, next) || found.has(next)) {
				continue;
			}

			found.add(next);
			add(next);
		}
	};

	add(from);
	return found;
};

test('from every state a task can go on, and come to its end', (t) => {
	for (const state of taskStates) {
		t.true(reachable(state).has('dead'), state);
	}
});

test('a task that was submitted or spawned can get to every state', (t) => {
	for (const state of taskStates) {
		t.true(state === 'spawned' || reachable('waiting').has(state), state);
		t.true(state === 'spawned' || reachable('spawned').has(state), state);
	}
});

test('a process runs only for a task that was ready, and was given to a worker', (t) => {
	const before = (to: TaskState): TaskState[] =>
		taskStates.filter((state) => canMove(state, to));
	t.deepEqual(before('invoking'), ['ready']);
	t.deepEqual(before('in_progress'), ['invoking']);
	t.deepEqual(before('spawned'), []);
});
