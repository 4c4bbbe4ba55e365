import test from 'ava';
import {
	planGraph,
	type ExistingNode,
	type GraphToPlan,
	type NodeTypeRules,
} from '../source/graph/check-graph.js';
import type {JsonObject} from '../source/core/json.js';
import {printWire} from '../source/graph/graph-document.js';

const rules = (
	known: JsonObject,
	ends: Partial<Pick<NodeTypeRules, 'inputs' | 'outputs'>> = {},
): NodeTypeRules => ({
	inputs: ['main'],
	outputs: () => ['main'],
	checkParameters: (written) => ({
		faults: Object.keys(written)
			.filter((name) => !Object.hasOwn(known, name))
			.map((name) => ({path: [name], message: `no ${name}`})),
		parameters: Object.fromEntries(
			Object.entries(written).filter(([name, value]) => known[name] !== value),
		),
	}),
	...ends,
});

const types = new Map<string, NodeTypeRules>([
	['null', rules({})],
	['killer', rules({}, {outputs: () => []})],
	['command', rules({cpus: 1}, {outputs: () => ['main', 'spawned']})],
	[
		'switch',
		rules(
			{outputs: 2},
			{
				outputs: ({outputs = 2}) =>
					Array.from({length: Number(outputs)}, (_, index) => `output${index}`),
			},
		),
	],
]);

const plan = (
	document: {
		readonly nodes?: GraphToPlan['document']['nodes'];
		readonly connections?: readonly string[];
	},
	rest: Partial<Omit<GraphToPlan, 'document'>> = {},
) =>
	planGraph({
		document: {nodes: {}, connections: [], ...document},
		existing: {nodes: [], connections: []},
		prune: false,
		types,
		livingTasks: () => 0,
		...rest,
	});

const node = (
	name: string,
	type: string,
	parameters: JsonObject = {},
): ExistingNode => ({
	name,
	type,
	parameters,
	enabled: true,
	position: [0, 0],
});

const wire = (from: string, output: string, to: string, input = 'main') => ({
	from,
	output,
	to,
	input,
});

test('a document for an empty graph adds all that it says, ends filled in', (t) => {
	const {
		faults,
		changes,
		plan: planned,
	} = plan({
		nodes: {
			render: {type: 'command', parameters: {cpus: 2}},
			end: {type: 'killer', parameters: {}},
		},
		connections: ['render -> end'],
	});
	t.deepEqual(faults, []);
	t.deepEqual(
		changes.map(({kind, name}) => `${kind} ${name}`),
		['add render', 'add end', 'add render.main -> end.main'],
	);
	t.deepEqual(planned.addNodes[0], {
		name: 'render',
		type: 'command',
		parameters: {cpus: 2},
		enabled: true,
		position: undefined,
	});
	t.deepEqual(planned.addConnections, [wire('render', 'main', 'end')]);
});

test('a document that has been applied changes nothing', (t) => {
	const {changes, plan: planned} = plan(
		{
			nodes: {
				// 1 is the default, which is not stored.
				render: {type: 'command', parameters: {cpus: 1}},
				end: {type: 'killer', parameters: {}},
			},
			connections: ['render -> end'],
		},
		{
			prune: true,
			existing: {
				nodes: [node('render', 'command'), node('end', 'killer')],
				connections: [wire('render', 'main', 'end')],
			},
		},
	);
	t.deepEqual(changes, []);
	t.deepEqual(planned.changeNodes, []);
});

test('what differs is told in words, and a parameter that is left out goes back to its default', (t) => {
	const {changes} = plan(
		{
			nodes: {
				render: {
					type: 'command',
					parameters: {},
					enabled: false,
					position: [3, 4],
				},
			},
		},
		{
			existing: {
				nodes: [node('render', 'command', {cpus: 2})],
				connections: [],
			},
		},
	);
	t.deepEqual(changes, [
		{
			kind: 'change',
			what: 'node',
			name: 'render',
			details: ['disabled', 'position: 0, 0 → 3, 4', 'cpus: 2 → default'],
		},
	]);
});

test('all faults are told at once, each with its place, and nothing is planned', (t) => {
	const {faults, plan: planned} = plan({
		nodes: {
			render: {type: 'comand', parameters: {}},
			frames: {type: 'null', parameters: {size: 1}},
			end: {type: 'killer', parameters: {}},
		},
		connections: [
			'frames -> rendr',
			'frames.other -> end.side',
			'end -> frames',
			'nonsense',
			'frames -> end',
			'frames.main -> end.main',
		],
	});
	t.deepEqual(
		faults.map(({path, message}) => `${path.join('/')}: ${message}`),
		[
			'nodes/render/type: There is no node type "comand"; did you mean "command"?',
			'nodes/frames/parameters/size: no size',
			'connections/0: There is no node "rendr"; did you mean "render"?',
			'connections/1: "end" has no input "side". It has main.',
			'connections/2: "end" is a killer node and has no output.',
			'connections/3: "nonsense" is no connection: there is no "->" in it. One is written from.output -> to.input.',
			'connections/5: The connection frames.main -> end.main stands here twice.',
		],
	);
	t.deepEqual(planned.addNodes, []);
	t.deepEqual(planned.addConnections, []);
});

test('without pruning what the document does not have stays, and wires may lead to it', (t) => {
	const {faults, changes} = plan(
		{nodes: {a: {type: 'null', parameters: {}}}, connections: ['a -> old']},
		{
			existing: {
				nodes: [node('old', 'null'), node('older', 'null')],
				connections: [wire('older', 'main', 'old')],
			},
		},
	);
	t.deepEqual(faults, []);
	t.deepEqual(
		changes.map(({kind, name}) => `${kind} ${name}`),
		['add a', 'add a.main -> old.main'],
	);
});

test('pruning takes away the nodes and wires that the document does not have', (t) => {
	const {
		faults,
		changes,
		plan: planned,
	} = plan(
		{
			nodes: {
				a: {type: 'null', parameters: {}},
				b: {type: 'null', parameters: {}},
			},
		},
		{
			prune: true,
			existing: {
				nodes: [node('a', 'null'), node('b', 'null'), node('old', 'null')],
				connections: [wire('a', 'main', 'b'), wire('old', 'main', 'a')],
			},
		},
	);
	t.deepEqual(faults, []);
	t.deepEqual(
		changes.map(({kind, name}) => `${kind} ${name}`),
		['remove old', 'remove a.main -> b.main', 'remove old.main -> a.main'],
	);
	t.deepEqual(
		planned.removeConnections.map((gone) => printWire(gone)),
		['a.main -> b.main', 'old.main -> a.main'],
	);
});

test('a node with living tasks can neither be pruned nor become another type', (t) => {
	const {faults} = plan(
		{nodes: {a: {type: 'command', parameters: {}}}},
		{
			prune: true,
			livingTasks: (name) => (name === 'a' ? 1 : 3),
			existing: {
				nodes: [node('a', 'null'), node('old', 'null')],
				connections: [],
			},
		},
	);
	t.deepEqual(
		faults.map(({path}) => path),
		[['nodes', 'a', 'type'], ['nodes']],
	);
	t.regex(
		faults[1]!.message,
		/"old" is not in the document, but holds 3 tasks/v,
	);
});

test('a wire that would lose its output is a fault', (t) => {
	const existing = {
		nodes: [node('fork', 'switch', {outputs: 3}), node('b', 'null')],
		connections: [wire('fork', 'output2', 'b')],
	};
	const document = {nodes: {fork: {type: 'switch', parameters: {}}}};
	t.regex(
		plan(document, {existing}).faults[0]!.message,
		/would have no "output2" any more/v,
	);
	t.deepEqual(
		plan(
			{nodes: {...document.nodes, b: {type: 'null', parameters: {}}}},
			{existing, prune: true},
		).faults,
		[],
	);
});

test('a name with a dot that was not quoted is told how to be written', (t) => {
	const {faults} = plan({
		nodes: {
			'shot.v2': {type: 'null', parameters: {}},
			b: {type: 'null', parameters: {}},
		},
		connections: ['shot.v2 -> b', '"shot.v2" -> b'],
	});
	t.is(faults.length, 1);
	t.regex(faults[0]!.message, /stands in double quotes: "shot\.v2"/v);
});
