import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {type Clock, systemClock} from '../source/core/clock.js';
import {
	lockStateFolder,
	openStateFolder,
} from '../source/worker/state-folder.js';

const makeRoot = (t: ExecutionContext): string => {
	const root = fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-lock-'));
	t.teardown(() => {
		fs.rmSync(root, {recursive: true});
	});
	return root;
};

/** A clock whose hand is moved by the test. */
const handClock = (): {readonly clock: Clock; move: (ms: number) => void} => {
	let passed = 0;
	return {
		clock: {...systemClock, monotonic: () => passed},
		move(ms) {
			passed += ms;
		},
	};
};

/** Whether it has come to its end after a time in which it would have looked again. */
const isSettled = async (promise: Promise<unknown>): Promise<boolean> =>
	Promise.race([promise.then(() => true), delay(100, false)]);

test('a worker waits for a sweep, also between the moment it takes its note away and the one it lets go', async (t) => {
	const root = makeRoot(t);
	const {sweep} = openStateFolder(root, 'one');
	const {clock, move} = handClock();
	const sweeper = await lockStateFolder(root, 'one', clock);
	fs.writeFileSync(sweep, String(process.pid));
	const worker = lockStateFolder(root, 'one', clock);
	t.false(await isSettled(worker));
	move(5000);
	t.false(await isSettled(worker));
	fs.rmSync(sweep);
	t.false(await isSettled(worker));
	await sweeper.release();
	const lock = await worker;
	await lock.release();
});

test('a second worker of one name is told after a second, and one beside an endless sweep after half a minute', async (t) => {
	const root = makeRoot(t);
	const {sweep} = openStateFolder(root, 'one');
	const {clock, move} = handClock();
	const first = await lockStateFolder(root, 'one', clock);
	const second = lockStateFolder(root, 'one', clock);
	t.false(await isSettled(second));
	move(1001);
	await t.throwsAsync(second, {message: /runs on this machine already/v});

	fs.writeFileSync(sweep, String(process.pid));
	const third = lockStateFolder(root, 'one', clock);
	move(29_000);
	t.false(await isSettled(third));
	move(1001);
	await t.throwsAsync(third, {message: /runs on this machine already/v});
	await first.release();
});
