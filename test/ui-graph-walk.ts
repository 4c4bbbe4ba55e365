import test from 'ava';
import fc from 'fast-check';
import {createGraphLayouts} from '../source/ui/graph/graph-layouts.js';
import {hintLetters} from '../source/ui/graph/hint-letters.js';
import {hitAt, portPoint} from '../source/ui/graph/hit.js';
import {graphTree, guideText} from '../source/ui/graph/tree.js';
import {clampView, reveal} from '../source/ui/graph/view.js';
import {stepFrom, type Direction} from '../source/ui/graph/walk-graph.js';
import {anyGraph} from './helpers/any-graph.js';
import {productionGraph} from './helpers/production-graph.js';

const layouts = createGraphLayouts();
test.after.always(async () => {
	await layouts.stop();
});

const named = (name: string) => {
	const node = productionGraph.nodes.find((one) => one.name === name);
	if (!node) {
		throw new Error(`There is no node ${name}`);
	}

	return node.id;
};

const step = async (
	from: string,
	direction: Direction,
	cameFrom?: string,
): Promise<string | undefined> => {
	const layout = await layouts.layOut(productionGraph, 'full');
	const next = stepFrom(layout, named(from), {
		direction,
		cameFrom: cameFrom === undefined ? undefined : named(cameFrom),
	});
	return productionGraph.nodes.find(({id}) => id === next)?.name;
};

test('down follows the main wire, up goes back to where one came from', async (t) => {
	t.is(await step('ingest', 'down'), 'export-assets');
	t.is(await step('export-assets', 'down'), 'by-renderer');
	t.is(await step('render-arnold', 'down'), 'gather-frames');
	t.is(await step('gather-frames', 'up', 'render-arnold'), 'render-arnold');
	t.is(await step('gather-frames', 'up'), 'render-redshift');
});

test('left and right go to the neighbour on that side, and stay where there is none', async (t) => {
	t.is(await step('render-redshift', 'left'), 'render-karma');
	t.is(await step('render-redshift', 'right'), 'render-arnold');
	t.is(await step('ingest', 'up'), undefined);
});

test('every node can be reached on foot from every other', async (t) => {
	const layout = await layouts.layOut(productionGraph, 'line');
	const reached = new Set([named('cleanup')]);
	const waiting = [named('cleanup')];
	for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
		for (const direction of ['up', 'down', 'left', 'right'] as const) {
			const next = stepFrom(layout, node, {direction});
			if (next === undefined || reached.has(next)) {
				continue;
			}

			reached.add(next);
			waiting.push(next);
		}
	}

	t.is(reached.size, productionGraph.nodes.length);
});

test('what is under the pointer is a node, a port, a wire or nothing', async (t) => {
	const layout = await layouts.layOut(productionGraph, 'full');
	const node = named('export-assets');
	const box = layout.boxes.get(node)!;
	t.deepEqual(hitAt(layout, {x: box.x + 5, y: box.y + 1}), {
		kind: 'node',
		node,
	});
	const spawned = portPoint(box, 'output', 'spawned')!;
	t.deepEqual(hitAt(layout, spawned), {
		kind: 'port',
		node,
		side: 'output',
		port: 'spawned',
	});
	t.deepEqual(hitAt(layout, {x: spawned.x, y: spawned.y + 1}), {
		kind: 'wires',
		wires: [3],
	});
	t.is(hitAt(layout, {x: -1, y: -1}), undefined);
});

test('hint letters are different, as few as can be, and none begins another', (t) => {
	fc.assert(
		fc.property(fc.integer({min: 1, max: 800}), (count) => {
			const letters = hintLetters(count);
			t.is(letters.length, count);
			t.is(new Set(letters).size, count);
			t.is(new Set(letters.map(({length}) => length)).size, 1);
		}),
	);
	t.is(hintLetters(26)[0], 'a');
	t.is(hintLetters(27)[0], 'aa');
});

test('a view never leaves the drawing, and has the revealed node in it', async (t) => {
	const layout = await layouts.layOut(productionGraph, 'full');
	fc.assert(
		fc.property(
			fc.integer({min: -500, max: 500}),
			fc.integer({min: -500, max: 500}),
			fc.constantFrom(...layout.boxes.values()),
			(x, y, box) => {
				const size = {width: 60, height: 20};
				const view = clampView(layout, {x, y, ...size});
				t.true(view.x >= 0 && view.x + size.width <= layout.width);
				t.true(view.y >= 0 && view.y + size.height <= layout.height);
				const moved = reveal(layout, view, box.id);
				t.true(moved.x <= box.x && moved.y <= box.y);
				t.true(box.x + box.width <= moved.x + size.width);
				t.true(box.y + box.height <= moved.y + size.height);
			},
		),
	);
});

test('the tree has every node once, and names again what is reached again', (t) => {
	const lines = graphTree(productionGraph).map(
		({guides, output, node, isAgain}) =>
			`${guideText(guides, {isAscii: false})}${output === undefined ? '' : `${output}: `}${node.name}${isAgain ? ' ↑' : ''}`,
	);
	t.snapshot(lines.join('\n'));
	fc.assert(
		fc.property(anyGraph({mostNodes: 12}), (graph) => {
			const first = graphTree(graph).filter(({isAgain}) => !isAgain);
			t.is(first.length, graph.nodes.length);
			t.is(new Set(first.map(({node}) => node.id)).size, first.length);
		}),
	);
});
