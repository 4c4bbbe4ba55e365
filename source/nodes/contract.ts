import type {
	Attributes,
	EnvironmentRequest,
	InvocationRequest,
} from '../core/invocation.js';
import type {NodeId, SplitId, TaskId} from '../core/ids.js';
import type {Json, JsonObject} from '../core/json.js';
import type {ScriptOutcome} from '../core/script.js';
import type {ParameterSchemas, ParameterValues} from './parameters.js';

export type {ScriptOutcome} from '../core/script.js';

/** A task as its node sees it; a snapshot. */
export type TaskView = {
	readonly id: TaskId;
	readonly name: string;
	readonly parent_id: TaskId | undefined;
	/** The input of this node by which the task arrived. */
	readonly input: string;
	readonly attributes: Attributes;
	readonly environment: EnvironmentRequest | undefined;
	readonly priority: number;
	readonly split: SplitView | undefined;
	readonly children: ChildCounts;
};

/** The split that a task is an element of. */
export type SplitView = {
	readonly id: SplitId;
	readonly origin_id: TaskId;
	/** Which element this is, from 0. */
	readonly index: number;
	/** How many elements there were at first. */
	readonly count: number;
	/** How many of them still live. */
	readonly alive: number;
	/** How many of them are at this node and wait, this one included. */
	readonly arrived: number;
	/** Already gathered: nothing waits for this element any more. */
	readonly sealed: boolean;
};

export type ChildCounts = {
	readonly total: number;
	/** Those that are not dead. */
	readonly active: number;
	/** Those that are blocked at this node, the asking task included where it is one of them. */
	readonly arrived: number;
};

/** Another task that has to do with this one. */
export type Relative = {
	readonly id: TaskId;
	readonly parent_id: TaskId | undefined;
	readonly attributes: Attributes;
	readonly children: ChildCounts;
	/** Not dead. */
	readonly alive: boolean;
	/** At this node and waiting here (or the task that is being processed itself). */
	readonly arrived: boolean;
	/** The input of this node by which it came; only meaningful where `arrived`. */
	readonly input: string;
};

/** Looks at tasks around this one. What is read here is as of this very moment. */
export type Relatives = {
	readonly get: (task: TaskId) => Relative | undefined;
	/** The children of a task that are not dead, by id. */
	readonly children: (task: TaskId) => readonly Relative[];
	/** The living elements of this task's split, by index. */
	readonly elements: () => ReadonlyArray<{
		readonly id: TaskId;
		readonly index: number;
		readonly attributes: Attributes;
	}>;
};

/**
What this node remembers between tasks: JSON values by key. Kept in the database and written in the same transaction as the task's change, so that a crash between any two instants loses nothing.

Writes are seen by reads at once. They take effect only if the result is taken, and not if the function throws.
*/
export type NodeMemory = {
	readonly get: (key: string) => Json | undefined;
	readonly set: (key: string, value: Json) => void;
	readonly delete: (key: string) => void;
	/** The keys that begin with `prefix`, in order. */
	readonly keys: (prefix: string) => readonly string[];
};

export type MaybePromise<T> = T | Promise<T>;

/** What `process` and `postprocess` are given. */
export type NodeContext<Parameters> = {
	readonly task: TaskView;
	readonly node: {
		readonly id: NodeId;
		readonly name: string;
		readonly type: string;
	};
	/** Every expression evaluated for this task, every value of its type and within its limits. */
	readonly parameters: Parameters;
	/** Values for this node type from the scheduler's node configuration, over the farm's globals. */
	readonly config: JsonObject;
	readonly memory: NodeMemory;
	readonly relatives: Relatives;
	/**
	Run JavaScript in the sandbox with this task in scope. A script that ends quickly gives its outcome at once; a longer one a promise of it, and the rest of the farm goes on meanwhile.
	*/
	readonly runScript: (source: string) => MaybePromise<ScriptOutcome>;
};

export type SpawnRequest = {
	readonly name: string;
	readonly attributes: Attributes;
	/** Absent: the parent's. */
	readonly environment?: EnvironmentRequest;
	/** The output of this node that the child leaves by; absent: `spawned`. */
	readonly output?: string;
};

/** Another task that is blocked at this node: let it go. */
export type Release = {
	readonly task: TaskId;
	readonly set?: Attributes;
	/** The output it leaves by; absent: it is processed again. */
	readonly output?: string;
};

/** What a node wants done. Everything in one result is one transaction. */
export type ProcessResult =
	/** The task is blocked until something unblocks it. Memory that was written stays written. */
	| {
			readonly kind: 'not_ready';
			readonly message?: string;
			readonly release?: readonly Release[];
	  }
	| {readonly kind: 'error'; readonly message: string}
	/** The task ends here for good. */
	| {readonly kind: 'kill'; readonly spawn?: readonly SpawnRequest[]}
	/**
	The split that this task is an element of is gathered here: every element dies, and the task that was split reappears at this node, done, with `set`.
	*/
	| {readonly kind: 'seal'; readonly set: Attributes; readonly output?: string}
	/** The task is divided into as many elements as there are entries, each with its extra attributes; they leave by `output`. */
	| {
			readonly kind: 'split';
			readonly set?: Attributes;
			readonly unset?: readonly string[];
			readonly elements: readonly Attributes[];
			readonly spawn?: readonly SpawnRequest[];
			readonly output?: string;
	  }
	| {
			readonly kind: 'pass';
			readonly set?: Attributes;
			readonly unset?: readonly string[];
			/** The output to leave by; absent: the node type's first. */
			readonly output?: string;
			readonly spawn?: readonly SpawnRequest[];
			/** Run this process first; only from `process`. */
			readonly invocation?: InvocationRequest;
			/** Replaces the task's environment-resolver arguments; null takes them away. */
			readonly environment?: EnvironmentRequest | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- absent and "none" differ
			readonly release?: readonly Release[];
	  };

// Typed as a method, so that one list can hold definitions with different parameters: whoever calls it assembles the values by the definition's own schema.
type NodeFunction<Parameters> = {
	process(context: NodeContext<Parameters>): MaybePromise<ProcessResult>;
}['process'];

/** A node type is this, and nothing else; built-in types and plugins alike. */
export type NodeDefinition<
	Schemas extends ParameterSchemas = ParameterSchemas,
> = {
	/** The name in graph files, in snake_case. */
	readonly type: string;
	readonly label: string;
	readonly tags: readonly string[];
	/** One or more sentences for people. */
	readonly description: string;
	readonly inputs: readonly string[];
	/** A function where the parameters say how many there are; it sees their values as stored, expressions left out. */
	readonly outputs:
		| readonly string[]
		| ((parameters: Readonly<Record<string, Json>>) => readonly string[]);
	readonly parameters: Schemas;
	readonly process: NodeFunction<ParameterValues<Schemas>>;
	readonly postprocess?: NodeFunction<ParameterValues<Schemas>>;
};

/** The one public way to make a node type. Gives `process` the types that the schema says. */
export const defineNode = <const Schemas extends ParameterSchemas>(
	definition: Partial<
		Pick<NodeDefinition<Schemas>, 'inputs' | 'outputs' | 'tags'>
	> &
		Omit<NodeDefinition<Schemas>, 'inputs' | 'outputs' | 'tags'>,
): NodeDefinition<Schemas> => ({
	inputs: ['main'],
	outputs: ['main'],
	tags: [],
	...definition,
});
