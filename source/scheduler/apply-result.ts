import type {Attributes, InvocationRequest} from '../core/invocation.js';
import type {TaskId} from '../core/ids.js';
import type {ProcessResult, Release} from '../nodes/contract.js';
import {attributesFault, broughtFault, mergedFault} from './attribute-limit.js';
import type {FarmNode} from './farm-graph.js';
import {seal} from './gather.js';
import {kill} from './kill.js';
import {divide, leave} from './route.js';
import {
	attributesOf,
	environmentOf,
	setAttributes,
	type TaskDraft,
} from './task-draft.js';
import {changeEnvironment, requireFor} from './task-requirements.js';
import type {Turn} from './turn-context.js';

export type Phase = 'process' | 'postprocess';

/** Do what a node wants done with a task. Whatever it refers to that is not there is the task's error, in a sentence for the node's author. */
export const applyResult = (
	turn: Turn,
	task: TaskDraft,
	{
		node,
		phase,
		result,
	}: {
		readonly node: FarmNode;
		readonly phase: Phase;
		readonly result: ProcessResult;
	},
): void => {
	const {desk} = turn;
	const fault = faultOf(result, {node, phase});
	if (fault !== undefined) {
		fail(turn, task, {
			reason: 'node',
			message: `Node ${node.name} (${node.type}) ${fault}.`,
		});
		return;
	}

	const tooMuchMade = loadFault(turn, task, result);
	if (tooMuchMade !== undefined) {
		fail(turn, task, {reason: 'node', message: tooMuchMade});
		return;
	}

	switch (result.kind) {
		case 'not_ready': {
			releaseAll(turn, task, result.release);
			desk.place(task, {
				state: phase === 'process' ? 'waiting_blocked' : 'post_waiting_blocked',
				details: {
					reason: 'not_ready',
					message:
						result.message ?? `Node ${node.name} is not ready for it yet.`,
				},
				...(task.row.output !== null && {output: task.row.output}),
			});
			return;
		}

		case 'error': {
			fail(turn, task, {reason: 'node', message: result.message});
			return;
		}

		case 'kill': {
			spawnChildren(turn, task, result.spawn);
			kill(turn, task);
			return;
		}

		case 'seal': {
			seal(turn, task, {
				set: result.set,
				output: outputOf(node, result.output),
			});
			return;
		}

		case 'split': {
			const before = attributesOf(task);
			const tooMuch =
				changeAttributes(task, result) ?? elementsFault(task, result.elements);
			if (tooMuch !== undefined) {
				setAttributes(task, before);
				fail(turn, task, {reason: 'node', message: tooMuch});
				return;
			}

			spawnChildren(turn, task, result.spawn);
			divide(turn, task, {
				elements: result.elements,
				output: outputOf(node, result.output),
			});
			return;
		}

		case 'pass': {
			const tooMuch = changeAttributes(task, result);
			if (tooMuch !== undefined) {
				fail(turn, task, {reason: 'node', message: tooMuch});
				return;
			}

			if (result.environment !== undefined) {
				changeEnvironment(turn, task, result.environment ?? undefined);
			}

			spawnChildren(turn, task, result.spawn);
			releaseAll(turn, task, result.release);
			const output = outputOf(
				node,
				result.output ?? task.row.output ?? undefined,
			);
			if (result.invocation) {
				makeReady(turn, task, {request: result.invocation, output});
			} else if (phase === 'process' && node.definition?.postprocess) {
				desk.place(task, {state: 'post_waiting', output});
			} else {
				leave(turn, task, output);
			}
		}
	}
};

/** A task cannot go on by itself. */
export const fail = (
	{desk}: Turn,
	task: TaskDraft,
	details: {
		readonly reason: string;
		readonly message: string;
		readonly [key: string]: string | number;
	},
): void => {
	desk.place(task, {
		state: 'error',
		details: {...details, node: task.row.node_id},
		...(task.row.output !== null && {output: task.row.output}),
	});
};

const outputOf = (node: FarmNode, wanted: string | undefined): string =>
	wanted ?? node.outputs[0] ?? 'main';

const faultOf = (
	result: ProcessResult,
	{node, phase}: {readonly node: FarmNode; readonly phase: Phase},
): string | undefined => {
	const outputs = [
		'output' in result ? result.output : undefined,
		...('spawn' in result
			? (result.spawn ?? []).map((child) => child.output ?? 'spawned')
			: []),
		...('release' in result
			? (result.release ?? []).map((other) => other.output)
			: []),
	];
	for (const output of outputs) {
		if (
			output !== undefined &&
			output !== '' &&
			!node.outputs.includes(output)
		) {
			return `wants to leave by the output ${output}, but has only ${node.outputs.length === 0 ? 'none' : node.outputs.join(', ')}`;
		}
	}

	if (result.kind === 'split' && result.elements.length === 0) {
		return 'wants to divide the task into no elements';
	}

	return phase === 'postprocess' &&
		result.kind === 'pass' &&
		result.invocation !== undefined
		? 'wants to run a process after its process has run'
		: undefined;
};

/** Why what a node wants made of a task cannot be carried: by a child, by all children together, or by the task that is gathered. */
const loadFault = (
	{desk}: Turn,
	task: TaskDraft,
	result: ProcessResult,
): string | undefined => {
	const children = 'spawn' in result ? (result.spawn ?? []) : [];
	let characters = 0;
	for (const {name, attributes} of children) {
		const text = JSON.stringify(attributes);
		const fault = attributesFault(text);
		if (fault !== undefined) {
			return `It spawns the child "${name}": ${fault}`;
		}

		characters += text.length;
	}

	if (result.kind === 'seal' && task.row.split_id !== null) {
		const origin = desk.task(desk.split(task.row.split_id).row.origin_id);
		const fault =
			origin &&
			mergedFault(
				{attributes: attributesOf(origin), text: origin.row.attributes},
				result.set,
			);
		if (fault !== undefined) {
			return `The task that is gathered: ${fault}`;
		}
	}

	return broughtFault(children.length, characters);
};

/** Why the elements cannot carry what they would have, each or together. */
const elementsFault = (
	task: TaskDraft,
	elements: readonly Attributes[],
): string | undefined => {
	const carried = {
		attributes: attributesOf(task),
		text: task.row.attributes,
	};
	// Mostly that is all there is to say.
	let characters = carried.text.length * elements.length;
	for (const own of elements) {
		characters += JSON.stringify(own).length;
	}

	if (
		characters <= largeStep &&
		broughtFault(elements.length, characters) === undefined
	) {
		return undefined;
	}

	characters = 0;
	for (const [index, own] of elements.entries()) {
		const text = JSON.stringify({...carried.attributes, ...own});
		characters += text.length;
		const fault =
			attributesFault(text) ?? broughtFault(elements.length, characters);
		if (fault !== undefined) {
			return `Element ${index} of ${elements.length}: ${fault}`;
		}
	}

	return undefined;
};

/** Characters below which none of a task's elements can carry too much. */
const largeStep = 1024 * 1024;

/**
Set some attributes of a task and take others away.

@returns why it cannot carry what it would have then; it is left as it was
*/
const changeAttributes = (
	task: TaskDraft,
	{
		set,
		unset,
	}: {
		readonly set?: TaskDraft['attributes'];
		readonly unset?: readonly string[];
	},
): string | undefined => {
	if (!set && (!unset || unset.length === 0)) {
		return undefined;
	}

	const before = attributesOf(task);
	const attributes = {...before, ...set};
	for (const name of unset ?? []) {
		delete attributes[name]; // eslint-disable-line @typescript-eslint/no-dynamic-delete -- a copy made here
	}

	setAttributes(task, attributes);
	const fault = attributesFault(task.row.attributes);
	if (fault !== undefined) {
		setAttributes(task, before);
	}

	return fault;
};

/** Create children of a task, which leave its node by the outputs that they name. */
export const spawnChildren = (
	{desk}: Turn,
	parent: TaskDraft,
	requests: Extract<ProcessResult, {kind: 'pass'}>['spawn'] = [],
): TaskId[] =>
	requests.map(({name, attributes, environment, output}) => {
		const child = desk.createTask({
			name,
			node: parent.row.node_id,
			state: 'spawned',
			output: output ?? 'spawned',
			attributes,
			environment: environment ?? environmentOf(parent),
			priority: parent.row.priority,
			paused: false,
			groups: desk.groupsOf(parent),
			parent,
		});
		desk.tidy(parent);
		return child.row.id;
	});

/** Other tasks that are blocked at the same node go on. One that is not there any more has gone on already. */
const releaseAll = (
	turn: Turn,
	by: TaskDraft,
	releases: readonly Release[] = [],
): void => {
	const {desk} = turn;
	for (const {task: id, set, output} of releases) {
		const task = desk.task(id);
		if (
			task?.row.node_id !== by.row.node_id ||
			!task.row.state.endsWith('_blocked')
		) {
			continue;
		}

		if (set) {
			const before = attributesOf(task);
			const fault = mergedFault(
				{attributes: before, text: task.row.attributes},
				set,
			);
			if (fault !== undefined) {
				fail(turn, task, {reason: 'node', message: fault});
				desk.tidy(by);
				continue;
			}

			setAttributes(task, {...before, ...set});
		}

		if (output === undefined) {
			desk.wake(task);
		} else {
			leave(turn, task, output);
		}

		desk.tidy(by);
	}
};

const makeReady = (
	turn: Turn,
	task: TaskDraft,
	{
		request,
		output,
	}: {readonly request: InvocationRequest; readonly output: string},
): void => {
	const {desk, statements} = turn;
	const wrong = requireFor(turn, task, request.requirements);
	if (wrong !== undefined) {
		fail(turn, task, {reason: 'environment', message: wrong});
		return;
	}

	task.row.priority_adjustment = request.priority_adjustment;
	statements.tasks.putWork.run(task.row.id, JSON.stringify(request));
	desk.place(task, {state: 'ready', output});
};
