import type {GraphDocument} from '../../source/net/messages/client.js';

/**
The tasks of a part are edited in its own way:

- `calm`: only by what must not change what comes out in the end (pauses, cancellations, restarts, priorities, and whatever happens to workers); so every process and every result is known beforehand
- `wild`: by anything
*/
export const parts = ['calm', 'wild'] as const;
export type Part = (typeof parts)[number];

/** The ways through the graph, by the output of the first node. */
export const ways = ['splits', 'children', 'values', 'brood', 'line'] as const;
export type Way = (typeof ways)[number];

/** A farm-wide limit that children hold. */
export const limitName = 'licence';

type Nodes = Record<string, GraphDocument['nodes'][string]>;

/** The whole graph, with the program that its processes run. */
export const tortureGraph = (program: string): GraphDocument => {
	const nodes: Nodes = {};
	const connections: string[] = [];
	for (const part of parts) {
		for (const [name, node] of Object.entries(nodesOf(program))) {
			nodes[`${part}-${name}`] = {parameters: {}, ...node};
		}

		for (const connection of wires) {
			connections.push(
				connection
					.split(' -> ')
					.map((end) => `${part}-${end}`)
					.join(' -> '),
			);
		}
	}

	return {nodes, connections};
};

/** Wires of the wild part that come and go, and what they do: tasks go two ways, or nowhere, or round in a circle. */
export const looseWires: readonly string[] = [
	'wild-render -> wild-rest',
	'wild-tally -> wild-rest',
	'wild-rest -> wild-end',
	'wild-gather -> wild-count',
	'wild-kid -> wild-clan.children',
	'wild-two -> wild-three',
	'wild-first -> wild-one',
];

/** Processes, by node; what they are given are expressions. */
const command = (
	program: string,
	label: string,
	which: string,
	more: Record<string, string | number> = {},
): {
	readonly type: string;
	readonly parameters: GraphDocument['nodes'][string]['parameters'];
} => ({
	type: 'command',
	parameters: {
		command: [
			{arg: 'sh'},
			{arg: program},
			{arg: {expr: `attr.root + '/' + ${label}`}},
			{arg: {expr: `attr.kinds[(${which}) % attr.kinds.length]`}},
			{arg: {expr: `attr.quarters[(${which}) % attr.quarters.length]`}},
			{
				arg: {
					// The one that says it may run again after it did.
					expr: `[(attr.all || []).join('.'), (attr.xs || []).join('.'), attr.hops || 0].concat(${label === "'two'" ? '[]' : 'attr.said || []'}).join(':')`,
				},
			},
		],
		retry_exit_codes: '3',
		attempts: 100,
		memory_gb: 0,
		...more,
	},
});

const brood = `
for (const kid of [1, 2]) {
	spawn('kid', {root: task['root'], kinds: task['kinds'], quarters: task['quarters'], kid});
}
`;

const grandchildren = `
spawn('grandkid', {root: task['root'], kinds: task['kinds'], quarters: task['quarters'], kid: task['kid'] * 10 + 1});
`;

const nodesOf = (
	program: string,
): Record<
	string,
	{
		readonly type: string;
		readonly parameters?: GraphDocument['nodes'][string]['parameters'];
	}
> => ({
	start: {
		type: 'switch',
		parameters: {outputs: ways.length, output: {expr: 'attr.way'}},
	},
	// Splits in splits.
	split: {
		type: 'attribute_splitter',
		parameters: {chunk_size: {expr: 'attr.chunk'}},
	},
	again: {
		type: 'wedge',
		parameters: {
			wedges: [{mode: 'count', attribute: 'x', from: 0, to: 1, count: 2}],
		},
	},
	render: command(
		program,
		"'render/' + attr.frames.join('.') + '/' + attr.x",
		'attr.frames[0] + attr.x',
	),
	'gather-again': {
		type: 'split_waiter',
		parameters: {promote: [{attribute: 'x', mode: 'append', as: 'xs'}]},
	},
	gather: {
		type: 'split_waiter',
		parameters: {
			promote: [
				{attribute: 'frames', mode: 'extend', as: 'all'},
				{attribute: 'xs', mode: 'extend', as: 'xs'},
			],
		},
	},
	// Children.
	spawn: {
		type: 'spawn_children',
		parameters: {count: {expr: 'attr.kids'}, number_attribute: 'kid'},
	},
	kid: command(program, "'kid/' + attr.kid", 'attr.kid', {
		limits: `${limitName}:1`,
	}),
	family: {
		type: 'parent_children_waiter',
		parameters: {
			promote: [{attribute: 'kid', mode: 'append', as: 'all', sort_by: 'kid'}],
		},
	},
	// Values, and the split that comes of several wires.
	fan: {type: 'null'},
	left: command(program, "'left'", '0'),
	right: command(program, "'right'", '1'),
	values: {
		type: 'wait_for_task_value',
		parameters: {
			condition_value: {expr: "attr.root + '-' + task.split_index"},
			expected_values: {expr: "attr.root + '-0 ' + attr.root + '-1'"},
		},
	},
	'gather-fan': {type: 'split_waiter'},
	// Children of children.
	brood: {type: 'script', parameters: {process: brood}},
	brood2: {type: 'script', parameters: {process: grandchildren}},
	kid2: command(program, "'kid/' + attr.kid", 'attr.kid'),
	clan: {
		type: 'parent_children_waiter',
		parameters: {
			recursive: true,
			promote: [{attribute: 'kid', mode: 'append', as: 'all', sort_by: 'kid'}],
		},
	},
	// One after the other.
	one: command(program, "'one'", '0'),
	two: command(program, "'two'", '1', {priority_adjustment: 5}),
	three: command(program, "'three'", '2'),
	count: {
		type: 'mod_attrib',
		parameters: {operations: [{name: 'hops', op: 'add', value: 1}]},
	},
	tally: command(program, "'tally'", '0'),
	first: {type: 'split_waiter', parameters: {wait_for_all: false}},
	rest: {type: 'null'},
	end: {type: 'killer'},
});

const wires: readonly string[] = [
	'start.output0 -> split',
	'split -> again',
	'again -> render',
	'render -> gather-again',
	'gather-again -> gather',
	'gather -> count',

	'start.output1 -> spawn',
	'spawn -> family.main',
	'spawn.spawned -> kid',
	'kid -> family.children',
	'family.main -> count',
	'family.children -> end',

	'start.output2 -> fan',
	'fan -> left',
	'fan -> right',
	'left -> values.main',
	'right -> values.aux1',
	'values.main -> gather-fan',
	'values.aux1 -> gather-fan',
	'gather-fan -> count',

	'start.output3 -> brood',
	'brood -> clan.main',
	'brood.spawned -> brood2',
	'brood2 -> kid2',
	'brood2.spawned -> kid2',
	'kid2 -> clan.children',
	'clan.main -> count',
	'clan.children -> end',

	'start.output4 -> one',
	'one -> two',
	'two -> three',
	'three -> count',

	'count -> tally',
	'tally -> end',
	'first -> end',
];
