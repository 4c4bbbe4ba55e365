import {nodeId, type NodeId} from '../../source/core/ids.js';
import type {Graph, GraphNode, GraphWire} from '../../source/ui/graph/graph.js';

const ports: Readonly<
	Record<
		string,
		{readonly inputs: readonly string[]; readonly outputs: readonly string[]}
	>
> = {
	command: {inputs: ['main'], outputs: ['main', 'spawned']},
	script: {inputs: ['main'], outputs: ['main', 'spawned']},
	switch: {inputs: ['main'], outputs: ['output0', 'output1', 'output2']},
	parent_children_waiter: {
		inputs: ['main', 'children'],
		outputs: ['main', 'children'],
	},
	killer: {inputs: ['main'], outputs: []},
};

type NodeText = readonly [
	name: string,
	type: string,
	more?: Partial<Pick<GraphNode, 'counts' | 'enabled'>>,
];

/** A graph of nodes and of wires as in graph files, without quotes: `render.spawned -> gather`. */
export const graphOf = (
	nodes: readonly NodeText[],
	wires: readonly string[],
): Graph => {
	const made = nodes.map(([name, type, more], index): GraphNode => ({
		id: nodeId(index + 1),
		name,
		type,
		inputs: ports[type]?.inputs ?? ['main'],
		outputs: ports[type]?.outputs ?? ['main'],
		enabled: true,
		counts: {},
		...more,
	}));
	const idOf = (name: string): NodeId => {
		const node = made.find((one) => one.name === name);
		if (!node) {
			throw new Error(`There is no node ${name}`);
		}

		return node.id;
	};

	return {
		nodes: made,
		wires: wires.map((text, index): GraphWire => {
			const [from = '', to = ''] = text.split(' -> ', 2);
			const [source = '', output = 'main'] = from.split('.', 2);
			const [target = '', input = 'main'] = to.split('.', 2);
			return {
				id: index + 1,
				from: idOf(source),
				output:
					output === 'main'
						? (ports[made[idOf(source) - 1]?.type ?? '']?.outputs[0] ?? 'main')
						: output,
				to: idOf(target),
				input,
			};
		}),
	};
};

/** Twelve nodes: a fan-out by a switch, gatherers, side outputs, a split. */
export const productionGraph: Graph = graphOf(
	[
		['ingest', 'null'],
		['export-assets', 'command', {counts: {in_progress: 2, ready: 3}}],
		['by-renderer', 'switch'],
		[
			'render-karma',
			'command',
			{counts: {in_progress: 24, ready: 1200, error: 3}},
		],
		['render-redshift', 'command', {counts: {in_progress: 3, ready: 40}}],
		['render-arnold', 'command'],
		[
			'gather-frames',
			'split_waiter',
			{counts: {splitted: 12, post_waiting_blocked: 310}},
		],
		['denoise', 'command', {counts: {ready: 8}}],
		['composite', 'command'],
		['encode-preview', 'command', {counts: {in_progress: 1}}],
		['publish', 'script', {counts: {done: 34}, enabled: false}],
		['cleanup', 'killer', {counts: {dead: 3400}}],
	],
	[
		'ingest -> export-assets',
		'export-assets -> by-renderer',
		'export-assets.spawned -> cleanup',
		'by-renderer.output0 -> render-karma',
		'by-renderer.output1 -> render-redshift',
		'by-renderer.output2 -> render-arnold',
		'render-karma -> gather-frames',
		'render-redshift -> gather-frames',
		'render-arnold -> gather-frames',
		'render-karma.spawned -> encode-preview',
		'gather-frames -> denoise',
		'denoise -> composite',
		'denoise -> encode-preview',
		'composite -> publish',
		'encode-preview -> cleanup',
		'publish -> cleanup',
	],
);

/** A graph of any size that is like a farm's: departments with a chain of nodes each, fan-outs and gatherers in them, and all of them meeting at the end. The same every time. */
export const largeGraph = (size: number): Graph => {
	const nodes: NodeText[] = [];
	const wires: string[] = [];
	const departments = Math.max(1, Math.round(size / 25));
	for (let index = 0; index < size; index += 1) {
		const department = index % departments;
		const step = Math.floor(index / departments);
		const name = `dept${department}-step${step}`;
		nodes.push([
			name,
			step % 5 === 4 ? 'split_waiter' : 'command',
			{counts: index % 3 === 0 ? {in_progress: index, done: 100} : {}},
		]);
		if (step > 0) {
			// Two of five go on side by side from the one before them.
			const back = step % 5 === 2 ? 2 : 1;
			wires.push(`dept${department}-step${step - back} -> ${name}`);
		}

		if (step % 5 === 4) {
			wires.push(`dept${department}-step${step - 3} -> ${name}`);
		}

		if (step % 11 === 7 && department > 0) {
			wires.push(
				`${name}${step % 5 === 4 ? '' : '.spawned'} -> dept${department - 1}-step${step}`,
			);
		}
	}

	return graphOf(nodes, wires);
};
