import test from 'ava';
import {liveThrough, type Day} from './helpers/simulated-farm.js';

const most = (days: readonly Day[], what: keyof Day): number =>
	Math.max(...days.map((day) => day[what]));

test('a month of groups that come, finish and go leaves nothing that grows', async (t) => {
	t.timeout(180_000);
	const {days, groups, tasks, faults} = await liveThrough({
		days: 30,
		groupsPerDay: 200,
		retention: {
			groupsDays: 3,
			logsDays: 2,
			logsBytes: 0,
			journalDays: 4,
			journalEntries: 0,
		},
	});
	t.deepEqual(faults, []);
	t.is(groups, 6000);
	t.true(tasks > 13_000);
	t.is(days.length, 30);
	// After the first days as much goes as comes.
	const early = days.slice(5, 12);
	const late = days.slice(20);
	for (const what of [
		'databaseBytes',
		'logBytes',
		'journalEntries',
		'groups',
		'tasks',
	] as const) {
		t.true(
			most(early, what) > 0 && most(late, what) <= most(early, what) * 1.1,
			`${what}: ${days.map((day) => day[what]).join(', ')}`,
		);
	}

	t.true(most(days, 'walBytes') <= 32 * 2 ** 20);
	t.true(
		most(late, 'heapBytes') <= most(early, 'heapBytes') + 4 * 2 ** 20,
		`heap: ${days.map(({heapBytes}) => heapBytes).join(', ')}`,
	);
});
