import {setImmediate as nextTick} from 'node:timers/promises';
import {isBlocked, type TaskState} from '../../source/core/task-state.js';
import {
	onEachTask,
	taskActions,
} from '../../source/scheduler/operations/act-on-tasks.js';
import {actOnNodes} from '../../source/scheduler/operations/graph.js';
import {actOnGroups} from '../../source/scheduler/operations/groups.js';
import {setLimit} from '../../source/scheduler/operations/limits.js';
import {actOnWorkers} from '../../source/scheduler/operations/workers.js';
import {expectEqual} from './expect-equal.js';
import {playedGraph} from './played-graph.js';
import {allDone, groupNames, type Stage} from './played-stage.js';
import {lookAgain, runningProcesses} from './played-worker-steps.js';

/** Takes everything back that holds tasks up, and lets all that can move go on until nothing does. */
export const comeToRest = async (stage: Stage): Promise<void> => {
	const {farm, fleet} = stage;
	await farm.apply(playedGraph);
	await allDone(
		groupNames.map(async (name) =>
			farm.submit(actOnGroups([name], 'unarchive')),
		),
	);
	const ids = farm.all().map(({id}) => id);
	await farm.submit(onEachTask(ids, taskActions.resume));
	await farm.submit(actOnNodes(Object.keys(playedGraph.nodes), 'resume'));
	await farm.submit(setLimit('lic', 5));
	await Promise.all(
		fleet.workers
			.filter((worker) => !worker.isConnected())
			.map(async (worker) => worker.connect()),
	);
	const names = fleet.workers.map(({name}) => name);
	await farm.submit(actOnWorkers(names, 'resume'));
	stage.passGrace();
	await finishAll(stage);
	expectEqual(
		farm
			.all()
			.filter(({state}) => !restingStates.has(state))
			.map(({id, state, node_id: node, queue}) => ({id, state, node, queue})),
		[],
		'tasks that do not rest',
	);
};

const restingStates: ReadonlySet<TaskState> = new Set([
	'dead',
	'done',
	'error',
	'spawned',
	'splitted',
	'waiting_blocked',
]);

/** Nobody waits in vain: whoever is blocked is blocked again when it looks again. */
export const expectBlockedForGood = async (stage: Stage): Promise<void> => {
	const {farm} = stage;
	const summary = () =>
		farm.all().map(({id, state, node_id: node}) => ({id, state, node}));
	const blocked = summary().filter(({state}) => isBlocked(state));
	for (const {id} of blocked) {
		/* eslint-disable no-await-in-loop -- each alone, so that none is woken by another's waking */
		await farm.submit(({desk}) => {
			desk.wake(desk.task(id));
		});
		await finishAll(stage);
		/* eslint-enable no-await-in-loop */
	}

	const ids = new Set(blocked.map(({id}) => id));
	expectEqual(
		summary().filter(({id}) => ids.has(id)),
		blocked,
		'tasks that waited in vain',
	);
};

/** Every process ends well, until there is none and nothing is left to do. */
const finishAll = async (stage: Stage): Promise<void> => {
	const deadline = performance.now() + 20_000;
	do {
		/* eslint-disable no-await-in-loop -- what ends lets others begin */
		for (const {worker, invocation} of runningProcesses(stage)) {
			await worker.finish(invocation, {kind: 'exited', exit_code: 0});
		}

		await lookAgain(stage, [0, 0, 0]);
		await nextTick();
		/* eslint-enable no-await-in-loop */
		if (performance.now() > deadline) {
			throw new Error(`It does not come to rest: ${restlessness(stage)}`);
		}
	} while (isBusy(stage));
};

const isBusy = (stage: Stage): boolean => {
	const {queued} = stage.farm.books();
	return (
		queued.advance.size + queued.slow.size > 0 ||
		runningProcesses(stage).length > 0 ||
		stage.farm
			.all()
			.some(({state}) => state === 'generating' || state === 'post_generating')
	);
};

const restlessness = ({farm}: Stage): string => {
	const {dying, live} = farm.books().fleet;
	return JSON.stringify({
		tasks: farm
			.all()
			.filter(({queue, state}) => queue !== null || state.endsWith('ing'))
			.map(({id, state, node_id: node, queue}) => ({id, state, node, queue})),
		dying: [...dying],
		live: live.values().toArray(),
		defects: farm.defects.map(String),
	});
};
