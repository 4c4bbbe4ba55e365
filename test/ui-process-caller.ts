import process from 'node:process';
import test from 'ava';
import type {Failure} from '../source/ui/answer-questions.js';
import {
	abandonProcesses,
	createProcessCaller,
} from '../source/ui/process-caller.js';
import {until} from './helpers/until.js';

type Answer = {readonly id: number} & (Failure | {readonly pid: number});

const createCaller = (options?: {readonly restMs: number}) =>
	createProcessCaller<{readonly n: number}, Answer>(url, options);

/** Which process has answered. */
const pidOf = (answer: Answer | undefined): number => {
	if (answer === undefined || 'failure' in answer) {
		throw new Error('Nobody has answered.');
	}

	return answer.pid;
};

const url = new URL('helpers/echo-process.ts', import.meta.url);

/** And this process knows it: until it has taken note of its child's end, the child is there, if only as a zombie. */
const hasEnded = async (pid: number): Promise<true> =>
	until(() => (isThere(pid) ? undefined : true), {
		what: `process ${pid} to end`,
	});

const isThere = (pid: number): boolean => {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
};

test('a process that is asked nothing for a while ends, and another one answers what is asked later', async (t) => {
	const caller = createCaller({restMs: 1});
	const pid = pidOf(await caller.ask({n: 1}));
	t.not(pid, process.pid);
	await hasEnded(pid);
	t.not(pidOf(await caller.ask({n: 2})), pid);
	await caller.stop();
});

test('one process answers what is asked before its rest is over', async (t) => {
	const caller = createCaller();
	caller.prepare();
	const [one, two] = await Promise.all([
		caller.ask({n: 1}),
		caller.ask({n: 2}),
	]);
	t.is(pidOf(one), pidOf(two));
	await caller.stop();
});

test('what cannot be answered is told in words, and the process goes on', async (t) => {
	const caller = createCaller();
	const pid = pidOf(await caller.ask({n: 1}));
	const [faulty, fine] = await Promise.all([
		caller.ask({n: -1}),
		caller.ask({n: 2}),
	]);
	t.like(faulty, {failure: 'It counts from zero.'});
	t.is(pidOf(fine), pid);
	await caller.stop();
});

test('what was asked of a process that is killed has no answer, and the next question has one', async (t) => {
	const caller = createCaller();
	const pid = pidOf(await caller.ask({n: 1}));
	const lost = caller.ask({n: 2});
	process.kill(pid, 'SIGKILL');
	const answer = await lost;
	// It may have answered just before.
	t.true(answer === undefined || pidOf(answer) === pid);
	await hasEnded(pid);
	t.not(pidOf(await caller.ask({n: 3})), pid);
	await caller.stop();
});

test.serial('no process outlives the viewer', async (t) => {
	const caller = createCaller();
	const pid = pidOf(await caller.ask({n: 1}));
	abandonProcesses();
	t.true(await hasEnded(pid));
});
