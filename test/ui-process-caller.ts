import process from 'node:process';
import test from 'ava';
import {
	abandonProcesses,
	createProcessCaller,
} from '../source/ui/process-caller.js';
import {until} from './helpers/until.js';

type Answer = {readonly id: number; readonly pid: number};

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
	const caller = createProcessCaller<{readonly n: number}, Answer>(url, {
		restMs: 1,
	});
	const first = await caller.ask({n: 1});
	t.not(first, undefined);
	const pid = first?.pid ?? 0;
	t.not(pid, process.pid);
	await hasEnded(pid);
	const second = await caller.ask({n: 2});
	t.not(second, undefined);
	t.not(second?.pid, pid);
	await caller.stop();
});

test('one process answers what is asked before its rest is over', async (t) => {
	const caller = createProcessCaller<{readonly n: number}, Answer>(url);
	caller.prepare();
	const answers = await Promise.all([caller.ask({n: 1}), caller.ask({n: 2})]);
	t.not(answers[0], undefined);
	t.is(answers[0]?.pid, answers[1]?.pid);
	await caller.stop();
});

test('what was asked of a process that is killed has no answer, and the next question has one', async (t) => {
	const caller = createProcessCaller<{readonly n: number}, Answer>(url);
	const first = await caller.ask({n: 1});
	const lost = caller.ask({n: 2});
	process.kill(first?.pid ?? 0, 'SIGKILL');
	// It may have answered just before.
	t.true([undefined, first?.pid].includes((await lost)?.pid));
	await hasEnded(first?.pid ?? 0);
	const again = await caller.ask({n: 3});
	t.not(again, undefined);
	await caller.stop();
});

test.serial('no process outlives the viewer', async (t) => {
	const caller = createProcessCaller<{readonly n: number}, Answer>(url);
	const answer = await caller.ask({n: 1});
	abandonProcesses();
	await hasEnded(answer?.pid ?? process.pid);
	t.not(answer, undefined);
});
