import {z} from 'zod';
import {nodeId, type NodeId, type TaskId} from '../../core/ids.js';
import {isoTime} from './iso-time.js';
import {getTask} from './task-list.js';
import type {ViewContext} from './view-context.js';

const steps = z.array(
	z.tuple([z.string(), z.number(), z.number(), z.string().nullish()]),
);

type HistoryStep = {
	readonly at: string;
	readonly node: string;
	readonly state: string;
	readonly detail: string | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- as on the wire
};

/**
A task's way through the graph, oldest first: its last `limit` steps.

@throws {FarmError} `NOT_FOUND`
*/
export const taskHistory = (
	context: Pick<ViewContext, 'reads' | 'books'>,
	{id, limit}: {readonly id: TaskId; readonly limit: number},
): {readonly steps: HistoryStep[]} => {
	getTask(context, id);
	const nameOf = nodeNames(context);
	// Each turn holds one step or more, so as many turns are enough.
	const turns = context.reads.tasks.visits
		.all(id, limit)
		.toReversed()
		.flatMap((visit) => steps.parse(JSON.parse(visit.steps)));
	return {
		steps: turns.slice(-limit).map(([state, node, at, detail]) => ({
			at: isoTime(at),
			node: nameOf(nodeId(node)),
			state,
			detail: detail ?? null,
		})),
	};
};

/** Names of nodes, deleted ones too. */
export const nodeNames = ({
	reads,
	books,
}: Pick<ViewContext, 'reads' | 'books'>): ((id: NodeId) => string) => {
	const known = new Map<NodeId, string>();
	return (id) => {
		const name =
			books().graph.nodes.get(id)?.name ??
			known.get(id) ??
			reads.farm.nodeName.get(id)?.name ??
			`node ${id}`;
		known.set(id, name);
		return name;
	};
};
