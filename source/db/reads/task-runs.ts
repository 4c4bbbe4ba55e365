import type {GroupId, NodeId, TaskId} from '../../core/ids.js';
import type {TaskState} from '../../core/task-state.js';
import type {Connection} from '../open.js';
import type {Run} from './walk.js';

/** Where tasks are looked for: each is one stretch of one index, in the order of ids. */
export type TaskSource =
	/** Every task there ever was, by the table itself. */
	| {readonly from: 'all'}
	| {readonly from: 'node'; readonly node: NodeId; readonly state: LivingState}
	| {readonly from: 'state'; readonly state: RareState}
	| {readonly from: 'children'; readonly parent: TaskId}
	/** All that descend from a task without parent and split, but not itself. */
	| {readonly from: 'family'; readonly root: TaskId}
	| {readonly from: 'group'; readonly group: GroupId}
	/** Sorted. */
	| {readonly from: 'ids'; readonly ids: readonly number[]};

export type LivingState = Exclude<TaskState, 'dead'>;
/** States that have an index across nodes. */
export type RareState = Exclude<
	LivingState,
	'done' | 'waiting_blocked' | 'splitted'
>;

export const isRare = (state: TaskState): state is RareState =>
	!['dead', 'done', 'waiting_blocked', 'splitted'].includes(state);

/** What must hold for each task that is met; whatever the source says already costs nothing more. */
export type TaskConditions = {
	readonly group?: GroupId | undefined;
	readonly node?: NodeId | undefined;
	readonly states?: readonly TaskState[] | undefined;
	/** A glob pattern. */
	readonly name?: string | undefined;
	/** A part of the name, a group's name or the message in the state's details; case does not matter. */
	readonly text?: string | undefined;
	readonly parent?: TaskId | undefined;
	readonly dead: boolean;
	readonly archived: boolean;
};

type Values = Readonly<Record<string, string | number>>;

/**
Reads of tasks by filter. A filter's text is put together from fixed pieces, each written once here, and every shape is compiled once. `INDEXED BY` makes a query that would have to scan fail instead of being slow.
*/
export const taskRuns = (reader: Connection) => {
	const compiled = new Map<string, (values: Values) => ReturnType<Run>>();

	const compile = (sql: string): ((values: Values) => ReturnType<Run>) => {
		let read = compiled.get(sql);
		if (!read) {
			const statement = reader.prepare<[Values], {id: number; hit: 0 | 1}>(sql);
			read = (values) => statement.all(values);
			compiled.set(sql, read);
		}

		return read;
	};

	return (
		source: TaskSource,
		conditions: TaskConditions,
		{descending}: {readonly descending: boolean},
	): Run => {
		const {sql, values} = taskQuery(source, conditions, {descending});
		const read = compile(sql);
		if (source.from !== 'ids') {
			return (from, limit) => read({...values, from, limit});
		}

		const {ids} = source;
		return (from, limit) => {
			const rest = descending
				? ids.filter((id) => id < from).slice(-limit)
				: ids.filter((id) => id > from).slice(0, limit);
			const rows = new Map(
				read({...values, ids: JSON.stringify(rest)}).map((row) => [
					row.id,
					row,
				]),
			);
			// One for each id asked for, so that a short answer means the end also where a task is gone.
			const found = rest.map((id) => rows.get(id) ?? {id, hit: 0 as const});
			return descending ? found.toReversed() : found;
		};
	};
};

/** The SQL of a source with conditions, and what is bound besides `from` and `limit`. */
export const taskQuery = (
	source: TaskSource,
	conditions: TaskConditions,
	{descending}: {readonly descending: boolean},
): {readonly sql: string; readonly values: Values} => {
	const hit = hitOf(source, conditions);
	const past = descending ? '<' : '>';
	const order = descending ? 'DESC' : 'ASC';
	const select = `SELECT tasks.id AS id, (${hit.sql.length === 0 ? '1' : hit.sql.join(' AND ')}) AS hit`;
	const byId = `id ${past} @from ORDER BY id ${order} LIMIT @limit`;
	const {values} = hit;
	switch (source.from) {
		case 'all': {
			return {sql: `${select} FROM tasks WHERE ${byId}`, values};
		}

		case 'node': {
			return {
				sql: `${select} FROM tasks INDEXED BY tasks_in_node WHERE node_id = @source_node AND state = @source_state AND state <> 'dead' AND ${byId}`,
				values: {
					...values,
					source_node: source.node,
					source_state: source.state,
				},
			};
		}

		case 'state': {
			return {
				sql: `${select} FROM tasks INDEXED BY tasks_in_state WHERE state = @source_state AND state NOT IN ('dead', 'done', 'waiting_blocked', 'splitted') AND ${byId}`,
				values: {...values, source_state: source.state},
			};
		}

		case 'children': {
			return {
				sql: `${select} FROM tasks INDEXED BY tasks_children WHERE parent_id = @source_parent AND ${byId}`,
				values: {...values, source_parent: source.parent},
			};
		}

		case 'family': {
			return {
				sql: `${select} FROM tasks INDEXED BY tasks_family WHERE root_id = @source_root AND root_id <> id AND ${byId}`,
				values: {...values, source_root: source.root},
			};
		}

		case 'group': {
			return {
				sql: `${select} FROM task_groups AS members CROSS JOIN tasks ON tasks.id = members.task_id
					WHERE members.group_id = @source_group AND members.task_id ${past} @from ORDER BY members.task_id ${order} LIMIT @limit`,
				values: {...values, source_group: source.group},
			};
		}

		case 'ids': {
			return {
				sql: `${select} FROM json_each(@ids) AS wanted CROSS JOIN tasks ON tasks.id = wanted.value`,
				values,
			};
		}
	}
};

const hitOf = (
	source: TaskSource,
	{group, node, states, name, text, parent, dead, archived}: TaskConditions,
): {
	readonly sql: readonly string[];
	readonly values: Readonly<Record<string, string | number>>;
} => {
	const sql: string[] = [];
	const values: Record<string, string | number> = {};
	if (!archived) {
		sql.push('tasks.archived = 0');
	}

	if (source.from !== 'node' && source.from !== 'state') {
		if (states) {
			sql.push('tasks.state IN (SELECT value FROM json_each(@states))');
			values['states'] = JSON.stringify(states);
		} else if (!dead) {
			sql.push("tasks.state <> 'dead'");
		}
	}

	if (node !== undefined && source.from !== 'node') {
		sql.push('tasks.node_id = @node');
		values['node'] = node;
	}

	if (parent !== undefined && source.from !== 'children') {
		sql.push('tasks.parent_id = @parent');
		values['parent'] = parent;
	}

	if (group !== undefined && source.from !== 'group') {
		sql.push(
			'EXISTS (SELECT 1 FROM task_groups AS own WHERE own.group_id = @group AND own.task_id = tasks.id)',
		);
		values['group'] = group;
	}

	if (name !== undefined) {
		sql.push('tasks.name GLOB @name');
		values['name'] = name;
	}

	if (text !== undefined && text !== '') {
		sql.push(
			String.raw`(tasks.name LIKE @text ESCAPE '\' OR tasks.state_details ->> 'message' LIKE @text ESCAPE '\' OR EXISTS (
				SELECT 1 FROM task_groups AS own JOIN groups ON groups.id = own.group_id WHERE own.task_id = tasks.id AND groups.name LIKE @text ESCAPE '\'
			))`,
		);
		values['text'] = containing(text);
	}

	return {sql, values};
};

/** A LIKE pattern for whatever has this text in it. */
export const containing = (text: string): string =>
	`%${text.replaceAll(/[%\\_]/gv, String.raw`\$&`)}%`;
