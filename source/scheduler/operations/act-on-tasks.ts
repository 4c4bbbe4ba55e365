import type {TaskId} from '../../core/ids.js';
import {
	isBlocked,
	isRunning,
	type RestingState,
} from '../../core/task-state.js';
import {askToEnd, giveUp, liveOf, setEnding} from '../invocations.js';
import {kill, killElements} from '../kill.js';
import {type Operation, type Turn} from '../turn-context.js';
import type {TaskDraft} from '../task-draft.js';

export type TaskAction =
	'pause' | 'resume' | 'cancel' | 'retry' | 'kill' | 'restart' | 'revive';

export type ActionResult = {
	readonly changed: number;
	readonly skipped: ReadonlyArray<{
		readonly id: TaskId;
		readonly reason: string;
	}>;
};

/** Says why nothing was done, or undefined where something was. */
export type OnTask = (turn: Turn, task: TaskDraft) => string | undefined;

/** Do something to each of several tasks; those where it makes no sense are passed over, and it is said why. */
export const onEachTask =
	(ids: readonly TaskId[], act: OnTask): Operation<ActionResult> =>
	(turn) => {
		const {desk} = turn;
		let changed = 0;
		const skipped: Array<{id: TaskId; reason: string}> = [];
		const before: Array<readonly [TaskId, string, boolean, number]> = [];
		for (const id of ids) {
			const task = desk.task(id);
			if (!task) {
				skipped.push({id, reason: 'there is no such task'});
				continue;
			}

			const {state, paused, node_id: node} = task.row;
			const reason = act(turn, task);
			if (reason === undefined) {
				changed += 1;
				before.push([id, state, paused === 1, node]);
			} else {
				skipped.push({id, reason});
			}

			desk.tidy();
		}

		desk.remember({tasks: before});
		return {changed, skipped};
	};

export const taskActions: Readonly<Record<TaskAction, OnTask>> = {
	pause: (turn, task) => setPaused(turn, task, 1),
	resume: (turn, task) => setPaused(turn, task, 0),
	cancel: (turn, task) => cancel(turn, task, 'Cancelled by hand.'),
	retry(turn, task) {
		if (task.row.state !== 'error') {
			return `it is ${task.row.state}, not in error`;
		}

		disown(turn, task);
		again(turn, task);
		return undefined;
	},
	kill(turn, task) {
		if (task.row.state === 'dead') {
			return 'it is dead already';
		}

		kill(turn, task, 'killed by hand');
		return undefined;
	},
	restart(turn, task) {
		if (task.row.state === 'dead') {
			return 'it is dead: revive it instead';
		}

		const live = liveOf(turn, task);
		if (live) {
			setEnding(turn, live, 'restart');
			turn.desk.after(() => {
				askToEnd(turn, live);
			});
			return undefined;
		}

		disown(turn, task);
		again(turn, task);
		return undefined;
	},
	revive(turn, task) {
		if (task.row.state !== 'dead') {
			return `it is ${task.row.state}, not dead`;
		}

		if (!turn.books.graph.nodes.has(task.row.node_id)) {
			return 'its node was deleted: move it to another one';
		}

		again(turn, task);
		return undefined;
	},
};

/** Set a task to a resting state by hand; what runs is cancelled first. */
export const forceState =
	(state: RestingState): OnTask =>
	(turn, task) => {
		const {desk, books} = turn;
		if (state === 'ready' && task.row.requirement_id === null) {
			return 'it has no process to run in this node';
		}

		const node = books.graph.nodes.get(task.row.node_id);
		if (!node && state !== 'dead') {
			return 'its node was deleted: move it to another one';
		}

		if (state === 'dead') {
			if (task.row.state === 'dead') {
				return 'it is dead already';
			}

			kill(turn, task, 'set by hand');
			return undefined;
		}

		const output = task.row.output ?? node?.outputs[0] ?? 'main';
		giveUp(turn, task, 'Its task was set to another state by hand.');
		disown(turn, task);
		task.row.attempts = 0;
		desk.place(task, {
			state,
			note: 'set by hand',
			...((state === 'done' || state === 'ready') && {output}),
			...(state === 'error' && {
				details: {reason: 'forced', message: 'Set to error by hand.'},
			}),
		});
		return undefined;
	};

/** Move a task to another node: it waits there, or is done there if it was done. */
export const moveTo =
	({
		node,
		input,
	}: {
		readonly node: TaskDraft['row']['node_id'];
		readonly input: string;
	}): OnTask =>
	(turn, task) => {
		const {desk, books} = turn;
		const {state} = task.row;
		// Where its node was deleted it cannot be revived but elsewhere.
		if (state === 'dead' && books.graph.nodes.has(task.row.node_id)) {
			return 'it is dead: revive it first';
		}

		if (!books.graph.nodes.has(node)) {
			return 'the node was deleted meanwhile';
		}

		giveUp(turn, task, 'Its task was moved to another node.');
		disown(turn, task);
		desk.place(
			task,
			state === 'done'
				? {
						state: 'done',
						node,
						input,
						output: books.graph.nodes.get(node)?.outputs[0] ?? 'main',
					}
				: {state: 'waiting', node, input},
		);
		return undefined;
	};

/** A person cancels what runs, or is about to: an error that says so, once the process is gone. */
const cancel = (
	turn: Turn,
	task: TaskDraft,
	message: string,
): string | undefined => {
	const {desk, books} = turn;
	const live = liveOf(turn, task);
	if (live && books.fleet.workers.get(live.worker)?.link) {
		setEnding(turn, live, 'cancelled');
		desk.after(() => {
			askToEnd(turn, live);
		});
		return undefined;
	}

	if (task.row.state !== 'ready' && !isRunning(task.row.state)) {
		return `it is ${task.row.state}: nothing of it runs`;
	}

	giveUp(turn, task, message);
	desk.place(task, {
		state: 'error',
		details: {reason: 'cancelled', message},
		...(task.row.output !== null && {output: task.row.output}),
	});
	return undefined;
};

/** A task that sleeps divided, or is in error as all its elements died, is called back by hand: nobody will gather them, so they die, and one that is revived is not waited for. */
const disown = (turn: Turn, task: TaskDraft): void => {
	if (task.row.state === 'splitted' || task.row.state === 'error') {
		killElements(turn, task, 'was called back by hand');
	}
};

/** Process it in its node as if it had just come. */
const again = ({desk, books, statements}: Turn, task: TaskDraft): void => {
	task.row.attempts = 0;
	if (books.fleet.avoided.delete(task.row.id)) {
		statements.invocations.forgetAvoided.run(task.row.id);
	}

	desk.place(task, {state: 'waiting'});
};

const setPaused = (
	{desk}: Turn,
	task: TaskDraft,
	paused: 0 | 1,
): string | undefined => {
	if (task.row.paused === paused) {
		return paused === 1 ? 'it is paused already' : 'it is not paused';
	}

	if (paused === 1 && task.row.state === 'dead') {
		return 'it is dead';
	}

	// The counters need to know its groups before the flag changes.
	desk.groupsOf(task);
	task.row.paused = paused;
	desk.requeue(task);
	return undefined;
};

/** What it waits for may have changed: let it be processed again. */
export const reconsider = ({desk}: Turn, task: TaskDraft): void => {
	if (isBlocked(task.row.state)) {
		desk.wake(task);
	} else if (
		task.row.state === 'generating' ||
		task.row.state === 'post_generating'
	) {
		desk.place(task, {
			state: task.row.state === 'generating' ? 'waiting' : 'post_waiting',
			...(task.row.output !== null && {output: task.row.output}),
		});
	}
};
