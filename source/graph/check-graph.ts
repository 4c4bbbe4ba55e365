import type {Json, JsonObject} from '../core/json.js';
import {didYouMean} from '../core/nearest.js';
import {
	isSameJson,
	parseWire,
	printWire,
	type DocumentNode,
	type GraphDocument,
	type Wire,
	type WrittenWire,
} from './graph-document.js';

/** What the plan has to know of a node type; this layer knows no nodes. */
export type NodeTypeRules = {
	readonly inputs: readonly string[];
	/** With these parameters, as stored. */
	readonly outputs: (parameters: JsonObject) => readonly string[];
	/** Looks at parameters as they were written. `path` leads on from the parameters: `['cpus']`, `['command', 0, 'arg']`. */
	readonly checkParameters: (
		written: JsonObject,
		/** The node's. */
		name: string,
	) => {
		readonly faults: readonly GraphFault[];
		/** As they are to be stored: without those that are the default. */
		readonly parameters: JsonObject;
	};
};

export type GraphFault = {
	/** Where in the document: `['nodes', 'render', 'parameters', 'cpus']`. */
	readonly path: ReadonlyArray<string | number>;
	readonly message: string;
};

export type GraphChange = {
	readonly kind: 'add' | 'change' | 'remove';
	readonly what: 'node' | 'connection';
	readonly name: string;
	/** What differs, in words: `cpus: 1 → 2`. */
	readonly details: readonly string[];
};

export type ExistingNode = {
	readonly name: string;
	readonly type: string;
	/** As stored. */
	readonly parameters: JsonObject;
	readonly enabled: boolean;
	readonly position: readonly [number, number];
};

export type PlannedNode = Omit<ExistingNode, 'position'> & {
	/** Undefined: nobody said. Only for a node that is new. */
	readonly position: readonly [number, number] | undefined;
};

/** What is to be done, in this order: wires away, nodes away, nodes changed, nodes added, wires laid. */
export type GraphPlan = {
	readonly removeConnections: readonly Wire[];
	readonly removeNodes: readonly string[];
	/** Each whole, as it is to be. */
	readonly changeNodes: ReadonlyArray<
		PlannedNode & {
			/** What it remembers belongs to the old type. */
			readonly isTypeChanged: boolean;
		}
	>;
	readonly addNodes: readonly PlannedNode[];
	readonly addConnections: readonly Wire[];
};

export type GraphToPlan = {
	readonly document: GraphDocument;
	readonly existing: {
		readonly nodes: readonly ExistingNode[];
		readonly connections: readonly Wire[];
	};
	/** Take away nodes and wires that the document does not have. */
	readonly prune: boolean;
	readonly types: ReadonlyMap<string, NodeTypeRules>;
	/** How many tasks of a node are not dead: it can then neither go nor become another type. */
	readonly livingTasks: (node: string) => number;
};

/**
Holds a document against the graph that there is. Where there are faults, nothing may be done: `plan` is then empty, though `changes` tells as far as it could be told. A document that has been applied gives no changes.

A node of the document gets exactly the parameters that stand there. Wires may lead to nodes that are only in the graph, unless `prune` takes those away.
*/
export const planGraph = (
	input: GraphToPlan,
): {
	readonly faults: readonly GraphFault[];
	readonly changes: readonly GraphChange[];
	readonly plan: GraphPlan;
} => {
	const {document, existing, prune} = input;
	const existingByName = new Map(
		existing.nodes.map((node) => [node.name, node]),
	);
	const checked = Object.entries(document.nodes).map(([name, node]) =>
		checkNode({name, node, before: existingByName.get(name), input}),
	);
	const removed = prune
		? existing.nodes.filter(({name}) => !Object.hasOwn(document.nodes, name))
		: [];
	const final = new Map<string, FinalNode>(
		prune
			? []
			: existing.nodes.map((node) => [
					node.name,
					portsOf(node, input.types.get(node.type)),
				]),
	);
	for (const {node, ports} of checked) {
		final.set(node.name, ports);
	}

	const wires = checkWires(document.connections, final);
	const wanted = new Set(wires.found.map((wire) => printWire(wire)));
	const there = new Set(existing.connections.map((wire) => printWire(wire)));
	const surplus = prune
		? existing.connections.filter((wire) => !wanted.has(printWire(wire)))
		: [];
	const kept = prune ? [] : existing.connections;
	const missing = wires.found.filter((wire) => !there.has(printWire(wire)));
	const changed = checked.filter(
		({before, details}) => before !== undefined && details.length > 0,
	);
	const added = checked.filter(({before}) => before === undefined);

	const faults = [
		...checked.flatMap((node) => node.faults),
		...removed.flatMap(({name}) => livingFault({name, input})),
		...wires.faults,
		...kept.flatMap((wire) => hangingFault({wire, final, document})),
	];
	const changes: GraphChange[] = [
		...added.map(({node}) => change('add', node.name, [`type: ${node.type}`])),
		...changed.map(({node, details}) => change('change', node.name, details)),
		...removed.map(({name, type}) => change('remove', name, [`type: ${type}`])),
		...missing.map((wire) => wireChange('add', wire)),
		...surplus.map((wire) => wireChange('remove', wire)),
	];
	return {
		faults,
		changes,
		plan:
			faults.length > 0
				? nothing
				: {
						removeConnections: surplus,
						removeNodes: removed.map(({name}) => name),
						changeNodes: changed.map(({node, before}) => ({
							...node,
							isTypeChanged: node.type !== before?.type,
						})),
						addNodes: added.map(({node}) => node),
						addConnections: missing,
					},
	};
};

const nothing: GraphPlan = {
	removeConnections: [],
	removeNodes: [],
	changeNodes: [],
	addNodes: [],
	addConnections: [],
};

/** The ends that a node will have; undefined where that cannot be known: its type is not there, or its parameters have faults. */
type FinalNode = {
	readonly type: string;
	readonly inputs: readonly string[] | undefined;
	readonly outputs: readonly string[] | undefined;
};

type CheckedNode = {
	readonly node: PlannedNode;
	readonly before: ExistingNode | undefined;
	readonly ports: FinalNode;
	readonly details: readonly string[];
	readonly faults: readonly GraphFault[];
};

const checkNode = ({
	name,
	node,
	before,
	input,
}: {
	readonly name: string;
	readonly node: DocumentNode;
	readonly before: ExistingNode | undefined;
	readonly input: GraphToPlan;
}): CheckedNode => {
	const rules = input.types.get(node.type);
	const verdict = rules?.checkParameters(node.parameters, name) ?? {
		faults: [],
		parameters: node.parameters,
	};
	const planned: PlannedNode = {
		name,
		type: node.type,
		parameters: verdict.parameters,
		enabled: node.enabled ?? before?.enabled ?? true,
		position: node.position ?? before?.position,
	};
	const faults: GraphFault[] = verdict.faults.map(({path, message}) => ({
		path: ['nodes', name, 'parameters', ...path],
		message,
	}));
	if (rules === undefined) {
		faults.push({
			path: ['nodes', name, 'type'],
			message: `There is no node type "${node.type}"${didYouMean(node.type, input.types.keys())}`,
		});
	}

	if (before !== undefined && before.type !== node.type) {
		const living = input.livingTasks(name);
		if (living > 0) {
			faults.push({
				path: ['nodes', name, 'type'],
				message: `"${name}" is a ${before.type} node and holds ${tasks(living)}: it cannot become a ${node.type} node before they have left it or are dead.`,
			});
		}
	}

	return {
		node: planned,
		before,
		faults,
		details: before === undefined ? [] : differences(before, planned),
		ports:
			rules === undefined || verdict.faults.length > 0
				? {type: node.type, inputs: rules?.inputs, outputs: undefined}
				: portsOf(planned, rules),
	};
};

const portsOf = (
	{type, parameters}: Pick<PlannedNode, 'type' | 'parameters'>,
	rules: NodeTypeRules | undefined,
): FinalNode => ({
	type,
	inputs: rules?.inputs,
	outputs: rules?.outputs(parameters),
});

const checkWires = (
	written: readonly string[],
	final: ReadonlyMap<string, FinalNode>,
): {
	readonly found: readonly Wire[];
	readonly faults: readonly GraphFault[];
} => {
	const found = new Map<string, Wire>();
	const faults: GraphFault[] = [];
	for (const [index, text] of written.entries()) {
		const path = ['connections', index];
		const parsed = parseWire(text);
		if (parsed.kind === 'fault') {
			faults.push({path, message: parsed.message});
			continue;
		}

		const output = findEnd(parsed, 'output', final);
		const input = findEnd(parsed, 'input', final);
		for (const end of [output, input]) {
			if (end.kind === 'fault') {
				faults.push({path, message: end.message});
			}
		}

		if (output.kind === 'fault' || input.kind === 'fault') {
			continue;
		}

		const wire = {
			from: parsed.from,
			output: output.port,
			to: parsed.to,
			input: input.port,
		};
		const name = printWire(wire);
		if (found.has(name)) {
			faults.push({path, message: `The connection ${name} stands here twice.`});
		}

		found.set(name, wire);
	}

	return {found: found.values().toArray(), faults};
};

type FoundEnd =
	| {readonly kind: 'end'; readonly port: string}
	| {readonly kind: 'fault'; readonly message: string};

const findEnd = (
	wire: WrittenWire,
	side: 'output' | 'input',
	final: ReadonlyMap<string, FinalNode>,
): FoundEnd => {
	const name = side === 'output' ? wire.from : wire.to;
	const port = wire[side];
	const node = final.get(name);
	if (node === undefined) {
		const whole = port === undefined ? name : `${name}.${port}`;
		return {
			kind: 'fault',
			message: final.has(whole)
				? `There is no node "${name}". A name with a dot in it stands in double quotes: ${JSON.stringify(whole)}.`
				: `There is no node "${name}"${didYouMean(name, final.keys())}`,
		};
	}

	const ports = side === 'output' ? node.outputs : node.inputs;
	if (ports === undefined) {
		return {kind: 'end', port: port ?? 'main'};
	}

	const [first] = ports;
	if (first === undefined) {
		return {
			kind: 'fault',
			message: `"${name}" is a ${node.type} node and has no ${side}.`,
		};
	}

	return port === undefined || ports.includes(port)
		? {kind: 'end', port: port ?? first}
		: {
				kind: 'fault',
				message: `"${name}" has no ${side} "${port}"${didYouMean(port, ports)} It has ${ports.join(', ')}.`,
			};
};

/** A wire that was there and would lead from or to what the document takes away. */
const hangingFault = ({
	wire,
	final,
	document,
}: {
	readonly wire: Wire;
	readonly final: ReadonlyMap<string, FinalNode>;
	readonly document: GraphDocument;
}): GraphFault[] => {
	const ends = [
		{node: wire.from, port: wire.output, ports: final.get(wire.from)?.outputs},
		{node: wire.to, port: wire.input, ports: final.get(wire.to)?.inputs},
	];
	return ends
		.filter(
			({node, port, ports}) =>
				Object.hasOwn(document.nodes, node) &&
				ports !== undefined &&
				!ports.includes(port),
		)
		.map(({node, port}) => ({
			path: ['nodes', node],
			message: `"${node}" would have no "${port}" any more, but the connection ${printWire(wire)} is there: take it away first, or prune.`,
		}));
};

const livingFault = ({
	name,
	input,
}: {
	readonly name: string;
	readonly input: GraphToPlan;
}): GraphFault[] => {
	const living = input.livingTasks(name);
	return living === 0
		? []
		: [
				{
					path: ['nodes'],
					message: `"${name}" is not in the document, but holds ${tasks(living)}: move or kill them before it can go.`,
				},
			];
};

const tasks = (count: number): string =>
	count === 1 ? 'a task that is not dead' : `${count} tasks that are not dead`;

const differences = (before: ExistingNode, after: PlannedNode): string[] => {
	const details: string[] = [
		...(before.type === after.type
			? []
			: [`type: ${before.type} → ${after.type}`]),
		...(before.enabled === after.enabled
			? []
			: [after.enabled ? 'enabled' : 'disabled']),
		...(isSameJson(before.position, after.position)
			? []
			: [
					`position: ${before.position.join(', ')} → ${after.position?.join(', ') ?? ''}`,
				]),
	];
	const names = new Set([
		...Object.keys(before.parameters),
		...Object.keys(after.parameters),
	]);
	for (const name of names) {
		const old = own(before.parameters, name);
		const now = own(after.parameters, name);
		if (!isSameJson(old, now)) {
			details.push(`${name}: ${inWords(old)} → ${inWords(now)}`);
		}
	}

	return details;
};

const own = (values: JsonObject, name: string): Json | undefined =>
	Object.hasOwn(values, name) ? values[name] : undefined;

const inWords = (value: Json | undefined): string => {
	if (value === undefined) {
		return 'default';
	}

	const text = JSON.stringify(value);
	return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

const change = (
	kind: GraphChange['kind'],
	name: string,
	details: readonly string[],
): GraphChange => ({kind, what: 'node', name, details});

const wireChange = (kind: GraphChange['kind'], wire: Wire): GraphChange => ({
	kind,
	what: 'connection',
	name: printWire(wire),
	details: [],
});
