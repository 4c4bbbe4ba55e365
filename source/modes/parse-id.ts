import {FarmError} from '../core/errors.js';
import {taskId, type TaskId} from '../core/ids.js';

/** @throws FarmError `INVALID` for what is no id of a task. */
export const parseTaskId = (text: string): TaskId => {
	const id = /^\d+$/.test(text) ? Number(text) : 0;
	if (!Number.isSafeInteger(id) || id === 0) {
		throw new FarmError(
			'INVALID',
			`"${text}" is no task id: ids are whole numbers, as \`lifeblood task list\` shows them.`,
		);
	}

	return taskId(id);
};

export const parseTaskIds = (texts: readonly string[]): TaskId[] => [
	...new Set(texts.map((text) => parseTaskId(text))),
];
