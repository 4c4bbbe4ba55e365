import test from 'ava';
import {splitId, taskId} from '../source/core/ids.js';
import type {Attributes} from '../source/core/invocation.js';
import type {Json} from '../source/core/json.js';
import {parentChildrenWaiterNode} from '../source/nodes/core/parent-children-waiter.js';
import {splitWaiterNode} from '../source/nodes/core/split-waiter.js';
import {waitForTaskValueNode} from '../source/nodes/core/wait-for-task-value.js';
import type {
	ProcessResult,
	Relative,
	Relatives,
	Release,
	SplitView,
} from '../source/nodes/contract.js';
import {promote} from '../source/nodes/promote.js';
import {
	arrivedChild,
	ask,
	errorOf,
	memoryIn,
	nobody,
} from './helpers/node-context.js';

const split: SplitView = {
	id: splitId(3),
	origin_id: taskId(9),
	index: 1,
	count: 3,
	alive: 3,
	arrived: 3,
	sealed: false,
};
const row = {
	attribute: 'x',
	mode: 'append',
	as: '',
	sort_by: '',
	reversed: false,
} as const;

const elements = (...list: readonly Attributes[]): Relatives => ({
	...nobody,
	elements: () =>
		list.map((attributes, index) => ({
			id: taskId(10 + index),
			index,
			attributes,
		})),
});

test('a task that is no element passes a split waiter', async (t) => {
	t.deepEqual(await ask(splitWaiterNode), {kind: 'pass'});
});

test('an element waits until all that live have arrived, and the last one seals', async (t) => {
	t.is(
		(await ask(splitWaiterNode, {task: {split: {...split, arrived: 2}}})).kind,
		'not_ready',
	);
	t.deepEqual(
		await ask(splitWaiterNode, {
			task: {split: {...split, alive: 2, arrived: 2}},
		}),
		{kind: 'seal', set: {}},
	);
	t.deepEqual(
		await ask(splitWaiterNode, {
			task: {split},
			relatives: elements({x: [1]}, {x: [2]}),
			parameters: {promote: [row, {...row, mode: 'extend', as: 'all'}]},
		}),
		{kind: 'seal', set: {x: [[1], [2]], all: [1, 2]}},
	);
});

test('an element of a sealed split dies', async (t) => {
	t.deepEqual(
		await ask(splitWaiterNode, {task: {split: {...split, sealed: true}}}),
		{kind: 'kill'},
	);
});

test('where not all are waited for, the first one seals, with what it brings alone', async (t) => {
	t.deepEqual(
		await ask(splitWaiterNode, {
			task: {split: {...split, arrived: 1}},
			attributes: {x: 5},
			relatives: elements({x: 4}, {x: 5}),
			parameters: {wait_for_all: false, promote: [row]},
		}),
		{kind: 'seal', set: {x: [5]}},
	);
});

const promoted = (
	rows: Parameters<typeof promote>[0],
	...list: readonly Attributes[]
) => {
	const set = promote(
		rows,
		list.map((attributes, order) => ({order, attributes})),
	);
	return set.kind === 'ok' ? set.value : set.message;
};

test('promoted values are collected, opened, chosen or added up', (t) => {
	const list = [{x: 1}, {x: [2, [3]]}, {}, {x: 4}];
	t.deepEqual(promoted([row], ...list), {x: [1, [2, [3]], 4]});
	t.deepEqual(promoted([{...row, mode: 'extend', as: 'y'}], ...list), {
		y: [1, 2, [3], 4],
	});
	t.deepEqual(promoted([{...row, mode: 'first', reversed: true}], ...list), {
		x: 4,
	});
	t.deepEqual(promoted([{...row, mode: 'sum'}], {x: 1}, {x: 2.5}, {}), {
		x: 3.5,
	});
	t.regex(String(promoted([{...row, mode: 'sum'}], {x: 1}, {x: 'a'})), /"a"/v);
	t.regex(String(promoted([{...row, attribute: ''}])), /names no attribute/v);
});

test('promoted values are in the order of another attribute, those without it last', (t) => {
	const list = [
		{x: 'c', by: 10},
		{x: 'n'},
		{x: 'a', by: 9},
		{x: 'l', by: [1]},
		{x: 's', by: 'z'},
		{x: 'b', by: 9},
	];
	t.deepEqual(promoted([{...row, sort_by: 'by'}], ...list), {
		x: ['a', 'b', 'c', 's', 'l', 'n'],
	});
	t.deepEqual(
		promoted(
			[{...row, sort_by: 'by', reversed: true}],
			{x: 1, by: [2]},
			{x: 2, by: [10]},
			{x: 3, by: [2, 1]},
		),
		{x: [2, 3, 1]},
	);
});

test('where no task has the attribute, lists are empty, sums nothing, and there is no first', (t) => {
	t.deepEqual(
		promoted(
			[row, {...row, mode: 'sum', as: 's'}, {...row, mode: 'first', as: 'f'}],
			{},
		),
		{x: [], s: 0},
	);
});

/** Tasks around the node, by id, each with its parent. */
const family = (...members: readonly Relative[]): Relatives => ({
	...nobody,
	get: (id) => members.find((member) => member.id === id),
	children: (id) =>
		members.filter((member) => member.parent_id === id && member.alive),
});

const counts = (active: number, arrived = active) => ({
	total: active,
	active,
	arrived,
});
const parent = (rest: Partial<Relative> = {}): Relative =>
	arrivedChild(1, {
		parent_id: undefined,
		input: 'main',
		children: counts(2),
		...rest,
	});
const child = (id: number) => ({
	id: taskId(id),
	parent_id: taskId(1),
	input: 'children',
});
const released = (
	result: ProcessResult,
):
	| Array<readonly [number, string | undefined, Attributes | undefined]>
	| string =>
	'release' in result
		? (result.release ?? []).map(
				({task, output, set}: Release) => [task, output, set] as const,
			)
		: errorOf(result);

test('a parent without living children passes, and one with them waits', async (t) => {
	const alone = await ask(parentChildrenWaiterNode);
	t.true(alone.kind === 'pass' && alone.output === 'main');
	t.is(
		(await ask(parentChildrenWaiterNode, {task: {children: counts(2, 1)}}))
			.kind,
		'not_ready',
	);
});

test('the parent that comes last takes what was promoted and lets its children go', async (t) => {
	const result = await ask(parentChildrenWaiterNode, {
		task: {children: counts(2)},
		relatives: family(
			arrivedChild(2, {attributes: {x: 1}}),
			arrivedChild(3, {attributes: {x: 2}}),
		),
		parameters: {promote: [row]},
	});
	t.true(result.kind === 'pass' && result.output === 'main');
	t.deepEqual(result.kind === 'pass' && result.set, {x: [1, 2]});
	t.deepEqual(released(result), [
		[2, 'children', undefined],
		[3, 'children', undefined],
	]);
});

test('the child that comes last lets its parent go with what was promoted, and the other children', async (t) => {
	const result = await ask(parentChildrenWaiterNode, {
		task: child(3),
		relatives: family(
			parent(),
			arrivedChild(2, {attributes: {x: 1}}),
			arrivedChild(3, {attributes: {x: 2}}),
		),
		parameters: {promote: [{...row, reversed: true}]},
	});
	t.true(result.kind === 'pass' && result.output === 'children');
	t.deepEqual(released(result), [
		[1, 'main', {x: [2, 1]}],
		[2, 'children', undefined],
	]);
});

test('a child that comes by "main" and stays lets its parent look again, if it was the last', async (t) => {
	const come = async (arrived: number) =>
		released(
			await ask(parentChildrenWaiterNode, {
				task: {...child(3), input: 'main', children: counts(1, 0)},
				relatives: family(
					parent({children: counts(2, arrived)}),
					arrivedChild(2),
					arrivedChild(3, {input: 'main', children: counts(1, 0)}),
				),
			}),
		);
	t.deepEqual(await come(2), [[1, undefined, undefined]]);
	t.deepEqual(await come(1), []);
});

test('a child that is not the last looks at counts only', async (t) => {
	const relatives: Relatives = {
		...family(parent({children: counts(2, 1)})),
		children() {
			throw new Error('This looks at every child.');
		},
	};
	t.is(
		(await ask(parentChildrenWaiterNode, {task: child(2), relatives})).kind,
		'not_ready',
	);
	const away = {...relatives, get: () => parent({arrived: false})};
	t.is(
		(await ask(parentChildrenWaiterNode, {task: child(2), relatives: away}))
			.kind,
		'not_ready',
	);
});

test('a child without a living parent passes', async (t) => {
	t.deepEqual(
		await ask(parentChildrenWaiterNode, {
			task: {...child(2), parent_id: undefined},
		}),
		{kind: 'pass', output: 'children'},
	);
	t.deepEqual(
		await ask(parentChildrenWaiterNode, {
			task: child(2),
			relatives: family(parent({alive: false, arrived: false})),
		}),
		{kind: 'pass', output: 'children'},
	);
});

test('a part of a divided child is told to be gathered first', async (t) => {
	t.regex(
		errorOf(
			await ask(parentChildrenWaiterNode, {
				task: {...child(2), split},
				relatives: family(parent()),
			}),
		),
		/split_waiter/v,
	);
});

const grandchild = arrivedChild(3, {
	parent_id: taskId(2),
	attributes: {x: 'g'},
});
const middle = arrivedChild(2, {children: counts(1), attributes: {x: 'm'}});

test('recursively, whoever comes last lets all go, whichever level it is of', async (t) => {
	const relatives = family(parent({children: counts(1)}), middle, grandchild);
	const parameters = {recursive: true, promote: [row]};
	const all = {x: ['m', 'g']};
	t.deepEqual(
		released(
			await ask(parentChildrenWaiterNode, {
				task: {...child(3), parent_id: taskId(2)},
				relatives,
				parameters,
			}),
		),
		[
			[1, 'main', all],
			[2, 'children', undefined],
		],
	);
	t.deepEqual(
		released(
			await ask(parentChildrenWaiterNode, {
				task: {...child(2), children: counts(1)},
				relatives,
				parameters,
			}),
		),
		[
			[1, 'main', all],
			[3, 'children', undefined],
		],
	);
	const last = await ask(parentChildrenWaiterNode, {
		task: {children: counts(1)},
		relatives,
		parameters,
	});
	t.deepEqual(last.kind === 'pass' && last.set, all);
	t.deepEqual(released(last), [
		[2, 'children', undefined],
		[3, 'children', undefined],
	]);
});

test('recursively, a grandchild that is away holds everyone; otherwise it does not', async (t) => {
	const relatives = family(
		parent({children: counts(1)}),
		{...middle, children: counts(1, 0)},
		{...grandchild, arrived: false},
	);
	t.is(
		(
			await ask(parentChildrenWaiterNode, {
				task: {children: counts(1)},
				relatives,
				parameters: {recursive: true},
			})
		).kind,
		'not_ready',
	);
	t.deepEqual(
		released(
			await ask(parentChildrenWaiterNode, {
				task: {children: counts(1)},
				relatives,
			}),
		),
		[[2, 'children', undefined]],
	);
});

/** Tasks that come to one node which remembers. */
const pool = () => {
	const entries = new Map<string, Json>();
	const memory = memoryIn(entries);
	const looks: string[] = [];
	return {
		entries,
		looks,
		come: async (id: number, value: string, expected = '', input = 'main') =>
			ask(waitForTaskValueNode, {
				task: {id: taskId(id), input},
				memory: {
					...memory,
					keys(prefix) {
						looks.push(prefix);
						return memory.keys(prefix);
					},
				},
				parameters: {condition_value: value, expected_values: expected},
			}),
	};
};

const woken = (result: ProcessResult): readonly number[] =>
	'release' in result
		? (result.release ?? [])
				.filter(({output}) => output === undefined)
				.map(({task}) => task)
		: [];

test('a task passes, by the output of its input, once all that it expects is in the pool', async (t) => {
	const {come} = pool();
	t.is((await come(1, 'a', 'b "c d"', 'aux2')).kind, 'not_ready');
	t.deepEqual(woken(await come(2, 'b')), [1]);
	t.is((await come(1, 'a', 'b "c d"', 'aux2')).kind, 'not_ready');
	t.deepEqual(woken(await come(3, 'c d')), [1]);
	const passed = await come(1, 'a', 'b "c d"', 'aux2');
	t.true(passed.kind === 'pass' && passed.output === 'aux2');
});

test('a task may expect its own value', async (t) => {
	const passed = await pool().come(1, 'a', 'a');
	t.true(passed.kind === 'pass');
	t.deepEqual(woken(passed), []);
});

test('a value that is there already wakes nobody a second time', async (t) => {
	const {come} = pool();
	await come(1, 'a', 'x');
	t.deepEqual(woken(await come(2, 'x')), [1]);
	t.deepEqual(woken(await come(3, 'x')), []);
});

test('a task that is processed again with another value takes its old one out, unless another has it too', async (t) => {
	const {come} = pool();
	await come(1, 'old');
	await come(2, 'shared');
	await come(3, 'shared');
	await come(1, 'new');
	await come(2, 'new');
	t.is((await come(4, 'd', 'old')).kind, 'not_ready');
	t.is((await come(5, 'e', 'shared')).kind, 'pass');
	t.is((await come(6, 'f', 'new')).kind, 'pass');
});

test('a value that nobody waits for makes nobody look, and what is waited for no more is forgotten', async (t) => {
	const {come, looks, entries} = pool();
	await come(1, 'a', 'x');
	await come(2, 'b');
	t.deepEqual(looks, []);
	await come(1, 'a', 'b');
	await come(3, 'x');
	t.deepEqual(looks, []);
	t.deepEqual(entries.keys().toArray().toSorted(), [
		'count "a"',
		'count "b"',
		'count "x"',
		'task 1',
		'task 2',
		'task 3',
	]);
});

test('what is expected is read as words, and a quote that is not closed is told', async (t) => {
	t.regex(
		errorOf(await pool().come(1, 'a', '"b')),
		/expected_values.*not closed/v,
	);
});
