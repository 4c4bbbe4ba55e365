import {
	actOnNode,
	changeParameters,
	changeWire,
	replaceNode,
} from './played-graph-steps.js';
import type {PlayStep} from './played-stage.js';
import {
	actOnGroup,
	actOnTask,
	deleteGroup,
	forceTask,
	killTask,
	moveTask,
	removeFinished,
	reviveTask,
	setAttributes,
	setGroups,
	setPriority,
	submitTask,
} from './played-task-steps.js';
import {
	actOnWorker,
	changeLimit,
	confirmProcess,
	connectWorker,
	crashWorker,
	disconnectWorker,
	finishProcess,
	letGracePass,
	lookAgain,
	loseWorker,
	setFromProcess,
	spawnFromProcess,
} from './played-worker-steps.js';

/** What may happen to a farm, and how often. */
export const playedSteps = {
	submit: {weight: 5, play: submitTask},
	finish: {weight: 8, play: finishProcess},
	confirm: {weight: 4, play: confirmProcess},
	say: {weight: 2, play: setFromProcess},
	spawn: {weight: 2, play: spawnFromProcess},
	act: {weight: 6, play: actOnTask},
	kill: {weight: 2, play: killTask},
	revive: {weight: 2, play: reviveTask},
	force: {weight: 2, play: forceTask},
	move: {weight: 1, play: moveTask},
	set: {weight: 1, play: setAttributes},
	groups: {weight: 1, play: setGroups},
	priority: {weight: 1, play: setPriority},
	group: {weight: 2, play: actOnGroup},
	delete: {weight: 1, play: deleteGroup},
	remove: {weight: 2, play: removeFinished},
	node: {weight: 2, play: actOnNode},
	wire: {weight: 2, play: changeWire},
	parameters: {weight: 1, play: changeParameters},
	replace: {weight: 1, play: replaceNode},
	connect: {weight: 2, play: connectWorker},
	disconnect: {weight: 1, play: disconnectWorker},
	lose: {weight: 1, play: loseWorker},
	crash: {weight: 1, play: crashWorker},
	drain: {weight: 1, play: actOnWorker},
	limit: {weight: 1, play: changeLimit},
	time: {weight: 1, play: letGracePass},
	// The scheduler was killed and is there again: that is done before the steps of its batch.
	restart: {weight: 1, play: lookAgain},
} satisfies Record<string, {readonly weight: number; readonly play: PlayStep}>;

export type StepName = keyof typeof playedSteps;
