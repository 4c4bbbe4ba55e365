import {taskStates, type TaskState} from '../../../core/task-state.js';
import {didYouMean} from '../../../core/nearest.js';
import type {WatchSpec} from '../../farm.js';
import {filterWords, wordFault} from '../../list/filter-fault.js';
import type {Scope} from '../../screen-name.js';

export type TaskFilter = NonNullable<WatchSpec['filter']>;

/** Words of a filter that are not looked for in the text: `state:error node:render group:shot* dead archived`. */
const words = new RegExp(
	`^(?<word>${filterWords.join('|')}):(?<value>.*)$`,
	'v',
);

/**
What was typed as a filter, within the scope. `state:` takes states or beginnings of them, with commas; `err` and `run` stand for what is in error and what runs. What means nothing is sought as text: it narrows what is found and never widens it.
*/
export const taskFilter = (typed: string, scope: Scope): TaskFilter => {
	const text: string[] = [];
	const filter: {-readonly [Key in keyof TaskFilter]: TaskFilter[Key]} = {
		...(scope.group !== undefined && {group: scope.group}),
		...(scope.node !== undefined && {node: scope.node}),
		...(scope.worker !== undefined && {worker: scope.worker}),
		...(scope.parent !== undefined && {parent: scope.parent}),
		...(scope.tree !== undefined && {tree: scope.tree}),
		...(scope.states && {
			states: scope.states.flatMap((state) => statesLike(state)),
		}),
	};
	for (const part of typed.split(/\s+/v)) {
		if (part === 'dead') {
			filter.dead = true;
		} else if (part === 'archived') {
			filter.archived = true;
		} else {
			const match = words.exec(part)?.groups;
			if (match && partFault(part) === undefined) {
				take(filter, match['word']!, match['value']!);
			} else if (part !== '') {
				text.push(part);
			}
		}
	}

	if (text.length > 0) {
		filter.text = text.join(' ');
	}

	return filter;
};

/** Why a filter means nothing, and what it could mean; undefined where all of it does. */
export const taskFilterFault = (typed: string): string | undefined =>
	typed
		.split(/\s+/v)
		.map((part) => partFault(part))
		.find((fault) => fault !== undefined);

const partFault = (part: string): string | undefined => {
	const {word, value = ''} = words.exec(part)?.groups ?? {};
	if (word === 'state') {
		const unknown = value
			.split(',')
			.find((state) => state !== '' && statesLike(state).length === 0);
		return unknown === undefined
			? undefined
			: `state: knows no "${unknown}"${didYouMean(unknown, taskStates)} It takes ${taskStates.join(', ')}.`;
	}

	if (word === 'parent' || word === 'tree') {
		return value === '' || isTaskNumber(value)
			? undefined
			: `${word}: takes the number of a task, not "${value}".`;
	}

	return wordFault(part, filterWords);
};

const isTaskNumber = (value: string): boolean =>
	Number.isSafeInteger(Number(value)) && Number(value) > 0;

const take = (
	filter: {-readonly [Key in keyof TaskFilter]: TaskFilter[Key]},
	word: string,
	value: string,
): void => {
	// Half typed: nothing is narrowed yet.
	if (value === '') {
		return;
	}

	switch (word) {
		case 'state': {
			const states = value.split(',').flatMap((state) => statesLike(state));
			if (states.length > 0) {
				filter.states = states;
			}

			break;
		}

		case 'parent':
		case 'tree': {
			filter[word] = Number(value);
			break;
		}

		case 'node':
		case 'group':
		case 'worker':
		case 'name': {
			filter[word] = value;
			break;
		}

		default: {
			break;
		}
	}
};

/** States by name or the beginning of one; `run` and `err` as one would say it. */
const statesLike = (word: string): readonly TaskState[] => {
	if (word === '') {
		return [];
	}

	if (word === 'run' || word === 'running') {
		return ['invoking', 'in_progress'];
	}

	const whole = taskStates.find((state) => state === word);
	return whole === undefined
		? taskStates.filter((state) => state.startsWith(word))
		: [whole];
};
