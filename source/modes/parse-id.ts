import {FarmError} from '../core/errors.js';
import {taskId, type TaskId} from '../core/ids.js';
import {echo} from './echo.js';

/**
An id of a task as it was written.

@throws FarmError `INVALID` for anything but a whole number above zero
*/
export const parseTaskId = (text: string): TaskId => {
	const id = /^\d+$/v.test(text) ? Number(text) : 0;
	if (id === 0 || !Number.isSafeInteger(id)) {
		throw new FarmError(
			'INVALID',
			`${echo(text)} is no task id: ids are whole numbers, as \`lifeblood task list\` shows them.`,
		);
	}

	return taskId(id);
};

export const parseTaskIds = (texts: readonly string[]): TaskId[] => [
	...new Set(texts.map((text) => parseTaskId(text))),
];
