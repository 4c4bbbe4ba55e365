import {setImmediate as nextTick} from 'node:timers/promises';
import {defineNode} from '../../source/nodes/contract.js';

/** Takes a moment outside of turns. */
export const awaitingNode = defineNode({
	type: 'awaiting',
	label: 'Awaiting',
	description: 'Takes its time.',
	parameters: {},
	async process({task}) {
		await nextTick();
		return task.attributes['fails'] === true
			? {kind: 'error', message: 'as asked'}
			: {kind: 'pass', set: {awaited: true}};
	},
});

const brood = `
task['depth'] = (task['depth'] || 0) + 1;
if (task['depth'] < 3) { spawn('kid', {depth: task['depth']}); spawn('kid', {depth: 2}); }
`;

const moody = `
const mood = (task['mood'] || 0) % 8;
task['mood'] = (task['mood'] || 0) + 1;
if (mood === 1) split([{part: 0}, {part: 1}, {part: 2}]);
else if (mood === 2) kill();
else if (mood === 3) schedule();
else if (mood === 4) fail('in a mood');
else if (mood === 5) { for (let i = 0; i < 200000; i++); }
else if (mood === 6) spawn('heir', {mood: 3});
`;

const cheap = {command: [{arg: 'true'}], retry_exit_codes: '3', memory_gb: 0.1};

/** A graph in which everything happens that may happen: splits in splits, children of children, gatherers that wait and that do not, scripts that change their mind, and cycles. */
export const playedGraph = {
	nodes: {
		start: {type: 'null'},
		split: {type: 'attribute_splitter', parameters: {chunk_size: 1}},
		again: {
			type: 'wedge',
			parameters: {
				wedges: [{mode: 'count', attribute: 'x', from: 0, to: 1, count: 2}],
			},
		},
		run: {type: 'command', parameters: cheap},
		gather2: {type: 'split_waiter'},
		gather: {
			type: 'split_waiter',
			parameters: {
				promote: [{attribute: 'frames', mode: 'extend', as: 'all'}],
			},
		},
		way: {
			type: 'switch',
			parameters: {outputs: 3, output: {expr: "task.get('way', 0)"}},
		},
		spawn: {
			type: 'spawn_children',
			parameters: {count: {expr: "task.get('kids', 2)"}},
		},
		kid: {
			type: 'command',
			parameters: {...cheap, limits: 'lic:1', cpus: 2, cpus_preferred: 3},
		},
		family: {type: 'parent_children_waiter', parameters: {recursive: true}},
		flat: {type: 'parent_children_waiter'},
		brood: {type: 'script', parameters: {process: brood}},
		moody: {
			type: 'script',
			parameters: {process: moody, invoke: 'x', interpreter: 'sh', attempts: 2},
		},
		values: {
			type: 'wait_for_task_value',
			parameters: {
				condition_value: {expr: "String(task.get('value', task.id))"},
				expected_values: {expr: "task.get('expects', '')"},
			},
		},
		fan: {type: 'null'},
		first: {type: 'split_waiter', parameters: {wait_for_all: false}},
		awaiting: {type: 'awaiting'},
		end: {type: 'killer'},
		rest: {type: 'null'},
	},
	connections: [
		'start -> split',
		'split -> again',
		'again -> run',
		'run -> gather2',
		'run.spawned -> moody',
		'gather2 -> gather',
		'gather -> way',
		'way.output0 -> end',
		'way.output1 -> spawn',
		'way.output2 -> rest',
		'spawn -> family.main',
		'spawn.spawned -> kid',
		'kid -> family.children',
		'family.main -> end',
		'family.children -> end',
		'brood -> family.main',
		'brood.spawned -> flat.children',
		'flat.children -> family.children',
		'flat.main -> end',
		'fan -> values',
		'fan -> moody',
		'fan -> awaiting',
		'values -> first',
		'moody -> first',
		'moody.spawned -> brood',
		'awaiting -> first',
		'first -> again',
	],
};

/** Wires that come and go. */
export const optionalWires = [
	'rest -> end',
	'run -> rest',
	'gather -> end',
	'start -> fan',
	'spawn.spawned -> brood',
	'first -> again',
	'flat.children -> family.children',
	'run -> gather2',
];
