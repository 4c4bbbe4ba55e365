import type {JsonObject} from '../../source/core/json.js';
import {
	actOnNodes,
	addConnection,
	deleteNodes,
	removeConnection,
	setNode,
} from '../../source/scheduler/operations/graph.js';
import {optionalWires, playedGraph} from './played-graph.js';
import {pick, type PlayStep} from './played-stage.js';

const nodeNames = Object.keys(playedGraph.nodes);
const nodeActions = ['pause', 'resume', 'resume', 'retry_errors'] as const;

export const actOnNode: PlayStep = async ({farm}, [, b, c]) => {
	const node = pick(nodeNames, b) ?? 'start';
	await farm.submit(actOnNodes([node], pick(nodeActions, c) ?? 'resume'));
};

export const changeWire: PlayStep = async ({farm}, [a, , c]) => {
	const wire = wireOf(pick(optionalWires, a) ?? '');
	if (c % 2 === 0) {
		await farm.submit(addConnection(wire));
		return;
	}

	await farm.submit(removeConnection(wire));
};

/** Of `node.output -> node.input`, where an output or input may be left out. */
const wireOf = (text: string) => {
	const [[from = '', output = 'main'] = [], [to = '', input = 'main'] = []] =
		text.split(' -> ', 2).map((end) => end.split('.', 2));
	return {from, output, to, input};
};

export const changeParameters: PlayStep = async ({farm}, [a, , c]) => {
	const changes: ReadonlyArray<readonly [string, JsonObject]> = [
		['first', {wait_for_all: c % 2 === 0}],
		['family', {recursive: c % 2 === 0}],
		['run', {priority_adjustment: c % 3, cpus: 1 + (c % 2)}],
		['gather', {wait_for_all: c % 2 === 0}],
		['values', {expected_values: c % 2 === 0 ? '' : 'v1 v2'}],
		['way', {outputs: 1 + (c % 3)}],
	];
	const [name, parameters] = pick(changes, a) ?? ['first', {}];
	await farm.submit(setNode(name, {parameters}));
};

/** Deletes a node, and lays the graph anew. */
export const replaceNode: PlayStep = async ({farm}, [, b]) => {
	await farm.submit(deleteNodes([pick(nodeNames, b) ?? 'start']));
	await farm.apply(playedGraph);
};
