import type {TaskRow} from '../db/queries/tasks.js';
import type {GroupId, NodeId} from '../core/ids.js';
import type {Attributes, EnvironmentRequest} from '../core/invocation.js';
import type {TaskState} from '../core/task-state.js';

/** One step of a task's way, as `visits` keeps it. */
export type Step = readonly [
	state: TaskState,
	node: NodeId,
	at: number,
	detail: string | undefined,
];

/**
A task that a turn has in hand. `row` is the draft; what it was when the turn met it stands in `was`, so that counters change by the difference when the turn is written, however often the task moved in between.
*/
export type TaskDraft = {
	readonly row: TaskRow;
	/** Undefined for a task that is made in this turn. */
	was:
		| {
				readonly state: TaskState;
				readonly node_id: NodeId;
				readonly paused: 0 | 1;
				readonly archived: 0 | 1;
				readonly queue: TaskRow['queue'];
				readonly requirement_id: TaskRow['requirement_id'];
				readonly effective_priority: number;
				readonly queue_group_id: TaskRow['queue_group_id'];
		  }
		| undefined;
	/** Parsed on first use, and the truth from then on. */
	attributes: Attributes | undefined;
	environment: EnvironmentRequest | undefined;
	groups: readonly GroupId[] | undefined;
	/** The groups that the counters know it in. */
	countedGroups: readonly GroupId[] | undefined;
	steps: Step[];
	placeChanged: boolean;
	cargoChanged: boolean;
	countsChanged: boolean;
	/** In the frontier of the turn already. */
	queued: boolean;
};

export const draftOf = (row: TaskRow): TaskDraft => ({
	row,
	was: {
		state: row.state,
		node_id: row.node_id,
		paused: row.paused,
		archived: row.archived,
		queue: row.queue,
		requirement_id: row.requirement_id,
		effective_priority: row.effective_priority,
		queue_group_id: row.queue_group_id,
	},
	attributes: undefined,
	environment: undefined,
	groups: undefined,
	countedGroups: undefined,
	steps: [],
	placeChanged: false,
	cargoChanged: false,
	countsChanged: false,
	queued: false,
});

export const attributesOf = (task: TaskDraft): Attributes => {
	task.attributes ??= JSON.parse(task.row.attributes) as Attributes;
	return task.attributes;
};

export const environmentOf = (
	task: TaskDraft,
): EnvironmentRequest | undefined => {
	if (task.environment === undefined && task.row.environment !== null) {
		task.environment = JSON.parse(task.row.environment) as EnvironmentRequest;
	}

	return task.environment;
};

export const setAttributes = (
	task: TaskDraft,
	attributes: Attributes,
): void => {
	task.attributes = attributes;
	task.row.attributes = JSON.stringify(attributes);
	task.cargoChanged = true;
};

export const setEnvironment = (
	task: TaskDraft,
	environment: EnvironmentRequest | undefined,
): void => {
	task.environment = environment;
	task.row.environment =
		environment === undefined ? null : JSON.stringify(environment);
	task.cargoChanged = true;
};
