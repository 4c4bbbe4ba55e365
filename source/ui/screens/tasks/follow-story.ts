import {setTimeout as delay} from 'node:timers/promises';
import type {ScreenTools} from '../../screen.js';
import {detailedTask, type TasksSlice} from './tasks-slice.js';

/** A cursor that runs through the list asks for nothing. */
const restMs = 120;
const mostSteps = 200;

/** Asks for what is never pushed of the task in the detail: once it rests there, and again when it has changed. */
export const followStory = (tools: ScreenTools<TasksSlice>): void => {
	const view = tools.view();
	const task = detailedTask(view);
	if (task === undefined) {
		return;
	}

	const wanted = `${task.id} ${task.state} ${task.changed_at} ${task.invocation_id}`;
	if (
		view.slice.asked === wanted ||
		view.state.connection.kind !== 'connected'
	) {
		return;
	}

	tools.update((slice) => ({...slice, asked: wanted}));
	const isWanted = (): boolean => tools.view().slice.asked === wanted;
	const ask = async (): Promise<void> => {
		await delay(restMs);
		if (!isWanted()) {
			return;
		}

		const {id} = task;
		try {
			const [explanation, {steps}, {invocations}] = await Promise.all([
				tools.farm.request('task.explain', {id}),
				tools.farm.request('task.history', {id, limit: mostSteps}),
				tools.farm.request('task.invocations', {id}),
			]);
			if (isWanted()) {
				tools.update((slice) => ({
					...slice,
					story: {id, explanation, history: steps, invocations},
				}));
			}
		} catch {
			// The task is gone, or the connection: what is shown of it says so.
			if (isWanted()) {
				tools.update((slice) => ({...slice, asked: undefined}));
			}
		}
	};

	void ask();
};
