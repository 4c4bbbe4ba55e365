import {setImmediate as nextRound} from 'node:timers/promises';
import test from 'ava';
import {systemClock} from '../source/core/clock.js';
import {createFairReads} from '../source/scheduler/fair-reads.js';
import {until} from './helpers/until.js';

const asker = (unsent = 0) => {
	const peer = {
		address: 'somebody',
		reason: undefined as string | undefined,
		unsent,
		close(reason?: string) {
			peer.reason = reason;
		},
		isClosed: () => peer.reason !== undefined,
		unsentBytes: () => peer.unsent,
	};
	return peer;
};

/** Holds the thread, as a query does. */
const work = (milliseconds: number): void => {
	const end = performance.now() + milliseconds;
	let now = performance.now();
	while (now < end) {
		now = performance.now();
	}
};

/** A read that takes so long, counted when it is done. */
const read = (done: {count: number}, hold: () => void = () => undefined) => ({
	isWait: false,
	async start() {
		hold();
		done.count += 1;
	},
});

test('what is asked for now and then is begun at once', (t) => {
	const reads = createFairReads({clock: systemClock, turns: () => 0});
	let begun = 0;
	reads.enter(asker(), {
		isWait: false,
		async start() {
			begun += 1;
		},
	});
	t.is(begun, 1);
	reads.stop();
});

test('a flood of questions lets the event loop go round, and others that ask are answered in between', async (t) => {
	const reads = createFairReads({clock: systemClock, turns: () => 0});
	const flooding = asker();
	const answered = {count: 0};
	for (let count = 0; count < 200; count += 1) {
		reads.enter(
			flooding,
			read(answered, () => {
				work(2);
			}),
		);
	}

	t.true(answered.count < 10, `${answered.count} at once`);
	let before: number | undefined;
	reads.enter(asker(), {
		isWait: false,
		async start() {
			before = answered.count;
		},
	});
	await until(() => before, {what: 'the other one'});
	t.true((before ?? 200) < 30, `${before} before the other one`);
	let rounds = 0;
	while (answered.count < 200) {
		await nextRound(); // eslint-disable-line no-await-in-loop -- round by round
		rounds += 1;
	}

	t.true(rounds > 20, `${rounds} rounds`);
	reads.stop();
});

test('while turns have work to do, reading without end takes only its share of the time', async (t) => {
	// Time goes on only as far as is worked.
	let now = 0;
	let turns = 0;
	const reads = createFairReads({
		clock: {now: () => now, monotonic: () => now},
		turns: () => turns,
	});
	const flooding = asker();
	const spent = {count: 0};
	const step = read(spent, () => {
		now += 1;
	});
	for (let count = 0; count < 3000; count += 1) {
		reads.enter(flooding, step);
	}

	for (let round = 0; round < 1000; round += 1) {
		turns += 1;
		now += 1;
		await nextRound(); // eslint-disable-line no-await-in-loop -- round by round
	}

	t.true(spent.count >= 900, `a second of it is free: ${spent.count} ms`);
	t.true(spent.count < 1000 + now * 0.25 + 50, `${spent.count} of ${now} ms`);
	reads.stop();
});

test('who does not read its answers is given no more of them, and in the end is put out', async (t) => {
	let now = 0;
	const reads = createFairReads({
		clock: {now: () => now, monotonic: () => now},
		turns: () => 0,
	});
	const deaf = asker(5 * 1024 * 1024);
	let answered = 0;
	const ask = (): void => {
		reads.enter(deaf, {
			isWait: false,
			async start() {
				answered += 1;
			},
		});
	};

	ask();
	await nextRound();
	t.is(answered, 0);
	deaf.unsent = 0;
	await until(() => (answered === 1 ? true : undefined), {
		what: 'the answer, once it reads',
	});
	deaf.unsent = 5 * 1024 * 1024;
	ask();
	await nextRound();
	now += 30_000;
	t.regex(
		await until(() => deaf.reason, {what: 'its end'}),
		/has not read its answers for 20 s/v,
	);
	t.is(answered, 1);
	reads.stop();
});

test('waiting takes no place from reading', async (t) => {
	const reads = createFairReads({clock: systemClock, turns: () => 0});
	const peer = asker();
	const begun = {count: 0};
	const {promise, resolve} = Promise.withResolvers<undefined>();
	const wait = {
		isWait: true,
		async start() {
			begun.count += 1;
			await promise;
		},
	};
	for (let count = 0; count < 100; count += 1) {
		reads.enter(peer, wait);
	}

	const done = {count: 0};
	reads.enter(peer, read(done));
	await until(() => (done.count === 1 ? true : undefined), {
		what: 'the read behind them',
	});
	t.is(begun.count, 100);
	resolve(undefined);
	reads.stop();
});
