import {matchesAny} from '../../graph/patterns.js';
import type {FleetWorker} from '../fleet.js';
import type {Turn} from '../turn-context.js';
import {workerShapeOf} from '../views/worker-shape.js';
import {tell} from './tell.js';

/** So many of its invocations are named. */
const mostNamed = 20;

/** A worker was not back within its grace time. */
export const noteLostWorker = (
	turn: Turn,
	worker: FleetWorker,
	lost: ReadonlyArray<{readonly invocation: number; readonly task: number}>,
): void => {
	const {settings, books} = turn;
	const {name, host} = worker.row;
	const rules = settings.notifications.rules.filter(
		({events, workers}) =>
			events.includes('worker_lost') && matchesAny(name, workers),
	);
	if (rules.length === 0) {
		return;
	}

	const {id, machine_id, type, groups, last_seen} = workerShapeOf(
		books.fleet,
		worker,
	);
	for (const rule of rules) {
		tell(turn, rule, {
			event: 'worker_lost',
			text: `Worker ${name} on ${host} is lost: nothing was heard of it for ${settings.workerGraceS} s; ${
				lost.length === 0
					? 'it ran nothing.'
					: `what it ran goes on elsewhere (${lost.length}).`
			}`,
			data: {
				worker: {id, name, host, machine_id, type, groups, last_seen},
				lost: lost.length,
				invocations: lost.slice(0, mostNamed),
			},
		});
	}
};
