import {isRunning, type TaskState} from '../../../core/task-state.js';
import type {ScreenBinding} from '../../screen.js';
import {actOnTasks} from './act-on-tasks.js';
import {chosenTasks} from './chosen-tasks.js';
import {taskEdits} from './task-edits.js';
import {taskWays} from './task-ways.js';
import type {TasksSlice, TasksView} from './tasks-slice.js';

const needsTask = (view: TasksView): string | undefined =>
	chosenTasks(view) === undefined ? 'no task is selected' : undefined;

/** For one task, why not; of several, those where it makes no sense are passed over. */
const needsState =
	(fits: (state: TaskState) => boolean, reason: string) =>
	(view: TasksView): string | undefined => {
		const chosen = chosenTasks(view);
		if (chosen === undefined) {
			return 'no task is selected';
		}

		const [only] = chosen.rows;
		return only && chosen.count === 1 && !fits(only.state)
			? `it is ${only.state}, ${reason}`
			: undefined;
	};

const needsPause =
	(isPaused: boolean) =>
	(view: TasksView): string | undefined => {
		const chosen = chosenTasks(view);
		if (chosen === undefined) {
			return 'no task is selected';
		}

		const [only] = chosen.rows;
		return only && chosen.count === 1 && only.paused !== isPaused
			? isPaused
				? 'it is not paused'
				: 'it is paused already'
			: undefined;
	};

/** What can be done with tasks. */
export const taskActions: ReadonlyArray<ScreenBinding<TasksSlice>> = [
	{
		id: 'task.retry',
		keys: ['r'],
		label: 'retry',
		help: 'process again what is in error',
		command: 'retry',
		isChange: true,
		disabled: needsState((state) => state === 'error', 'not in error'),
		run: async (tools) => actOnTasks(tools, {action: 'retry', done: 'retried'}),
	},
	{
		id: 'task.pause',
		keys: ['p'],
		label: 'pause',
		help: 'nothing more is done with it; a process that runs goes on to its end',
		command: 'pause',
		isChange: true,
		disabled: needsPause(false),
		run: async (tools) => actOnTasks(tools, {action: 'pause', done: 'paused'}),
	},
	{
		id: 'task.resume',
		keys: ['P'],
		label: 'resume',
		help: 'let a paused task go on',
		command: 'resume',
		isChange: true,
		isQuiet: true,
		disabled: needsPause(true),
		run: async (tools) =>
			actOnTasks(tools, {action: 'resume', done: 'resumed'}),
	},
	{
		id: 'task.cancel',
		keys: ['c'],
		label: 'cancel',
		help: 'end the process; the task goes into error',
		command: 'cancel',
		isChange: true,
		disabled: needsState(
			(state) => isRunning(state) || state === 'ready',
			'nothing of it runs',
		),
		run: async (tools) =>
			actOnTasks(tools, {
				action: 'cancel',
				done: 'cancelled',
				question: () =>
					'What runs is ended, and what it has done so far is lost. The task is then in error, and can be retried.',
			}),
	},
	{
		id: 'task.restart',
		keys: ['R'],
		label: 'restart',
		help: 'begin anew in its node, also what runs',
		command: 'restart',
		isChange: true,
		isQuiet: true,
		disabled: needsState((state) => state !== 'dead', 'revive it instead'),
		run: async (tools) =>
			actOnTasks(tools, {
				action: 'restart',
				done: 'restarted',
				question: () =>
					'It begins anew in the node where it is. What runs is ended first; elements that it was divided into die.',
			}),
	},
	{
		id: 'task.kill',
		keys: ['x'],
		label: 'kill',
		help: 'end it: it is dead, and can only be revived by hand',
		command: 'kill',
		isChange: true,
		disabled: needsState((state) => state !== 'dead', 'already'),
		run: async (tools) =>
			actOnTasks(tools, {
				action: 'kill',
				done: 'killed',
				question: ({count}) =>
					count === 1
						? 'It dies where it is; what runs of it is ended. Reviving it begins anew in its node.'
						: 'They die where they are; what runs of them is ended. Reviving them begins anew in their nodes.',
			}),
	},
	{
		id: 'task.revive',
		keys: ['u'],
		label: 'revive',
		help: 'let a dead task begin anew in its node',
		command: 'revive',
		isChange: true,
		isQuiet: true,
		disabled: needsState((state) => state === 'dead', 'not dead'),
		run: async (tools) =>
			actOnTasks(tools, {action: 'revive', done: 'revived'}),
	},
	...taskEdits(needsTask),
	...taskWays(needsTask),
];
