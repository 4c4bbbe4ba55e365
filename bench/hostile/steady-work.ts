import {setTimeout as delay} from 'node:timers/promises';
import type {Client} from '../farm/start-farm.js';
import {applyGraph} from '../farm/work.js';
import {expectEqual} from '../measure/expect.js';

/** Work that never runs out, whose ends are counted. */
export type SteadyWork = {
	/** How many tasks went through all of it so far. */
	readonly finished: () => Promise<number>;
	/** Ends the supply, and waits until all of it is done. */
	readonly finish: () => Promise<void>;
};

/** Tasks under way at most, and how many are brought at a time. */
const mostUnderWay = 200;
const batch = 100;

/** Keeps the farm in processes of this command, by one connection of its own. */
export const keepBusy = async (
	client: Client,
	command: readonly string[],
): Promise<SteadyWork> => {
	await applyGraph(client, {
		nodes: {
			work: {
				type: 'command',
				parameters: {command: command.map((arg) => ({arg}))},
			},
			end: {type: 'killer'},
		},
		connections: ['work -> end'],
	});
	const {ids} = await client.request('task.submit_many', {
		tasks: [{node: 'end', groups: ['work']}],
	});
	let submitted = ids.length;
	const ending = new AbortController();

	const finished = async (): Promise<number> => {
		const {counts} = await client.request('group.get', {name: 'work'});
		return counts.dead ?? 0;
	};

	const supply = async (): Promise<void> => {
		while (!ending.signal.aborted) {
			/* eslint-disable no-await-in-loop -- as the work goes on */
			if (submitted - (await finished()) <= mostUnderWay - batch) {
				const more = await client.request('task.submit_many', {
					tasks: Array.from({length: batch}, () => ({
						node: 'work',
						groups: ['work'],
					})),
				});
				submitted += more.ids.length;
			}

			await delay(50);
			/* eslint-enable no-await-in-loop */
		}
	};

	const supplying = supply();
	return {
		finished,
		async finish() {
			ending.abort();
			await supplying;
			const {at_rest: isAtRest, errors} = await client.request('group.wait', {
				names: ['work'],
				timeout_s: 300,
			});
			expectEqual('whether all work is at rest', isAtRest, true);
			expectEqual('the number of errors', errors, 0);
		},
	};
};
