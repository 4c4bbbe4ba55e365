import test from 'ava';
import fc from 'fast-check';
import stringWidth from 'string-width';
import {nodeId} from '../source/core/ids.js';
import type {Row, View} from '../source/ui/graph/canvas.js';
import {drawGraph, type Emphasis} from '../source/ui/graph/draw-graph.js';
import {walk} from '../source/ui/graph/draw-wires.js';
import {createGraphLayouts} from '../source/ui/graph/graph-layouts.js';
import {asciiGlyphs, lineGlyphs} from '../source/ui/graph/glyphs.js';
import {zooms, type Graph, type Zoom} from '../source/ui/graph/graph.js';
import type {Layout} from '../source/ui/graph/layout.js';
import {drawMinimap} from '../source/ui/graph/minimap.js';
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

const textOf = (rows: readonly Row[]): string[] =>
	rows.map((row) => row.map(({text}) => text).join(''));

const whole = ({width, height}: Layout): View => ({x: 0, y: 0, width, height});

const picture = async (
	graph: Graph,
	zoom: Zoom,
	{
		emphasis = {},
		isAscii = false,
		view,
	}: {
		readonly emphasis?: Emphasis;
		readonly isAscii?: boolean;
		readonly view?: View;
	} = {},
): Promise<string> => {
	const layout = await layouts.layOut(graph, zoom);
	return textOf(
		drawGraph({
			graph,
			layout,
			view: view ?? whole(layout),
			glyphs: isAscii ? asciiGlyphs : lineGlyphs,
			emphasis,
		}),
	).join('\n');
};

const anyEmphasis: fc.Arbitrary<Emphasis> = fc.record({
	selected: fc.option(fc.nat(12).map(nodeId), {nil: undefined}),
	marked: fc.array(fc.nat(12).map(nodeId)).map((ids) => new Set(ids)),
	lit: fc.option(
		fc
			.array(fc.tuple(fc.nat(12).map(nodeId), fc.nat(5000)))
			.map((counts) => new Map(counts)),
		{nil: undefined},
	),
	hints: fc.array(
		fc.record({
			x: fc.nat(40),
			y: fc.nat(20),
			letters: fc.constantFrom('a', 'jk'),
		}),
	),
});

const anyZoom = fc.constantFrom(...zooms);

/** Cells of a line of text, each wide character with an empty cell behind it. */
const cellsOf = (line: string): string[] =>
	Array.from(new Intl.Segmenter().segment(line), ({segment}) => [
		segment,
		...(stringWidth(segment) === 2 ? [''] : []),
	]).flat();

test('a part of the drawing is drawn as it is in the whole drawing', async (t) => {
	await fc.assert(
		fc.asyncProperty(
			anyGraph({mostNodes: 8}),
			anyZoom,
			anyEmphasis,
			fc.tuple(fc.integer({min: -5, max: 60}), fc.integer({min: -5, max: 30})),
			async (graph, zoom, emphasis, [x, y]) => {
				const layout = await layouts.layOut(graph, zoom);
				const view = {x, y, width: 37, height: 11};
				const drawing = {graph, layout, glyphs: lineGlyphs, emphasis};
				const part = textOf(drawGraph({...drawing, view}));
				const all = textOf(
					drawGraph({
						...drawing,
						view: {x: -5, y: -5, width: 120, height: 60},
					}),
				);
				t.is(part.length, view.height);
				for (const [row, line] of part.entries()) {
					t.is(stringWidth(line), view.width);
					const expected = cellsOf(all[y + 5 + row] ?? '').slice(
						x + 5,
						x + 5 + view.width,
					);
					// Half of a wide character is not drawn.
					if (expected[0] === '') {
						expected[0] = ' ';
					}

					const last = expected.at(-1) ?? '';
					if (stringWidth(last) === 2) {
						expected[expected.length - 1] = ' ';
					}

					t.deepEqual(cellsOf(line), expected);
				}
			},
		),
		{numRuns: 60},
	);
});

test('an ASCII drawing holds nothing but ASCII', async (t) => {
	await fc.assert(
		fc.asyncProperty(
			anyGraph({mostNodes: 8}),
			anyZoom,
			anyEmphasis,
			async (graph, zoom, emphasis) => {
				const layout = await layouts.layOut(graph, zoom);
				const rows = drawGraph({
					graph,
					layout,
					view: whole(layout),
					glyphs: asciiGlyphs,
					emphasis,
				});
				const map = drawMinimap(layout, {
					view: whole(layout),
					size: {width: 10, height: 4},
					isAscii: true,
				});
				for (const line of textOf([...rows, ...map])) {
					t.regex(line, /^[\u{20}-\u{7E}]*$/v);
				}
			},
		),
		{numRuns: 60},
	);
});

const arms: Readonly<Record<string, number>> = {
	'╵': 1,
	'╶': 2,
	'╰': 3,
	'╷': 4,
	'│': 5,
	'╭': 6,
	'├': 7,
	'╴': 8,
	'╯': 9,
	'─': 10,
	'┴': 11,
	'╮': 12,
	'┤': 13,
	'┬': 14,
	'┼': 15,
	'╋': 15,
	'▲': 5,
	'▼': 5,
};

test('every cell of a wire has the character of the directions that meet in it, and a crossing is told from a junction', async (t) => {
	await fc.assert(
		fc.asyncProperty(
			anyGraph({mostNodes: 10}),
			anyZoom,
			async (graph, zoom) => {
				const layout = await layouts.layOut(graph, zoom);
				const lines = textOf(
					drawGraph({graph, layout, view: whole(layout), glyphs: lineGlyphs}),
				).map((line) => cellsOf(line));
				const cells = new Map<string, {mask: number; nets: Set<number>}>();
				for (const {points, net} of layout.wires) {
					walk(points, (x, y, mask) => {
						const cell = cells.get(`${x} ${y}`) ?? {mask: 0, nets: new Set()};
						cells.set(`${x} ${y}`, {
							mask: cell.mask | mask, // eslint-disable-line no-bitwise -- a set of directions
							nets: cell.nets.add(net),
						});
					});
				}

				for (const {x, y, width, height} of layout.boxes.values()) {
					for (let column = x; column < x + width; column += 1) {
						for (let line = y; line < y + height; line += 1) {
							cells.delete(`${column} ${line}`);
						}
					}
				}

				for (const [at, {mask, nets}] of cells) {
					const [x = 0, y = 0] = at.split(' ').map(Number);
					const drawn = lines[y]?.[x] ?? '';
					t.is(arms[drawn], mask, `${drawn} at ${at}`);
					t.is(drawn === '┼', mask === 15 && nets.size === 2);
				}
			},
		),
		{numRuns: 60},
	);
});

test('a production graph in boxes', async (t) => {
	t.snapshot(await picture(productionGraph, 'full'));
});

test('a production graph in boxes, with what stands out, in ASCII', async (t) => {
	t.snapshot(
		await picture(productionGraph, 'full', {
			isAscii: true,
			emphasis: {
				selected: nodeId(4),
				marked: new Set([nodeId(8)]),
				lit: new Map([[nodeId(6), 1234]]),
				hints: [{x: 4, y: 20, letters: 'as'}],
			},
		}),
	);
});

test('a production graph in lines fits 80×24', async (t) => {
	const {width, height} = await layouts.layOut(productionGraph, 'line');
	t.true(width <= 80, `${width} columns`);
	t.true(height <= 20, `${height} lines`);
	t.snapshot(
		await picture(productionGraph, 'line', {emphasis: {selected: nodeId(4)}}),
	);
});

test('a production graph in dots, the selected one with its name', async (t) => {
	t.snapshot(
		await picture(productionGraph, 'dot', {emphasis: {selected: nodeId(7)}}),
	);
});

test('circles, a wire of a node to itself, and a node without wires', async (t) => {
	t.snapshot(
		await picture(
			graphOf(
				[
					['first', 'command'],
					['second', 'command'],
					['third', 'command'],
					['lonely', 'null'],
					['again', 'command'],
				],
				[
					'first -> second',
					'second -> third',
					'third -> first',
					'first.spawned -> third',
					'again -> again',
				],
			),
			'full',
		),
	);
});

test('names that are long or wide are cut, numbers are shortened', async (t) => {
	const wide = 'シーンの合成とレンダリングの確認をする節点';
	const long = 'x'.repeat(90);
	const counts = {
		error: 1_234_567,
		in_progress: 99_999,
		ready: 12_345,
		done: 1,
	};
	const graph = graphOf(
		[
			[wide, 'command', {counts}],
			[long, 'command'],
			['🎬 cut', 'parent_children_waiter'],
		],
		[
			`${wide} -> ${long}`,
			`${wide} -> 🎬 cut`,
			`${wide}.spawned -> 🎬 cut.children`,
		],
	);
	t.snapshot(await picture(graph, 'full'));
	t.snapshot(await picture(graph, 'line'));
});

test('300 nodes: the upper left corner in boxes, and all of it in dots with its map', async (t) => {
	const graph = largeGraph(300);
	t.snapshot(
		await picture(graph, 'full', {view: {x: 0, y: 0, width: 120, height: 40}}),
	);
	t.snapshot(await picture(graph, 'dot'));
	const layout = await layouts.layOut(graph, 'full');
	t.snapshot(
		textOf(
			drawMinimap(layout, {
				view: {x: 0, y: 0, width: 120, height: 40},
				size: {width: 24, height: 8},
				isAscii: false,
			}),
		).join('\n'),
	);
});
