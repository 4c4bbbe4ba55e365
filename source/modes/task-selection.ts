import {FarmError} from '../core/errors.js';
import {taskStates, type TaskState} from '../core/task-state.js';
import type {ParamsInput} from '../net/messages/method.js';
import type {clientToScheduler} from '../net/messages/client.js';
import type {CommandContext} from './context.js';
import {parseTaskIds} from './parse-id.js';

type Select = ParamsInput<typeof clientToScheduler, 'task.act'>['select'];

/**
The tasks that a command acts on: ids, or with `--all` those that flags select. An empty line never means every task.

@throws FarmError `INVALID` where neither is given, or both
*/
export const taskSelection = (
	{flags, arguments: words, command}: CommandContext,
	stateFlag = 'state',
): Select => {
	const group = flags.text('group');
	const node = flags.text('node');
	const states = flags.text(stateFlag);
	const isAll = flags.toggle('all') === true;
	const hasFilter =
		group !== undefined || node !== undefined || states !== undefined;
	if (words.length > 0) {
		if (isAll || hasFilter) {
			throw new FarmError(
				'INVALID',
				`"${command}" takes either ids, or --all with --group, --node or --${stateFlag}; not both.`,
			);
		}

		return {ids: parseTaskIds(words)};
	}

	if (!isAll || !hasFilter) {
		throw new FarmError(
			'INVALID',
			`"${command}" needs ids of tasks, or --all together with --group, --node or --${stateFlag}.`,
		);
	}

	return {
		filter: {
			...(group !== undefined && {group}),
			...(node !== undefined && {node}),
			...(states !== undefined && {states: parseStates(states)}),
		},
	};
};

/** A comma-separated list, as the command table has already checked it. */
export const parseStates = (text: string): TaskState[] => [
	...new Set(
		text
			.split(',')
			.map((word) => taskStates.find((state) => state === word))
			.filter((state) => state !== undefined),
	),
];
