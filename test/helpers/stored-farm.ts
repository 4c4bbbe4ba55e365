import {mkdtemp, rm} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
	groupId,
	invocationId,
	nodeId,
	requirementId,
	splitId,
	taskId,
	type GroupId,
	type InvocationId,
	type NodeId,
	type RequirementId,
	type SplitId,
	type TaskId,
	type WorkerId,
} from '../../source/core/ids.js';
import {
	noResources,
	type Requirements,
} from '../../source/core/requirements.js';
import type {TaskState} from '../../source/core/task-state.js';
import {openDatabase} from '../../source/db/open.js';
import type {GroupRow} from '../../source/db/queries/groups.js';
import {type TaskRow, taskValues} from '../../source/db/queries/tasks.js';
import {prepareStatements} from '../../source/db/statements.js';

/** When everything in a stored farm was made. */
export const storedAt = Date.UTC(2026, 0, 2, 3, 4, 5);

export const anyWorker: Requirements = {
	minimum: {...noResources, cpus: 1},
	preferred: noResources,
	groups: [],
	worker_type: 'standard',
	capabilities: {},
	limits: {},
};

/**
A farm in a real file, filled by the statements that a turn uses. What is kept twice is made to agree by `settle`.
*/
export const createStoredFarm = async (t: {
	readonly teardown: (action: () => Promise<void>) => void;
}) => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeblood-test-'));
	const database = await openDatabase(path.join(folder, 'farm.db'));
	t.teardown(async () => {
		database.close();
		await rm(folder, {recursive: true});
	});
	const {writer} = database;
	const statements = prepareStatements(writer);
	let lastTask = 0;
	let lastGroup = 0;
	let lastSplit = 0;

	const node = (
		name: string,
		{
			type = 'null',
			enabled = 1,
		}: {readonly type?: string; readonly enabled?: 0 | 1} = {},
	): NodeId =>
		nodeId(
			Number(
				statements.nodes.insert.run({
					name,
					type,
					parameters: '{}',
					x: 0,
					y: 0,
					enabled,
					created_at: storedAt,
				}).lastInsertRowid,
			),
		);

	const group = (name: string, fields: Partial<GroupRow> = {}): GroupId => {
		lastGroup += 1;
		statements.groups.insert.run({
			id: groupId(lastGroup),
			name,
			priority: 50,
			archived: 0,
			creator: 'mia',
			counts: '{}',
			created_at: storedAt,
			finished_at: null,
			...fields,
		});
		return groupId(lastGroup);
	};

	const requirement = (
		requirements: Requirements = anyWorker,
	): RequirementId => {
		const json = JSON.stringify(requirements);
		const known = statements.invocations.requirementByJson.get(json);
		return (
			known?.id ??
			requirementId(
				Number(
					statements.invocations.insertRequirement.run(json).lastInsertRowid,
				),
			)
		);
	};

	const task = ({
		groups = [],
		...fields
	}: Partial<TaskRow> & {
		readonly state: TaskState;
		readonly node_id: NodeId;
		readonly groups?: readonly GroupId[];
	}): TaskId => {
		lastTask += 1;
		const id = taskId(lastTask);
		const hasWork = ['ready', 'invoking', 'in_progress'].includes(fields.state);
		statements.tasks.insert.run(
			...taskValues({
				id,
				name: `task ${id}`,
				parent_id: null,
				root_id: id,
				state_details:
					fields.state === 'error'
						? '{"reason":"exit","message":"It ended with 1."}'
						: null,
				paused: 0,
				archived: 0,
				input: 'main',
				output: null,
				attributes: '{}',
				environment: null,
				split_id: null,
				split_index: null,
				split_level: 0,
				priority: 0,
				effective_priority: 0,
				queue_group_id: 0,
				priority_adjustment: 0,
				requirement_id: hasWork ? requirement() : null,
				invocation_id: null,
				attempts: 0,
				children_count: 0,
				active_children_count: 0,
				queue: null,
				created_at: storedAt,
				changed_at: storedAt,
				...fields,
			}),
		);
		for (const of of groups) {
			statements.tasks.addToGroup.run(of, id);
		}

		if (hasWork) {
			statements.tasks.putWork.run(id, '{}');
		}

		return id;
	};

	const split = (origin: TaskId, count: number): SplitId => {
		lastSplit += 1;
		statements.splits.insert.run({
			id: splitId(lastSplit),
			origin_id: origin,
			count,
			dead_count: 0,
			sealed: 0,
			created_at: storedAt,
		});
		return splitId(lastSplit);
	};

	const worker = (
		name: string,
		{
			cpus = 8,
			groups = [] as string[],
			capabilities = {},
			machine = `machine-${name}`,
		} = {},
	): WorkerId => {
		const row = statements.workers.put.get({
			name,
			machine_id: machine,
			host: `${name}.local`,
			address: '10.0.0.7:40000',
			type: 'standard',
			groups: JSON.stringify(groups),
			capabilities: JSON.stringify(capabilities),
			resources: JSON.stringify({
				...noResources,
				cpus,
				memory_bytes: 8 * 2 ** 30,
			}),
			resolver: 'trivial',
			version: '0.1.0',
			last_seen_at: storedAt,
		});
		if (!row) {
			throw new Error('A worker that was put was not given back.');
		}

		return row.id;
	};

	/** A process of the task, running on the worker with one core; the task follows. */
	const run = (of: TaskId, on: WorkerId): InvocationId => {
		const row = statements.tasks.get.get(of);
		if (!row) {
			throw new Error(`There is no task ${of}.`);
		}

		const id = invocationId(
			Number(
				statements.invocations.insert.run({
					task_id: of,
					node_id: row.node_id,
					worker_id: on,
					attempt: 1,
					reserved: JSON.stringify({
						machine_id: statements.workers.all
							.all()
							.find(({id: other}) => other === on)?.machine_id,
						resources: {...noResources, cpus: 1},
						limits: {},
						group_id: 0,
					}),
					created_at: storedAt,
				}).lastInsertRowid,
			),
		);
		statements.invocations.setRunningIfInvoking.run(storedAt, id);
		writer
			.prepare(
				"UPDATE tasks SET state = 'in_progress', invocation_id = ?, queue = NULL, requirement_id = coalesce(requirement_id, ?), attempts = 1 WHERE id = ?",
			)
			.run(id, requirement(), of);
		statements.tasks.putWork.run(of, '{}');
		return id;
	};

	/** A process has ended; its task is put somewhere else by `set`. */
	const end = (
		id: InvocationId,
		fields: {readonly exit_code?: number; readonly reason?: string} = {},
	): void => {
		statements.invocations.endIfLive.run({
			id,
			state: 'finished',
			exit_code: 0,
			signal: null,
			reason: null,
			message: null,
			progress: null,
			status: null,
			peak_memory_bytes: null,
			cpu_s: null,
			log_bytes: 0,
			started_at: storedAt,
			finished_at: storedAt,
			...fields,
		});
	};

	return {
		folder,
		database,
		statements,
		node,
		group,
		requirement,
		task,
		split,
		worker,
		run,
		end,
		/** Derive all that is kept twice. */
		settle(): void {
			writer.exec(derived);
		},
	};
};

export type StoredFarm = Awaited<ReturnType<typeof createStoredFarm>>;

const derived = `
UPDATE tasks SET archived = coalesce((SELECT min(archived) FROM task_groups JOIN groups ON groups.id = group_id WHERE task_id = tasks.id), 0), queue = NULL;
UPDATE tasks SET queue = 'advance' WHERE state IN ('waiting', 'post_waiting') AND paused = 0 AND archived = 0 AND (SELECT enabled FROM nodes WHERE nodes.id = node_id);
UPDATE tasks SET queue = 'advance' WHERE state IN ('done', 'spawned') AND paused = 0 AND archived = 0
	AND EXISTS (SELECT 1 FROM connections WHERE from_node = node_id AND from_output = coalesce(output, 'main'));
UPDATE tasks SET
	queue_group_id = coalesce((SELECT groups.id FROM task_groups JOIN groups ON groups.id = group_id WHERE task_id = tasks.id AND groups.archived = 0 ORDER BY groups.priority DESC, groups.id LIMIT 1), 0),
	effective_priority = priority + priority_adjustment + coalesce((SELECT max(groups.priority) FROM task_groups JOIN groups ON groups.id = group_id WHERE task_id = tasks.id AND groups.archived = 0), 0)
	WHERE state = 'ready';
UPDATE tasks SET queue = 'dispatch' WHERE state = 'ready' AND paused = 0 AND archived = 0 AND (SELECT enabled FROM nodes WHERE nodes.id = node_id);
DELETE FROM node_counts;
INSERT INTO node_counts SELECT node_id, state, count(*) FROM tasks WHERE archived = 0 GROUP BY node_id, state;
UPDATE groups SET counts = '{}';
UPDATE groups SET counts = tallied.counts FROM (
	SELECT group_id, json_patch(json_group_object(state, n), json_object('total', sum(n), 'paused', nullif(sum(paused), 0))) AS counts
	FROM (SELECT group_id, state, count(*) AS n, sum(paused) AS paused FROM task_groups JOIN tasks ON tasks.id = task_id GROUP BY group_id, state) GROUP BY group_id
) AS tallied WHERE tallied.group_id = groups.id;
UPDATE groups SET finished_at = iif(coalesce(counts ->> 'total', 0) = coalesce(counts ->> 'dead', 0) + coalesce(counts ->> 'done', 0), coalesce(finished_at, created_at), NULL);
DELETE FROM arrivals;
INSERT INTO arrivals SELECT iif(split_id IS NULL, 'parent', 'split'), coalesce(split_id, parent_id), node_id, count(*) FROM tasks
	WHERE state IN ('waiting_blocked', 'post_waiting_blocked') AND (split_id IS NOT NULL OR parent_id IS NOT NULL) GROUP BY 1, 2, 3;
UPDATE splits SET dead_count = count - (SELECT count(*) FROM tasks WHERE split_id = splits.id AND state <> 'dead');
UPDATE tasks SET children_count = total, active_children_count = active FROM (
	SELECT parent_id AS of_id, count(*) AS total, sum(state <> 'dead') AS active FROM tasks AS children WHERE parent_id IS NOT NULL AND split_id IS NULL GROUP BY parent_id
) WHERE of_id = tasks.id;
`;
