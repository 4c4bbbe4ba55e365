import {applyResult, fail, type Phase} from './apply-result.js';
import type {NodeAnswer} from './call-node.js';
import type {FarmNode} from './farm-graph.js';
import type {TaskDraft} from './task-draft.js';
import type {Turn} from './turn-context.js';

/** Do what the node said, or tell what went wrong. */
export const settle = (
	turn: Turn,
	task: TaskDraft,
	{
		node,
		phase,
		answer,
	}: {
		readonly node: FarmNode;
		readonly phase: Phase;
		readonly answer: Extract<NodeAnswer, {kind: 'result' | 'failed'}>;
	},
): void => {
	if (answer.kind === 'failed') {
		fail(turn, task, {
			reason: answer.reason,
			message: answer.message,
			...(answer.stack !== undefined && {stack: answer.stack}),
		});
		return;
	}

	answer.commitMemory();
	applyResult(turn, task, {node, phase, result: answer.result});
};
