import type {
	GroupId,
	InvocationId,
	NodeId,
	TaskId,
	WorkerId,
} from '../core/ids.js';
import type {TaskState} from '../core/task-state.js';

export type TaskChange = {
	readonly id: TaskId;
	readonly root: TaskId;
	readonly node: NodeId;
	/** Before the turn; undefined for a new task. */
	was: TaskState | undefined;
	now: TaskState;
};

/** What a committed turn changed, for those who watch or wait. */
export type TurnChanges = {
	readonly tasks: Map<TaskId, TaskChange>;
	/** Made, changed or counted anew; deleted ones too. */
	readonly groups: Set<GroupId>;
	/** Whose counts changed. */
	readonly nodes: Set<NodeId>;
	/** Nodes, parameters or wires changed. */
	graph: boolean;
	readonly workers: Set<WorkerId>;
	/** Started, progressed or ended. */
	readonly invocations: Set<InvocationId>;
	/** Whole groups of tasks changed by one statement, so that single tasks are not listed. */
	manyTasks: boolean;
	/** For how long each task that was offered to a worker had been ready, in milliseconds. */
	readonly waits: number[];
	/** Groups that got tasks. */
	readonly grown: Set<GroupId>;
	/** Rules that have news to deliver. */
	readonly told: Set<string>;
};

export const noChanges = (): TurnChanges => ({
	tasks: new Map(),
	groups: new Set(),
	nodes: new Set(),
	graph: false,
	workers: new Set(),
	invocations: new Set(),
	manyTasks: false,
	waits: [],
	grown: new Set(),
	told: new Set(),
});
