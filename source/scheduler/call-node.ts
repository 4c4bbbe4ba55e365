import type {Json} from '../core/json.js';
import type {ScriptOutcome} from '../core/script.js';
import type {
	MaybePromise,
	NodeContext,
	ProcessResult,
} from '../nodes/contract.js';
import type {Evaluation} from '../sandbox/sandbox.js';
import type {Phase} from './apply-result.js';
import type {FarmNode} from './farm-graph.js';
import {createNodeMemory} from './node-memory.js';
import {relativesOf, viewOf} from './relatives.js';
import type {TaskDraft} from './task-draft.js';
import {scopeOf} from './task-scope.js';
import type {Turn} from './turn-context.js';

/** What came of asking a node what to do with a task. */
export type NodeAnswer =
	| {
			readonly kind: 'result';
			readonly result: ProcessResult;
			readonly commitMemory: () => void;
	  }
	/** It takes longer than a turn may wait: for the slow lane. */
	| {readonly kind: 'slow'}
	/** It is under way already. */
	| {
			readonly kind: 'promise';
			readonly promise: Promise<ProcessResult>;
			readonly commitMemory: () => void;
	  }
	| {
			readonly kind: 'failed';
			readonly reason: 'parameter' | 'process';
			readonly message: string;
			readonly stack?: string;
	  };

/** How the node's script, if it runs one, is run: only if it is quick, or however long it takes. */
export type Pace = 'quick' | 'patient';

/** Evaluate a node's parameters for a task and call its `process` or `postprocess`. Nothing is changed by this but through what the answer says. `evaluations` are those of the parameters' expressions, where they were evaluated outside of the turn. */
export const callNode = (
	turn: Turn,
	task: TaskDraft,
	{
		node,
		phase,
		pace,
		evaluations,
	}: {
		readonly node: FarmNode;
		readonly phase: Phase;
		readonly pace: Pace;
		readonly evaluations?: readonly Evaluation[];
	},
): NodeAnswer => {
	const {definition, compiled} = node;
	const run =
		phase === 'process' ? definition?.process : definition?.postprocess;
	if (!definition || !compiled || !run) {
		return {
			kind: 'failed',
			reason: 'process',
			message: `Node ${node.name} is of the type ${node.type}, which is not there: is a plugin missing or broken? See "lifeblood node types".`,
		};
	}

	const parameters = parametersOf(turn, task, {node, evaluations});
	if (parameters.kind !== 'ok') {
		return parameters;
	}

	const memory = createNodeMemory(turn, node.id);
	let slow = false;
	let currentPace = pace;
	const context: NodeContext<never> = {
		task: viewOf(turn, task),
		node: {id: node.id, name: node.name, type: node.type},

		parameters: parameters.values as never,
		config: {...turn.settings.globals, ...turn.settings.nodeConfig[node.type]},
		memory: memory.memory,
		relatives: relativesOf(turn, task),
		runScript(source): MaybePromise<ScriptOutcome> {
			const outcome = turn.sandbox.runScript(source, () =>
				scopeOf(turn, task, node),
			);
			if (outcome !== 'slow') {
				return outcome;
			}

			if (currentPace === 'patient') {
				return turn.sandbox.runScriptLater(source, scopeOf(turn, task, node));
			}

			slow = true;
			throw new Error('This script is for the slow lane.');
		},
	};
	try {
		const answer = run(context);
		if (!(answer instanceof Promise)) {
			return {kind: 'result', result: answer, commitMemory: memory.commit};
		}

		if (slow) {
			// An async function, to which the throw above became a rejection.
			answer.catch(() => undefined);
			return {kind: 'slow'};
		}

		// From here on it runs outside of the turn, and may take its time.
		currentPace = 'patient';
		return {kind: 'promise', promise: answer, commitMemory: memory.commit};
	} catch (error) {
		return slow ? {kind: 'slow'} : failure(node, phase, error);
	}
};

/** A node's code threw: a plugin's defect, or ours. The task tells. */
export const failure = (
	node: FarmNode,
	phase: Phase,
	error: unknown,
): Extract<NodeAnswer, {kind: 'failed'}> => ({
	kind: 'failed',
	reason: 'process',
	message: `The ${phase} of node ${node.name} (${node.type}) threw: ${error instanceof Error ? error.message : String(error)}`,
	...(error instanceof Error &&
		error.stack !== undefined && {stack: error.stack.slice(0, 4096)}),
});

const parametersOf = (
	turn: Turn,
	task: TaskDraft,
	{
		node,
		evaluations,
	}: {
		readonly node: FarmNode;
		readonly evaluations: readonly Evaluation[] | undefined;
	},
):
	| Extract<NodeAnswer, {kind: 'failed'}>
	| {readonly kind: 'ok'; readonly values: Readonly<Record<string, unknown>>}
	| {readonly kind: 'slow'} => {
	const {compiled} = node;
	if (!compiled) {
		return {kind: 'ok', values: {}};
	}

	const {expressions} = compiled;
	const results: Json[] = [];
	if (expressions.length > 0) {
		const outcome =
			evaluations ??
			turn.sandbox.evaluate(expressions, () => scopeOf(turn, task, node));
		if (outcome === 'slow') {
			return {kind: 'slow'};
		}

		for (const [index, evaluation] of outcome.entries()) {
			if (evaluation.kind === 'failed') {
				return {
					kind: 'failed',
					reason: 'parameter',
					message: `Parameter ${compiled.places[index] ?? ''} of node ${node.name}: its expression ${shortened(expressions[index] ?? '')} failed for this task: ${evaluation.message}`,
				};
			}

			results.push(evaluation.value);
		}
	}

	const assembled = compiled.assemble(results);
	return assembled.kind === 'ok'
		? assembled
		: {
				kind: 'failed',
				reason: 'parameter',
				message: `Parameter ${assembled.parameter} of node ${node.name}: ${assembled.message}`,
			};
};

const shortened = (text: string): string =>
	text.length > 200 ? `${text.slice(0, 200)}…` : text;
