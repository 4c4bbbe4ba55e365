import test from 'ava';
import fc from 'fast-check';
import type {Attributes} from '../source/core/invocation.js';
import {attributeSplitterNode} from '../source/nodes/core/attribute-splitter.js';
import {wedgeNode} from '../source/nodes/core/wedge.js';
import type {ProcessResult} from '../source/nodes/contract.js';
import type {ParameterValues} from '../source/nodes/parameters.js';
import {ask, errorOf} from './helpers/node-context.js';

const elementsOf = (result: ProcessResult): readonly Attributes[] | string =>
	result.kind === 'split' ? result.elements : errorOf(result);

type SplitterValues = Partial<
	ParameterValues<typeof attributeSplitterNode.parameters>
>;

/** The chunks of a range as `start–end (size)`. */
const chunks = async (
	parameters: SplitterValues,
): Promise<string[] | string> => {
	const elements = elementsOf(
		await ask(attributeSplitterNode, {
			parameters: {mode: 'range', range_mode: 'start_end_size', ...parameters},
		}),
	);
	return typeof elements === 'string'
		? elements
		: elements.map(
				(element) =>
					`${String(element['chunk_start'])}–${String(element['chunk_end'])} (${String(element['chunk_size'])})`,
			);
};

test('a list is cut into chunks in order, and an empty one into one empty chunk', async (t) => {
	const cut = async (frames: readonly number[], size: number) =>
		elementsOf(
			await ask(attributeSplitterNode, {
				attributes: {frames},
				parameters: {chunk_size: size},
			}),
		);
	t.deepEqual(await cut([1, 2, 3, 4, 5], 2), [
		{frames: [1, 2]},
		{frames: [3, 4]},
		{frames: [5]},
	]);
	t.deepEqual(await cut([], 2), [{frames: []}]);
	t.regex(String(await cut([1], 0)), /chunk_size is 0/v);
});

test('no list is an error that says so', async (t) => {
	t.regex(errorOf(await ask(attributeSplitterNode)), /no attribute "frames"/v);
	t.regex(
		errorOf(await ask(attributeSplitterNode, {attributes: {frames: '1-10'}})),
		/no list/v,
	);
});

test('the chunks of a list, joined, are the list, and none but the last is short', async (t) => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.integer(), {minLength: 1, maxLength: 60}),
			fc.integer({min: 1, max: 20}),
			async (frames, size) => {
				const result = await ask(attributeSplitterNode, {
					attributes: {frames},
					parameters: {chunk_size: size},
				});
				const parts =
					result.kind === 'split'
						? result.elements.map((element) => element['frames'])
						: [];
				t.deepEqual(parts.flat(), frames);
				t.true(
					parts.every(
						(part, index) =>
							Array.isArray(part) &&
							(index === parts.length - 1
								? part.length > 0 && part.length <= size
								: part.length === size),
					),
				);
			},
		),
	);
});

test("the page's examples", async (t) => {
	t.deepEqual(
		await chunks({
			start: 15,
			end: 29,
			increment: 3,
			split_by: 'chunk_count',
			chunk_count: 4,
		}),
		['15–18 (2)', '21–21 (1)', '24–24 (1)', '27–29 (1)'],
	);
	t.deepEqual(await chunks({start: 10, end: 15, increment: 10}), ['10–15 (1)']);
	t.deepEqual(await chunks({}), [
		...Array.from(
			{length: 10},
			(_, index) => `${index * 10}–${index * 10 + 9} (10)`,
		),
		'100–100 (1)',
	]);
});

test('fractions stay what a person would write', async (t) => {
	t.deepEqual(
		await chunks({
			number_type: 'float',
			start: 0,
			end: 1,
			increment: 0.1,
			chunk_size: 4,
		}),
		['0–0.3 (4)', '0.4–0.7 (4)', '0.8–1 (3)'],
	);
	t.deepEqual(
		await chunks({
			number_type: 'float',
			start: 0.1,
			end: 0.7,
			increment: 0.2,
			split_by: 'chunk_count',
			chunk_count: 9,
		}),
		['0.1–0.1 (1)', '0.3–0.3 (1)', '0.5–0.5 (1)', '0.7–0.7 (1)'],
	);
	t.deepEqual(
		await chunks({
			number_type: 'float',
			start: 1000,
			end: 1000.3,
			increment: 0.1,
			chunk_size: 1,
		}),
		[
			'1000–1000 (1)',
			'1000.1–1000.1 (1)',
			'1000.2–1000.2 (1)',
			'1000.3–1000.3 (1)',
		],
	);
});

test('the elements carry what is asked for, under the names that are asked for', async (t) => {
	const base = {
		mode: 'range',
		start: 1,
		end: 3,
		start_attribute: 'a',
		end_attribute: 'b',
		size_attribute: 'c',
	} as const;
	t.deepEqual(
		elementsOf(await ask(attributeSplitterNode, {parameters: base})),
		[{a: 1, b: 3}],
	);
	t.deepEqual(
		elementsOf(
			await ask(attributeSplitterNode, {
				parameters: {...base, range_mode: 'start_size'},
			}),
		),
		[{a: 1, c: 3}],
	);
});

test('a range that makes no sense is an error', async (t) => {
	t.regex(String(await chunks({increment: 0})), /increment is 0/v);
	t.regex(String(await chunks({increment: -1})), /above 0/v);
	t.regex(String(await chunks({start: 5, end: 4})), /below start/v);
	t.regex(String(await chunks({chunk_size: 0})), /chunk_size is 0/v);
	t.regex(
		String(await chunks({split_by: 'chunk_count', chunk_count: 0})),
		/chunk_count is 0/v,
	);
	t.regex(String(await chunks({increment: 0.5})), /number_type/v);
	t.regex(String(await chunks({end: 1e9, chunk_size: 1})), /1000000/v);
});

test('the chunks of a range are its elements, each once, in order', async (t) => {
	const range = fc.record({
		start: fc.integer({min: -50, max: 50}),
		span: fc.integer({min: 0, max: 120}),
		increment: fc.integer({min: 1, max: 13}),
		split_by: fc.constantFrom('chunk_size', 'chunk_count'),
		amount: fc.integer({min: 1, max: 30}),
		scale: fc.constantFrom(1, 10, 1000),
	});
	await fc.assert(
		fc.asyncProperty(
			range,
			async ({start, span, increment, split_by: by, amount, scale}) => {
				const result = await ask(attributeSplitterNode, {
					parameters: {
						mode: 'range',
						range_mode: 'start_end_size',
						number_type: 'float',
						start: start / scale,
						end: (start + span) / scale,
						increment: increment / scale,
						split_by: by,
						chunk_size: amount,
						chunk_count: amount,
					},
				});
				const found = result.kind === 'split' ? result.elements : [];
				// In whole numbers, so that what is expected has no rounding of its own.
				const expected = Array.from(
					{length: Math.floor(span / increment) + 1},
					(_, index) => (start + index * increment) / scale,
				);
				const sizes = found.map((element) => Number(element['chunk_size']));
				let at = 0;
				for (const [index, element] of found.entries()) {
					const size = sizes[index] ?? 0;
					t.true(size >= 1);
					t.is(element['chunk_start'], expected[at]);
					at += size;
					t.is(
						element['chunk_end'],
						index === found.length - 1
							? (start + span) / scale
							: expected[at - 1],
					);
				}

				t.is(at, expected.length);
				if (by === 'chunk_count') {
					t.is(found.length, Math.min(amount, expected.length));
					for (const [index, element] of found.entries()) {
						t.is(
							element['chunk_start'],
							(start +
								Math.ceil((index * span) / (found.length * increment)) *
									increment) /
								scale,
						);
					}
				} else {
					t.true(sizes.slice(0, -1).every((size) => size === amount));
				}
			},
		),
		{numRuns: 300},
	);
});

const row = {
	mode: 'count',
	attribute: 'x',
	from: 0,
	to: 1,
	count: 2,
	max: 1,
	increment: 1,
} as const;
const wedged = async (
	...wedges: ParameterValues<typeof wedgeNode.parameters>['wedges']
) => elementsOf(await ask(wedgeNode, {parameters: {wedges}}));

test('a wedge makes every combination, the first row varying slowest', async (t) => {
	t.deepEqual(
		await wedged(row, {
			...row,
			mode: 'increment',
			attribute: 'y',
			from: 5,
			max: 10,
			increment: 2.5,
		}),
		[
			{x: 0, y: 5},
			{x: 0, y: 7.5},
			{x: 0, y: 10},
			{x: 1, y: 5},
			{x: 1, y: 7.5},
			{x: 1, y: 10},
		],
	);
});

test('a wedge goes from end to end by count, and no further than max by increment', async (t) => {
	const values = async (
		wedges: ParameterValues<typeof wedgeNode.parameters>['wedges'][number],
	) => {
		const elements = await wedged(wedges);
		return typeof elements === 'string'
			? elements
			: elements.map((element) => element['x']);
	};

	t.deepEqual(
		await values({...row, from: 0.1, to: 0.5, count: 5}),
		[0.1, 0.2, 0.3, 0.4, 0.5],
	);
	t.deepEqual(await values({...row, from: 3, count: 1}), [3]);
	t.deepEqual(await values({...row, from: 2, to: 0, count: 3}), [2, 1, 0]);
	t.deepEqual(
		await values({...row, mode: 'increment', from: 0, max: 1, increment: 0.3}),
		[0, 0.3, 0.6, 0.9],
	);
	t.deepEqual(
		await values({
			...row,
			mode: 'increment',
			from: 0,
			max: 0.3,
			increment: 0.1,
		}),
		[0, 0.1, 0.2, 0.3],
	);
	t.deepEqual(
		await values({...row, mode: 'increment', from: 1, max: 0, increment: -0.5}),
		[1, 0.5, 0],
	);
});

test('no rows make one element, so that a gatherer downstream has something to gather', async (t) => {
	t.deepEqual(await wedged(), [{}]);
});

test('a wedge that has no values or too many is an error that names the row', async (t) => {
	t.regex(
		String(await wedged(row, {...row, attribute: ''})),
		/Row 2.*no attribute/v,
	);
	t.regex(String(await wedged({...row, count: 0})), /count of 0/v);
	t.regex(
		String(await wedged({...row, mode: 'increment', increment: 0})),
		/increment of 0/v,
	);
	t.regex(
		String(await wedged({...row, mode: 'increment', from: 2, max: 1})),
		/cannot be reached/v,
	);
	t.regex(
		String(
			await wedged(
				{...row, count: 2000},
				{...row, attribute: 'y', count: 2000},
			),
		),
		/at most 1000000/v,
	);
});

test('a wedge has as many elements as its counts multiplied, each combination once', async (t) => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.integer({min: 1, max: 6}), {minLength: 1, maxLength: 4}),
			async (counts) => {
				const elements = await wedged(
					...counts.map((count, index) => ({
						...row,
						attribute: `a${index}`,
						to: 10,
						count,
					})),
				);
				const texts =
					typeof elements === 'string'
						? []
						: elements.map((element) => JSON.stringify(element));
				t.is(
					texts.length,
					counts.reduce((product, count) => product * count, 1),
				);
				t.is(new Set(texts).size, texts.length);
			},
		),
	);
});
