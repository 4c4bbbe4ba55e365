import {mkdtemp, rm} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import type {WrittenCapabilities} from '../../source/core/capabilities.js';
import type {Clock} from '../../source/core/clock.js';
import {
	invocationId,
	taskId,
	type InvocationId,
	type TaskId,
} from '../../source/core/ids.js';
import type {
	EnvironmentRequest,
	InvocationOutcome,
} from '../../source/core/invocation.js';
import type {Json, JsonObject} from '../../source/core/json.js';
import type {Resources} from '../../source/core/requirements.js';
import {checkDatabase} from '../../source/db/check.js';
import {openDatabase} from '../../source/db/open.js';
import type {InvocationRow} from '../../source/db/queries/invocations.js';
import type {TaskRow} from '../../source/db/queries/tasks.js';
import {coreNodes} from '../../source/nodes/core-nodes.js';
import type {NodeDefinition} from '../../source/nodes/contract.js';
import {createRegistry} from '../../source/nodes/registry.js';
import {createSandbox} from '../../source/sandbox/sandbox.js';
import {
	type Operation,
	type SchedulerSettings,
} from '../../source/scheduler/turn-context.js';
import {confirmRunning} from '../../source/scheduler/operations/confirm-running.js';
import {finishInvocation} from '../../source/scheduler/operations/finish-invocation.js';
import {applyGraph} from '../../source/scheduler/operations/graph.js';
import {recoverAfterRestart} from '../../source/scheduler/operations/recover.js';
import {submitTasks} from '../../source/scheduler/operations/submit-tasks.js';
import {registerWorker} from '../../source/scheduler/operations/workers.js';
import {createTurnLoop} from '../../source/scheduler/turn-loop.js';
import type {TurnChanges} from '../../source/scheduler/turn-changes.js';
import type {RunRequest} from '../../source/scheduler/worker-link.js';
import {booksDisagreement} from './books-agreement.js';
import {until} from './until.js';

export const engineSettings: SchedulerSettings = {
	attempts: 3,
	workerGraceS: 60,
	killGraceS: 5,
	avoidS: 60,
	retention: {
		groupsDays: 0,
		logsDays: 0,
		logsBytes: 0,
		journalDays: 0,
		journalEntries: 0,
	},
	globals: {},
	nodeConfig: {},
	presets: {},
	initialPreset: {},
	notifications: {rules: [], settleS: 0, queue: 100},
};

type GraphText = {
	readonly nodes: Readonly<
		Record<
			string,
			{
				readonly type: string;
				readonly parameters?: JsonObject;
				readonly enabled?: boolean;
			}
		>
	>;
	readonly connections?: readonly string[];
};

/**
The turns of a scheduler over a real database in a folder of its own, without the network: workers are played. When the test ends, everything that the database keeps twice is re-derived and must agree.
*/
export const createTestFarm = async (
	t: ExecutionContext,
	{
		graph,
		overrides = {},
		definitions = [],
		clock = {now: () => Date.now(), monotonic: () => performance.now()},
	}: {
		readonly graph?: GraphText;
		readonly overrides?: Partial<SchedulerSettings>;
		readonly definitions?: readonly NodeDefinition[];
		readonly clock?: Clock;
	} = {},
) => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeblood-farm-'));
	const file = path.join(folder, 'farm.db');
	const defects: unknown[] = [];
	const registry = createRegistry([...coreNodes, ...definitions]);
	const open = async () => {
		const database = await openDatabase(file);
		const sandbox = await createSandbox();
		const listeners = new Set<(changes: TurnChanges) => void>();
		const loop = createTurnLoop({
			database,
			registry,
			sandbox,
			settings: {...engineSettings, ...overrides},
			clock,
			onCommit(changes) {
				for (const listener of listeners) {
					listener(changes);
				}
			},
			onDefect(error, what) {
				defects.push(new Error(what, {cause: error}));
			},
		});
		return {database, sandbox, loop, listeners};
	};

	let current = await open();
	const disagreement = (): readonly string[] =>
		booksDisagreement(current.loop.books, {
			writer: current.database.writer,
			registry,
		});
	const submit = async <Value>(operation: Operation<Value>): Promise<Value> =>
		current.loop.submit(operation);

	/** What was not sound when an engine ended. */
	const wrong: string[] = [];
	let isClosed = false;
	const close = async (): Promise<void> => {
		if (isClosed) {
			return;
		}

		isClosed = true;
		await current.loop.stop();
		await current.sandbox.stop();
		const {database} = current;
		wrong.push(
			...checkDatabase(database.writer).map(({message}) => message),
			...disagreement(),
		);
		database.close();
	};

	const remove = async (): Promise<void> => {
		await close();
		await rm(folder, {recursive: true, force: true});
	};

	t.teardown(async () => {
		await remove();
		if (wrong.length > 0) {
			throw new Error(`The engine was not sound:\n${wrong.join('\n')}`);
		}
	});

	const apply = async (
		text: GraphText,
		{prune = false} = {},
	): Promise<void> => {
		const {faults} = await submit(
			applyGraph(
				{
					nodes: Object.fromEntries(
						Object.entries(text.nodes).map(
							([name, {type, parameters = {}, enabled}]) => [
								name,
								{type, parameters, ...(enabled !== undefined && {enabled})},
							],
						),
					),
					connections: [...(text.connections ?? [])],
				},
				{prune, dryRun: false},
			),
		);
		if (faults.length > 0) {
			throw new Error(
				faults
					.map(({path: where, message}) => `${where.join('.')}: ${message}`)
					.join('\n'),
			);
		}
	};

	if (graph) {
		await apply(graph);
	}

	const row = (id: TaskId): TaskRow => {
		const found = current.loop.statements.tasks.get.get(id);
		if (!found) {
			throw new Error(`There is no task ${id}`);
		}

		return found;
	};

	const all = (): TaskRow[] =>
		current.database.writer
			.prepare<unknown[], TaskRow>('SELECT * FROM tasks ORDER BY id')
			.all();

	return {
		file,
		defects,
		submit,
		apply,
		row,
		all,
		books: () => current.loop.books,
		disagreement,
		invocation: (id: InvocationId): InvocationRow | undefined =>
			current.loop.statements.invocations.get.get(id),
		database: () => current.database,
		statements: () => current.loop.statements,
		onCommit(listener: (changes: TurnChanges) => void): void {
			current.listeners.add(listener);
		},
		async submitTask(
			node: string,
			{
				name,
				attributes = {},
				groups = [],
				priority = 0,
				paused = false,
				environment,
			}: {
				readonly name?: string;
				readonly attributes?: Readonly<Record<string, Json>>;
				readonly groups?: readonly string[];
				readonly priority?: number;
				readonly paused?: boolean;
				readonly environment?: EnvironmentRequest;
			} = {},
		): Promise<TaskId> {
			const [id] = await submit(
				submitTasks(
					[
						{
							node,
							...(name !== undefined && {name}),
							attributes: {...attributes},
							groups: [...groups],
							priority,
							paused,
							...(environment !== undefined && {environment}),
						},
					],
					'tester',
				),
			);
			return id ?? taskId(0);
		},
		attributes(id: TaskId): JsonObject {
			return JSON.parse(row(id).attributes) as JsonObject;
		},
		details(id: TaskId): JsonObject | undefined {
			const text = row(id).state_details;
			return text === null ? undefined : (JSON.parse(text) as JsonObject);
		},
		nodeOf(id: TaskId): string {
			return (
				current.loop.books.graph.nodes
					.values()
					.find((node) => node.id === row(id).node_id)?.name ?? '?'
			);
		},
		/** Wait until a task is in a state. */
		async untilState(id: TaskId, state: TaskRow['state']): Promise<TaskRow> {
			return until(() => (row(id).state === state ? row(id) : undefined), {
				what: `task ${id} to be ${state}; it is ${row(id).state}: ${row(id).state_details ?? ''}`,
				within: 20_000,
			});
		},
		/** A worker that the test plays: it is offered invocations, and says what the test wants it to say. */
		async addWorker({
			name = 'w1',
			machine = 'm1',
			resources = {
				cpus: 8,
				memory_bytes: 2 ** 33,
				gpus: 0,
				gpu_memory_bytes: 0,
			},
			groups = [],
			capabilities = {},
			type = 'standard',
			resolver = 'trivial',
			running = [],
			unreported = [],
		}: {
			readonly name?: string;
			readonly machine?: string;
			readonly resources?: Resources;
			readonly groups?: readonly string[];
			readonly capabilities?: WrittenCapabilities;
			readonly type?: 'standard' | 'helper';
			readonly resolver?: string;
			readonly running?: readonly InvocationId[];
			readonly unreported?: readonly InvocationId[];
		} = {}) {
			const offered: RunRequest[] = [];
			const cancelled: InvocationId[] = [];
			let taken = 0;
			const link = {
				run(request: RunRequest) {
					offered.push(request);
				},
				cancel(id: InvocationId) {
					cancelled.push(id);
				},
				stop: () => undefined,
				close: () => undefined,
				address: '127.0.0.1:1',
				lastHeardAt: () => clock.now(),
			};
			const {id, end} = await submit(
				registerWorker(
					{
						name,
						machine_id: machine,
						host: machine,
						address: '127.0.0.1:1',
						type,
						groups,
						capabilities,
						resources,
						resolver,
						version: '0',
						once: false,
						running,
						unreported,
					},
					link,
				),
			);
			return {
				id,
				end,
				link,
				offered,
				cancelled,
				async take(): Promise<RunRequest> {
					const request = await until(() => offered[taken], {
						what: `an invocation for worker ${name}`,
					});
					taken += 1;
					return request;
				},
				async start(invocation: InvocationId): Promise<void> {
					await submit(confirmRunning(invocation, clock.now()));
				},
				async finish(
					invocation: InvocationId,
					outcome: InvocationOutcome,
				): Promise<'finished' | 'stale'> {
					return submit(
						finishInvocation({
							invocation: invocationId(invocation),
							worker: id,
							outcome,
							measures: {
								started_at: clock.now(),
								finished_at: clock.now(),
								peak_memory_bytes: null,
								cpu_s: null,
								log_bytes: 0,
							},
						}),
					);
				},
			};
		},
		/** As after kill -9: what is in memory is gone, the database is as it is. */
		async restart(): Promise<void> {
			await close();
			isClosed = false;
			current = await open();
			await submit(recoverAfterRestart());
		},
		/** Stop it before the test ends, and leave nothing of it. */
		end: remove,
		/** Every scheduler test ends with this. */
		expectSound(): void {
			t.deepEqual(defects, []);
			t.deepEqual(checkDatabase(current.database.writer), []);
		},
	};
};

export type TestFarm = Awaited<ReturnType<typeof createTestFarm>>;
