import {setImmediate as nextRound} from 'node:timers/promises';
import test from 'ava';
import {
	createReadingTurns,
	type ReadingTurns,
} from '../source/net/reading-turns.js';

/** Time that goes on only as far as somebody is read, a tenth of a millisecond at a time. */
const stoppedClock = () => {
	let now = 0;
	return {
		clock: {now: () => now, monotonic: () => now},
		work() {
			now = Math.round((now + 0.1) * 10) / 10;
		},
	};
};

/** Two milliseconds a round, of which each has at most half a one in a go. */
const turnsBy = ({clock}: ReturnType<typeof stoppedClock>): ReadingTurns =>
	createReadingTurns({clock, roundMs: 2, turnMs: 0.5});

type Reader = {taken: number; readonly enter: () => void};

/** Somebody with so much to be read. */
const reader = (
	turns: ReadingTurns,
	{clock, work}: ReturnType<typeof stoppedClock>,
	count: number,
): Reader => {
	const one: Reader = {
		taken: 0,
		enter() {
			turns.enter((until) => {
				do {
					one.taken += 1;
					work();
				} while (one.taken < count && clock.monotonic() < until);

				return one.taken < count;
			});
		},
	};
	return one;
};

const sum = (readers: readonly Reader[]): number =>
	readers.reduce((total, {taken}) => total + taken, 0);

test('a round of the event loop takes no longer, however many want to be read', async (t) => {
	for (const count of [1, 10, 100]) {
		const time = stoppedClock();
		const turns = turnsBy(time);
		const readers = Array.from({length: count}, () =>
			reader(turns, time, 10_000),
		);
		for (const {enter} of readers) {
			enter();
		}

		let before = 0;
		for (let round = 0; round < 20; round += 1) {
			const taken = sum(readers) - before;
			t.true(taken > 0 && taken <= 20, `${taken} tenths of a millisecond`);
			before = sum(readers);
			await nextRound(); // eslint-disable-line no-await-in-loop -- round by round
		}
	}
});

test('who has little to be read does not wait for those who have much', async (t) => {
	const time = stoppedClock();
	const turns = turnsBy(time);
	for (let count = 0; count < 8; count += 1) {
		reader(turns, time, 100_000).enter();
	}

	await nextRound();
	const modest = reader(turns, time, 1);
	modest.enter();
	let rounds = 0;
	while (modest.taken === 0) {
		await nextRound(); // eslint-disable-line no-await-in-loop -- round by round
		rounds += 1;
	}

	t.true(rounds <= 3, `${rounds} rounds`);
});

test('all have the same share', async (t) => {
	const time = stoppedClock();
	const turns = turnsBy(time);
	const readers = Array.from({length: 7}, () => reader(turns, time, 100_000));
	for (const {enter} of readers) {
		enter();
	}

	for (let round = 0; round < 100; round += 1) {
		await nextRound(); // eslint-disable-line no-await-in-loop -- round by round
	}

	const taken = readers.map((one) => one.taken);
	t.true(Math.max(...taken) - Math.min(...taken) <= 10, taken.join(' '));
});

test('where nothing else is read, it is taken at once', (t) => {
	const time = stoppedClock();
	const turns = turnsBy(time);
	const one = reader(turns, time, 3);
	one.enter();
	t.is(one.taken, 3);
});
