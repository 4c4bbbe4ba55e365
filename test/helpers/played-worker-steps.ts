import type {InvocationOutcome} from '../../source/core/invocation.js';
import {
	deleteLimit,
	setLimit,
} from '../../source/scheduler/operations/limits.js';
import {setAttributes} from '../../source/scheduler/operations/set-attributes.js';
import {spawnTask} from '../../source/scheduler/operations/spawn-task.js';
import {actOnWorkers} from '../../source/scheduler/operations/workers.js';
import {pick, type PlayStep, type Stage} from './played-stage.js';

const outcomes: readonly InvocationOutcome[] = [
	{kind: 'exited', exit_code: 0},
	{kind: 'exited', exit_code: 0},
	{kind: 'exited', exit_code: 1},
	{kind: 'exited', exit_code: 3},
	{kind: 'signalled', signal: 'SIGSEGV'},
	{kind: 'not_started', message: 'missing'},
	{kind: 'unable', message: 'full'},
	{kind: 'limit', limit: 'time', message: 'too long'},
	{kind: 'failed', message: 'said so'},
	{kind: 'vanished', message: 'no trace'},
	{kind: 'cancelled'},
];

const workerActions = ['drain', 'resume', 'resume', 'forget'] as const;

/** Every process that runs, with its worker. */
export const runningProcesses = ({fleet}: Stage) =>
	fleet.workers.flatMap((worker) =>
		worker.processes().map(({invocation}) => ({worker, invocation})),
	);

export const finishProcess: PlayStep = async (stage, [a, b]) => {
	const chosen = pick(runningProcesses(stage), a);
	await chosen?.worker.finish(
		chosen.invocation,
		pick(outcomes, b) ?? {kind: 'cancelled'},
	);
};

export const confirmProcess: PlayStep = async (stage, [a]) => {
	const chosen = pick(runningProcesses(stage), a);
	await chosen?.worker.confirm(chosen.invocation);
};

/** A process changes what its task carries. Now and then its request comes twice. */
export const setFromProcess: PlayStep = async (stage, [a, b, c]) => {
	const asker = askerOf(stage, a);
	if (asker) {
		await stage.farm.submit(
			setAttributes({
				asker,
				set: {value: `v${b % 5}`, way: c % 3, mood: c % 8},
				remove: b % 3 === 0 ? ['frames', 'nothing'] : [],
				requestId: `set ${asker.invocation} ${b % 8}`,
			}),
		);
	}
};

/** A process creates a child of its task. */
export const spawnFromProcess: PlayStep = async (stage, [a, b, c]) => {
	const asker = askerOf(stage, a);
	if (asker) {
		await stage.farm.submit(
			spawnTask({
				asker,
				name: b % 2 === 0 ? undefined : 'child',
				attributes: {mood: c % 8, frames: [1, 2], depth: 2},
				environment: undefined,
				output: c % 5 === 0 ? 'main' : 'spawned',
				requestId: `spawn ${asker.invocation} ${b % 8}`,
			}),
		);
	}
};

const askerOf = (stage: Stage, number: number) => {
	const chosen = pick(runningProcesses(stage), number);
	const known = stage.farm
		.books()
		.fleet.workers.values()
		.find(({row}) => row.name === chosen?.worker.name);
	return chosen && known
		? {invocation: chosen.invocation, worker: known.row.id}
		: undefined;
};

export const connectWorker: PlayStep = async ({fleet}, [a]) => {
	await pick(fleet.workers, a)?.connect();
};

export const disconnectWorker: PlayStep = async ({fleet}, [a]) => {
	await pick(fleet.workers, a)?.disconnect();
};

export const loseWorker: PlayStep = async ({fleet}, [a]) => {
	const worker = pick(fleet.workers, a);
	await worker?.disconnect();
	await worker?.lose();
};

export const crashWorker: PlayStep = async ({fleet}, [a]) => {
	const worker = pick(fleet.workers, a);
	worker?.crash();
	await worker?.connect();
};

export const actOnWorker: PlayStep = async ({farm, fleet}, [a, , c]) => {
	const name = pick(fleet.workers, a)?.name ?? '';
	await farm.submit(actOnWorkers([name], pick(workerActions, c) ?? 'resume'));
};

export const changeLimit: PlayStep = async ({farm}, [a, , c]) => {
	if (a % 4 === 0) {
		await farm.submit(deleteLimit('lic'));
		return;
	}

	await farm.submit(setLimit('lic', c % 3));
};

export const lookAgain: PlayStep = async ({farm}) => {
	await farm.submit(({recheckWorkers}) => {
		recheckWorkers();
	});
};

export const letGracePass: PlayStep = async (stage, numbers) => {
	stage.passGrace();
	await lookAgain(stage, numbers);
};
