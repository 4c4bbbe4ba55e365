import {FarmError} from '../core/errors.js';
import type {TaskId} from '../core/ids.js';
import type {Json, JsonObject} from '../core/json.js';
import {didYouMean} from '../core/nearest.js';
import {parseWire, printWire} from '../graph/graph-document.js';
import type {Connection} from '../net/greet.js';
import type {SchedulerCall} from '../net/scheduler-methods.js';
import type {TaskSelection} from '../net/messages/shapes.js';
import {graphAnswer} from './graph-answer.js';
import {recorded, type Request} from './journal.js';
import type {Operation, Submit} from './turn-context.js';
import {
	forceState,
	moveTo,
	onEachTask,
	taskActions,
	type ActionResult,
	type OnTask,
} from './operations/act-on-tasks.js';
import {
	actOnNodes,
	addConnection,
	applyGraph,
	deleteNodes,
	editGraph,
	existingNode,
	removeConnection,
	renameNode,
	setNode,
} from './operations/graph.js';
import {
	actOnGroups,
	deleteGroupStep,
	setGroupPriority,
} from './operations/groups.js';
import {deleteLimit, setLimit} from './operations/limits.js';
import {
	checkedPreset,
	existingPreset,
	initialParameters,
	type PresetFiles,
} from './operations/presets.js';
import {setTask} from './operations/set-task.js';
import {submitTasks} from './operations/submit-tasks.js';
import {actOnWorkers, setWorkerGroups} from './operations/workers.js';
import {getTask, selectTasks} from './views/task-list.js';
import {connectionShapeOf, getNode} from './views/node-shape.js';
import {findWorker, workerShapeOf} from './views/worker-shape.js';
import type {ViewContext} from './views/view-context.js';

/** So many tasks are changed in one turn, when a request names more. */
const tasksPerTurn = 2000;

export type ChangeContext = {
	readonly submit: Submit;
	readonly views: ViewContext;
	/** Logs of invocations that were deleted for good. */
	readonly removeLogs: (invocations: readonly number[]) => void;
	readonly rotateKeys: (options: {readonly viewOnly: boolean}) => Promise<{
		readonly join_code: string;
		readonly view_only_join_code: string;
	}>;
	readonly presetFiles: PresetFiles;
};

/** Answer a request that changes something. Every answer is sent after the change is durable. */
export const answerChange = async (
	{submit, views, removeLogs, rotateKeys, presetFiles}: ChangeContext,
	connection: Connection,
	call: ChangeCall,
): Promise<void> => {
	const record = async <Value>(operation: Operation<Value>): Promise<Value> =>
		submit(recorded(requestOf(connection, call), operation));
	/** What was done outside of the database. */
	const noted = async (before: JsonObject | undefined): Promise<void> =>
		submit(
			recorded(
				{...requestOf(connection, call), requestId: undefined},
				({desk}) => {
					if (before !== undefined) {
						desk.remember(before);
					}
				},
			),
		);
	const creator = connection.user === '' ? connection.name : connection.user;

	const actOnSelection = async (
		select: TaskSelection,
		act: OnTask,
	): Promise<ActionResult> => {
		if ('ids' in select && select.ids.length <= tasksPerTurn) {
			return record(onEachTask(select.ids, act));
		}

		const total = {
			changed: 0,
			skipped: [] as Array<ActionResult['skipped'][number]>,
		};
		for (const ids of 'ids' in select
			? pagesOf(select.ids)
			: foundBy(views, select.filter)) {
			// eslint-disable-next-line no-await-in-loop -- others have their turn in between
			const {changed, skipped} = await submit(onEachTask(ids, act));
			total.changed += changed;
			total.skipped.push(
				...skipped.slice(0, Math.max(0, 1000 - total.skipped.length)),
			);
		}

		return record(() => total);
	};

	switch (call.name) {
		case 'task.submit': {
			const {request_id: _, ...submission} = call.params;
			const [id] = await record(submitTasks([submission], creator));
			if (id === undefined) {
				throw new FarmError('INTERNAL', 'A task was submitted and has no id.');
			}

			call.reply({id});
			return;
		}

		case 'task.submit_many': {
			call.reply({ids: await record(submitTasks(call.params.tasks, creator))});
			return;
		}

		case 'task.act': {
			call.reply(
				copied(
					await actOnSelection(
						call.params.select,
						taskActions[call.params.action],
					),
				),
			);
			return;
		}

		case 'task.force': {
			call.reply(
				copied(
					await actOnSelection(
						call.params.select,
						forceState(call.params.state),
					),
				),
			);
			return;
		}

		case 'task.move': {
			const {to, input: wanted, select} = call.params;
			const node = views.books().graph.byName.get(to);
			if (!node) {
				throw new FarmError(
					'NOT_FOUND',
					`There is no node "${to}"${didYouMean(to, views.books().graph.byName.keys())}`,
				);
			}

			const input = wanted ?? node.inputs[0] ?? 'main';
			if (!node.inputs.includes(input)) {
				throw new FarmError(
					'INVALID',
					`Node ${to} has no input ${input}, only ${node.inputs.join(', ')}.`,
				);
			}

			call.reply(
				copied(await actOnSelection(select, moveTo({node: node.id, input}))),
			);
			return;
		}

		case 'task.set': {
			const id = await record(setTask(call.params, creator));
			call.reply(getTask(views, id));
			return;
		}

		case 'group.act': {
			const {action, names} = call.params;
			if (action !== 'delete') {
				call.reply(await record(actOnGroups(names, action)));
				return;
			}

			let tasks = 0;
			for (const name of names) {
				for (;;) {
					const step = await submit(deleteGroupStep(name)); // eslint-disable-line no-await-in-loop -- in small steps, with turns of others in between
					tasks += step.tasks;
					removeLogs(step.invocations);
					if (!step.more) {
						break;
					}
				}
			}

			call.reply(await record(() => ({changed: names.length, tasks})));
			return;
		}

		case 'group.set_priority': {
			call.reply(
				await record(setGroupPriority(call.params.names, call.params.priority)),
			);
			return;
		}

		case 'worker.act': {
			call.reply(
				await record(actOnWorkers(call.params.workers, call.params.action)),
			);
			return;
		}

		case 'worker.set_groups': {
			const id = await record(
				setWorkerGroups(call.params.worker, call.params.groups ?? undefined),
			);
			const {fleet} = views.books();
			call.reply(workerShapeOf(fleet, findWorker(fleet, String(id))));
			return;
		}

		case 'node.create': {
			const {name, type, parameters, position} = call.params;
			await record((turn) => {
				if (turn.books.graph.byName.has(name)) {
					throw new FarmError('CONFLICT', `There is a node ${name} already.`);
				}

				return editGraph({
					nodes: {
						[name]: {
							type,
							parameters: {
								...initialParameters(turn.settings, type),
								...parameters,
							},
							...(position && {position}),
						},
					},
					connections: [],
				})(turn);
			});
			call.reply(getNode(views, name));
			return;
		}

		case 'node.set': {
			await record(setNode(call.params.name, call.params));
			call.reply(getNode(views, call.params.name));
			return;
		}

		case 'node.rename': {
			await record(renameNode(call.params.name, call.params.to));
			call.reply(getNode(views, call.params.to));
			return;
		}

		case 'node.delete': {
			call.reply(await record(deleteNodes(call.params.names)));
			return;
		}

		case 'node.act': {
			call.reply(
				await record(actOnNodes(call.params.names, call.params.action)),
			);
			return;
		}

		case 'connection.add': {
			const wire = await record((turn) =>
				addConnection(wireIn(turn, call.params.connection))(turn),
			);
			const {graph} = views.books();
			const laid = graph.wires
				.map((candidate) => connectionShapeOf(graph, candidate))
				.find((shape) => shape && printWire(shape) === printWire(wire));
			if (!laid) {
				throw new FarmError('INTERNAL', 'The wire that was laid is not there.');
			}

			call.reply(laid);
			return;
		}

		case 'connection.remove': {
			await record((turn) => {
				removeConnection(wireIn(turn, call.params.connection))(turn);
			});
			call.reply({});
			return;
		}

		case 'graph.apply': {
			const {document, prune, dry_run: dryRun} = call.params;
			const outcome = dryRun
				? await submit(applyGraph(document, {prune, dryRun}))
				: await record(applyGraph(document, {prune, dryRun}));
			call.reply(graphAnswer(outcome));
			return;
		}

		case 'limit.set': {
			call.reply(await record(setLimit(call.params.name, call.params.total)));
			return;
		}

		case 'limit.delete': {
			await record(deleteLimit(call.params.name));
			call.reply({});
			return;
		}

		case 'preset.save': {
			const {replace: isReplacing, request_id: _, ...preset} = call.params;
			const parameters = await submit(checkedPreset(preset));
			await presetFiles.save({...preset, parameters}, {isReplacing});
			await noted(undefined);
			call.reply({...preset, parameters});
			return;
		}

		case 'preset.delete': {
			const {type, name} = call.params;
			const parameters = await submit(existingPreset({type, name}));
			await presetFiles.remove({type, name});
			await noted({type, name, parameters});
			call.reply({});
			return;
		}

		case 'key.rotate': {
			const codes = await rotateKeys({viewOnly: call.params.view_only});
			await noted(undefined);
			call.reply(codes);
		}
	}
};

const changeMethods = new Set([
	'task.submit',
	'task.submit_many',
	'task.act',
	'task.force',
	'task.move',
	'task.set',
	'group.act',
	'group.set_priority',
	'worker.act',
	'worker.set_groups',
	'node.create',
	'node.set',
	'node.rename',
	'node.delete',
	'node.act',
	'connection.add',
	'connection.remove',
	'graph.apply',
	'limit.set',
	'limit.delete',
	'preset.save',
	'preset.delete',
	'key.rotate',
] as const);

type ChangeName = typeof changeMethods extends Set<infer Name> ? Name : never;
export type ChangeCall = Extract<SchedulerCall, {readonly name: ChangeName}>;

export const isChangeCall = (call: SchedulerCall): call is ChangeCall =>
	(changeMethods as ReadonlySet<string>).has(call.name);

const copied = ({changed, skipped}: ActionResult) => ({
	changed,
	skipped: [...skipped],
});

const requestOf = (
	connection: Connection,
	{name, params}: ChangeCall,
): Request => {
	const {request_id: requestId, ...rest} = params;
	return {
		method: name,

		params: rest as Json,
		requestId,
		client: connection.name,
		user: connection.user,
		address: connection.address,
	};
};

const pagesOf = function* (
	ids: readonly TaskId[],
): Generator<readonly TaskId[]> {
	for (let from = 0; from < ids.length; from += tasksPerTurn) {
		yield ids.slice(from, from + tasksPerTurn);
	}
};

// Read page by page, behind the last id that was looked at: what an action changes cannot make it come round again.
const foundBy = function* (
	views: ViewContext,
	filter: Extract<TaskSelection, {filter: unknown}>['filter'],
): Generator<readonly TaskId[]> {
	let after: number | undefined = 0;
	while (after !== undefined) {
		const page: ReturnType<typeof selectTasks> = selectTasks(views, filter, {
			after,
			limit: tasksPerTurn,
		});
		after = page.next;
		if (page.ids.length > 0) {
			yield page.ids;
		}
	}
};

const wireIn = (turn: Parameters<Operation<unknown>>[0], text: string) => {
	const written = parseWire(text);
	if (written.kind === 'fault') {
		throw new FarmError('INVALID', written.message);
	}

	return {
		from: written.from,
		output:
			written.output ?? existingNode(turn, written.from).outputs[0] ?? 'main',
		to: written.to,
		input: written.input ?? existingNode(turn, written.to).inputs[0] ?? 'main',
	};
};
