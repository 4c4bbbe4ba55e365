import {FarmError} from '../../core/errors.js';
import type {GroupId, TaskId} from '../../core/ids.js';
import type {Attributes, EnvironmentRequest} from '../../core/invocation.js';
import {checkAttributes} from '../attribute-limit.js';
import {type Operation, type Turn} from '../turn-context.js';
import {
	attributesOf,
	environmentOf,
	setAttributes,
	type TaskDraft,
} from '../task-draft.js';
import {changeEnvironment, checkEnvironment} from '../task-requirements.js';
import {reconsider} from './act-on-tasks.js';

export type TaskEdit = {
	readonly id: TaskId;
	readonly attributes: Attributes;
	readonly delete: readonly string[];
	readonly name?: string | undefined;
	readonly priority?: number | undefined;
	readonly groups?: readonly string[] | undefined;
	/** Null: none. */
	readonly environment?: EnvironmentRequest | null | undefined; // eslint-disable-line @typescript-eslint/no-restricted-types -- absent and "none" differ
};

/** Change what a task carries. One that is blocked is processed again, as what it waits for may have changed. */
export const setTask =
	(edit: TaskEdit, editor: string): Operation<TaskId> =>
	(turn) => {
		const {desk} = turn;
		checkEnvironment(edit.environment);
		const task = desk.task(edit.id);
		if (!task) {
			throw new FarmError('NOT_FOUND', `There is no task ${edit.id}.`);
		}

		desk.remember({
			name: task.row.name,
			priority: task.row.priority,
			groups: desk.groupsOf(task).map((id) => desk.group(id).row.name),
			attributes: attributesOf(task),
			environment: environmentOf(task) ?? null,
		});
		if (Object.keys(edit.attributes).length > 0 || edit.delete.length > 0) {
			changeAttributes(turn, task, {
				set: edit.attributes,
				remove: edit.delete,
			});
		}

		desk.touch();

		if (edit.name !== undefined) {
			task.row.name = edit.name;
			task.cargoChanged = true;
		}

		if (edit.environment !== undefined) {
			changeEnvironment(turn, task, edit.environment ?? undefined);
		}

		if (edit.priority !== undefined) {
			task.row.priority = edit.priority;
			task.cargoChanged = true;
		}

		if (edit.groups) {
			setGroups(turn, task, {names: edit.groups, editor});
		}

		if (task.row.state === 'ready') {
			desk.prioritise(task);
		}

		desk.requeue(task);
		noteChange(turn, task);
		return task.row.id;
	};

/**
Set some of a task's attributes and take others away; it is then processed again where it is blocked.

@throws {FarmError} `INVALID` where these would be more than a task carries
*/
export const changeAttributes = (
	turn: Turn,
	task: TaskDraft,
	{set, remove}: {readonly set: Attributes; readonly remove: readonly string[]},
): void => {
	const attributes = {...attributesOf(task), ...set};
	for (const name of remove) {
		delete attributes[name]; // eslint-disable-line @typescript-eslint/no-dynamic-delete -- a copy made here
	}

	checkAttributes(attributes);
	turn.desk.touch();
	setAttributes(task, attributes);
	reconsider(turn, task);
};

/** Let those who watch it know, though it has not moved. */
export const noteChange = ({desk}: Turn, {row, was}: TaskDraft): void => {
	desk.changes().tasks.set(row.id, {
		id: row.id,
		root: row.root_id,
		node: row.node_id,
		was: was?.state,
		now: row.state,
	});
};

const setGroups = (
	{desk, statements}: Turn,
	task: TaskDraft,
	{names, editor}: {readonly names: readonly string[]; readonly editor: string},
): void => {
	const before = desk.groupsOf(task);
	const after: GroupId[] = [];
	for (const name of names) {
		const {id} = (desk.groupByName(name) ?? desk.createGroup(name, editor)).row;
		if (!after.includes(id)) {
			after.push(id);
		}
	}

	for (const id of before) {
		if (!after.includes(id)) {
			statements.tasks.removeFromGroup.run(id, task.row.id);
		}
	}

	for (const id of after) {
		if (!before.includes(id)) {
			statements.tasks.addToGroup.run(id, task.row.id);
		}
	}

	task.groups = after.toSorted((a, b) => a - b);
	task.row.archived = desk.archivedBy(after);
	task.placeChanged = true;
};
