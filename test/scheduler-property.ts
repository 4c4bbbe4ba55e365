import {setImmediate as nextTick} from 'node:timers/promises';
import {isDeepStrictEqual} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import {FarmError} from '../source/core/errors.js';
import type {TaskId} from '../source/core/ids.js';
import type {InvocationOutcome} from '../source/core/invocation.js';
import type {JsonObject} from '../source/core/json.js';
import {isBlocked} from '../source/core/task-state.js';
import {checkDatabase} from '../source/db/check.js';
import {prepareStatements} from '../source/db/statements.js';
import {defineNode} from '../source/nodes/contract.js';
import {coreNodes} from '../source/nodes/core-nodes.js';
import {createRegistry} from '../source/nodes/registry.js';
import {loadBooks, type Books} from '../source/scheduler/books.js';
import {
	forceState,
	moveTo,
	onEachTask,
	taskActions,
	type TaskAction,
} from '../source/scheduler/operations/act-on-tasks.js';
import {
	actOnNodes,
	addConnection,
	deleteNodes,
	existingNode,
	removeConnection,
	setNode,
} from '../source/scheduler/operations/graph.js';
import {
	actOnGroups,
	deleteGroupStep,
	setGroupPriority,
} from '../source/scheduler/operations/groups.js';
import {deleteLimit, setLimit} from '../source/scheduler/operations/limits.js';
import {setTask} from '../source/scheduler/operations/set-task.js';
import {actOnWorkers} from '../source/scheduler/operations/workers.js';
import {createPlayedFleet} from './helpers/played-fleet.js';
import {createTestFarm, type TestFarm} from './helpers/test-farm.js';

/** Longer by hand: PROPERTY_RUNS=5000 PROPERTY_SEED=1 ava test/scheduler-property.ts --timeout=1h */
const runs = Number(process.env['PROPERTY_RUNS'] ?? 40); // eslint-disable-line n/prefer-global/process -- only here, for longer runs by hand
const seed = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 2 ** 31); // eslint-disable-line n/prefer-global/process -- as above

const awaiting = defineNode({
	type: 'awaiting',
	label: 'Awaiting',
	description: 'Takes its time.',
	parameters: {},
	async process({task}) {
		await nextTick();
		return task.attributes['fails'] === true
			? {kind: 'error', message: 'as asked'}
			: {kind: 'pass', set: {awaited: true}};
	},
});

const brood = `
task['depth'] = (task['depth'] || 0) + 1;
if (task['depth'] < 3) { spawn('kid', {depth: task['depth']}); spawn('kid', {depth: 2}); }
`;

const moody = `
const mood = (task['mood'] || 0) % 8;
task['mood'] = (task['mood'] || 0) + 1;
if (mood === 1) split([{part: 0}, {part: 1}, {part: 2}]);
else if (mood === 2) kill();
else if (mood === 3) schedule();
else if (mood === 4) fail('in a mood');
else if (mood === 5) { for (let i = 0; i < 200000; i++); }
else if (mood === 6) spawn('heir', {mood: 3});
`;

const cheap = {command: [{arg: 'true'}], retry_exit_codes: '3', memory_gb: 0.1};

const graph = {
	nodes: {
		start: {type: 'null'},
		split: {type: 'attribute_splitter', parameters: {chunk_size: 1}},
		again: {
			type: 'wedge',
			parameters: {
				wedges: [{mode: 'count', attribute: 'x', from: 0, to: 1, count: 2}],
			},
		},
		run: {type: 'command', parameters: cheap},
		gather2: {type: 'split_waiter'},
		gather: {
			type: 'split_waiter',
			parameters: {
				promote: [{attribute: 'frames', mode: 'extend', as: 'all'}],
			},
		},
		way: {
			type: 'switch',
			parameters: {outputs: 3, output: {expr: "task.get('way', 0)"}},
		},
		spawn: {
			type: 'spawn_children',
			parameters: {count: {expr: "task.get('kids', 2)"}},
		},
		kid: {
			type: 'command',
			parameters: {...cheap, limits: 'lic:1', cpus: 2, cpus_preferred: 3},
		},
		family: {type: 'parent_children_waiter', parameters: {recursive: true}},
		flat: {type: 'parent_children_waiter'},
		brood: {type: 'script', parameters: {process: brood}},
		moody: {
			type: 'script',
			parameters: {process: moody, invoke: 'x', interpreter: 'sh', attempts: 2},
		},
		values: {
			type: 'wait_for_task_value',
			parameters: {
				condition_value: {expr: "String(task.get('value', task.id))"},
				expected_values: {expr: "task.get('expects', '')"},
			},
		},
		fan: {type: 'null'},
		first: {type: 'split_waiter', parameters: {wait_for_all: false}},
		awaiting: {type: 'awaiting'},
		end: {type: 'killer'},
		rest: {type: 'null'},
	},
	connections: [
		'start -> split',
		'split -> again',
		'again -> run',
		'run -> gather2',
		'gather2 -> gather',
		'gather -> way',
		'way.output0 -> end',
		'way.output1 -> spawn',
		'way.output2 -> rest',
		'spawn -> family.main',
		'spawn.spawned -> kid',
		'kid -> family.children',
		'family.main -> end',
		'family.children -> end',
		'brood -> family.main',
		'brood.spawned -> flat.children',
		'flat.children -> family.children',
		'flat.main -> end',
		'fan -> values',
		'fan -> moody',
		'fan -> awaiting',
		'values -> first',
		'moody -> first',
		'moody.spawned -> brood',
		'awaiting -> first',
		'first -> again',
	],
};

const optionalWires = [
	'rest -> end',
	'run -> rest',
	'gather -> end',
	'start -> fan',
	'spawn.spawned -> brood',
	'first -> again',
	'flat.children -> family.children',
	'run -> gather2',
];

const outcomes: readonly InvocationOutcome[] = [
	{kind: 'exited', exit_code: 0},
	{kind: 'exited', exit_code: 0},
	{kind: 'exited', exit_code: 1},
	{kind: 'exited', exit_code: 3},
	{kind: 'signalled', signal: 'SIGSEGV'},
	{kind: 'not_started', message: 'missing'},
	{kind: 'limit', limit: 'time', message: 'too long'},
	{kind: 'failed', message: 'said so'},
	{kind: 'vanished', message: 'no trace'},
	{kind: 'cancelled'},
];

const groupNames = ['a', 'b', 'c'];
const restingByHand = ['waiting', 'ready', 'done', 'error', 'dead'] as const;

/** What may happen, and how often. The numbers choose among what there is at that moment. */
const kinds = [
	...Array.from({length: 5}, () => 'submit' as const),
	...Array.from({length: 8}, () => 'finish' as const),
	...Array.from({length: 4}, () => 'confirm' as const),
	...Array.from({length: 6}, () => 'act' as const),
	...Array.from({length: 2}, () => 'kill' as const),
	'revive',
	'revive',
	'force',
	'force',
	'move',
	'set',
	'groups',
	'priority',
	'group',
	'group',
	'delete',
	'node',
	'node',
	'wire',
	'wire',
	'parameters',
	'prune',
	'connect',
	'connect',
	'disconnect',
	'lose',
	'crash',
	'drain',
	'limit',
	'time',
	'restart',
] as const;

type Kind = (typeof kinds)[number];
type Step = readonly [kind: Kind, a: number, b: number, c: number];

const step = fc.tuple(
	fc.constantFrom(...kinds),
	fc.nat(997),
	fc.nat(997),
	fc.nat(997),
);

test('whatever happens in whatever order, nothing is lost, counted wrong or run twice', async (t) => {
	t.timeout(3_600_000);
	t.log(`PROPERTY_SEED=${seed}`);
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.array(step, {minLength: 1, maxLength: 4}), {
				minLength: 5,
				maxLength: 60,
			}),
			async (batches) => {
				try {
					await play(t, batches);
				} catch (error) {
					console.error('CASE', JSON.stringify(batches));
					console.error(
						'FAILED',
						String(error).slice(0, 1500),
						(error as Error).stack
							?.split('\n')
							.filter((l) => l.includes('.ts'))
							.slice(0, 6)
							.join('\n'),
					);
					for (const d of (error as {cause?: unknown}).cause === undefined
						? []
						: [(error as {cause: unknown}).cause]) {
						console.error(d);
					}

					throw error;
				}
			},
		),
		{numRuns: runs, seed, endOnFailure: process.env['SHRINK'] === undefined},
	);
	t.pass();
});

const play = async (
	t: Parameters<typeof createTestFarm>[0],
	batches: ReadonlyArray<readonly Step[]>,
): Promise<void> => {
	let ahead = 0;
	const clock = {
		now: () => Date.now() + ahead,
		monotonic: () => performance.now(),
	};
	const farm = await createTestFarm(t, {
		graph,
		definitions: [awaiting],
		clock,
	});
	const fleet = createPlayedFleet(farm.submit, clock.now);
	fleet.add({name: 'w1', machine: 'm1', cpus: 4});
	fleet.add({name: 'w2', machine: 'm1', cpus: 4});
	fleet.add({name: 'w3', machine: 'm2', cpus: 2});
	try {
		await farm.submit(setLimit('lic', 1));
		for (const [index, batch] of batches.entries()) {
			/* eslint-disable no-await-in-loop -- one after the other */
			if (batch.some(([kind]) => kind === 'restart')) {
				for (const worker of fleet.workers) {
					worker.cut();
				}

				await farm.restart();
			}

			await allDone(
				batch.map(async (one) => {
					if (one[0] === 'time') {
						ahead += 70_000;
					}

					await act(farm, fleet, one);
				}),
			);
			expectAgreement(farm);
			if (index % 8 === 7) {
				expectSound(farm, fleet.faults);
			}
			/* eslint-enable no-await-in-loop */
		}

		expectSound(farm, fleet.faults);
		await comeToRest(farm, fleet, () => {
			ahead += 70_000;
		});
	} finally {
		await farm.end();
	}
};

/** Refusals are part of the play; a defect is not. */
const allDone = async (works: ReadonlyArray<Promise<unknown>>) => {
	for (const outcome of await Promise.allSettled(works)) {
		if (
			outcome.status === 'rejected' &&
			(!(outcome.reason instanceof FarmError) ||
				outcome.reason.code === 'INTERNAL')
		) {
			throw outcome.reason;
		}
	}
};

type PlayedFleet = ReturnType<typeof createPlayedFleet>;

const pick = <One>(from: readonly One[], number: number): One | undefined =>
	from[number % Math.max(1, from.length)];

const act = async (
	farm: TestFarm,
	fleet: PlayedFleet,
	[kind, a, b, c]: Step,
): Promise<void> => {
	const {submit} = farm;
	const task = (): TaskId[] => {
		const ids = farm.all().map(({id}) => id);
		// Rather a late one: those move most.
		const id = pick(ids.slice(a % 2 === 0 ? -12 : 0), a);
		return id === undefined ? [] : [id];
	};

	const nodes = Object.keys(graph.nodes);
	const node = pick(nodes, b) ?? 'start';
	const worker = pick(fleet.workers, a);
	const group = pick(groupNames, b) ?? 'a';
	switch (kind) {
		case 'submit': {
			await farm.submitTask(
				a % 3 === 0
					? node
					: (pick(['start', 'fan', 'spawn', 'brood', 'moody'], b) ?? 'start'),
				{
					attributes: {
						frames: [1, 2, 3].slice(0, c % 4),
						way: c % 3,
						kids: c % 4,
						mood: c % 8,
						...(c % 2 === 0 && {value: `v${c % 5}`, expects: `v${a % 5}`}),
						...(c % 11 === 0 && {fails: true}),
					},
					groups: [[], [group], [group, pick(groupNames, c) ?? 'b']][
						c % 3
					] as string[],
					priority: c % 5,
					paused: c % 13 === 0,
				},
			);
			return;
		}

		case 'finish':
		case 'confirm': {
			const processes = fleet.workers.flatMap((one) =>
				one.processes().map((process) => ({one, process})),
			);
			const chosen = pick(processes, a);
			if (chosen && kind === 'confirm') {
				await chosen.one.confirm(chosen.process.invocation);
			} else if (chosen) {
				await chosen.one.finish(
					chosen.process.invocation,
					pick(outcomes, b) ?? {kind: 'cancelled'},
				);
			}

			return;
		}

		case 'act': {
			const actions: readonly TaskAction[] = [
				'pause',
				'resume',
				'cancel',
				'retry',
				'restart',
				'resume',
			];
			await submit(
				onEachTask(
					[...task(), ...task()],
					taskActions[pick(actions, b) ?? 'resume'],
				),
			);
			return;
		}

		case 'kill': {
			await submit(onEachTask(task(), taskActions.kill));
			return;
		}

		case 'revive': {
			const dead = farm
				.all()
				.filter(({state}) => state === 'dead')
				.map(({id}) => id);
			const id = pick(dead, a);
			if (id !== undefined) {
				await submit(onEachTask([id], taskActions.revive));
			}

			return;
		}

		case 'force': {
			await submit(
				onEachTask(task(), forceState(pick(restingByHand, b) ?? 'waiting')),
			);
			return;
		}

		case 'move': {
			await submit((turn) => {
				const to = existingNode(turn, node);
				return onEachTask(
					task(),
					moveTo({node: to.id, input: pick(to.inputs, c) ?? 'main'}),
				)(turn);
			});
			return;
		}

		case 'set':
		case 'groups':
		case 'priority': {
			const [id] = task();
			if (id !== undefined) {
				await submit(
					setTask(
						{
							id,
							attributes:
								kind === 'set'
									? {value: `v${c % 5}`, way: c % 3, mood: c % 8}
									: {},
							delete: kind === 'set' && b % 3 === 0 ? ['frames'] : [],
							...(kind === 'priority' && {priority: c % 7}),
							...(kind === 'groups' && {
								groups: groupNames.slice(0, 1 + (c % 3)),
							}),
						},
						'tester',
					),
				);
			}

			return;
		}

		case 'group': {
			await (a % 3 === 0
				? submit(setGroupPriority([group], c % 100))
				: submit(
						actOnGroups(
							[group],
							pick(
								[
									'pause',
									'resume',
									'archive',
									'unarchive',
									'unarchive',
									'retry',
								] as const,
								c,
							) ?? 'retry',
						),
					));
			return;
		}

		case 'delete': {
			if (a % 2 === 0) {
				await submit(actOnGroups([group], 'archive'));
			}

			for (;;) {
				const {more} = await submit(deleteGroupStep(group)); // eslint-disable-line no-await-in-loop -- in steps
				if (!more) {
					return;
				}
			}
		}

		case 'node': {
			await submit(
				actOnNodes(
					[node],
					pick(['pause', 'resume', 'resume', 'retry_errors'] as const, c) ??
						'resume',
				),
			);
			return;
		}

		case 'wire': {
			const [from = '', to = ''] = (pick(optionalWires, a) ?? '').split(
				' -> ',
				2,
			);
			const [fromNode = '', output] = from.split('.', 2);
			const [toNode = '', input] = to.split('.', 2);
			const wire = {
				from: fromNode,
				output: output ?? 'main',
				to: toNode,
				input: input ?? 'main',
			};
			await (c % 2 === 0
				? submit(addConnection(wire))
				: submit(removeConnection(wire)));
			return;
		}

		case 'parameters': {
			const edits: ReadonlyArray<readonly [string, JsonObject]> = [
				['first', {wait_for_all: c % 2 === 0}],
				['family', {recursive: c % 2 === 0}],
				['run', {priority_adjustment: c % 3, cpus: 1 + (c % 2)}],
				['gather', {wait_for_all: c % 2 === 0}],
				['values', {expected_values: c % 2 === 0 ? '' : 'v1 v2'}],
				['way', {outputs: 1 + (c % 3)}],
			];
			const [name, parameters] = pick(edits, a) ?? ['first', {}];
			await submit(setNode(name, {parameters}));
			return;
		}

		case 'prune': {
			await submit(deleteNodes([node]));
			await farm.apply(graph);
			return;
		}

		case 'connect': {
			await worker?.connect();
			return;
		}

		case 'disconnect': {
			await worker?.disconnect();
			return;
		}

		case 'lose': {
			await worker?.disconnect();
			await worker?.lose();
			return;
		}

		case 'crash': {
			worker?.crash();
			await worker?.connect();
			return;
		}

		case 'drain': {
			await submit(
				actOnWorkers(
					[worker?.name ?? ''],
					pick(['drain', 'resume', 'resume', 'forget'] as const, c) ?? 'resume',
				),
			);
			return;
		}

		case 'limit': {
			await (c % 4 === 0
				? submit(deleteLimit('lic'))
				: submit(setLimit('lic', c % 3)));
			return;
		}

		case 'time':
		case 'restart': {
			await submit(({recheckWorkers}) => {
				recheckWorkers();
			});
		}
	}
};

const equal = (actual: unknown, expected: unknown, what: string): void => {
	if (!isDeepStrictEqual(actual, expected)) {
		throw new Error(`${what}: ${differences(actual, expected, '').join('; ')}`);
	}
};

/** Where two values differ: a hundred nodes that are alike say nothing. */
const differences = (
	actual: unknown,
	expected: unknown,
	at: string,
): string[] => {
	if (isDeepStrictEqual(actual, expected)) {
		return [];
	}

	const isOpen = (value: unknown): value is Record<string, unknown> =>
		typeof value === 'object' && value !== null;
	return isOpen(actual) && isOpen(expected)
		? [...new Set([...Object.keys(actual), ...Object.keys(expected)])].flatMap(
				(key) => differences(actual[key], expected[key], `${at}.${key}`),
			)
		: [
				`${at} is ${JSON.stringify(actual)}, should be ${JSON.stringify(expected)}`,
			];
};

const expectSound = (farm: TestFarm, faults: readonly string[]): void => {
	for (const d of farm.defects) {
		console.error(d);
	}

	equal(farm.defects.map(String), [], 'defects');
	equal(checkDatabase(farm.database().writer), [], 'the database');
	equal(faults, [], 'what workers were asked for');
	const twice = farm
		.database()
		.writer.prepare(
			"SELECT task_id FROM invocations WHERE state IN ('invoking', 'running') GROUP BY task_id HAVING count(*) > 1",
		)
		.all();
	equal(twice, [], 'tasks with two live invocations');
};

/** What is in memory is what would be read from the database. */
const expectAgreement = (farm: TestFarm): void => {
	const fresh = loadBooks(
		prepareStatements(farm.database().writer),
		createRegistry([...coreNodes, awaiting]),
	);
	equal(shapeOf(farm.books()), shapeOf(fresh), 'the books');
};

const sorted = <Key extends string | number, Value>(
	map: ReadonlyMap<Key, Value>,
): Array<[Key, Value]> =>
	[...map].toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));

const rounded = (resources: Record<string, unknown>): unknown =>
	Object.values(resources).map((value) => Math.round(Number(value) * 1e6));

const shapeOf = ({
	graph: {nodes, wires},
	fleet,
	ready,
	queued,
	counts,
	lastTaskId,
	lastGroupId,
	lastSplitId,
}: Books): unknown => ({
	nodes: [...nodes.values()].map(({row}) => row),
	wires,
	ready: [...ready.requirements()]
		.toSorted((a, b) => a - b)
		.map((requirement) => {
			const lines: unknown[] = [];
			for (let below = Infinity; ;) {
				const line = ready.best(requirement, below);
				if (!line) {
					return [requirement, lines];
				}

				lines.push([line.priority, sorted(line.groups)]);
				below = line.priority;
			}
		}),
	total: ready.total(),
	advance: sorted(queued.advance),
	slow: sorted(queued.slow),
	counts: sorted(counts)
		.map(([node, states]) => [node, sorted(states)] as const)
		.filter(([, states]) => states.length > 0),
	last: [lastTaskId, lastGroupId, lastSplitId],
	limits: sorted(fleet.limits),
	running: sorted(fleet.running),
	dying: sorted(fleet.dying),
	workers: sorted(fleet.workers).map(([id, {row, used, invocations}]) => [
		id,
		row,
		rounded(used),
		[...invocations].toSorted((a, b) => a - b),
	]),
	machines: sorted(fleet.machines)
		.filter(([, {workers}]) => workers.size > 0)
		.map(([id, {used, workers}]) => [
			id,
			rounded(used),
			[...workers].toSorted((a, b) => a - b),
		]),
	live: sorted(fleet.live).map(
		([id, {task, worker, attempt, state, ending}]) => [
			id,
			{task, worker, attempt, ending, ...(ending !== 'dead' && {state})},
		],
	),
});

const comeToRest = async (
	farm: TestFarm,
	fleet: PlayedFleet,
	pass: () => void,
): Promise<void> => {
	const {submit} = farm;
	/* eslint-disable no-await-in-loop -- one after the other */
	await farm.apply(graph);
	for (const name of groupNames) {
		await allDone([submit(actOnGroups([name], 'unarchive'))]);
	}

	await submit(
		onEachTask(
			farm.all().map(({id}) => id),
			taskActions.resume,
		),
	);
	await submit(actOnNodes(Object.keys(graph.nodes), 'resume'));
	await submit(setLimit('lic', 5));
	for (const worker of fleet.workers) {
		if (!worker.isConnected()) {
			await worker.connect();
		}
	}

	await submit(
		actOnWorkers(
			fleet.workers.map(({name}) => name),
			'resume',
		),
	);
	pass();
	await finishAll(farm, fleet);
	expectSound(farm, fleet.faults);
	expectAgreement(farm);

	const {books} = farm;
	const {fleet: held} = books();
	equal([...held.live.values()], [], 'live invocations at rest');
	equal([...held.dying], [], 'dying processes at rest');
	equal([...held.running], [], 'running counts at rest');
	equal(
		[...held.workers.values()].map(({used}) => rounded(used)),
		fleet.workers.map(() => [0, 0, 0, 0]),
		'what workers hold at rest',
	);
	equal(
		[...held.machines.values()].map(({used}) => rounded(used)),
		[...held.machines].map(() => [0, 0, 0, 0]),
		'what machines hold at rest',
	);
	equal(
		[...held.limits.values()].map(({inUse}) => inUse),
		[0],
		'limits at rest',
	);

	// An element that lives is waited for, or its split is gathered.
	const rows = farm.all();
	equal(
		farm
			.database()
			.writer.prepare(
				`SELECT splits.id, tasks.id AS origin, tasks.state FROM splits JOIN tasks ON tasks.id = origin_id
				WHERE sealed = 0 AND dead_count < count AND tasks.state <> 'splitted'`,
			)
			.all(),
		[],
		'open splits whose task does not wait',
	);
	const restless = rows.filter(
		({state}) =>
			![
				'dead',
				'done',
				'error',
				'spawned',
				'splitted',
				'waiting_blocked',
			].includes(state),
	);
	equal(
		restless.map(({id, state, node_id: node, queue}) => ({
			id,
			state,
			node,
			queue,
		})),
		[],
		'tasks that do not rest',
	);

	// Nobody waits in vain: whoever is blocked is blocked again when it looks again.
	const blocked = rows.filter(({state}) => isBlocked(state));
	for (const {id} of blocked) {
		await submit(({desk}) => {
			desk.wake(desk.task(id));
		});
		await finishAll(farm, fleet);
	}

	equal(
		farm
			.all()
			.filter(({id}) => blocked.some((one) => one.id === id))
			.map(({id, state, node_id: node}) => ({id, state, node})),
		blocked.map(({id, state, node_id: node}) => ({id, state, node})),
		'tasks that waited in vain',
	);
	expectSound(farm, fleet.faults);
	/* eslint-enable no-await-in-loop */
};

const finishAll = async (farm: TestFarm, fleet: PlayedFleet): Promise<void> => {
	/* eslint-disable no-await-in-loop -- one after the other */
	for (
		const deadline = performance.now() + 20_000;
		performance.now() < deadline;
	) {
		const processes = fleet.workers.flatMap((one) =>
			one.processes().map((process) => ({one, process})),
		);
		for (const {one, process} of processes) {
			await one.finish(process.invocation, {kind: 'exited', exit_code: 0});
		}

		await farm.submit(({recheckWorkers}) => {
			recheckWorkers();
		});
		await nextTick();
		const {queued} = farm.books();
		const isBusy =
			queued.advance.size + queued.slow.size > 0 ||
			fleet.workers.some((one) => one.processes().length > 0) ||
			farm
				.all()
				.some(
					({state}) => state === 'generating' || state === 'post_generating',
				);
		if (!isBusy) {
			return;
		}
	}

	throw new Error(
		`It does not come to rest: ${JSON.stringify({
			tasks: farm
				.all()
				.filter(({queue, state}) => queue !== null || state.endsWith('ing'))
				.map(({id, state, node_id: node, queue}) => ({id, state, node, queue})),
			dying: [...farm.books().fleet.dying],
			live: [...farm.books().fleet.live.values()],
			defects: farm.defects.map(String),
		})}`,
	);
	/* eslint-enable no-await-in-loop */
};
