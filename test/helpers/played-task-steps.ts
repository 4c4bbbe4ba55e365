import type {TaskId} from '../../source/core/ids.js';
import type {JsonObject} from '../../source/core/json.js';
import {
	forceState,
	moveTo,
	onEachTask,
	taskActions,
	type TaskAction,
} from '../../source/scheduler/operations/act-on-tasks.js';
import {existingNode} from '../../source/scheduler/operations/graph.js';
import {
	actOnGroups,
	deleteGroupStep,
	setGroupPriority,
} from '../../source/scheduler/operations/groups.js';
import {removeFinishedStep} from '../../source/scheduler/operations/remove-finished.js';
import {setTask} from '../../source/scheduler/operations/set-task.js';
import {playedGraph} from './played-graph.js';
import {groupNames, pick, type PlayStep, type Stage} from './played-stage.js';

const entrances = ['start', 'fan', 'spawn', 'brood', 'moody'];
const nodeNames = Object.keys(playedGraph.nodes);
const restingStates = ['waiting', 'ready', 'done', 'error', 'dead'] as const;
const actions: readonly TaskAction[] = [
	'pause',
	'resume',
	'cancel',
	'retry',
	'restart',
	'resume',
];
const groupActions = [
	'pause',
	'resume',
	'archive',
	'unarchive',
	'unarchive',
	'retry',
] as const;

export const submitTask: PlayStep = async ({farm}, [a, b, c]) => {
	const group = pick(groupNames, b) ?? 'a';
	const node = pick(a % 3 === 0 ? nodeNames : entrances, b) ?? 'start';
	await farm.submitTask(node, {
		attributes: attributesFrom(a, c),
		groups: [group, pick(groupNames, c) ?? 'b'].slice(0, c % 3),
		priority: c % 5,
		paused: c % 13 === 0,
	});
};

const attributesFrom = (a: number, c: number): JsonObject => ({
	frames: [1, 2, 3].slice(0, c % 4),
	way: c % 3,
	kids: c % 4,
	mood: c % 8,
	...(c % 2 === 0 && {value: `v${c % 5}`, expects: `v${a % 5}`}),
	...(c % 11 === 0 && {fails: true}),
});

/** None where there is no task. */
const anyTask = ({farm}: Stage, number: number): TaskId[] => {
	const ids = farm.all().map(({id}) => id);
	// Rather a late one: those move most.
	const id = pick(ids.slice(number % 2 === 0 ? -12 : 0), number);
	return id === undefined ? [] : [id];
};

/** Each task is named twice, as people do. */
export const actOnTask: PlayStep = async (stage, [a, b]) => {
	const ids = anyTask(stage, a);
	const action = pick(actions, b) ?? 'resume';
	await stage.farm.submit(onEachTask([...ids, ...ids], taskActions[action]));
};

export const killTask: PlayStep = async (stage, [a]) => {
	await stage.farm.submit(onEachTask(anyTask(stage, a), taskActions.kill));
};

export const reviveTask: PlayStep = async ({farm}, [a]) => {
	const dead = farm.all().filter(({state}) => state === 'dead');
	const task = pick(dead, a);
	if (task) {
		await farm.submit(onEachTask([task.id], taskActions.revive));
	}
};

export const forceTask: PlayStep = async (stage, [a, b]) => {
	const state = pick(restingStates, b) ?? 'waiting';
	await stage.farm.submit(onEachTask(anyTask(stage, a), forceState(state)));
};

export const moveTask: PlayStep = async (stage, [a, b, c]) => {
	await stage.farm.submit((turn) => {
		const to = existingNode(turn, pick(nodeNames, b) ?? 'start');
		const input = pick(to.inputs, c) ?? 'main';
		return onEachTask(anyTask(stage, a), moveTo({node: to.id, input}))(turn);
	});
};

export const setAttributes: PlayStep = async (stage, [a, b, c]) => {
	await change(stage, a, {
		attributes: {value: `v${c % 5}`, way: c % 3, mood: c % 8},
		delete: b % 3 === 0 ? ['frames'] : [],
	});
};

export const setPriority: PlayStep = async (stage, [a, , c]) => {
	await change(stage, a, {priority: c % 7});
};

export const setGroups: PlayStep = async (stage, [a, , c]) => {
	await change(stage, a, {groups: groupNames.slice(0, 1 + (c % 3))});
};

type Change = Omit<Parameters<typeof setTask>[0], 'id'>;

const change = async (
	stage: Stage,
	number: number,
	changes: Partial<Change>,
): Promise<void> => {
	const [id] = anyTask(stage, number);
	if (id !== undefined) {
		await stage.farm.submit(
			setTask({id, attributes: {}, delete: [], ...changes}, 'tester'),
		);
	}
};

export const actOnGroup: PlayStep = async ({farm}, [a, b, c]) => {
	const group = pick(groupNames, b) ?? 'a';
	if (a % 3 === 0) {
		await farm.submit(setGroupPriority([group], c % 100));
		return;
	}

	await farm.submit(actOnGroups([group], pick(groupActions, c) ?? 'retry'));
};

/** Some steps, of any size, of which others come between. */
export const removeFinished: PlayStep = async ({farm}, [a, b]) => {
	for (let left = b % 20, isMore = true; isMore && left > 0; left--) {
		// eslint-disable-next-line no-await-in-loop -- in steps
		const {more} = await farm.submit((turn) =>
			removeFinishedStep({
				before: turn.desk.now(),
				most: 1 + (a % 7),
				already: 0,
			})(turn),
		);
		isMore = more;
	}
};

export const deleteGroup: PlayStep = async ({farm}, [a, b]) => {
	const group = pick(groupNames, b) ?? 'a';
	if (a % 2 === 0) {
		await farm.submit(actOnGroups([group], 'archive'));
	}

	for (let isMore = true; isMore;) {
		const {more} = await farm.submit(deleteGroupStep(group)); // eslint-disable-line no-await-in-loop -- in steps
		isMore = more;
	}
};
