import type {ResultOf} from '../../net/messages/method.js';
import type {clientToScheduler} from '../../net/messages/client.js';
import {isoTime} from './iso-time.js';
import {tasksByState} from './task-list.js';
import type {ViewContext} from './view-context.js';
import {workerState} from './worker-shape.js';

export const farmInfo = (
	context: Pick<ViewContext, 'books' | 'about'>,
): ResultOf<typeof clientToScheduler, 'farm.info'> => {
	const {startedAt, listening, ...about} = context.about();
	const {fleet, graph} = context.books();
	const workers: Record<string, number> = {};
	for (const worker of fleet.workers.values()) {
		const state = workerState(worker);
		workers[state] = (workers[state] ?? 0) + 1;
	}

	return {
		...about,
		listening: [...listening],
		started_at: isoTime(startedAt),
		tasks: tasksByState(context),
		workers,
		nodes: graph.nodes.size,
	};
};
