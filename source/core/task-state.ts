/** Every state of a task; docs/codebase.md draws how they follow each other. */
export const taskStates = [
	'waiting',
	'generating',
	'waiting_blocked',
	'ready',
	'invoking',
	'in_progress',
	'post_waiting',
	'post_generating',
	'post_waiting_blocked',
	'done',
	'spawned',
	'splitted',
	'error',
	'dead',
] as const;

export type TaskState = (typeof taskStates)[number];

/** The states that a person may set by hand. `ready` also needs an invocation to run. */
export const restingStates = [
	'waiting',
	'ready',
	'done',
	'error',
	'dead',
] as const;

export type RestingState = (typeof restingStates)[number];

/** A process of the task runs, or is about to. */
export const isRunning = (state: TaskState): boolean =>
	state === 'invoking' || state === 'in_progress';

/** Told that it is not ready; nothing polls it. */
export const isBlocked = (state: TaskState): boolean =>
	state === 'waiting_blocked' || state === 'post_waiting_blocked';

/** Every legal single step. By hand, a task goes from any state to any of `restingStates`. */
const next: Readonly<Record<TaskState, readonly TaskState[]>> = {
	waiting: [
		'generating',
		'waiting_blocked',
		'ready',
		'post_waiting',
		'splitted',
		'error',
		'dead',
	],
	// Back to `waiting` when the scheduler restarts, or the task is edited, before `process` returned.
	generating: [
		'waiting',
		'waiting_blocked',
		'ready',
		'post_waiting',
		'splitted',
		'error',
		'dead',
	],
	waiting_blocked: ['waiting', 'done', 'dead', 'error'],
	ready: ['invoking', 'waiting', 'error', 'dead'],
	// Back to `ready` when the worker refuses or is lost: the invocation's id is the fence, so a late report of the old one changes nothing.
	invoking: ['in_progress', 'post_waiting', 'ready', 'error', 'dead'],
	in_progress: ['post_waiting', 'ready', 'error', 'dead'],
	post_waiting: [
		'post_generating',
		'post_waiting_blocked',
		'done',
		'splitted',
		'error',
		'dead',
	],
	post_generating: [
		'post_waiting',
		'post_waiting_blocked',
		'done',
		'splitted',
		'error',
		'dead',
	],
	post_waiting_blocked: ['post_waiting', 'done', 'dead', 'error'],
	// `waiting` at the next node; `splitted` when its output has several wires.
	done: ['waiting', 'splitted', 'dead'],
	spawned: ['waiting', 'splitted', 'dead', 'done'],
	// `done` in the gathering node, once the split is sealed.
	splitted: ['done', 'error', 'dead'],
	error: ['waiting', 'ready', 'done', 'dead'],
	dead: ['waiting', 'done', 'error', 'ready'],
};

export const canMove = (from: TaskState, to: TaskState): boolean =>
	next[from].includes(to);
