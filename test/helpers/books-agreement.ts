import {prepareStatements} from '../../source/db/statements.js';
import type {Connection} from '../../source/db/open.js';
import type {Registry} from '../../source/nodes/registry.js';
import {loadBooks, type Books} from '../../source/scheduler/books.js';
import {differences} from './expect-equal.js';

/** Where what a scheduler has in memory (the graph, counts, queues, what is free) differs from what it would read from the database now. */
export const booksDisagreement = (
	books: Books,
	{
		writer,
		registry,
	}: {readonly writer: Connection; readonly registry: Registry},
): readonly string[] =>
	differences(
		shapeOf(books),
		shapeOf(loadBooks(prepareStatements(writer), registry)),
		'books',
	);

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
export const rounded = (
	resources: Readonly<Record<string, unknown>>,
): number[] =>
	Object.values(resources).map((value) => Math.round(Number(value) * 1e6));
