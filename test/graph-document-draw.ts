import test from 'ava';
import {drawGraph} from '../source/modes/draw-graph.js';
import {nodeShape, type NodeShape} from '../source/net/messages/shapes.js';

let lastId = 0;

const node = (
	name: string,
	outputs = ['main'],
	inputs = ['main'],
): NodeShape => {
	lastId += 1;
	return nodeShape.parse({
		id: lastId,
		name,
		type: 'null',
		parameters: {},
		inputs,
		outputs,
		enabled: true,
		x: 0,
		y: 0,
		counts: {},
	});
};

const wire = (from: string, to: string, output = 'main', input = 'main') => ({
	id: 1,
	from,
	output,
	to,
	input,
});

const draw = (
	nodes: NodeShape[],
	connections: Array<ReturnType<typeof wire>>,
) => drawGraph({nodes, connections, describe: ({type}) => type});

test('a chain goes straight down, branches are named by their outputs', (t) => {
	t.deepEqual(
		draw(
			[
				node('frames'),
				node('fork', ['output0', 'output1']),
				node('a', ['main', 'spawned']),
				node('b'),
				node('end', []),
				node('wait', ['main'], ['main', 'aux1']),
				node('alone'),
			],
			[
				wire('fork', 'b', 'output1'),
				wire('fork', 'a', 'output0'),
				wire('frames', 'fork'),
				wire('a', 'wait', 'spawned', 'aux1'),
				wire('b', 'wait'),
				wire('wait', 'end'),
			],
		),
		[
			'alone  null',
			'',
			'frames  null',
			'↓ fork  null',
			'├─ output0: a  null',
			'│  ↓ spawned: wait  (by aux1)  null',
			'│  ↓ end  null',
			'└─ output1: b  null',
			'   ↓ wait ↑',
		],
	);
});

test('a circle is drawn once', (t) => {
	t.deepEqual(draw([node('b'), node('a')], [wire('a', 'b'), wire('b', 'a')]), [
		'a  null',
		'↓ b  null',
		'↓ a ↑',
	]);
});

test('an empty graph draws nothing', (t) => {
	t.deepEqual(draw([], []), []);
});
