import {FarmError} from '../core/errors.js';
import type {InvocationId, WorkerId} from '../core/ids.js';
import type {TaskDraft} from './task-draft.js';
import type {Turn} from './turn-context.js';

/** Who asks for something in the name of a running process. */
export type Asker = {
	readonly invocation: InvocationId;
	readonly worker: WorkerId;
};

/**
The task of a running invocation, for what its process asks for. The invocation's id is the fence: one that was given up has no say in its task any more.

@throws {FarmError} `CONFLICT`
*/
export const liveTask = (
	{desk, books}: Turn,
	{invocation, worker}: Asker,
): TaskDraft => {
	const live = books.fleet.live.get(invocation);
	const task =
		live?.worker === worker && live.ending !== 'dead'
			? desk.task(live.task)
			: undefined;
	if (task?.row.invocation_id !== invocation) {
		throw new FarmError(
			'CONFLICT',
			`Invocation ${invocation} does not run any more: it has ended or was given up, and its task is no longer its own.`,
		);
	}

	return task;
};
