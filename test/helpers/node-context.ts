import {nodeId, taskId} from '../../source/core/ids.js';
import type {Json} from '../../source/core/json.js';
import type {
	NodeContext,
	NodeDefinition,
	NodeMemory,
	ProcessResult,
	Relative,
	Relatives,
	TaskView,
} from '../../source/nodes/contract.js';
import type {ScriptOutcome} from '../../source/core/script.js';
import type {
	ParameterSchemas,
	ParameterValues,
} from '../../source/nodes/parameters.js';

/** A node's memory that lives in a map. */
export const memoryIn = (entries: Map<string, Json>): NodeMemory => ({
	get: (key) => entries.get(key),
	set(key, value) {
		entries.set(key, value);
	},
	delete(key) {
		entries.delete(key);
	},
	keys: (prefix) =>
		entries
			.keys()
			.filter((key) => key.startsWith(prefix))
			.toArray()
			.toSorted(),
});

export const nobody: Relatives = {
	get: () => undefined,
	children: () => [],
	elements: () => [],
};

/** A child that waits at the node, with no children of its own. */
export const arrivedChild = (
	id: number,
	rest: Partial<Relative> = {},
): Relative => ({
	id: taskId(id),
	parent_id: taskId(1),
	attributes: {},
	children: {total: 0, active: 0, arrived: 0},
	alive: true,
	arrived: true,
	input: 'children',
	...rest,
});

type World<Values> = {
	readonly task?: Partial<TaskView>;
	readonly attributes?: TaskView['attributes'];
	/** Those that differ from the defaults, evaluated. */
	readonly parameters?: Partial<Values>;
	readonly memory?: NodeMemory;
	readonly relatives?: Relatives;
	readonly outcome?: ScriptOutcome;
};

/** Ask a node type what it does with a task: its `process` alone, without a farm. */
export const ask = async <Schemas extends ParameterSchemas>(
	definition: NodeDefinition<Schemas>,
	{
		task,
		attributes = {},
		parameters,
		memory = memoryIn(new Map()),
		relatives = nobody,
		outcome,
	}: World<ParameterValues<Schemas>> = {},
): Promise<ProcessResult> => {
	const defaults = Object.fromEntries(
		Object.entries(definition.parameters).map(([name, schema]) => [
			name,
			schema.default,
		]),
	);
	const context: NodeContext<ParameterValues<Schemas>> = {
		task: {
			id: taskId(1),
			name: 'shot',
			parent_id: undefined,
			input: 'main',
			attributes,
			environment: undefined,
			priority: 0,
			split: undefined,
			children: {total: 0, active: 0, arrived: 0},
			...task,
		},
		node: {id: nodeId(1), name: 'node', type: definition.type},
		// eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- which types the defaults have is not seen in the entries
		parameters: {...defaults, ...parameters} as ParameterValues<Schemas>,
		config: {},
		memory,
		relatives,
		runScript(source) {
			if (!outcome) {
				throw new Error(`No outcome was given for the script ${source}`);
			}

			return outcome;
		},
	};
	return definition.process(context);
};

/** The message of an error; what else it is where it is none. */
export const errorOf = (result: ProcessResult): string =>
	result.kind === 'error' ? result.message : `no error but ${result.kind}`;
