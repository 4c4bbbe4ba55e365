import type {InvocationId, TaskId} from '../core/ids.js';
import type {
	Attributes,
	EnvironmentRequest,
	ProcessSpec,
} from '../core/invocation.js';
import type {Resources} from '../core/requirements.js';

export type RunRequest = {
	readonly invocation: InvocationId;
	readonly task: TaskId;
	readonly task_name: string;
	readonly node: string;
	readonly attempt: number;
	readonly attributes: Attributes;
	readonly environment: EnvironmentRequest | undefined;
	readonly process: ProcessSpec;
	readonly resources: Resources;
};

/** The connection to a worker, as far as a turn needs it. Nothing here throws or waits; what comes back comes as an operation. */
export type WorkerLink = {
	readonly run: (request: RunRequest) => void;
	/** `forget`: it was given up, nobody waits for its result. */
	readonly cancel: (
		invocation: InvocationId,
		options: {readonly forget: boolean},
	) => void;
	readonly stop: (options: {readonly drain: boolean}) => void;
	readonly close: (reason: string) => void;
	readonly address: string;
	/** When the worker was last heard; milliseconds since 1970. */
	readonly lastHeardAt: () => number;
};
