import {FarmError} from '../core/errors.js';
import type {NodeId, TaskId} from '../core/ids.js';
import type {ProcessResult} from '../nodes/contract.js';
import type {Evaluation} from '../sandbox/sandbox.js';
import {fail, type Phase} from './apply-result.js';
import {defectMessage} from './defect-message.js';
import {callNode, failure, type NodeAnswer} from './call-node.js';
import type {FarmNode} from './farm-graph.js';
import {insist} from './insist.js';
import {settle} from './settle.js';
import type {TaskDraft} from './task-draft.js';
import {scopeOf} from './task-scope.js';
import type {SlowEntry, SlowLane, Submit, Turn} from './turn-context.js';

/** Enough to keep the sandbox's threads and awaiting plugins busy; few enough that a stopped scheduler repeats little. */
const capacity = 64;

export const createSlowLane = (submit: Submit): SlowLane => ({
	entries: new Map(),
	lastNode: 0,
	submit,
});

/** A node's `process` gave a promise: wait for it outside of the turn. */
export const takeToSlowLane = (
	turn: Turn,
	task: TaskDraft,
	{
		node,
		phase,
		answer,
	}: {
		readonly node: FarmNode;
		readonly phase: Phase;
		readonly answer: Extract<NodeAnswer, {kind: 'promise'}>;
	},
): void => {
	const entry = enter(turn, task, phase);
	void settleWhenDone(turn, entry, {node, answer});
};

/** Start on tasks of the slow queue, node by node in turns, as far as there is room. */
export const pumpSlowLane = (turn: Turn): void => {
	const {books, desk, slowLane, statements} = turn;
	while (books.queued.slow.size > 0 && slowLane.entries.size < capacity) {
		const nodes = books.queued.slow
			.keys()
			.toArray()
			.toSorted((a, b) => a - b);
		const id = nodes.find((node) => node > slowLane.lastNode) ?? nodes[0];
		if (id === undefined) {
			return;
		}

		slowLane.lastNode = id;
		desk.writeTasks();
		const [row] = statements.tasks.queued.slow.all(id, 1);
		const node = books.graph.nodes.get(id);
		if (!row || !node) {
			return;
		}

		desk.take(row.id);
		begin(turn, desk.keep(row), node);
		desk.take(undefined);
		desk.writeTasks();
	}
};

const begin = (turn: Turn, task: TaskDraft, node: FarmNode): void => {
	const {desk, sandbox, slowLane} = turn;
	const phase = task.row.state === 'waiting' ? 'process' : 'postprocess';
	const scope = scopeOf(turn, task, node);
	const expressions = node.compiled?.expressions ?? [];
	// The scope looks things up when asked, which is only possible inside of the turn.
	const snapshot =
		expressions.length > 0 ? {...scope, task: {...scope.task}} : scope;
	const entry = enter(turn, task, phase);
	desk.after(() => {
		void (async () => {
			const evaluations =
				expressions.length > 0
					? await sandbox.evaluateLater(expressions, snapshot)
					: undefined;
			await insist(slowLane.submit, (later) => {
				resume(later, entry, evaluations);
			});
		})().catch(async (error: unknown) => putAside(slowLane, entry, error));
	});
};

const resume = (
	turn: Turn,
	entry: SlowEntry,
	evaluations: readonly Evaluation[] | undefined,
): void => {
	const found = claimed(turn, entry);
	if (!found) {
		return;
	}

	const {task, node} = found;
	const answer = callNode(turn, task, {
		node,
		phase: entry.phase,
		pace: 'patient',
		...(evaluations &&
			node.compiled?.expressions.length === evaluations.length && {
				evaluations,
			}),
	});
	switch (answer.kind) {
		case 'promise': {
			void settleWhenDone(turn, entry, {node, answer});
			return;
		}

		case 'slow': {
			// Its node was changed meanwhile: begin again.
			leaveLane(turn, entry);
			turn.desk.place(task, {
				state: entry.phase === 'process' ? 'waiting' : 'post_waiting',
				slow: true,
			});
			return;
		}

		case 'result':
		case 'failed': {
			leaveLane(turn, entry);
			settle(turn, task, {node, phase: entry.phase, answer});
		}
	}
};

const settleWhenDone = async (
	{slowLane}: Turn,
	entry: SlowEntry,
	{
		node,
		answer,
	}: {
		readonly node: FarmNode;
		readonly answer: Extract<NodeAnswer, {kind: 'promise'}>;
	},
): Promise<void> => {
	const outcome: Extract<NodeAnswer, {kind: 'result' | 'failed'}> =
		await answer.promise
			.then((result: ProcessResult) => ({
				kind: 'result' as const,
				result,
				commitMemory: answer.commitMemory,
			}))
			.catch((error: unknown) => failure(node, entry.phase, error));
	try {
		await insist(slowLane.submit, (turn) => {
			const found = claimed(turn, entry);
			if (!found) {
				return;
			}

			leaveLane(turn, entry);
			settle(turn, found.task, {
				node: found.node,
				phase: entry.phase,
				answer: outcome,
			});
		});
	} catch (error) {
		await putAside(slowLane, entry, error);
	}
};

const enter = (
	{desk, slowLane}: Turn,
	task: TaskDraft,
	phase: Phase,
): SlowEntry => {
	const entry: SlowEntry = {task: task.row.id, node: task.row.node_id, phase};
	slowLane.entries.set(entry.task, entry);
	desk.onUndo(() => {
		if (slowLane.entries.get(entry.task) === entry) {
			slowLane.entries.delete(entry.task);
		}
	});
	desk.place(task, {
		state: phase === 'process' ? 'generating' : 'post_generating',
		...(task.row.output !== null && {output: task.row.output}),
	});
	return entry;
};

/** The task, if it still waits for this entry; it may have been moved, edited or killed meanwhile. */
const claimed = (turn: Turn, entry: SlowEntry) => {
	const {desk, books, slowLane} = turn;
	const task = desk.task(entry.task);
	const node = books.graph.nodes.get(entry.node);
	const waits =
		task?.row.node_id === entry.node &&
		task.row.state ===
			(entry.phase === 'process' ? 'generating' : 'post_generating');
	if (!waits || !node || slowLane.entries.get(entry.task) !== entry) {
		leaveLane(turn, entry);
		return undefined;
	}

	return {task, node};
};

/** It is not under way any more; unless the turn that says so is rolled back. */
const leaveLane = ({desk, slowLane}: Turn, entry: SlowEntry): void => {
	if (slowLane.entries.get(entry.task) !== entry) {
		return;
	}

	slowLane.entries.delete(entry.task);
	desk.onUndo(() => {
		slowLane.entries.set(entry.task, entry);
	});
};

/** The scheduler stops: the task is processed anew when it starts again. Or a defect: the task tells. */
const putAside = async (
	slowLane: SlowLane,
	entry: SlowEntry,
	error: unknown,
): Promise<void> => {
	try {
		if (error instanceof FarmError && error.code === 'CLOSED') {
			throw error;
		}

		await insist(slowLane.submit, (turn) => {
			const found = claimed(turn, entry);
			if (!found) {
				return;
			}

			leaveLane(turn, entry);
			fail(turn, found.task, {
				reason: 'internal',
				message: defectMessage(error),
			});
		});
	} catch {
		slowLane.entries.delete(entry.task);
	}
};
