import {giveUp} from './invocations.js';
import type {TaskDraft} from './task-draft.js';
import type {Turn} from './turn-context.js';

/** End a task for good: its process, and, where it sleeps divided, its elements too. */
export const kill = (turn: Turn, task: TaskDraft, note?: string): void => {
	const {desk} = turn;
	if (task.row.state === 'dead') {
		return;
	}

	giveUp(turn, task, 'Its task was killed.');
	const wasDivided =
		task.row.state === 'splitted' || task.row.state === 'error';
	desk.place(task, {state: 'dead', ...(note !== undefined && {note})});
	if (wasDivided) {
		killElements(turn, task, 'was killed');
	}
};

/** The elements that a divided task was waiting for, where nobody will gather them any more. `what` became of the task is noted at each. */
export const killElements = (
	turn: Turn,
	task: TaskDraft,
	what: 'was killed' | 'was called back by hand',
): void => {
	const {desk, statements} = turn;
	const split = desk.openSplitOf(task);
	if (!split) {
		return;
	}

	desk.sealSplit(split);
	desk.writeTasks();
	for (const {id} of statements.tasks.elements.all(split.row.id)) {
		kill(
			turn,
			desk.existingTask(id),
			`Task ${task.row.id}, which was divided into it, ${what}.`,
		);
	}
};
