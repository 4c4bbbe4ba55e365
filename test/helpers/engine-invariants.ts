import {inspect, isDeepStrictEqual} from 'node:util';
import {checkDatabase} from '../../source/db/check.js';
import {prepareStatements} from '../../source/db/statements.js';
import {coreNodes} from '../../source/nodes/core-nodes.js';
import {createRegistry} from '../../source/nodes/registry.js';
import {loadBooks, type Books} from '../../source/scheduler/books.js';
import {awaitingNode} from './played-graph.js';
import type {Stage} from './played-stage.js';

/** The database agrees with itself, no turn broke, and workers were asked for nothing that must never happen. */
export const expectSound = ({farm, fleet}: Stage): void => {
	const {writer} = farm.database();
	expectEqual(
		farm.defects.map((defect) => inspect(defect)),
		[],
		'defects',
	);
	expectEqual(checkDatabase(writer), [], 'the database');
	expectEqual(fleet.faults, [], 'what workers were asked for');
	expectEqual(
		writer
			.prepare(
				"SELECT task_id FROM invocations WHERE state IN ('invoking', 'running') GROUP BY task_id HAVING count(*) > 1",
			)
			.all(),
		[],
		'tasks with two live invocations',
	);
};

/** What is in memory is what would be read from the database. */
export const expectAgreement = ({farm}: Stage): void => {
	const fresh = loadBooks(
		prepareStatements(farm.database().writer),
		createRegistry([...coreNodes, awaitingNode]),
	);
	expectEqual(shapeOf(farm.books()), shapeOf(fresh), 'the books');
};

/** Nothing runs, so nothing is held. */
export const expectNothingHeld = ({farm, fleet}: Stage): void => {
	const {live, dying, running, workers, machines, limits} = farm.books().fleet;
	expectEqual(workers.size, fleet.workers.length, 'workers');
	expectEqual(live.values().toArray(), [], 'live invocations at rest');
	expectEqual([...dying], [], 'dying processes at rest');
	expectEqual([...running], [], 'running counts at rest');
	expectEqual(
		[...workers.values(), ...machines.values()].flatMap(({used}) =>
			rounded(used).filter((amount) => amount !== 0),
		),
		[],
		'what workers and machines hold at rest',
	);
	expectEqual(
		limits
			.values()
			.map(({inUse}) => inUse)
			.toArray(),
		[0],
		'limits at rest',
	);
};

/** An element that lives is waited for, or its split is gathered. */
export const expectSplitsAwaited = ({farm}: Stage): void => {
	expectEqual(
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
};

/**
That two values are deeply equal.

@throws Error that names each place where the two differ.
*/
export const expectEqual = (
	actual: unknown,
	expected: unknown,
	what: string,
): void => {
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

	if (!isOpen(actual) || !isOpen(expected)) {
		return [
			`${at} is ${JSON.stringify(actual)}, should be ${JSON.stringify(expected)}`,
		];
	}

	const keys = new Set([...Object.keys(actual), ...Object.keys(expected)]);
	return keys
		.values()
		.flatMap((key) => differences(actual[key], expected[key], `${at}.${key}`))
		.toArray();
};

const isOpen = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null;

const shapeOf = ({
	graph: {nodes, wires},
	fleet,
	ready,
	queued,
	counts,
	followed,
	untold,
	lastTaskId,
	lastGroupId,
	lastSplitId,
}: Books): unknown => ({
	nodes: nodes
		.values()
		.map(({row}) => row)
		.toArray(),
	wires,
	ready: sortedNumbers(ready.requirements()).map((requirement) => [
		requirement,
		linesOf(ready, requirement),
	]),
	total: ready.total(),
	advance: sorted(queued.advance),
	slow: sorted(queued.slow),
	counts: sorted(counts)
		.map(([node, states]) => [node, sorted(states)] as const)
		.filter(([, states]) => states.length > 0),
	followed: sorted(followed),
	untold: sorted(untold),
	last: [lastTaskId, lastGroupId, lastSplitId],
	limits: sorted(fleet.limits),
	running: sorted(fleet.running),
	dying: sorted(fleet.dying),
	workers: sorted(fleet.workers).map(([id, {row, used, invocations}]) => [
		id,
		row,
		rounded(used),
		sortedNumbers(invocations),
	]),
	machines: sorted(fleet.machines)
		.filter(([, {workers}]) => workers.size > 0)
		.map(([id, {used, workers}]) => [
			id,
			rounded(used),
			sortedNumbers(workers),
		]),
	live: sorted(fleet.live).map(
		([id, {task, worker, attempt, state, ending}]) => [
			id,
			{task, worker, attempt, ending, ...(ending !== 'dead' && {state})},
		],
	),
});

/** Every line of a requirement, best first. */
const linesOf = (
	ready: Books['ready'],
	requirement: Parameters<Books['ready']['best']>[0],
): unknown[] => {
	const lines: unknown[] = [];
	let line = ready.best(requirement, Infinity);
	while (line) {
		lines.push([line.priority, sorted(line.groups)]);
		line = ready.best(requirement, line.priority);
	}

	return lines;
};

const sorted = <Key extends string | number, Value>(
	map: ReadonlyMap<Key, Value>,
): Array<[Key, Value]> =>
	[...map].toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));

const sortedNumbers = <One extends number>(numbers: Iterable<One>): One[] =>
	[...numbers].toSorted((a, b) => a - b);

/** Sums of decimals differ in their last digits by the order of adding. */
const rounded = (resources: Readonly<Record<string, unknown>>): number[] =>
	Object.values(resources).map((value) => Math.round(Number(value) * 1e6));
