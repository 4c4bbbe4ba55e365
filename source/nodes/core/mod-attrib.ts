import type {Json} from '../../core/json.js';
import {fault, ok, type Parsed} from '../../graph/parsed.js';
import {attributeChanges} from '../attribute-changes.js';
import {defineNode} from '../contract.js';

export const modAttribNode = defineNode({
	type: 'mod_attrib',
	label: 'Modify attributes',
	tags: ['attributes'],
	description:
		'Changes attributes in order, each row seeing what the rows above made. A missing attribute starts as 0, "" or [] as the operation asks.',
	parameters: {
		operations: {
			type: 'list',
			label: 'Operations',
			default: [],
			row: {
				name: {type: 'string', label: 'Attribute', default: ''},
				op: {
					type: 'enum',
					label: 'Operation',
					default: 'add',
					options: [
						'add',
						'sub',
						'mul',
						'div',
						'concat',
						'append',
						'pop',
						'slice',
					],
					description:
						'Arithmetic on numbers; concat joins strings, or lists; append adds one item to a list; pop takes the item at the index of the value away, or the last one; slice keeps a part.',
				},
				value: {
					type: 'json',
					label: 'Value',
					default: null,
					when: {
						parameter: 'op',
						is: ['add', 'sub', 'mul', 'div', 'concat', 'append', 'pop'],
					},
				},
				start: {
					type: 'json',
					label: 'Start',
					default: null,
					when: {parameter: 'op', is: ['slice']},
					description:
						'An index, from the end if negative; null: the beginning.',
				},
				end: {
					type: 'json',
					label: 'End',
					default: null,
					when: {parameter: 'op', is: ['slice']},
					description: 'The index after the last item; null: the end.',
				},
				step: {
					type: 'json',
					label: 'Step',
					default: null,
					when: {parameter: 'op', is: ['slice']},
					description:
						'Every so manieth item, backwards if negative; null: every one.',
				},
			},
		},
	},
	process({task, parameters: {operations}}) {
		const attributes = new Map(Object.entries(task.attributes));
		for (const [index, row] of operations.entries()) {
			const changed =
				row.name === ''
					? fault('it names no attribute')
					: change(row, attributes.get(row.name));
			if (changed.kind === 'fault') {
				return {
					kind: 'error',
					message: `Row ${index + 1} of operations (${row.op} on ${row.name === '' ? 'nothing' : row.name}) cannot be done: ${changed.message}.`,
				};
			}

			attributes.set(row.name, changed.value);
		}

		return {kind: 'pass', ...attributeChanges(task.attributes, attributes)};
	},
});

type Operation = {
	readonly op:
		'add' | 'sub' | 'mul' | 'div' | 'concat' | 'append' | 'pop' | 'slice';
	readonly value: Json;
	readonly start: Json;
	readonly end: Json;
	readonly step: Json;
};

const change = (
	operation: Operation,
	before: Json | undefined,
): Parsed<Json> => {
	const {op, value} = operation;
	switch (op) {
		case 'add':
		case 'sub':
		case 'mul':
		case 'div': {
			return calculate(op, before ?? 0, value);
		}

		case 'concat': {
			return concat(before, value);
		}

		case 'append': {
			return isList(before ?? [])
				? ok([...list(before), value])
				: fault(notAList(before));
		}

		case 'pop': {
			return pop(before, value);
		}

		case 'slice': {
			return slice(before, operation);
		}
	}
};

const calculate = (
	op: 'add' | 'sub' | 'mul' | 'div',
	before: Json,
	value: Json,
): Parsed<number> => {
	if (typeof before !== 'number') {
		return fault(`the attribute is ${shown(before)}, which is no number`);
	}

	if (typeof value !== 'number') {
		return fault(`the value is ${shown(value)}, which is no number`);
	}

	if (op === 'div' && value === 0) {
		return fault('it divides by zero');
	}

	const result = {
		add: before + value,
		sub: before - value,
		mul: before * value,
		div: before / value,
	}[op];
	return Number.isFinite(result)
		? ok(result)
		: fault('the result is too large for a number');
};

const concat = (before: Json | undefined, value: Json): Parsed<Json> => {
	if (isList(value) && isList(before ?? [])) {
		return ok([...list(before), ...value]);
	}

	const [head, tail] = [textOf(before ?? ''), textOf(value)];
	return head === undefined || tail === undefined
		? fault(
				`${shown(before ?? '')} and ${shown(value)} are neither two texts nor two lists`,
			)
		: ok(head + tail);
};

const pop = (before: Json | undefined, value: Json): Parsed<Json> => {
	if (!isList(before ?? [])) {
		return fault(notAList(before));
	}

	// eslint-disable-next-line unicorn/prefer-number-is-safe-integer -- 1e300 is whole, too
	if (value !== null && !Number.isInteger(value)) {
		return fault(
			`the value is ${shown(value)}, but it must be an index, or null for the last item`,
		);
	}

	const items = list(before);
	const index = typeof value === 'number' ? value : -1;
	const at = index < 0 ? items.length + index : index;
	return ok(items.filter((_, other) => other !== at));
};

const slice = (
	before: Json | undefined,
	{start, end, step}: Operation,
): Parsed<Json> => {
	const whole = before ?? [];
	if (typeof whole !== 'string' && !isList(whole)) {
		return fault(
			`the attribute is ${shown(whole)}, which is neither a list nor a text`,
		);
	}

	for (const [name, value] of Object.entries({start, end, step})) {
		// eslint-disable-next-line unicorn/prefer-number-is-safe-integer -- 1e300 is whole, too
		if (value !== null && !Number.isInteger(value)) {
			return fault(
				`${name} is ${shown(value)}, but it must be a whole number or null`,
			);
		}
	}

	if (step === 0) {
		return fault('its step is zero');
	}

	const taken = <Item>(items: readonly Item[]): Item[] =>
		indices(items.length, {
			start: numberOr(start),
			end: numberOr(end),
			step: numberOr(step) ?? 1,
		}).flatMap((index) => items.slice(index, index + 1));
	return ok(
		typeof whole === 'string' ? taken([...whole]).join('') : taken(whole),
	);
};

type Bounds = {
	readonly start: number | undefined;
	readonly end: number | undefined;
	readonly step: number;
};

/** The indices that a slice takes, by Python's rules. */
const indices = (length: number, {start, end, step}: Bounds): number[] => {
	const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
	const within = (bound: number): number =>
		Math.min(highest, Math.max(lowest, bound < 0 ? bound + length : bound));
	const from =
		start === undefined ? (step > 0 ? lowest : highest) : within(start);
	const to = end === undefined ? (step > 0 ? highest : lowest) : within(end);
	const found: number[] = [];
	for (let index = from; step > 0 ? index < to : index > to; index += step) {
		found.push(index);
	}

	return found;
};

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const list = (value: Json | undefined): readonly Json[] =>
	value !== undefined && isList(value) ? value : [];
const numberOr = (value: Json): number | undefined =>
	typeof value === 'number' ? value : undefined;
const notAList = (value: Json | undefined): string =>
	`the attribute is ${shown(value ?? null)}, which is no list`;

const textOf = (value: Json): string | undefined =>
	typeof value === 'string'
		? value
		: typeof value === 'number' || typeof value === 'boolean'
			? String(value)
			: undefined;

const shown = (value: Json): string => {
	const text = JSON.stringify(value);
	return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};
