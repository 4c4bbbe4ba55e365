import test from 'ava';
import fc from 'fast-check';
import {nodeId} from '../source/core/ids.js';
import {parseWire, printWire} from '../source/graph/graph-document.js';
import type {GraphDocument} from '../source/net/messages/client.js';
import type {Graph, GraphNode} from '../source/ui/graph/graph.js';
import type {Edit, GraphStep} from '../source/ui/screens/graph/edit.js';
import {
	connectEdit,
	createEdit,
	cutEdit,
	deleteEdit,
	freeName,
	isWired,
	pasteEdit,
	pauseEdit,
	renameEdit,
	rerouteEdit,
	wireText,
} from '../source/ui/screens/graph/edits.js';
import {presetEdit} from '../source/ui/screens/graph/presets.js';
import {wayOf} from '../source/ui/screens/graph/way-of.js';
import {anyGraph} from './helpers/any-graph.js';
import {graphOf, productionGraph} from './helpers/production-graph.js';

/** What a scheduler holds of a graph, as far as edits change it. */
type Held = {
	readonly nodes: Readonly<Record<string, string>>;
	readonly paused: readonly string[];
	readonly wires: readonly string[];
};

const heldOf = (graph: Graph): Held => ({
	nodes: Object.fromEntries(graph.nodes.map(({name, type}) => [name, type])),
	paused: graph.nodes
		.filter(({enabled}) => !enabled)
		.map(({name}) => name)
		.toSorted(),
	wires: graph.wires.map((wire) => wireText(graph, wire)).toSorted(),
});

const full = (text: string): string => {
	const wire = parseWire(text);
	if (wire.kind === 'fault') {
		throw new Error(wire.message);
	}

	return printWire({
		...wire,
		output: wire.output ?? 'main',
		input: wire.input ?? 'main',
	});
};

const without = (held: Held, names: readonly string[]): Held => ({
	nodes: Object.fromEntries(
		Object.entries(held.nodes).filter(([name]) => !names.includes(name)),
	),
	paused: held.paused.filter((name) => !names.includes(name)),
	wires: held.wires.filter((text) => {
		const wire = parseWire(text);
		return (
			wire.kind === 'wire' &&
			!names.includes(wire.from) &&
			!names.includes(wire.to)
		);
	}),
});

/** As a scheduler takes a step; it refuses what makes no sense. */
const take = (held: Held, step: GraphStep): Held => {
	switch (step.kind) {
		case 'apply': {
			const {nodes, connections} = step.document;
			return {
				nodes: {
					...held.nodes,
					...Object.fromEntries(
						Object.entries(nodes).map(([name, {type}]) => [name, type]),
					),
				},
				paused: [
					...held.paused,
					...Object.entries(nodes)
						.filter(([, {enabled}]) => enabled === false)
						.map(([name]) => name),
				].toSorted(),
				wires: [
					...held.wires,
					...connections.map((text) => full(text)),
				].toSorted(),
			};
		}

		case 'delete': {
			return without(held, step.names);
		}

		case 'rename': {
			const {name, to} = step;
			const named = (one: string): string => (one === name ? to : one);
			return {
				nodes: Object.fromEntries(
					Object.entries(held.nodes).map(([one, type]) => [named(one), type]),
				),
				paused: held.paused.map((one) => named(one)).toSorted(),
				wires: held.wires
					.map((text) => {
						const wire = parseWire(text);
						return wire.kind === 'fault'
							? text
							: printWire({
									from: named(wire.from),
									output: wire.output ?? '',
									to: named(wire.to),
									input: wire.input ?? '',
								});
					})
					.toSorted(),
			};
		}

		case 'connect': {
			return {...held, wires: [...held.wires, step.wire].toSorted()};
		}

		case 'disconnect': {
			if (!held.wires.includes(step.wire)) {
				throw new Error(`There is no wire ${step.wire}`);
			}

			return {
				...held,
				wires: held.wires.filter((wire) => wire !== step.wire),
			};
		}

		case 'pause': {
			return {...held, paused: [...held.paused, ...step.names].toSorted()};
		}

		case 'resume': {
			return {
				...held,
				paused: held.paused.filter((name) => !step.names.includes(name)),
			};
		}

		case 'set': {
			return held;
		}
	}
};

const apply = (held: Held, {steps}: Edit): Held => {
	let now = held;
	for (const {apply: step} of steps) {
		now = take(now, step);
	}

	return now;
};

const revert = (held: Held, {steps}: Edit): Held => {
	let now = held;
	for (const {revert: step} of steps.toReversed()) {
		now = take(now, step);
	}

	return now;
};

const exported = (nodes: readonly GraphNode[]): GraphDocument => ({
	nodes: Object.fromEntries(
		nodes.map(({name, type, enabled}) => [
			name,
			{type, parameters: {}, ...(!enabled && {enabled})},
		]),
	),
	connections: [],
});

/** Names as a scheduler has them: each once. */
const anyNamedGraph = anyGraph({mostNodes: 8}).map((graph): Graph => ({
	...graph,
	nodes: graph.nodes.map((node) => ({
		...node,
		name: `${node.name.trim()}.${node.id}`,
	})),
}));

test('what takes an edit back leaves the graph as it was', (t) => {
	fc.assert(
		fc.property(anyNamedGraph, fc.nat(), fc.nat(), (graph, first, second) => {
			const node = graph.nodes[first % graph.nodes.length];
			const other = graph.nodes[second % graph.nodes.length];
			const wire = graph.wires[first % graph.wires.length];
			const output = node?.outputs[0];
			const input = other?.inputs[0];
			const edits = [
				createEdit(graph, {
					name: 'new one',
					type: {type: 'null', inputs: ['main'], outputs: ['main']},
					behind: node && output !== undefined ? {node, output} : undefined,
				}),
				pasteEdit(graph, exported(graph.nodes)),
				...(node && other
					? [
							deleteEdit(graph, [node], exported([node])),
							deleteEdit(
								graph,
								[...new Set([node, other])],
								exported([node, other]),
							),
							renameEdit(node.name, 'another -> "name"'),
							pauseEdit([node]),
						]
					: []),
				...(wire ? [cutEdit(graph, wire)] : []),
				...(wire &&
				other &&
				input !== undefined &&
				!isWired(graph, {...wire, to: other.id, input})
					? [rerouteEdit(graph, wire, {to: other.id, input})]
					: []),
			];
			const held = heldOf(graph);
			for (const edit of edits) {
				t.deepEqual(revert(apply(held, edit), edit), held, edit.label);
			}
		}),
	);
});

test('a node that is inserted stands between those that were wired, and splits nothing', (t) => {
	const graph = graphOf(
		[
			['a', 'null'],
			['b', 'null'],
			['c', 'null'],
		],
		['a -> b', 'a -> c'],
	);
	const [a] = graph.nodes;
	const edit = createEdit(graph, {
		name: 'new',
		type: {type: 'null', inputs: ['main'], outputs: ['main']},
		behind: a && {node: a, output: 'main'},
	});
	t.deepEqual(apply(heldOf(graph), edit).wires, [
		'a.main -> new.main',
		'new.main -> b.main',
		'new.main -> c.main',
	]);
	t.deepEqual(
		edit.steps.map(({apply: step}) => step.kind),
		['disconnect', 'disconnect', 'apply'],
	);
});

test('a second wire at an output is announced as a split', (t) => {
	const [from] = productionGraph.nodes;
	const [to] = productionGraph.nodes.toReversed();
	t.regex(
		connectEdit(productionGraph, {
			from: from!.id,
			output: 'main',
			to: to!.id,
			input: 'main',
		}).label,
		/split in 2/v,
	);
});

test('names that are taken get a number', (t) => {
	t.is(freeName('a', new Set()), 'a');
	t.is(freeName('a', new Set(['a'])), 'a-2');
	t.is(freeName('a-2', new Set(['a', 'a-2'])), 'a-3');
});

test("a task's way has the nodes where it was and the wires between them", (t) => {
	const way = wayOf(productionGraph, [
		{node: 'ingest'},
		{node: 'ingest'},
		{node: 'export-assets'},
		{node: 'deleted since'},
		{node: 'by-renderer'},
	]);
	t.deepEqual([...way.nodes], [nodeId(1), nodeId(2), nodeId(3)]);
	t.deepEqual([...way.wires], [1, 2]);
});

test('a preset is taken back parameter by parameter, on every node that took it', (t) => {
	const {label, steps} = presetEdit(
		{name: 'heavy', parameters: {cpus: 8, memory_gb: 16}},
		[{name: 'render'}, {name: 'sim'}],
		{nodes: {render: {type: 'command', parameters: {cpus: 2, cwd: '/x'}}}},
	);
	t.is(label, 'applied heavy to render, sim');
	t.deepEqual(
		steps.map((step) => [step.apply, step.revert]),
		[
			[
				{
					kind: 'set',
					name: 'render',
					parameters: {cpus: 8, memory_gb: 16},
				},
				{
					kind: 'set',
					name: 'render',
					parameters: {cpus: 2, memory_gb: null},
				},
			],
			[
				{kind: 'set', name: 'sim', parameters: {cpus: 8, memory_gb: 16}},
				{kind: 'set', name: 'sim', parameters: {cpus: null, memory_gb: null}},
			],
		],
	);
});
