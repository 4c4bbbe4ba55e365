import type {JsonObject} from '../../../core/json.js';
import {parseWire, printWire} from '../../../graph/graph-document.js';
import type {GraphDocument} from '../../../net/messages/client.js';
import type {Graph, GraphNode, GraphWire} from '../../graph/graph.js';
import type {Edit} from './edit.js';

/** A wire as graph files have it. */
export const wireText = (
	{nodes}: Pick<Graph, 'nodes'>,
	{from, output, to, input}: Omit<GraphWire, 'id'>,
): string => {
	const nameOf = (id: GraphNode['id']): string =>
		nodes.find((node) => node.id === id)?.name ?? '';
	return printWire({from: nameOf(from), output, to: nameOf(to), input});
};

/** A new node. With `behind`, it stands behind that output: what was wired there is wired to the new node's first output, where it has one. */
export const createEdit = (
	graph: Graph,
	{
		name,
		type,
		behind,
	}: {
		readonly name: string;
		readonly type: {
			readonly type: string;
			readonly inputs: readonly string[];
			readonly outputs: readonly string[];
			/** What it starts with, where that is not the default. */
			readonly starting?: JsonObject;
		};
		readonly behind?:
			{readonly node: GraphNode; readonly output: string} | undefined;
	},
): Edit => {
	const [input] = type.inputs;
	const [output] = type.outputs;
	const old = graph.wires.filter(
		(wire) =>
			behind !== undefined &&
			input !== undefined &&
			output !== undefined &&
			wire.from === behind.node.id &&
			wire.output === behind.output,
	);
	const arriving =
		behind === undefined || input === undefined
			? []
			: [
					printWire({
						from: behind.node.name,
						output: behind.output,
						to: name,
						input,
					}),
				];
	const leaving = old.map((wire) =>
		printWire({
			from: name,
			output: output ?? '',
			to: graph.nodes.find(({id}) => id === wire.to)?.name ?? '',
			input: wire.input,
		}),
	);
	return {
		label:
			behind === undefined
				? `created ${name}`
				: `inserted ${name} behind ${behind.node.name}`,
		steps: [
			// Before the new ones: with both, tasks would be split.
			...old.map((wire) => {
				const text = wireText(graph, wire);
				return {
					apply: {kind: 'disconnect', wire: text},
					revert: {kind: 'connect', wire: text},
				} as const;
			}),
			{
				apply: {
					kind: 'apply',
					document: {
						nodes: {
							[name]: {type: type.type, parameters: type.starting ?? {}},
						},
						connections: [...leaving, ...arriving],
					},
				},
				revert: {kind: 'delete', names: [name]},
			},
		],
	};
};

/** `exported` has the nodes as they are. */
export const deleteEdit = (
	graph: Graph,
	nodes: readonly GraphNode[],
	exported: GraphDocument,
): Edit => {
	const ids = new Set(nodes.map(({id}) => id));
	const names = nodes.map(({name}) => name);
	return {
		label: `deleted ${listed(names)}`,
		steps: [
			{
				apply: {kind: 'delete', names},
				revert: {
					kind: 'apply',
					document: {
						nodes: exported.nodes,
						connections: graph.wires
							.filter(({from, to}) => ids.has(from) || ids.has(to))
							.map((wire) => wireText(graph, wire)),
					},
				},
			},
		],
	};
};

export const renameEdit = (name: string, to: string): Edit => ({
	label: `renamed ${name} to ${to}`,
	steps: [
		{
			apply: {kind: 'rename', name, to},
			revert: {kind: 'rename', name: to, to: name},
		},
	],
});

/** Says so where tasks are split from now on. */
export const connectEdit = (
	graph: Graph,
	wire: Omit<GraphWire, 'id'>,
): Edit => {
	const text = wireText(graph, wire);
	const beside = wiresAt(graph, wire);
	return {
		label:
			beside.length === 0
				? `connected ${text}`
				: `connected ${text}: what leaves there is split in ${beside.length + 1}`,
		steps: [
			{
				apply: {kind: 'connect', wire: text},
				revert: {kind: 'disconnect', wire: text},
			},
		],
	};
};

export const cutEdit = (graph: Graph, wire: GraphWire): Edit => {
	const text = wireText(graph, wire);
	return {
		label: `cut ${text}`,
		steps: [
			{
				apply: {kind: 'disconnect', wire: text},
				revert: {kind: 'connect', wire: text},
			},
		],
	};
};

export const rerouteEdit = (
	graph: Graph,
	wire: GraphWire,
	to: Pick<GraphWire, 'to' | 'input'>,
): Edit => {
	const before = wireText(graph, wire);
	const after = wireText(graph, {...wire, ...to});
	return {
		label: `rerouted ${before} to ${after}`,
		steps: [
			{
				apply: {kind: 'disconnect', wire: before},
				revert: {kind: 'connect', wire: before},
			},
			{
				apply: {kind: 'connect', wire: after},
				revert: {kind: 'disconnect', wire: after},
			},
		],
	};
};

/** Pauses those that are not; where all are, lets them go on. */
export const pauseEdit = (nodes: readonly GraphNode[]): Edit => {
	const enabled = nodes.filter(({enabled: isOn}) => isOn);
	const isPausing = enabled.length > 0;
	const names = (isPausing ? enabled : nodes).map(({name}) => name);
	return {
		label: `${isPausing ? 'paused' : 'resumed'} ${listed(names)}`,
		steps: [
			{
				apply: {kind: isPausing ? 'pause' : 'resume', names},
				revert: {kind: isPausing ? 'resume' : 'pause', names},
			},
		],
	};
};

/** A document's nodes beside those that are there, under names of their own. */
export const pasteEdit = (graph: Graph, document: GraphDocument): Edit => {
	const taken = new Set(graph.nodes.map(({name}) => name));
	const names = new Map<string, string>();
	for (const name of Object.keys(document.nodes)) {
		const own = freeName(name, taken);
		taken.add(own);
		names.set(name, own);
	}

	const added = names.values().toArray();
	return {
		label: `pasted ${listed(added)}`,
		steps: [
			{
				apply: {
					kind: 'apply',
					document: {
						nodes: Object.fromEntries(
							Object.entries(document.nodes).map(([name, node]) => [
								names.get(name) ?? name,
								node,
							]),
						),
						connections: document.connections.map((text) =>
							renamedWire(text, names),
						),
					},
				},
				revert: {kind: 'delete', names: added},
			},
		],
	};
};

/** Whether this very wire is there. */
export const isWired = (
	{wires}: Graph,
	{from, output, to, input}: Omit<GraphWire, 'id'>,
): boolean =>
	wires.some(
		(wire) =>
			wire.from === from &&
			wire.output === output &&
			wire.to === to &&
			wire.input === input,
	);

/** `render`, `render-2`, `render-3`. */
export const freeName = (name: string, taken: ReadonlySet<string>): string => {
	if (!taken.has(name)) {
		return name;
	}

	const stem = name.replace(/-\d+$/v, '');
	let number = 2;
	while (taken.has(`${stem}-${number}`)) {
		number += 1;
	}

	return `${stem}-${number}`;
};

const renamedWire = (
	text: string,
	names: ReadonlyMap<string, string>,
): string => {
	const wire = parseWire(text);
	if (wire.kind === 'fault') {
		// The scheduler says what is wrong with it.
		return text;
	}

	const end = (node: string, port: string | undefined): string =>
		`${JSON.stringify(names.get(node) ?? node)}${port === undefined ? '' : `.${JSON.stringify(port)}`}`;
	return `${end(wire.from, wire.output)} -> ${end(wire.to, wire.input)}`;
};

const wiresAt = (
	{wires}: Graph,
	{from, output}: Pick<GraphWire, 'from' | 'output'>,
): readonly GraphWire[] =>
	wires.filter((wire) => wire.from === from && wire.output === output);

const listed = (names: readonly string[]): string =>
	names.length > 3 ? `${names.length} nodes` : names.join(', ');
