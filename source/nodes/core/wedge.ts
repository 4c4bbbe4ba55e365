import type {Attributes} from '../../core/invocation.js';
import {fault, ok, type Parsed} from '../../graph/parsed.js';
import {defineNode} from '../contract.js';
import {arithmeticRow, quotient, wholeIfNear} from '../arithmetic-row.js';

const byCount = {parameter: 'mode', is: ['count']};
const byIncrement = {parameter: 'mode', is: ['increment']};

export const wedgeNode = defineNode({
	type: 'wedge',
	label: 'Wedge',
	tags: ['split'],
	description:
		'Splits the task into every combination of the values of its rows, the first row varying slowest.',
	parameters: {
		wedges: {
			type: 'list',
			label: 'Wedges',
			default: [],
			row: {
				mode: {
					type: 'enum',
					label: 'Mode',
					default: 'count',
					options: ['count', 'increment'],
				},
				attribute: {type: 'string', label: 'Attribute', default: ''},
				from: {type: 'float', label: 'From', default: 0},
				to: {type: 'float', label: 'To', default: 1, when: byCount},
				count: {
					type: 'int',
					label: 'Count',
					default: 10,
					when: byCount,
					description: 'So many values, evenly from the first to the last.',
				},
				max: {
					type: 'float',
					label: 'Max',
					default: 1,
					when: byIncrement,
					description: 'No value lies beyond it.',
				},
				increment: {
					type: 'float',
					label: 'Increment',
					default: 0.1,
					when: byIncrement,
				},
			},
		},
	},
	process({parameters: {wedges}}) {
		let combinations: readonly Attributes[] = [{}];
		for (const [index, wedge] of wedges.entries()) {
			const values = valuesOf(wedge);
			if (values.kind === 'fault') {
				return {
					kind: 'error',
					message: `Row ${index + 1} of wedges ${values.message}.`,
				};
			}

			const count = combinations.length * values.value.length;
			if (count > mostCombinations) {
				return {
					kind: 'error',
					message: `The wedges would make ${count} combinations or more; at most ${mostCombinations} are possible.`,
				};
			}

			combinations = combinations.flatMap((combination) =>
				values.value.map((value) => ({
					...combination,
					[wedge.attribute]: value,
				})),
			);
		}

		return {kind: 'split', elements: combinations};
	},
});

const mostCombinations = 1_000_000;

type Wedge = {
	readonly mode: 'count' | 'increment';
	readonly attribute: string;
	readonly from: number;
	readonly to: number;
	readonly count: number;
	readonly max: number;
	readonly increment: number;
};

const valuesOf = ({
	mode,
	attribute,
	from,
	to,
	count,
	max,
	increment,
}: Wedge): Parsed<readonly number[]> => {
	if (attribute === '') {
		return fault('names no attribute');
	}

	const intervals =
		mode === 'count'
			? count - 1
			: Math.floor(wholeIfNear((max - from) / increment));
	if (mode === 'count' && count < 1) {
		return fault(`has a count of ${count}, but it must be at least 1`);
	}

	if (mode === 'increment' && increment === 0) {
		return fault(
			'has an increment of 0, with which it would never get anywhere',
		);
	}

	if (intervals < 0) {
		return fault(
			`has no value, since ${max} (max) cannot be reached from ${from} by steps of ${increment}`,
		);
	}

	if (intervals >= mostCombinations) {
		return fault(
			`has ${intervals + 1} values; at most ${mostCombinations} are possible`,
		);
	}

	const step =
		mode === 'increment'
			? increment
			: intervals === 0
				? 0
				: quotient(to - from, intervals);
	const valueAt = arithmeticRow(from, step);
	return ok(
		Array.from({length: intervals + 1}, (_, index) =>
			mode === 'count' && index === intervals && index > 0
				? to
				: valueAt(index),
		),
	);
};
