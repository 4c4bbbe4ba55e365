import {FarmError} from '../../core/errors.js';
import type {NodeId, TaskId} from '../../core/ids.js';
import type {JsonObject} from '../../core/json.js';
import {didYouMean} from '../../core/nearest.js';
import type {TaskState} from '../../core/task-state.js';
import {
	planGraph,
	type GraphChange,
	type GraphFault,
	type GraphPlan,
	type NodeTypeRules,
} from '../../graph/check-graph.js';
import {
	printWire,
	type GraphDocument,
	type Wire,
} from '../../graph/graph-document.js';
import {parseParameters} from '../../nodes/parse-parameters.js';
import {makeGraph, makeNode, outputsOf, type FarmNode} from '../farm-graph.js';
import {type Operation, type Turn} from '../turn-context.js';
import type {TaskDraft} from '../task-draft.js';
import {reconsider, taskActions} from './act-on-tasks.js';

export type GraphOutcome = {
	readonly changes: readonly GraphChange[];
	readonly faults: readonly GraphFault[];
};

/** Bring the graph to what a document says; all, or, where it has faults, nothing. */
export const applyGraph =
	(
		document: GraphDocument,
		{prune, dryRun}: {readonly prune: boolean; readonly dryRun: boolean},
	): Operation<GraphOutcome> =>
	(turn) => {
		const {faults, changes, plan} = planFor(turn, document, prune);
		if (!dryRun && faults.length === 0) {
			carryOut(turn, plan);
		}

		return {faults, changes};
	};

/** The same for one change made by hand: its faults are the request's error. */
export const editGraph =
	(document: GraphDocument): Operation<readonly GraphChange[]> =>
	(turn) => {
		const {faults, changes, plan} = planFor(turn, document, false);
		const [fault] = faults;
		if (fault) {
			throw new FarmError(
				'INVALID',
				faults.length === 1
					? fault.message
					: faults.map(({message}) => message).join('; '),
			);
		}

		carryOut(turn, plan);
		return changes;
	};

export const setNode =
	(
		name: string,
		{
			parameters,
			position,
		}: {
			readonly parameters: JsonObject;
			readonly position?: readonly [number, number] | undefined;
		},
	): Operation<readonly GraphChange[]> =>
	(turn) => {
		const node = existingNode(turn, name);
		const merged: Record<string, JsonObject[string]> = {...node.stored};
		for (const [key, value] of Object.entries(parameters)) {
			if (value === null) {
				delete merged[key]; // eslint-disable-line @typescript-eslint/no-dynamic-delete -- a copy made here
			} else {
				merged[key] = value;
			}
		}

		return editGraph({
			nodes: {
				[name]: {
					type: node.type,
					parameters: merged,
					enabled: node.enabled,
					...(position && {position: [...position]}),
				},
			},
			connections: [],
		})(turn);
	};

export const renameNode =
	(name: string, to: string): Operation<void> =>
	(turn) => {
		const {desk, books, statements} = turn;
		const node = existingNode(turn, name);
		if (name !== to && books.graph.byName.has(to)) {
			throw new FarmError('CONFLICT', `There is a node ${to} already.`);
		}

		desk.remember({name});
		desk.touch();
		statements.nodes.update.run({...node.row, name: to});
		reloadGraph(turn);
	};

export const deleteNodes =
	(names: readonly string[]): Operation<{deleted: number}> =>
	(turn) => {
		const {desk, statements} = turn;
		const nodes = [...new Set(names)].map((name) => existingNode(turn, name));
		for (const node of nodes) {
			const living = livingTasks(turn, node.id);
			if (living > 0) {
				throw new FarmError(
					'CONFLICT',
					`Node ${node.name} has ${living} ${living === 1 ? 'task' : 'tasks'} that ${living === 1 ? 'is' : 'are'} not dead: move or kill them first.`,
				);
			}
		}

		desk.remember({
			nodes: nodes.map(({name, type, stored}) => ({
				name,
				type,
				parameters: stored,
			})),
			connections: turn.books.graph.wires
				.filter((wire) =>
					nodes.some(({id}) => id === wire.from || id === wire.to),
				)
				.map((wire) => printWire(wireOf(turn, wire))),
		});
		desk.touch();
		const affected: Array<readonly [NodeId, string]> = [];
		for (const {id} of nodes) {
			for (const wire of turn.books.graph.wires) {
				if (!(wire.from === id || wire.to === id)) {
					continue;
				}

				statements.nodes.disconnect.run(wire.id);
				affected.push([wire.from, wire.output]);
			}

			statements.nodes.forget.run(id);
			statements.nodes.delete.run(id);
		}

		reloadGraph(turn);
		requeueDone(turn, affected);
		return {deleted: nodes.length};
	};

export const actOnNodes =
	(
		names: readonly string[],
		action: 'pause' | 'resume' | 'retry_errors',
	): Operation<{changed: number}> =>
	(turn) => {
		const {desk, statements} = turn;
		const nodes = names.map((name) => existingNode(turn, name));
		desk.remember({nodes: nodes.map(({name, enabled}) => ({name, enabled}))});
		let changed = 0;
		for (const node of nodes) {
			if (action === 'retry_errors') {
				changed += eachIn(
					turn,
					node.id,
					['error'],
					(task) => taskActions.retry(turn, task) === undefined,
				);
				continue;
			}

			const enabled = action === 'resume' ? 1 : 0;
			if (node.row.enabled === enabled) {
				continue;
			}

			changed += 1;
			desk.touch();
			statements.nodes.update.run({...node.row, enabled});
		}

		if (action !== 'retry_errors') {
			reloadGraph(turn);
			for (const {id} of nodes) {
				requeueIn(turn, id);
			}
		}

		return {changed};
	};

export const addConnection =
	(wire: Wire): Operation<Wire> =>
	(turn) => {
		editGraph({nodes: {}, connections: [printWire(wire)]})(turn);
		return wire;
	};

export const removeConnection =
	(wire: Wire): Operation<void> =>
	(turn) => {
		const {desk, statements} = turn;
		const found = findWire(turn, wire);
		if (!found) {
			throw new FarmError('NOT_FOUND', `There is no wire ${printWire(wire)}.`);
		}

		desk.remember({connection: printWire(wire)});
		desk.touch();
		statements.nodes.disconnect.run(found.id);
		reloadGraph(turn);
		requeueDone(turn, [[found.from, found.output]]);
	};

export const existingNode = ({books}: Turn, name: string): FarmNode => {
	const node = books.graph.byName.get(name);
	if (!node) {
		throw new FarmError(
			'NOT_FOUND',
			`There is no node "${name}"${didYouMean(name, books.graph.byName.keys())}`,
		);
	}

	return node;
};

export const planFor = (
	turn: Turn,
	document: GraphDocument,
	prune: boolean,
) => {
	const {books, registry, sandbox} = turn;
	const rules = new Map<string, NodeTypeRules>();
	for (const definition of registry.all()) {
		rules.set(definition.type, {
			inputs: definition.inputs,
			outputs: (parameters) => outputsOf(definition, parameters),
			checkParameters(written, name) {
				const {type, parameters} = definition;
				const parsed = parseParameters(
					{type, parameters, name, checkExpression: sandbox.check},
					written,
				);
				return parsed.kind === 'ok'
					? {faults: [], parameters: parsed.stored}
					: {faults: parsed.faults, parameters: {}};
			},
		});
	}

	return planGraph({
		document,
		prune,
		types: rules,
		existing: {
			nodes: books.graph.nodes
				.values()
				.map(({name, type, stored, enabled, row}) => ({
					name,
					type,
					parameters: stored,
					enabled,
					position: [row.x, row.y] as const,
				}))
				.toArray(),
			connections: books.graph.wires.map((wire) => wireOf(turn, wire)),
		},
		livingTasks(name) {
			const node = books.graph.byName.get(name);
			return node ? livingTasks(turn, node.id) : 0;
		},
	});
};

/** What the journal keeps of a node; nothing of one that is not there. */
const asItWas = ({books}: Turn, name: string) => {
	const node = books.graph.byName.get(name);
	return node
		? [
				{
					name,
					type: node.type,
					parameters: node.stored,
					enabled: node.enabled,
				},
			]
		: [];
};

const carryOut = (turn: Turn, plan: GraphPlan): void => {
	const {desk, books, statements} = turn;
	const {nodes} = statements;
	desk.touch();
	desk.remember({
		nodes: plan.changeNodes.flatMap(({name}) => asItWas(turn, name)),
		removed: plan.removeNodes.flatMap((name) => asItWas(turn, name)),
		removed_connections: plan.removeConnections.map((wire) => printWire(wire)),
	});
	const affected: Array<readonly [NodeId, string]> = [];
	for (const wire of plan.removeConnections) {
		const found = findWire(turn, wire);
		if (!found) {
			continue;
		}

		nodes.disconnect.run(found.id);
		affected.push([found.from, found.output]);
	}

	for (const name of plan.removeNodes) {
		const node = books.graph.byName.get(name);
		if (!node) {
			continue;
		}

		nodes.forget.run(node.id);
		nodes.delete.run(node.id);
	}

	const changed: NodeId[] = [];
	for (const {
		name,
		type,
		parameters,
		enabled,
		position,
		isTypeChanged,
	} of plan.changeNodes) {
		const node = books.graph.byName.get(name);
		if (!node) {
			continue;
		}

		if (isTypeChanged) {
			nodes.forget.run(node.id);
		}

		const [x, y] = position ?? [node.row.x, node.row.y];
		nodes.update.run({
			...node.row,
			type,
			parameters: JSON.stringify(parameters),
			enabled: enabled ? 1 : 0,
			x,
			y,
		});
		changed.push(node.id);
	}

	for (const {name, type, parameters, enabled, position} of plan.addNodes) {
		const [x, y] = position ?? [0, 0];
		nodes.insert.run({
			name,
			type,
			parameters: JSON.stringify(parameters),
			enabled: enabled ? 1 : 0,
			x,
			y,
			created_at: desk.now(),
		});
	}

	reloadGraph(turn);
	for (const wire of plan.addConnections) {
		const from = existingNode(turn, wire.from);
		nodes.connect.run({
			from_node: from.id,
			from_output: wire.output,
			to_node: existingNode(turn, wire.to).id,
			to_input: wire.input,
		});
		affected.push([from.id, wire.output]);
	}

	if (plan.addConnections.length > 0) {
		reloadGraph(turn);
	}

	requeueDone(turn, affected);
	for (const id of changed) {
		// What made a task wait there may be another now.
		eachIn(
			turn,
			id,
			[
				'waiting_blocked',
				'post_waiting_blocked',
				'generating',
				'post_generating',
			],
			(task) => {
				reconsider(turn, task);
				return true;
			},
		);
		requeueIn(turn, id);
	}
};

const reloadGraph = ({books, statements, registry, desk}: Turn): void => {
	const known = new Map(
		books.graph.nodes.values().map((node) => [node.id, node] as const),
	);
	books.graph = makeGraph(
		statements.nodes.all.all().map((row) => {
			const before = known.get(row.id);
			const isSame =
				before?.row.parameters === row.parameters &&
				before.row.type === row.type &&
				before.row.name === row.name &&
				before.row.enabled === row.enabled;
			return isSame ? {...before, row} : makeNode(row, registry);
		}),
		statements.nodes.connections.all(),
	);
	desk.changes().graph = true;
};

/** Tasks that lie done at an output whose wires have changed may have a way to go on now, or none any more. */
const requeueDone = (
	turn: Turn,
	outputs: ReadonlyArray<readonly [NodeId, string]>,
): void => {
	const seen = new Set<string>();
	for (const [node, output] of outputs) {
		if (seen.has(`${node} ${output}`)) {
			continue;
		}

		seen.add(`${node} ${output}`);
		eachIn(turn, node, ['done', 'spawned'], (task) => {
			if ((task.row.output ?? 'main') === output) {
				turn.desk.requeue(task);
				return true;
			}

			return false;
		});
	}
};

const requeueIn = (turn: Turn, node: NodeId): void => {
	eachIn(turn, node, ['waiting', 'post_waiting', 'ready'], (task) => {
		turn.desk.requeue(task);
		return true;
	});
};

/** For each task of a node in one of these states. What `act` says is counted. */
const eachIn = (
	{desk, statements}: Turn,
	node: NodeId,
	states: readonly TaskState[],
	act: (task: TaskDraft) => boolean,
): number => {
	let count = 0;
	for (const state of states) {
		let after: TaskId | 0 = 0;
		for (;;) {
			desk.writeTasks();
			const ids: ReadonlyArray<{readonly id: TaskId}> =
				statements.tasks.inNode.all(node, state, after, 1000);
			for (const {id} of ids) {
				after = id;
				const task = desk.task(id);
				if (task && act(task)) {
					count += 1;
				}

				desk.tidy();
			}

			if (ids.length < 1000) {
				break;
			}
		}
	}

	return count;
};

/** Archived ones too: they would come back to a node that is not there. */
const livingTasks = ({desk, statements}: Turn, node: NodeId): number => {
	desk.writeTasks();
	return statements.nodes.livingTasks.get(node)?.count ?? 0;
};

const findWire = ({books}: Turn, wire: Wire) =>
	books.graph.wires.find(
		({from, output, to, input}) =>
			books.graph.nodes.get(from)?.name === wire.from &&
			output === wire.output &&
			books.graph.nodes.get(to)?.name === wire.to &&
			input === wire.input,
	);

const wireOf = (
	{books}: Turn,
	wire: {
		readonly from: NodeId;
		readonly output: string;
		readonly to: NodeId;
		readonly input: string;
	},
): Wire => ({
	from: books.graph.nodes.get(wire.from)?.name ?? '',
	output: wire.output,
	to: books.graph.nodes.get(wire.to)?.name ?? '',
	input: wire.input,
});
