import {setTimeout as delay} from 'node:timers/promises';
import {stopwatch} from '../measure/stopwatch.js';
import type {Client} from './start-farm.js';
import {submitMany} from './work.js';

const requestsPerSecond = 10;

/** Sends so many tasks a second into the graph, ten times a second a tenth of them, until it is stopped. */
export const sendTasks = (
	client: Client,
	{
		node,
		group,
		perSecond,
	}: {
		readonly node: string;
		readonly group: string;
		readonly perSecond: number;
	},
): {readonly stop: () => Promise<void>} => {
	const seconds = stopwatch();
	let isStopped = false;
	const go = async (): Promise<void> => {
		for (let sent = 0; ; sent += 1) {
			if (isStopped) {
				return;
			}

			/* eslint-disable no-await-in-loop -- in step with the clock */
			await submitMany(client, {
				node,
				group,
				count: perSecond / requestsPerSecond,
			});
			const due = (sent + 1) / requestsPerSecond;
			await delay(Math.max(0, (due - seconds()) * 1000));
			/* eslint-enable no-await-in-loop */
		}
	};

	const over = go();
	// It is told by `stop`.
	over.catch(() => undefined);
	return {
		async stop() {
			isStopped = true;
			await over;
		},
	};
};
