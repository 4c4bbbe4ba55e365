import {liveThrough, type Day} from '../test/helpers/simulated-farm.js'; // eslint-disable-line node-test/no-import-test-files -- it has no tests
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';

const days = 30;

/** A month of a farm, as fast as it goes: thousands of groups a day come, finish, and are removed after three days. What it has grown to in the last ten days is held against what it was once as much went as came. */
export const benchmark: Benchmark = async ({quick, say}) => {
	const groupsPerDay = quick ? 100 : 3000;
	let number = 0;
	const month = await liveThrough({
		days,
		groupsPerDay,
		retention: {
			groupsDays: 3,
			logsDays: 2,
			logsBytes: 0,
			journalDays: 4,
			journalEntries: 0,
		},
		onDay({databaseBytes, freeBytes, walBytes, logBytes, heapBytes, tasks}) {
			number += 1;
			say(
				`month, day ${number}: database ${megabytes(databaseBytes)}, ${megabytes(freeBytes)} of it free, WAL ${megabytes(walBytes)}, logs ${megabytes(logBytes)}, ${tasks} tasks, heap ${megabytes(heapBytes)}`,
			);
		},
	});
	expectEqual('what is wrong', month.faults, []);
	const growth = (what: keyof Day): number =>
		most(month.days.slice(20), what) / most(month.days.slice(5, 12), what);
	const last = month.days.slice(20);
	return [
		{name: 'groups', unit: 'groups', runs: [month.groups]},
		{name: 'tasks', unit: 'tasks', runs: [month.tasks]},
		...(
			[
				'databaseBytes',
				'logBytes',
				'journalEntries',
				'tasks',
				'heapBytes',
			] as const
		).map((what) => ({
			name: `growth of ${what}`,
			unit: 'times',
			runs: [growth(what)],
			target: {of: 'figure', atMost: 1.1} as const,
		})),
		{
			name: 'database',
			unit: 'MiB',
			runs: [most(last, 'databaseBytes') / 2 ** 20],
		},
		{name: 'WAL', unit: 'MiB', runs: [most(month.days, 'walBytes') / 2 ** 20]},
		{
			name: 'heap',
			unit: 'MiB',
			runs: [most(last, 'heapBytes') / 2 ** 20],
		},
		{
			name: 'memory',
			unit: 'MiB',
			runs: [most(last, 'memoryBytes') / 2 ** 20],
		},
		{name: 'longest turn', unit: 'ms', runs: [month.longestTurnMs]},
	];
};

const most = (some: readonly Day[], what: keyof Day): number =>
	Math.max(...some.map((day) => day[what]));

const megabytes = (bytes: number): string =>
	`${(bytes / 2 ** 20).toFixed(1)} MiB`;
