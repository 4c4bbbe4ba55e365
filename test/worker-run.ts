import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {until} from './helpers/until.js';
import {workerFarm} from './helpers/worker-farm.js';

const shell = (script: string): readonly string[] => ['/bin/sh', '-c', script];

test('a process runs, its exit code is told, and its log goes to the scheduler', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const answer = await scheduler.run(
		1,
		shell('echo out; echo err >&2; exit 3'),
	);
	t.is(answer.kind, 'running');
	const {outcome, measures} = await scheduler.end(1);
	t.deepEqual(outcome, {kind: 'exited', exit_code: 3});
	t.is(measures.log_bytes, 8);
	t.true(measures.finished_at >= measures.started_at);
	const log = await until(() => scheduler.logs.get(1), {what: 'the log'});
	t.is(log.toString(), 'out\nerr\n');
	await until(
		() =>
			fs.readdirSync(path.join(folder, 'state/tester/invocations')).length === 0
				? true
				: undefined,
		{what: 'the record to go'},
	);
	await until(
		() =>
			['attributes', 'logs/0'].every(
				(place) =>
					fs.readdirSync(path.join(folder, 'state/tester', place)).length === 0,
			)
				? true
				: undefined,
		{what: 'its files to go'},
	);
});

test('what an invocation had in its files is not seen by the next', async (t) => {
	const {scheduler, worker} = await workerFarm(t);
	worker();
	for (let invocation = 1; invocation <= 5; invocation++) {
		/* eslint-disable no-await-in-loop -- one after the other, so that files are used again */
		const text = 'x'.repeat(100 - invocation);
		await scheduler.run(
			invocation,
			shell('cat "$LIFEBLOOD_ATTRIBUTES"; stat -c %a "$LIFEBLOOD_ATTRIBUTES"'),
			{attributes: {text}},
		);
		t.deepEqual((await scheduler.end(invocation)).outcome, {
			kind: 'exited',
			exit_code: 0,
		});
		const log = await until(() => scheduler.logs.get(invocation), {
			what: 'the log',
		});
		t.is(log.toString(), `{"text":"${text}"}600\n`);
		/* eslint-enable no-await-in-loop */
	}
});

for (const signal of ['KILL', 'TERM', 'SEGV', 'INT', 'PIPE', 'USR1', 'HUP']) {
	test(`a process that ${signal} ends is told as signalled`, async (t) => {
		const {scheduler, worker} = await workerFarm(t);
		worker();
		await scheduler.run(1, shell(`kill -${signal} $$; sleep 5`));
		const {outcome} = await scheduler.end(1);
		t.deepEqual(outcome, {kind: 'signalled', signal: `SIG${signal}`});
	});
}

test('an exit code over 128 is no signal', async (t) => {
	const {scheduler, worker} = await workerFarm(t);
	worker();
	await Promise.all([
		scheduler.run(1, shell('exit 137')),
		scheduler.run(2, shell('exit 143')),
		scheduler.run(3, shell('exit 255')),
	]);
	const outcomes = [
		(await scheduler.end(1)).outcome,
		(await scheduler.end(2)).outcome,
		(await scheduler.end(3)).outcome,
	];
	t.deepEqual(outcomes, [
		{kind: 'exited', exit_code: 137},
		{kind: 'exited', exit_code: 143},
		{kind: 'exited', exit_code: 255},
	]);
});

test('what cannot be started says why, names the program, and leaves nothing behind', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const script = path.join(folder, 'script');
	fs.writeFileSync(script, '#!/no/such/interpreter\n', {mode: 0o755});
	const plain = path.join(folder, 'plain');
	fs.writeFileSync(plain, 'text', {mode: 0o644});
	const message = async (
		invocation: number,
		...rest: [readonly string[], Parameters<typeof scheduler.run>[2]?]
	): Promise<string> => {
		const answer = await scheduler.run(invocation, ...rest);
		return answer.kind === 'running'
			? `it runs: ${answer.pid}`
			: answer.message;
	};

	t.regex(
		await message(1, ['no-such-program']),
		/"no-such-program" was not found\. PATH is "/v,
	);
	t.regex(
		await message(2, [script]),
		/script for \/no\/such\/interpreter, which is not there/v,
	);
	t.regex(
		await message(3, ['./nothing']),
		/"\.\/nothing" cannot be run: .* is not there/v,
	);
	t.regex(await message(4, [folder]), /is a folder/v);
	t.regex(
		await message(5, ['true'], {cwd: '/no/such/folder'}),
		/working folder "\/no\/such\/folder" is not there/v,
	);
	t.regex(
		await message(6, ['true'], {
			task_environment: {resolver: 'nix', arguments: {}},
		}),
		/no environment resolver "nix"/v,
	);
	t.regex(
		await message(7, ['true', 'x'.repeat(300_000)]),
		/larger than the system takes/v,
	);
	t.regex(await message(8, ['true', 'a\0b']), /zero byte/v);
	t.regex(
		await message(9, ['true'], {files: {'../evil': 'x'}}),
		/must be a relative path/v,
	);
	t.regex(await message(10, [plain]), /is not executable/v);
	await until(
		() =>
			['invocations', 'attributes', 'files'].every(
				(place) =>
					fs.readdirSync(path.join(folder, 'state/tester', place)).length === 0,
			)
				? true
				: undefined,
		{what: 'its files to go'},
	);
	t.deepEqual(scheduler.finished, []);
});

test('arguments reach the program as they are, and no shell reads them', async (t) => {
	const {scheduler, worker} = await workerFarm(t);
	worker();
	const hostile = [
		'$(touch /tmp/owned)',
		'`id`',
		"it's",
		'"; exit 9; "',
		'a\nb',
		'',
		'*',
		'-e',
		'\\',
		'ünï',
	];
	await scheduler.run(1, ['printf', '[%s]', ...hostile]);
	t.deepEqual((await scheduler.end(1)).outcome, {kind: 'exited', exit_code: 0});
	const log = await until(() => scheduler.logs.get(1), {what: 'the log'});
	t.is(log.toString(), hostile.map((argument) => `[${argument}]`).join(''));
});

test('a process sees its attributes, its files, its ids and a fresh working folder', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	await scheduler.run(
		7,
		[
			...shell(
				'cat :/a.txt "$1" "$LB_EF_ROOT/deep/b.txt"; echo; echo "$LBATTR_name $LBATTR_frame $LBATTR_on [$LBATTR__hidden] [$LBATTR_list] $LIFEBLOOD_RUNTIME_IID $LIFEBLOOD_RUNTIME_TID $EXTRA $FROM_WORKER $FROM_TASK"; cat "$LIFEBLOOD_ATTRIBUTES"; echo; pwd; ls -A | wc -l',
			),
			'sh',
			':/a.txt',
		].map((argument) => argument.replace('cat :/a.txt', 'cat')),
		{
			attributes: {
				name: 'x y',
				frame: 4,
				on: true,
				_hidden: 'no',
				list: [1],
				'not-a-name': 'z',
			},
			files: {'a.txt': 'A', 'deep/b.txt': 'B'},
			task_environment: {resolver: 'trivial', arguments: {FROM_TASK: 'task'}},
		},
	);
	t.deepEqual((await scheduler.end(7)).outcome, {kind: 'exited', exit_code: 0});
	const log = await until(() => scheduler.logs.get(7), {what: 'the log'});
	const lines = log.toString().split('\n');
	t.is(lines[0], 'AB');
	t.is(lines[1], 'x y 4 true [] [] 7 1007  yes task');
	t.is(
		lines[2],
		'{"name":"x y","frame":4,"on":true,"_hidden":"no","list":[1],"not-a-name":"z"}',
	);
	t.is(path.dirname(lines[3] ?? ''), path.join(folder, 'scratch'));
	t.is(lines[4]?.trim(), '0');
	await until(
		() =>
			fs.existsSync(path.join(folder, 'state/tester/files/7'))
				? undefined
				: true,
		{what: 'the files to go'},
	);
});

test('a working folder is empty at first, whatever was done in one before, and all are gone with the worker', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	const {ended} = worker();
	for (let invocation = 1; invocation <= 6; invocation++) {
		/* eslint-disable no-await-in-loop -- one after the other, so that folders are used again */
		await scheduler.run(
			invocation,
			shell(`ls -A | wc -l; [ $((${invocation} % 2)) = 0 ] || touch left`),
		);
		await scheduler.end(invocation);
		const log = await until(() => scheduler.logs.get(invocation), {
			what: 'the log',
		});
		t.is(log.toString().trim(), '0');
		/* eslint-enable no-await-in-loop */
	}

	await scheduler.stopWorker(false);
	await ended;
	await until(
		() =>
			fs.readdirSync(path.join(folder, 'scratch')).length === 0
				? true
				: undefined,
		{what: 'the folders to go'},
	);
});

test('a process has its own session, and nothing to read', async (t) => {
	const {scheduler, worker} = await workerFarm(t);
	worker();
	const answer = await scheduler.run(
		1,
		shell(
			'cut -d" " -f5,6 /proc/self/stat; cat; readlink /proc/self/fd/0; trap',
		),
	);
	await scheduler.end(1);
	const log = await until(() => scheduler.logs.get(1), {what: 'the log'});
	const pid = answer.kind === 'running' ? answer.pid : 0;
	t.is(log.toString(), `${pid} ${pid}\n/dev/null\n`);
});

test('the same invocation asked for twice runs once', async (t) => {
	const {scheduler, worker} = await workerFarm(t);
	worker();
	const answers = [
		await scheduler.run(1, shell('echo once; sleep 300')),
		await scheduler.run(1, shell('echo once; sleep 300')),
	];
	t.deepEqual(answers[0], answers[1]);
	await until(
		async () => ((await scheduler.readLog(1)) === '' ? undefined : true),
		{what: 'it to run'},
	);
	await scheduler.cancel(1);
	await scheduler.end(1);
	const log = await until(() => scheduler.logs.get(1), {what: 'the log'});
	t.is(log.toString(), 'once\n');
	t.is(scheduler.finished.length, 1);
});

test('what a process said last of its progress comes with its end, however soon after another', async (t) => {
	const {scheduler, worker} = await workerFarm(t);
	worker();
	const script = `for (const percent of [1, 50, 99.5]) { console.log('ALF_PROGRESS ' + percent + '%'); }
		console.log('openjd_status: writing');`;
	await scheduler.run(1, [process.execPath, '-e', script]);
	const {measures} = await scheduler.end(1);
	t.like(measures, {percent: 99.5, status: 'writing'});
	await scheduler.run(2, ['true']);
	t.false('percent' in (await scheduler.end(2)).measures);
});

test('a log is read while it grows', async (t) => {
	const {scheduler, worker} = await workerFarm(t);
	worker();
	await scheduler.run(1, shell('echo first; sleep 60'));
	await until(
		async () => ((await scheduler.readLog(1)) === 'first\n' ? true : undefined),
		{what: 'the first line'},
	);
	t.is(await scheduler.readLog(1, 3), 'st\n');
	t.is(await scheduler.readLog(99), '');
	await scheduler.cancel(1);
	t.deepEqual((await scheduler.end(1)).outcome, {kind: 'cancelled'});
});

test('logs go straight into the folder that scheduler and worker share', async (t) => {
	const shared = fs.mkdtempSync('/tmp/lifeblood-shared-');
	fs.writeFileSync(path.join(shared, 'probe'), 'hello');
	t.teardown(() => {
		fs.rmSync(shared, {recursive: true});
	});
	const {scheduler, worker} = await workerFarm(t, {
		logFolder: {path: shared, probe: 'probe', content: 'hello'},
	});
	worker();
	await scheduler.run(1234, shell('echo here'));
	await scheduler.end(1234);
	t.is(fs.readFileSync(path.join(shared, '1/1234.log'), 'utf8'), 'here\n');
	t.is(scheduler.logs.size, 0);
});

test('a folder with another probe is not shared', async (t) => {
	const other = fs.mkdtempSync('/tmp/lifeblood-other-');
	fs.writeFileSync(path.join(other, 'probe'), 'another farm');
	t.teardown(() => {
		fs.rmSync(other, {recursive: true});
	});
	const {scheduler, worker} = await workerFarm(t, {
		logFolder: {path: other, probe: 'probe', content: 'hello'},
	});
	worker();
	await scheduler.run(1, shell('echo here'));
	await until(() => scheduler.logs.get(1), {what: 'the log to be uploaded'});
	t.deepEqual(fs.readdirSync(other), ['probe']);
});

test('memory and CPU time are measured', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const over = path.join(folder, 'over');
	await scheduler.run(1, [
		process.execPath,
		'-e',
		`const b = Buffer.alloc(150e6, 1); let n = 0; while (process.cpuUsage().user < 5e5) for (let i = 0; i < 1e6; i++) n += i;
		while (!require('node:fs').existsSync(${JSON.stringify(over)})) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
		console.log(b.length, n)`,
	]);
	await until(
		() =>
			scheduler.progress.some(
				({peak_memory_bytes: peak, cpu_s: cpu}) =>
					(peak ?? 0) > 150e6 && (cpu ?? 0) > 0.3,
			) || undefined,
		{what: 'what it has used', within: 30_000},
	);
	fs.writeFileSync(over, '');
	const {measures} = await scheduler.end(1);
	t.true((measures.peak_memory_bytes ?? 0) > 150e6);
	t.true((measures.cpu_s ?? 0) > 0.3);
});
