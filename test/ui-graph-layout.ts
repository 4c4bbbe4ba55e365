import process from 'node:process';
import {isDeepStrictEqual} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import {nodeId, type NodeId} from '../source/core/ids.js';
import {createGraphLayouts} from '../source/ui/graph/graph-layouts.js';
import {zooms, type Graph} from '../source/ui/graph/graph.js';
import {storedPlaces} from '../source/ui/graph/stored-places.js';
import type {Layout, PlacedBox, PlacedWire} from '../source/ui/graph/layout.js';
import {walk} from '../source/ui/graph/draw-wires.js';
import {anyGraph} from './helpers/any-graph.js';
import {
	graphOf,
	largeGraph,
	productionGraph,
} from './helpers/production-graph.js';

const layouts = createGraphLayouts();
test.after.always(async () => {
	await layouts.stop();
});

const vertical = 5;
const horizontal = 10;

/** What is wrong with a layout, in words. */
const faultsOf = (graph: Graph, layout: Layout): string[] => [
	...(layout.wires.length === graph.wires.length ? [] : ['wires are missing']),
	...overlaps(layout),
	...layout.wires.flatMap((wire) => [
		...wrongEnds(layout, wire),
		...strayCells(layout, wire),
	]),
	...runsTogether(layout),
];

const overlaps = (layout: Layout): string[] => {
	const boxes = layout.boxes.values().toArray();
	return boxes.flatMap(({id, x, y, width, height}) =>
		boxes
			.filter(
				(other) =>
					other.id !== id &&
					other.x < x + width &&
					x < other.x + other.width &&
					other.y < y + height &&
					y < other.y + other.height,
			)
			.map((other) => `boxes ${id} and ${other.id} overlap`),
	);
};

const wrongEnds = (layout: Layout, wire: PlacedWire): string[] => {
	const from = layout.boxes.get(wire.from);
	const to = layout.boxes.get(wire.to);
	const output = from?.outputs.find(({name}) => name === wire.output);
	const input = to?.inputs.find(({name}) => name === wire.input);
	if (!from || !to || !output || !input) {
		return [`wire ${wire.id} has no ends`];
	}

	const start = {x: from.x + output.x, y: from.y + from.height - 1};
	const end = {x: to.x + input.x + input.nets.indexOf(wire.net), y: to.y};
	return [
		...(isDeepStrictEqual(wire.points[0], start)
			? []
			: [`wire ${wire.id} does not begin at its output`]),
		...(isDeepStrictEqual(wire.points.at(-1), end)
			? []
			: [`wire ${wire.id} does not end at its input`]),
	];
};

const strayCells = (layout: Layout, wire: PlacedWire): string[] => {
	const faults: string[] = [];
	const ends = [wire.points[0], wire.points.at(-1)];
	for (const [index, point] of wire.points.entries()) {
		const before = wire.points[index - 1];
		if (before && before.x !== point.x && before.y !== point.y) {
			faults.push(`wire ${wire.id} goes askew`);
		}
	}

	walk(wire.points, (x, y) => {
		const isEnd = ends.some((point) => point?.x === x && point.y === y);
		if (!isEnd && boxesAt(layout, x, y).length > 0) {
			faults.push(`wire ${wire.id} runs over a box at ${x} ${y}`);
		}

		if (x < 0 || y < 0 || x >= layout.width || y >= layout.height) {
			faults.push(`wire ${wire.id} leaves the drawing`);
		}
	});
	return faults;
};

const boxesAt = (
	layout: Layout,
	x: number,
	y: number,
): readonly PlacedBox[] => {
	const boxes = layout.boxes.values().toArray();
	return boxes.filter(
		(box) =>
			x >= box.x &&
			x < box.x + box.width &&
			y >= box.y &&
			y < box.y + box.height,
	);
};

/** Different wires may cross, one of them upright and the other level, and nothing else. */
const runsTogether = (layout: Layout): string[] => {
	const cells = new Map<string, Map<number, number>>();
	for (const wire of layout.wires) {
		walk(wire.points, (x, y, mask) => {
			if (boxesAt(layout, x, y).length > 0) {
				return;
			}

			const nets = cells.get(`${x} ${y}`) ?? new Map<number, number>();
			cells.set(`${x} ${y}`, nets);
			nets.set(wire.net, (nets.get(wire.net) ?? 0) | mask); // eslint-disable-line no-bitwise -- a set of directions
		});
	}

	return [...cells].flatMap(([at, nets]) => {
		const masks = nets
			.values()
			.toArray()
			.toSorted((a, b) => a - b);
		return masks.length === 1 ||
			isDeepStrictEqual(masks, [vertical, horizontal])
			? []
			: [`wires that have nothing to do with each other meet at ${at}`];
	});
};

for (const zoom of zooms) {
	test(`at zoom ${zoom}, boxes stand apart, wires lead from port to port, and different wires only cross`, async (t) => {
		await fc.assert(
			fc.asyncProperty(anyGraph({mostNodes: 14}), async (graph) => {
				t.deepEqual(faultsOf(graph, await layouts.layOut(graph, zoom)), []);
			}),
			{numRuns: 100},
		);
	});
}

test('counts and pausing lay nothing out anew', async (t) => {
	const first = await layouts.layOut(productionGraph, 'full');
	const second = await layouts.layOut(
		{
			...productionGraph,
			nodes: productionGraph.nodes.map((node) => ({
				...node,
				counts: {error: 5},
				enabled: !node.enabled,
			})),
		},
		'full',
	);
	t.is(first, second);
});

test('nodes that were there keep their order within a layer when one is added', async (t) => {
	const before = await layouts.layOut(productionGraph, 'full');
	const added = nodeId(100);
	const denoise = nodeId(8);
	const after = await layouts.layOut(
		{
			nodes: [
				{
					id: added,
					name: 'review',
					type: 'null',
					inputs: ['main'],
					outputs: ['main'],
					enabled: true,
					counts: {},
				},
				...productionGraph.nodes.toReversed(),
			],
			wires: [
				{id: 200, from: denoise, output: 'main', to: added, input: 'main'},
				...productionGraph.wires.toReversed(),
			],
		},
		'full',
		before.boxes,
	);
	const pairs = pairsOf(before).filter(
		([one, other]) => after.boxes.get(one)?.y === after.boxes.get(other)?.y,
	);
	t.true(pairs.length >= 4);
	for (const [left, right] of pairs) {
		const [there, further] = [after.boxes.get(left), after.boxes.get(right)];
		t.true((there?.x ?? 0) < (further?.x ?? 0), `${left} and ${right}`);
	}
});

test('a node that comes into any wire, or goes again, turns no neighbours round and moves the others little aside', async (t) => {
	const before = await layouts.layOut(productionGraph, 'full');
	for (const [index, wire] of productionGraph.wires.entries()) {
		const added = nodeId(100 + index);
		// eslint-disable-next-line no-await-in-loop -- one thread lays them out
		const after = await layouts.layOut(
			{
				nodes: [
					...productionGraph.nodes,
					{
						id: added,
						name: 'review',
						type: 'null',
						inputs: ['main'],
						outputs: ['main'],
						enabled: true,
						counts: {},
					},
				],
				wires: [
					...productionGraph.wires.filter(({id}) => id !== wire.id),
					{...wire, id: 200 + index, to: added, input: 'main'},
					{...wire, id: 300 + index, from: added, output: 'main'},
				],
			},
			'full',
			before.boxes,
		);
		t.deepEqual(
			pairsOf(before)
				.map((pair) => pair.map((id) => after.boxes.get(id)))
				.filter(([left, right]) => left?.y === right?.y)
				.filter(([left, right]) => (left?.x ?? 0) >= (right?.x ?? 0)),
			[],
		);
		t.true(
			movedAside(before, after) < 12,
			`a node in wire ${wire.id} moves the others by ${movedAside(before, after)}`,
		);
		// eslint-disable-next-line no-await-in-loop -- likewise
		const again = await layouts.layOut(
			{...productionGraph, nodes: [...productionGraph.nodes]},
			'full',
			after.boxes,
		);
		t.is(again, before, 'taken back, it is as it was');
	}
});

test('stored places say how neighbours stand from left to right, and mean nothing where nobody gave one', async (t) => {
	const graph = graphOf(
		[
			['start', 'null'],
			['a', 'null'],
			['b', 'null'],
			['c', 'null'],
		],
		['start -> a', 'start -> b', 'start -> c'],
	);
	const place = new Map([
		['a', {x: 900, y: 10}],
		['b', {x: -20, y: 10}],
		['c', {x: 400.5, y: 0}],
	]);
	const hints = storedPlaces(
		graph.nodes.map(({id, name}) => ({
			id,
			...(place.get(name) ?? {x: 0, y: 0}),
		})),
	);
	t.is(hints.size, 3);
	const {boxes} = await layouts.layOut(graph, 'line', hints);
	t.deepEqual(
		boxes
			.values()
			.filter(({y}) => y > 0)
			.toArray()
			.toSorted((one, other) => one.x - other.x)
			.map(({name}) => name.join('')),
		['b', 'c', 'a'],
	);
});

/** How far nodes are from where they were, beside what all of them moved by, on the average. */
const movedAside = (before: Layout, after: Layout): number => {
	const moves = before.boxes
		.values()
		.map(({id, x}) => (after.boxes.get(id)?.x ?? x) - x)
		.toArray()
		.toSorted((a, b) => a - b);
	const common = moves[Math.floor(moves.length / 2)] ?? 0;
	return (
		moves.reduce((sum, move) => sum + Math.abs(move - common), 0) / moves.length
	);
};

/** Nodes of one layer, the left one first. */
const pairsOf = (layout: Layout): ReadonlyArray<readonly [NodeId, NodeId]> => {
	const boxes = layout.boxes.values().toArray();
	return boxes.flatMap((left) =>
		boxes
			.filter(({x, y}) => y === left.y && x > left.x)
			.map(({id}) => [left.id, id] as const),
	);
};

test('an empty graph is laid out as nothing', async (t) => {
	const layout = await layouts.layOut({nodes: [], wires: []}, 'full');
	t.deepEqual([layout.width, layout.height], [0, 0]);
});

test.serial(
	'laying out a large graph takes little time from whoever draws',
	async (t) => {
		const own = createGraphLayouts();
		const before = process.threadCpuUsage();
		const {boxes} = await own.layOut(largeGraph(300), 'full');
		const {user, system} = process.threadCpuUsage(before);
		await own.stop();
		t.is(boxes.size, 300);
		const milliseconds = (user + system) / 1000;
		t.log(`${milliseconds.toFixed(0)} ms`);
		t.true(milliseconds < 250, `${milliseconds} ms`);
	},
);

test('what is asked for after the end, or not answered before it, is refused', async (t) => {
	const own = createGraphLayouts();
	const first = own.layOut(productionGraph, 'full');
	await own.stop();
	await t.throwsAsync(first, {code: 'CLOSED'});
	await t.throwsAsync(own.layOut(productionGraph, 'line'), {code: 'CLOSED'});
});
