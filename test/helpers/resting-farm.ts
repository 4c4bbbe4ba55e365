import type {FarmProcess, SchedulerDaemon} from './farm-process.js';

const fruit = ['apple', 'banana', 'cherry'] as const;

/** Starts a farm with three tasks at rest in the first of its two nodes, each in a group of its own. */
export const restingFarm = async (
	farm: FarmProcess,
): Promise<SchedulerDaemon> => {
	const scheduler = await farm.scheduler();
	await farm.graph({first: {type: 'null'}, second: {type: 'null'}}, []);
	for (const name of fruit) {
		// eslint-disable-next-line no-await-in-loop -- in this order
		await farm.rest(await farm.submit('first', {name, groups: [`${name}s`]}));
	}

	return scheduler;
};
