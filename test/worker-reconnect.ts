import fs from 'node:fs';
import path from 'node:path';
import {once} from 'node:events';
import process from 'node:process';
import test from 'ava';
import {invocationId} from '../source/core/ids.js';
import {logPath} from '../source/core/log-path.js';
import {until} from './helpers/until.js';
import {workerFarm} from './helpers/worker-farm.js';

const shell = (script: string): readonly string[] => ['/bin/sh', '-c', script];

test('processes go on without a connection, and what ended meanwhile is told on the next', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const flag = path.join(folder, 'flag');
	await scheduler.run(
		1,
		shell(`while [ ! -e ${flag} ]; do sleep 0.02; done; exit 4`),
	);
	await scheduler.run(2, shell('sleep 300'));
	scheduler.shut();
	fs.writeFileSync(flag, '');
	await until(
		() =>
			fs
				.readFileSync(path.join(folder, 'state/tester/invocations/1'), 'utf8')
				.includes('ended')
				? true
				: undefined,
		{what: 'the end to be noted'},
	);
	t.deepEqual(scheduler.finished, []);
	scheduler.open();
	t.deepEqual((await scheduler.end(1)).outcome, {kind: 'exited', exit_code: 4});
	const registration = scheduler.registrations.at(-1);
	t.deepEqual(registration?.unreported.map(Number), [1]);
	t.deepEqual(registration?.running.map(Number), [2]);
	await scheduler.cancel(2);
	await scheduler.end(2);
	t.is(scheduler.finished.length, 2);
});

test('a result that the scheduler cannot keep is told again', async (t) => {
	const {scheduler, worker} = await workerFarm(t);
	worker();
	scheduler.isTaking = false;
	await scheduler.run(1, shell('exit 5'));
	await scheduler.run(2, shell('sleep 0.5'));
	scheduler.isTaking = true;
	t.deepEqual((await scheduler.end(1)).outcome, {kind: 'exited', exit_code: 5});
});

test('a log that the scheduler cannot keep is sent again', async (t) => {
	const {scheduler, worker} = await workerFarm(t);
	worker();
	scheduler.isTakingLogs = false;
	await scheduler.run(1, shell('echo here'));
	await scheduler.end(1);
	await until(() => (scheduler.refusedLogs > 0 ? true : undefined), {
		what: 'the log to be refused',
	});
	scheduler.isTakingLogs = true;
	const log = await until(() => scheduler.logs.get(1), {what: 'the log'});
	t.is(log.toString(), 'here\n');
});

test('a log that cannot be reached for a while ends neither its process nor its worker, and is sent when it can', async (t) => {
	const {scheduler, worker, folder, settings} = await workerFarm(t);
	worker();
	const gate = path.join(folder, 'gate');
	const logs = path.join(settings.state_folder, settings.name, 'logs');
	await scheduler.run(
		1,
		shell(`echo here; until [ -e ${gate} ]; do sleep 0.1; done`),
		{silence_limit_s: 2},
	);
	const file = path.join(logs, logPath(invocationId(1)));
	await until(() => (fs.statSync(file).size > 0 ? true : undefined), {
		what: 'the process to write',
	});
	fs.renameSync(logs, `${logs}.away`);
	fs.symlinkSync('logs', logs);
	const before = Date.now();
	await until(() => (Date.now() - before > 4000 ? true : undefined), {
		what: 'longer than the limit of silence to go by',
	});
	fs.writeFileSync(gate, '');
	t.deepEqual((await scheduler.end(1)).outcome, {kind: 'exited', exit_code: 0});
	fs.rmSync(logs);
	fs.renameSync(`${logs}.away`, logs);
	const log = await until(() => scheduler.logs.get(1), {what: 'the log'});
	t.is(log.toString(), 'here\n');
});

test('a log that cannot be read keeps no other from being sent', async (t) => {
	const {scheduler, worker, folder, settings} = await workerFarm(t);
	worker();
	const gate = path.join(folder, 'gate');
	const logs = path.join(settings.state_folder, settings.name, 'logs');
	await scheduler.run(
		1,
		shell(`echo 1; until [ -e ${gate} ]; do sleep 0.1; done`),
	);
	const file = path.join(logs, logPath(invocationId(1)));
	await until(() => (fs.statSync(file).size > 0 ? true : undefined), {
		what: 'the process to write',
	});
	fs.renameSync(file, `${file}.away`);
	fs.symlinkSync(path.basename(file), file);
	fs.writeFileSync(gate, '');
	await scheduler.end(1);
	await scheduler.run(2, shell('echo 2'));
	const second = await until(() => scheduler.logs.get(2), {
		what: 'the log that can be read',
	});
	t.is(second.toString(), '2\n');
	t.false(scheduler.logs.has(1));
	fs.rmSync(file);
	fs.renameSync(`${file}.away`, file);
	const first = await until(() => scheduler.logs.get(1), {what: 'the other'});
	t.is(first.toString(), '1\n');
});

test('what was given up meanwhile is ended when the worker is back', async (t) => {
	const {scheduler, worker, marked} = await workerFarm(t);
	worker();
	await scheduler.run(1, ['sleep', '300']);
	await scheduler.run(2, ['sleep', '300']);
	scheduler.shut();
	scheduler.toEnd = [1];
	scheduler.open();
	await scheduler.connected();
	await until(() => (marked().length === 2 ? true : undefined), {
		what: 'only one to be left, with its wrapper',
	});
	await scheduler.cancel(2);
	await scheduler.end(2);
	t.deepEqual(
		scheduler.finished.map(({invocation}) => Number(invocation)),
		[2],
	);
});

test('a worker without a scheduler ends its processes after the grace time, and tells when it is back', async (t) => {
	const {scheduler, worker, marked} = await workerFarm(t, {graceS: 0.3});
	worker();
	await scheduler.run(1, shell('sleep 300'));
	scheduler.shut();
	await until(() => (marked().length === 0 ? true : undefined), {
		what: 'the process to end',
	});
	scheduler.open();
	t.deepEqual((await scheduler.end(1)).outcome, {kind: 'cancelled'});
});

test('what runs for another farm is ended and forgotten', async (t) => {
	const {scheduler, process: start, folder, marked} = await workerFarm(t);
	const child = await start();
	await scheduler.run(1, shell('sleep 300'));
	child.kill('SIGKILL');
	await once(child, 'exit');
	fs.writeFileSync(path.join(folder, 'state/tester/farm'), 'another farm');
	await start();
	t.deepEqual(marked(), []);
	t.deepEqual(scheduler.registrations.at(-1)?.running, []);
	t.deepEqual(scheduler.finished, []);
});

test('a killed worker finds its processes again, and their results count', async (t) => {
	const {scheduler, process: start, folder, marked} = await workerFarm(t);
	const flag = path.join(folder, 'flag');
	const gone = path.join(folder, 'gone');
	const untilGone = `while [ ! -e ${gone} ]; do sleep 0.02; done`;
	const child = await start();
	await scheduler.run(
		1,
		shell(
			`echo before; while [ ! -e ${flag} ]; do sleep 0.02; done; echo after; exit 6`,
		),
	);
	await scheduler.run(2, shell(`${untilGone}; exit 7`));
	await scheduler.run(3, shell(`sleep 300 & ${untilGone}; kill -9 $$`));
	await scheduler.run(4, shell('sleep 300'));
	await scheduler.run(5, shell(`setsid -f sleep 300; ${untilGone}`));
	const answer = await scheduler.run(6, shell('sleep 300'));
	await until(
		async () => ((await scheduler.readLog(1)) === '' ? undefined : true),
		{what: 'the first to run'},
	);
	child.kill('SIGKILL');
	await once(child, 'exit');
	process.kill(answer.kind === 'running' ? -answer.pid : 0, 'SIGKILL');
	fs.writeFileSync(gone, '');
	await until(
		() =>
			['2', '3', '5'].every((id) =>
				fs
					.readFileSync(
						path.join(folder, 'state/tester/invocations', id),
						'utf8',
					)
					.includes('\nexit '),
			)
				? true
				: undefined,
		{what: 'some to end while nobody looks'},
	);
	await start();
	t.deepEqual(
		scheduler.registrations.at(-1)?.running.map(Number).toSorted(),
		[1, 4],
	);
	t.deepEqual((await scheduler.end(2)).outcome, {kind: 'exited', exit_code: 7});
	t.deepEqual((await scheduler.end(3)).outcome, {
		kind: 'signalled',
		signal: 'SIGKILL',
	});
	t.deepEqual((await scheduler.end(5)).outcome, {kind: 'exited', exit_code: 0});
	t.is((await scheduler.end(6)).outcome.kind, 'vanished');
	await scheduler.cancel(4);
	t.deepEqual((await scheduler.end(4)).outcome, {kind: 'cancelled'});
	fs.writeFileSync(flag, '');
	t.deepEqual((await scheduler.end(1)).outcome, {kind: 'exited', exit_code: 6});
	const log = await until(() => scheduler.logs.get(1), {what: 'the log'});
	t.is(log.toString(), 'before\nafter\n');
	await until(() => (marked().length === 0 ? true : undefined), {
		what: 'everything to end',
	});
	t.is(scheduler.finished.length, 6);
});

test('a worker that is killed again and again loses no invocation and tells none twice differently', async (t) => {
	t.timeout(120_000);
	const {scheduler, process: start, marked, folder} = await workerFarm(t);
	const sign = (invocation: number): string =>
		path.join(folder, `ran-${invocation}`);
	for (let round = 0; round < 5; round++) {
		/* eslint-disable no-await-in-loop -- one life after the other */
		const child = await start();
		const asked = Array.from({length: 6}, async (_, index) => {
			const invocation = round * 10 + index + 1;
			try {
				return await scheduler.run(
					invocation,
					shell(`: > ${sign(invocation)}; sleep 0.${index}; exit ${index}`),
				);
			} catch {
				return undefined;
			}
		});
		await asked[round];
		child.kill('SIGKILL');
		await once(child, 'exit');
		await Promise.all(asked);
		/* eslint-enable no-await-in-loop */
	}

	await start();
	await until(() => (marked().length === 0 ? true : undefined), {
		what: 'everything to end',
	});
	const registered = scheduler.registrations.flatMap(
		({running, unreported}) => [...running, ...unreported],
	);
	for (const invocation of registered) {
		const {outcome} = await scheduler.end(invocation); // eslint-disable-line no-await-in-loop -- each must come
		// Of one whose worker was killed just before it started, nothing ran.
		const expected = fs.existsSync(sign(invocation))
			? {kind: 'exited', exit_code: (invocation % 10) - 1}
			: {kind: 'vanished'};
		t.like(outcome, expected, `${invocation}: ${JSON.stringify(outcome)}`);
	}
});

test('a second worker of the same name is refused', async (t) => {
	const {worker} = await workerFarm(t);
	const first = worker();
	await first.worker.ready;
	const second = worker();
	await t.throwsAsync(second.ended, {
		message: /"tester" runs on this machine already/v,
	});
});

test('a draining worker finishes what it has, says goodbye and ends', async (t) => {
	const {scheduler, worker} = await workerFarm(t);
	const {ended} = worker();
	await scheduler.run(1, shell('sleep 0.3; exit 0'));
	await scheduler.stopWorker(true);
	await ended;
	t.deepEqual(scheduler.finished[0]?.outcome, {kind: 'exited', exit_code: 0});
	t.deepEqual(scheduler.left, ['tester']);
});

test('a stopping worker ends what runs, tells it, and says goodbye', async (t) => {
	const {scheduler, worker, marked} = await workerFarm(t);
	const {ended} = worker();
	await scheduler.run(
		1,
		shell("trap '' TERM; sleep 300 & setsid -f sleep 300; wait; sleep 300"),
	);
	await scheduler.stopWorker(false);
	await ended;
	t.deepEqual(scheduler.finished[0]?.outcome, {kind: 'cancelled'});
	t.deepEqual(scheduler.left, ['tester']);
	t.deepEqual(marked(), []);
});

test('a second stop does not wait for the grace time', async (t) => {
	const {scheduler, worker} = await workerFarm(t, {killGraceS: 1000});
	const {worker: service, ended} = worker();
	await scheduler.run(1, shell("trap '' TERM; while :; do sleep 1; done"));
	await scheduler.connected();
	service.stop('now');
	service.stop('force');
	await t.notThrowsAsync(ended);
});

test('a worker for one invocation ends after it', async (t) => {
	const {scheduler, worker} = await workerFarm(t, {settings: {once: true}});
	const {ended} = worker();
	await scheduler.run(1, shell('exit 0'));
	await ended;
	t.true(scheduler.registrations[0]?.once);
	t.deepEqual(scheduler.left, ['tester']);
});

test('a scratch folder that cannot be used is told', async (t) => {
	const {scheduler, worker} = await workerFarm(t, {
		settings: {scratch_folder: '/dev/null/scratch'},
	});
	worker();
	await until(() => (scheduler.statuses.length > 0 ? true : undefined), {
		what: 'the status',
	});
	t.regex(
		scheduler.statuses[0] ?? '',
		/scratch folder \/dev\/null\/scratch on here cannot be used/v,
	);
});
