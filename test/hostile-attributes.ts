import test from 'ava';
import type {TaskId} from '../source/core/ids.js';
import type {NodeDefinition} from '../source/nodes/contract.js';
import {until} from './helpers/until.js';
import {createTestFarm} from './helpers/test-farm.js';

const large = 'x'.repeat(3 * 1024 * 1024);
const small = {nodes: {end: {type: 'null'}}};

/** A node whose author did not think of sizes. */
const careless = (
	type: string,
	process: NodeDefinition['process'],
): NodeDefinition => ({
	type,
	label: type,
	description: 'for a test',
	tags: [],
	parameters: {},
	inputs: ['main'],
	outputs: ['main', 'spawned'],
	process,
});

const told = (details: unknown): string => JSON.stringify(details);

test('a child that would carry too much is the error of the task that spawns it, and nobody else is held up', async (t) => {
	const farm = await createTestFarm(t, {
		definitions: [
			careless('spawner', () => ({
				kind: 'pass',
				spawn: [{name: 'heavy', attributes: {a: large, b: large}}],
			})),
		],
		graph: {nodes: {spawn: {type: 'spawner'}, ...small.nodes}},
	});
	const id = await farm.submitTask('spawn');
	const other = await farm.submitTask('end');
	await farm.untilState(id, 'error');
	t.regex(
		told(farm.details(id)),
		/spawns the child \\"heavy\\".*6 MiB as JSON.*at most 4 MiB/v,
	);
	await farm.untilState(other, 'done');
	t.is(farm.all().length, 2);
	t.deepEqual(farm.defects, []);
});

test('elements that would carry too much, each or together, are the error of the task that was to be divided', async (t) => {
	const farm = await createTestFarm(t, {
		definitions: [
			careless('each', () => ({
				kind: 'split',
				elements: [{}, {b: large}],
			})),
			careless('together', () => ({
				kind: 'split',
				elements: Array.from({length: 100_000}, (_, index) => ({index})),
			})),
			careless('light', () => ({
				kind: 'split',
				elements: Array.from({length: 100}, (_, index) => ({a: index})),
			})),
		],
		graph: {
			nodes: {
				each: {type: 'each'},
				together: {type: 'together'},
				light: {type: 'light'},
				...small.nodes,
			},
		},
	});
	const each = await farm.submitTask('each', {attributes: {a: large}});
	const together = await farm.submitTask('together', {attributes: {a: large}});
	const light = await farm.submitTask('light', {attributes: {a: large}});
	await farm.untilState(each, 'error');
	t.regex(told(farm.details(each)), /Element 1 of 2: .*at most 4 MiB/v);
	await farm.untilState(together, 'error');
	t.regex(told(farm.details(together)), /100000 tasks .* together/v);
	await farm.untilState(light, 'splitted');
	t.is(farm.all().length, 103, 'what is large is not carried by any of them');
	t.deepEqual(farm.defects, []);
});

test('what is gathered and would be too much is the error of the last to arrive; with less of it the split is gathered', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				split: {
					type: 'attribute_splitter',
					parameters: {attribute: 'list', chunk_size: 1},
				},
				gather: {
					type: 'split_waiter',
					parameters: {promote: [{attribute: 'a', mode: 'append', as: 'all'}]},
				},
			},
			connections: ['split -> gather'],
		},
	});
	const id = await farm.submitTask('split', {
		attributes: {list: [1, 2], a: large},
	});
	await farm.untilState(id, 'splitted');
	const failed = await until(
		() => farm.all().find((row) => row.state === 'error'),
		{what: 'the error'},
	);
	t.regex(told(farm.details(failed.id)), /The task that is gathered: .*4 MiB/v);
	t.is(farm.row(id).state, 'splitted');
	t.deepEqual(farm.defects, []);
});

test('a blocked task that would be given too much goes to error, and who lets it go on goes on', async (t) => {
	let first: TaskId | undefined;
	const farm = await createTestFarm(t, {
		definitions: [
			careless('releaser', ({task}) => {
				if (first === undefined || first === task.id) {
					first = task.id;
					return {kind: 'not_ready', message: 'waits'};
				}

				return {
					kind: 'pass',
					release: [{task: first, set: {b: large}, output: 'main'}],
				};
			}),
		],
		graph: {nodes: {release: {type: 'releaser'}}},
	});
	const blocked = await farm.submitTask('release', {attributes: {a: large}});
	await farm.untilState(blocked, 'waiting_blocked');
	const other = await farm.submitTask('release');
	await farm.untilState(other, 'done');
	await farm.untilState(blocked, 'error');
	t.regex(told(farm.details(blocked)), /at most 4 MiB/v);
	t.deepEqual(farm.defects, []);
});

test('an environment resolver that there is none of is refused where a task is submitted, and is the error of a task that a node gives it', async (t) => {
	const farm = await createTestFarm(t, {
		definitions: [
			careless('odd', () => ({
				kind: 'pass',
				environment: {resolver: 'standrad', arguments: {}},
			})),
		],
		graph: {
			nodes: {
				odd: {type: 'odd'},
				run: {type: 'command', parameters: {command: [{arg: 'true'}]}},
			},
			connections: ['odd -> run'],
		},
	});
	await t.throwsAsync(
		farm.submitTask('run', {
			environment: {resolver: 'standrad', arguments: {}},
		}),
		{
			code: 'INVALID',
			message: /no environment resolver "standrad"; did you mean "standard"\?/v,
		},
	);
	const id = await farm.submitTask('odd');
	await farm.untilState(id, 'error');
	t.regex(told(farm.details(id)), /no environment resolver/v);
});
