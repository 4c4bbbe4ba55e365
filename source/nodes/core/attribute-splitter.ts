import type {Attributes} from '../../core/invocation.js';
import {fault, ok, type Parsed} from '../../graph/parsed.js';
import {defineNode} from '../contract.js';
import type {ParameterSchemas, ParameterValues} from '../parameters.js';
import {arithmeticRow, wholeIfNear} from '../arithmetic-row.js';

const inList = {parameter: 'mode', is: ['list']};
const inRange = {parameter: 'mode', is: ['range']};

const parameters = {
	mode: {
		type: 'enum',
		label: 'Mode',
		default: 'list',
		options: ['list', 'range'],
	},
	attribute: {
		type: 'string',
		label: 'Attribute',
		default: 'frames',
		when: inList,
		description: 'The list that is split; each element gets its part of it.',
	},
	start: {type: 'float', label: 'Start', default: 0, when: inRange},
	end: {
		type: 'float',
		label: 'End',
		default: 100,
		when: inRange,
		description: 'The last number may be this one, and is not above it.',
	},
	increment: {type: 'float', label: 'Increment', default: 1, when: inRange},
	number_type: {
		type: 'enum',
		label: 'Number type',
		default: 'int',
		options: ['int', 'float'],
		when: inRange,
	},
	split_by: {
		type: 'enum',
		label: 'Split by',
		default: 'chunk_size',
		options: ['chunk_size', 'chunk_count'],
		when: inRange,
	},
	chunk_size: {
		type: 'int',
		label: 'Chunk size',
		default: 10,
		description: 'How many are in a chunk; the last may have fewer.',
	},
	chunk_count: {
		type: 'int',
		label: 'Chunk count',
		default: 10,
		when: {parameter: 'split_by', is: ['chunk_count']},
		description: 'At most so many chunks.',
	},
	range_mode: {
		type: 'enum',
		label: 'Attributes',
		default: 'start_end',
		options: ['start_end', 'start_size', 'start_end_size'],
		when: inRange,
		description: 'Which attributes each element gets.',
	},
	start_attribute: {
		type: 'string',
		label: 'Start attribute',
		default: 'chunk_start',
		when: inRange,
	},
	end_attribute: {
		type: 'string',
		label: 'End attribute',
		default: 'chunk_end',
		when: {parameter: 'range_mode', is: ['start_end', 'start_end_size']},
	},
	size_attribute: {
		type: 'string',
		label: 'Size attribute',
		default: 'chunk_size',
		when: {parameter: 'range_mode', is: ['start_size', 'start_end_size']},
	},
} as const satisfies ParameterSchemas;

type Values = ParameterValues<typeof parameters>;

export const attributeSplitterNode = defineNode({
	type: 'attribute_splitter',
	label: 'Attribute splitter',
	tags: ['split'],
	description:
		'Splits the task into chunks of a list that it carries, or of a range of numbers.',
	parameters,
	process({task, parameters: values}) {
		const elements =
			values.mode === 'list'
				? listChunks(values, task.attributes)
				: rangeChunks(values);
		return elements.kind === 'fault'
			? {kind: 'error', message: elements.message}
			: {kind: 'split', elements: elements.value};
	},
});

const mostChunks = 1_000_000;

const listChunks = (
	{attribute, chunk_size: size}: Values,
	attributes: Attributes,
): Parsed<readonly Attributes[]> => {
	if (!Object.hasOwn(attributes, attribute)) {
		return fault(
			`The task has no attribute ${JSON.stringify(attribute)} to split.`,
		);
	}

	const list = attributes[attribute];
	if (!Array.isArray(list)) {
		return fault(
			`The attribute ${attribute} cannot be split, since it is no list.`,
		);
	}

	if (size < 1) {
		return fault(`chunk_size is ${size}, but must be at least 1.`);
	}

	const count = Math.max(1, Math.ceil(list.length / size));
	return count > mostChunks
		? fault(tooMany(count))
		: ok(
				Array.from({length: count}, (_, index) => ({
					[attribute]: list.slice(index * size, (index + 1) * size),
				})),
			);
};

const rangeChunks = (values: Values): Parsed<readonly Attributes[]> => {
	const {start, end, range_mode: mode} = values;
	const wrong = faultOf(values);
	if (wrong !== undefined) {
		return fault(wrong);
	}

	// How many increments lie between start and end.
	const steps = wholeIfNear((end - start) / values.increment);
	const length = Math.floor(steps) + 1;
	const bySize = values.split_by === 'chunk_size';
	const count = bySize
		? Math.ceil(length / values.chunk_size)
		: Math.min(values.chunk_count, length);
	if (count > mostChunks) {
		return fault(tooMany(count));
	}

	// Which of the range's elements is the first of a chunk; behind the last chunk it is the number of elements.
	const first = (chunk: number): number =>
		chunk === count
			? length
			: bySize
				? chunk * values.chunk_size
				: Math.ceil(wholeIfNear((chunk * steps) / count));
	const element = arithmeticRow(start, values.increment);
	return ok(
		Array.from({length: count}, (_, chunk) => {
			const [from, next] = [first(chunk), first(chunk + 1)];
			const entries: ReadonlyArray<readonly [string, number]> = [
				[values.start_attribute, element(from)],
				...(mode === 'start_size'
					? []
					: [
							[
								values.end_attribute,
								chunk === count - 1 ? end : element(next - 1),
							] as const,
						]),
				...(mode === 'start_end'
					? []
					: [[values.size_attribute, next - from] as const]),
			];
			return Object.fromEntries(entries);
		}),
	);
};

const faultOf = (values: Values): string | undefined => {
	const {start, end, increment, number_type: type, split_by: by} = values;
	if (type === 'int') {
		for (const [name, value] of Object.entries({start, end, increment})) {
			// eslint-disable-next-line unicorn/prefer-number-is-safe-integer -- 1e300 is whole, too
			if (!Number.isInteger(value)) {
				return `${name} is ${value}, but number_type is int: give a whole number, or set number_type to float.`;
			}
		}
	}

	if (!(increment > 0)) {
		return `increment is ${increment}, but must be above 0.`;
	}

	if (end < start) {
		return `end (${end}) is below start (${start}).`;
	}

	return values[by] < 1
		? `${by} is ${values[by]}, but must be at least 1.`
		: undefined;
};

const tooMany = (count: number): string =>
	`This would make ${count} chunks; at most ${mostChunks} are possible.`;
