import {taskId} from '../../core/ids.js';
import type {Json} from '../../core/json.js';
import {parseWords} from '../../graph/words.js';
import {defineNode, type NodeMemory, type Release} from '../contract.js';

const ports = ['main', 'aux1', 'aux2', 'aux3'];

/**
What it remembers:

- `task ID`: the value that a task has in the pool, and the missing value that it waits for, if it does
- `count "VALUE"`: how many tasks have that value in the pool; absent: none
- `wait "VALUE" ID`: this task is to be processed again when the value comes
- `waits "VALUE"`: how many such tasks there are; absent: none, and nobody has to be looked for

A task that misses several values waits for the first of them only, and for the next when that has come; so a value that comes wakes no more tasks than those that it may help.
*/
export const waitForTaskValueNode = defineNode({
	type: 'wait_for_task_value',
	label: 'Wait for task value',
	tags: ['gather'],
	description:
		'Keeps one pool of values. A task adds its own when it comes, and passes once all the values that it expects are in the pool. Values stay when their tasks have passed.',
	inputs: ports,
	outputs: ports,
	parameters: {
		condition_value: {
			type: 'string',
			label: 'Condition value',
			default: '`task.id`',
			description: 'What the task adds to the pool.',
		},
		expected_values: {
			type: 'string',
			label: 'Expected values',
			default: '',
			description:
				'What it waits for: values separated by spaces, in quotes where they have spaces themselves.',
		},
	},
	process({
		task,
		memory,
		parameters: {condition_value: value, expected_values: expectedText},
	}) {
		const expected = parseWords(expectedText);
		if (expected.kind === 'fault') {
			return {
				kind: 'error',
				message: `expected_values cannot be read: ${expected.message}.`,
			};
		}

		const taskKey = `task ${task.id}`;
		const before = readEntry(memory.get(taskKey));
		if (before?.waits !== undefined) {
			stopWaiting(memory, before.waits, task.id);
		}

		const isNew = before?.value !== value;
		if (before && isNew) {
			count(memory, countKey(before.value), -1);
		}

		const release = isNew
			? addToPool(memory, value).filter((other) => other.task !== task.id)
			: [];
		const missing = expected.value.find(
			(wanted) => memory.get(countKey(wanted)) === undefined,
		);
		memory.set(
			taskKey,
			missing === undefined ? {value} : {value, waits: missing},
		);
		if (missing === undefined) {
			return {kind: 'pass', output: task.input, release};
		}

		memory.set(waitKey(missing, task.id), true);
		count(memory, waitsKey(missing), 1);
		return {
			kind: 'not_ready',
			message: `Waits for the value ${JSON.stringify(missing)} of another task.`,
			release,
		};
	},
});

type Entry = {readonly value: string; readonly waits: string | undefined};

const readEntry = (stored: Json | undefined): Entry | undefined => {
	if (
		typeof stored !== 'object' ||
		stored === null ||
		!('value' in stored) ||
		typeof stored['value'] !== 'string'
	) {
		return undefined;
	}

	const waits = 'waits' in stored ? stored['waits'] : undefined;
	return {
		value: stored['value'],
		waits: typeof waits === 'string' ? waits : undefined,
	};
};

// As JSON, so that where a value ends is certain.
const countKey = (value: string): string => `count ${JSON.stringify(value)}`;
const waitPrefix = (value: string): string => `wait ${JSON.stringify(value)} `;
const waitKey = (value: string, task: number): string =>
	`${waitPrefix(value)}${task}`;

const waitsKey = (value: string): string => `waits ${JSON.stringify(value)}`;

/** Add to a number that is remembered, and forget it when it comes to nothing. Gives what it was before. */
const count = (memory: NodeMemory, key: string, by: 1 | -1): number => {
	const before = Number(memory.get(key) ?? 0);
	if (before + by > 0) {
		memory.set(key, before + by);
	} else {
		memory.delete(key);
	}

	return before;
};

/** Those who waited for this value look again. */
const addToPool = (memory: NodeMemory, value: string): Release[] => {
	if (
		count(memory, countKey(value), 1) > 0 ||
		memory.get(waitsKey(value)) === undefined
	) {
		return [];
	}

	const prefix = waitPrefix(value);
	memory.delete(waitsKey(value));
	return memory.keys(prefix).map((key) => {
		memory.delete(key);
		return {task: taskId(Number(key.slice(prefix.length)))};
	});
};

// Where the value has come meanwhile, it waits no more.
const stopWaiting = (memory: NodeMemory, value: string, task: number): void => {
	const key = waitKey(value, task);
	if (memory.get(key) === undefined) {
		return;
	}

	memory.delete(key);
	count(memory, waitsKey(value), -1);
};
