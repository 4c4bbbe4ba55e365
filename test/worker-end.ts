import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import {until} from './helpers/until.js';
import {workerFarm} from './helpers/worker-farm.js';

const shell = (script: string): readonly string[] => ['/bin/sh', '-c', script];
const stubborn = "trap '' TERM HUP INT; while :; do sleep 1; done";

test('cancelling ends a whole tree, with grandchildren that ignore TERM and daemons that left the session', async (t) => {
	const {scheduler, worker, marked} = await workerFarm(t);
	worker();
	await scheduler.run(
		1,
		shell(
			`(${stubborn}) & setsid sh -c "(${stubborn}) & setsid sleep 300 & wait" & echo up; ${stubborn}`,
		),
	);
	await until(() => (marked().length >= 7 ? true : undefined), {
		what: 'the tree to grow',
	});
	t.true(await scheduler.cancel(1, {grace_s: 0.2}));
	const {outcome} = await scheduler.end(1);
	t.deepEqual(outcome, {kind: 'cancelled'});
	t.deepEqual(marked(), [], 'nothing runs when the end is told');
});

test('a process that takes the TERM has its grace time', async (t) => {
	const {scheduler, worker} = await workerFarm(t);
	worker();
	await scheduler.run(
		1,
		shell(
			"trap 'sleep 0.2; echo cleaned up; exit 0' TERM; echo up; while :; do sleep 0.05; done",
		),
	);
	await until(
		async () => ((await scheduler.readLog(1)) === '' ? undefined : true),
		{what: 'the process to be ready'},
	);
	await scheduler.cancel(1, {grace_s: 10});
	await scheduler.end(1);
	const log = await until(() => scheduler.logs.get(1), {what: 'the log'});
	t.true(log.toString().endsWith('cleaned up\n'));
});

test('a stopped process is ended too', async (t) => {
	const {scheduler, worker} = await workerFarm(t);
	worker();
	await scheduler.run(1, shell('kill -STOP $$; sleep 60'));
	await scheduler.cancel(1, {grace_s: 10});
	t.deepEqual((await scheduler.end(1)).outcome, {kind: 'cancelled'});
});

test('an invocation that is cancelled at any moment of its start does not stay', async (t) => {
	const {scheduler, worker, marked} = await workerFarm(t);
	worker();
	await scheduler.run(100, shell('exit 0'));
	await scheduler.end(100);
	for (let number = 1; number <= 24; number += 1) {
		/* eslint-disable no-await-in-loop -- each a little later than the one before */
		const answering = scheduler.run(number, shell('sleep 300'));
		for (let turn = 0; turn < number; turn += 1) {
			await setImmediate();
		}

		t.true(await scheduler.cancel(number, {grace_s: 0.2}));
		t.like(await answering, {kind: 'running'});
		const {outcome} = await scheduler.end(number);
		t.deepEqual(outcome, {kind: 'cancelled'});
		/* eslint-enable no-await-in-loop */
	}

	t.deepEqual(marked(), []);
});

test('what is given up while it starts is not reported, whatever else is said of it meanwhile', async (t) => {
	const {scheduler, worker, marked} = await workerFarm(t);
	worker();
	await scheduler.run(1, shell('exit 0'));
	await scheduler.end(1);
	for (let number = 2; number <= 9; number += 1) {
		/* eslint-disable no-await-in-loop -- one after the other */
		// They are sent, and taken, in one go.
		await Promise.all([
			scheduler.run(number, shell('sleep 300')),
			scheduler.cancel(number, {forget: true}),
			scheduler.cancel(number),
		]);
		await until(
			async () => ((await scheduler.cancel(number)) ? undefined : true),
			{what: 'the worker to be done with it'},
		);
		/* eslint-enable no-await-in-loop */
	}

	await scheduler.run(10, shell('true'));
	await scheduler.end(10);
	t.deepEqual(
		scheduler.finished.map(({invocation}) => Number(invocation)),
		[1, 10],
	);
	t.deepEqual(marked(), []);
});

test('what is given up is ended and not reported', async (t) => {
	const {scheduler, worker, marked} = await workerFarm(t);
	worker();
	await scheduler.run(1, shell('sleep 300'));
	t.true(await scheduler.cancel(1, {forget: true}));
	await until(() => (marked().length === 0 ? true : undefined), {
		what: 'the process to end',
	});
	await scheduler.run(2, shell('true'));
	await scheduler.end(2);
	t.deepEqual(
		scheduler.finished.map(({invocation}) => Number(invocation)),
		[2],
	);
	await until(async () => ((await scheduler.cancel(1)) ? undefined : true), {
		what: 'the worker to know that it is gone',
	});
});

test('what a finished process leaves in the background is ended before its end is told', async (t) => {
	const {scheduler, worker, marked} = await workerFarm(t);
	worker();
	await scheduler.run(1, shell(`(${stubborn}) & sleep 300 & echo done`));
	t.deepEqual((await scheduler.end(1)).outcome, {kind: 'exited', exit_code: 0});
	t.deepEqual(marked(), []);
});

test('what a finished process daemonised is ended', async (t) => {
	const {scheduler, worker, marked} = await workerFarm(t);
	worker();
	await scheduler.run(
		1,
		shell(`setsid -f sh -c "${stubborn}"; setsid -f sleep 300`),
	);
	t.deepEqual((await scheduler.end(1)).outcome, {kind: 'exited', exit_code: 0});
	await t.notThrowsAsync(
		until(() => (marked().length === 0 ? true : undefined), {
			what: 'the daemons to end',
		}),
	);
});

test('a wrapper that is killed takes its program with it', async (t) => {
	const {scheduler, worker, marked} = await workerFarm(t);
	worker();
	const answer = await scheduler.run(1, shell('echo up; sleep 300'));
	await until(
		async () => ((await scheduler.readLog(1)) === '' ? undefined : true),
		{what: 'the process to be ready'},
	);
	process.kill(answer.kind === 'running' ? answer.pid : 0, 'SIGKILL');
	t.deepEqual((await scheduler.end(1)).outcome, {
		kind: 'signalled',
		signal: 'SIGKILL',
	});
	t.deepEqual(marked(), []);
});

test('a process over its time limit is ended', async (t) => {
	const {scheduler, worker, marked} = await workerFarm(t);
	worker();
	await scheduler.run(1, shell(`(${stubborn}) & sleep 300`), {
		time_limit_s: 0.3,
	});
	const {outcome} = await scheduler.end(1);
	t.deepEqual(outcome, {
		kind: 'limit',
		limit: 'time',
		message: 'It ran longer than its time limit of 0.3 s.',
	});
	t.deepEqual(marked(), []);
});

test('a process that says nothing for too long is ended, and one that speaks is not', async (t) => {
	const {scheduler, worker} = await workerFarm(t);
	worker();
	await Promise.all([
		scheduler.run(1, shell('echo one; sleep 300'), {silence_limit_s: 0.6}),
		scheduler.run(
			2,
			// Longer in all than its limit, and much shorter each time, for machines that do other things too.
			shell('for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.5; done'),
			{silence_limit_s: 3},
		),
	]);
	t.is((await scheduler.end(1)).outcome.kind, 'limit');
	t.deepEqual((await scheduler.end(2)).outcome, {kind: 'exited', exit_code: 0});
});

test('progress is told as it comes, at most once a second', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const gate = (number: number): string => path.join(folder, `gate-${number}`);
	const waitAt = (number: number): string =>
		`until [ -e '${gate(number)}' ]; do sleep 0.05; done`;
	const tell = (from: number, to: number): string =>
		`i=${from}; while [ $i -le ${to} ]; do echo "ALF_PROGRESS $i%"; sleep 0.1; i=$((i + 1)); done`;
	const startedAt = performance.now();
	await scheduler.run(
		1,
		shell(
			`${tell(1, 10)}; ${waitAt(1)}; ${tell(11, 20)}; ${waitAt(2)}; ${tell(81, 90)}; echo "openjd_status: nearly there"; ${waitAt(3)}`,
		),
	);
	await scheduler.run(2, shell('echo "frame 3 of 4"; sleep 300'), {
		progress_regex: String.raw`frame (?<current>\d+) of (?<total>\d+)`,
	});
	await until(
		() =>
			scheduler.progress.find(
				({invocation, percent}) => invocation === 2 && percent === 75,
			),
		{what: 'the ratio', within: 20_000},
	);
	for (const [number, isTold] of [
		[1, ({percent}) => percent === 10],
		[2, ({percent}) => percent === 20],
		[3, ({status}) => status === 'nearly there'],
	] as const satisfies ReadonlyArray<
		readonly [number, (told: (typeof scheduler.progress)[number]) => boolean]
	>) {
		// eslint-disable-next-line no-await-in-loop -- one after the other
		await until(
			() =>
				scheduler.progress.find(
					(told) => told.invocation === 1 && isTold(told),
				),
			{what: `what it says before gate ${number}`},
		);
		fs.writeFileSync(gate(number), '');
	}

	await scheduler.end(1);
	const told = scheduler.progress.filter(({invocation}) => invocation === 1);
	const seconds = (performance.now() - startedAt) / 1000;
	t.true(
		told.length >= 3 && told.length <= seconds + 2,
		`${told.length} notices in ${seconds} s`,
	);
	t.is(told.at(-1)?.status, 'nearly there');
	t.is(told.at(-1)?.percent, 90);
	await scheduler.cancel(2);
	await scheduler.end(2);
});

test('a job that says it failed has failed, however short and whatever its exit code', async (t) => {
	const {scheduler, worker} = await workerFarm(t);
	worker();
	await scheduler.run(1, shell('echo "openjd_fail: no licence"; exit 0'));
	t.deepEqual((await scheduler.end(1)).outcome, {
		kind: 'failed',
		message: 'no licence',
	});
});

test('a pattern that never comes to an end is put aside, and the worker goes on', async (t) => {
	const {scheduler, worker} = await workerFarm(t);
	worker();
	await scheduler.run(1, shell(`echo ${'a'.repeat(60)}b; sleep 0.6`), {
		progress_regex: '^(a+)+$',
	});
	t.deepEqual((await scheduler.end(1)).outcome, {kind: 'exited', exit_code: 0});
	t.regex(
		scheduler.progress.find(({status}) => status !== null)?.status ?? '',
		/takes too long/v,
	);
});

test('a log over its limit keeps head and tail, and says what went', async (t) => {
	const {scheduler, worker} = await workerFarm(t, {
		settings: {log_limit_bytes: 200_000},
	});
	worker();
	await scheduler.run(
		1,
		shell(
			'echo head; i=0; while [ $i -lt 60 ]; do seq -f "line %.0f" 1 1000; i=$((i+1)); sleep 0.01; done; echo tail',
		),
	);
	await scheduler.end(1);
	const log = await until(() => scheduler.logs.get(1), {
		what: 'the log',
		within: 10_000,
	});
	const text = log.toString();
	t.true(log.length <= 200_100, `${log.length} bytes`);
	t.true(text.startsWith('head\nline 1\n'));
	t.true(text.endsWith('line 1000\ntail\n'));
	t.regex(text, /\[lifeblood: about \d+ bytes were dropped here/v);
});
