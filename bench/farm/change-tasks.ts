import {setTimeout as delay} from 'node:timers/promises';
import type {TaskId} from '../../source/core/ids.js';
import {expectEqual} from '../measure/expect.js';
import {stopwatch} from '../measure/stopwatch.js';
import type {Client} from './start-farm.js';

/** Changes that go on until they are stopped. */
export type Changes = {
	/** How many there were so far. */
	readonly count: () => number;
	/** Ends them with all tasks as they were. */
	readonly stop: () => Promise<void>;
};

const requestsPerSecond = 10;

/** Pauses each of these tasks in one second and resumes it in the next: every tenth of a second every tenth of them. */
export const changeTasks = (
	client: Client,
	tasks: readonly TaskId[],
): Changes => {
	const parts = Array.from({length: requestsPerSecond}, (_, part) =>
		tasks.filter((_task, index) => index % requestsPerSecond === part),
	);
	const seconds = stopwatch();
	let count = 0;
	let isStopped = false;
	const act = async (
		action: 'pause' | 'resume',
		ids: readonly TaskId[],
	): Promise<void> => {
		const {changed} = await client.request('task.act', {
			action,
			select: {ids: [...ids]},
		});
		expectEqual('the number of changed tasks', changed, ids.length);
		count += changed;
	};

	const go = async (): Promise<void> => {
		for (let turn = 0; ; turn += 1) {
			/* eslint-disable no-await-in-loop -- in step with the clock */
			const isPausing = turn % 2 === 0;
			for (const [part, ids] of parts.entries()) {
				// Nobody is left paused at the end.
				if (isStopped && isPausing) {
					return;
				}

				await act(isPausing ? 'pause' : 'resume', ids);
				const due = turn + (part + 1) / requestsPerSecond;
				await delay(isStopped ? 0 : Math.max(0, (due - seconds()) * 1000));
			}
			/* eslint-enable no-await-in-loop */
		}
	};

	const over = go();
	// It is told by `stop`.
	over.catch(() => undefined);
	return {
		count: () => count,
		async stop() {
			isStopped = true;
			await over;
		},
	};
};
