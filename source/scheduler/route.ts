import type {Attributes} from '../core/invocation.js';
import type {NodeId} from '../core/ids.js';
import {attributesOf, environmentOf, type TaskDraft} from './task-draft.js';
import type {Turn} from './turn-context.js';

/**
A task is finished in a node and leaves by an output: along its one wire; as several elements where there are several; or it stays, done, where there is none.
*/
export const leave = (
	turn: Turn,
	task: TaskDraft,
	output: string,
	at: NodeId = task.row.node_id,
): void => {
	const {desk, books} = turn;
	const wires = books.graph.wiresFrom(at, output);
	const [wire] = wires;
	if (wire === undefined) {
		desk.place(task, {
			state: 'done',
			output,
			...(at !== task.row.node_id && {node: at}),
		});
	} else if (wires.length === 1) {
		desk.place(task, {state: 'waiting', node: wire.to, input: wire.input});
	} else {
		desk.place(task, {
			state: 'splitted',
			output,
			...(at !== task.row.node_id && {node: at}),
		});
		const split = desk.createSplit(task, wires.length);
		for (const [index, {to, input}] of wires.entries()) {
			createElement(turn, task, {
				split: split.row.id,
				index,
				attributes: attributesOf(task),
				at: {node: to, input, state: 'waiting'},
			});
		}
	}
};

/** Divide a task: as many elements as there are entries, each with the task's attributes and its own over them. They leave by `output`. */
export const divide = (
	turn: Turn,
	task: TaskDraft,
	{
		elements,
		output,
	}: {readonly elements: readonly Attributes[]; readonly output: string},
): void => {
	const {desk, books} = turn;
	const {node_id: node} = task.row;
	desk.place(task, {state: 'splitted', output});
	const split = desk.createSplit(task, elements.length);
	const wires = books.graph.wiresFrom(node, output);
	const [wire] = wires;
	const at =
		wire !== undefined && wires.length === 1
			? ({node: wire.to, input: wire.input, state: 'waiting'} as const)
			: ({node, output, state: 'done'} as const);
	const common = attributesOf(task);
	desk.makeAll(task, elements.length, (index) => {
		createElement(turn, task, {
			split: split.row.id,
			index,
			attributes: {...common, ...elements[index]},
			at,
		});
	});
};

const createElement = (
	{desk}: Turn,
	task: TaskDraft,
	{
		split,
		index,
		attributes,
		at,
	}: {
		readonly split: NonNullable<TaskDraft['row']['split_id']>;
		readonly index: number;
		readonly attributes: Attributes;
		readonly at:
			| {
					readonly node: NodeId;
					readonly input: string;
					readonly state: 'waiting';
			  }
			| {
					readonly node: NodeId;
					readonly output: string;
					readonly state: 'done';
			  };
	},
): TaskDraft =>
	desk.createTask({
		...at,
		name: task.row.name,
		attributes,
		environment: environmentOf(task),
		priority: task.row.priority,
		paused: false,
		groups: desk.groupsOf(task),
		element: {split, index, of: task},
	});
