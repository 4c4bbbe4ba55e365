import {Buffer} from 'node:buffer';
import test from 'ava';
import stringWidth from 'string-width';
import {FarmError} from '../source/core/errors.js';
import {
	cannedInvocation,
	cannedTask,
	startCannedScheduler,
} from './helpers/canned-scheduler.js';
import {runCommand, statusOf, stdoutOf} from './helpers/run-command.js';

const at = (address: string): string[] => [
	'--scheduler',
	address,
	'--insecure',
];

test('a list asks page after page until it has as many as were wanted', async (t) => {
	const scheduler = await startCannedScheduler({
		'task.list': ({after, limit}) => ({
			tasks: Array.from({length: Math.min(limit, 10_000)}, (_, index) =>
				cannedTask(after + index + 1),
			),
			more: true,
		}),
	});
	const {status, stdout, stderr} = await runCommand([
		...at(scheduler.address),
		'task',
		'list',
		'--limit',
		'10003',
		'--json',
		'--state',
		'ready,error',
	]);
	t.is(status, 0);
	const tasks = JSON.parse(stdout) as Array<{id: number}>;
	t.is(tasks.length, 10_003);
	t.is(tasks.at(-1)?.id, 10_003);
	t.regex(stderr, /go on with --after 10003/v);
	t.deepEqual(
		scheduler.calls.map(
			({params}) => (params as {after: number; limit: number}).after,
		),
		[0, 10_000],
	);
	t.like(scheduler.calls[0]?.params, {
		filter: {states: ['ready', 'error'], dead: false},
	});
	await scheduler.stop();
});

test('a list fits into 80 columns, however long the names are, and never cuts a number', async (t) => {
	const scheduler = await startCannedScheduler({
		'task.list': () => ({
			tasks: [
				cannedTask(1_234_567, {
					name: 'x'.repeat(200),
					node: 'n'.repeat(60),
					groups: ['g'.repeat(99)],
					state: 'post_waiting_blocked',
					paused: true,
					progress: 37.5,
				}),
			],
			more: false,
		}),
	});
	const {stdout} = await runCommand(
		[...at(scheduler.address), 'task', 'list'],
		{columns: 80},
	);
	const lines = stdout.trimEnd().split('\n');
	t.is(lines.length, 2);
	t.true(
		lines.every((line) => stringWidth(line) <= 80),
		`It said: ${stdout}`,
	);
	t.regex(lines[1]!, /^1234567 .*post_waiting_blocked, paused .* 38% /v);
	await scheduler.stop();
});

test('no ids and no --all means no task, and both mean none either', async (t) => {
	for (const words of [
		['task', 'kill'],
		['task', 'kill', '--all'],
		['task', 'kill', '--group', 'a'],
		['task', 'kill', '3', '--all', '--group', 'a'],
		['task', 'kill', 'x'],
		['task', 'move', '3'],
		['task', 'force', '3'],
		['task', 'force', '3', '--state', 'in_progress'],
	]) {
		const {status, stderr} = await runCommand(words); // eslint-disable-line no-await-in-loop -- one after the other
		t.is(status, 2, words.join(' '));
		t.is(stderr.trimEnd().split('\n').length, 1, `It said: ${stderr}`);
	}
});

test('a selection is sent as a filter, and ids as ids', async (t) => {
	const scheduler = await startCannedScheduler({
		'task.act': () => ({changed: 2, skipped: []}),
		'task.move': () => ({changed: 1, skipped: []}),
		'task.force': () => ({changed: 1, skipped: []}),
	});
	const flags = at(scheduler.address);
	t.is(
		await stdoutOf([
			'task',
			'retry',
			...flags,
			'--all',
			'--node',
			'render',
			'--state',
			'error',
		]),
		'2 tasks tried again\n',
	);
	await runCommand(['task', 'move', ...flags, '5', '--to', 'end']);
	await runCommand([
		'task',
		'force',
		...flags,
		'--all',
		'--group',
		'g',
		'--from-state',
		'error',
		'--state',
		'done',
	]);
	t.like(scheduler.calls[0]?.params, {
		action: 'retry',
		select: {filter: {node: 'render', states: ['error']}},
	});
	t.like(scheduler.calls[1]?.params, {to: 'end', select: {ids: [5]}});
	t.like(scheduler.calls[2]?.params, {
		state: 'done',
		select: {filter: {group: 'g', states: ['error']}},
	});
	t.true(
		scheduler.calls.every(
			({params}) =>
				typeof (params as {request_id: unknown}).request_id === 'string',
		),
	);
	await scheduler.stop();
});

test('a task that was named and not changed is told, and the command did not work', async (t) => {
	const scheduler = await startCannedScheduler({
		'task.act': () => ({
			changed: 1,
			skipped: [{id: 7, reason: 'it is dead'}],
		}),
	});
	const {status, stdout, stderr} = await runCommand([
		'task',
		'cancel',
		...at(scheduler.address),
		'6',
		'7',
	]);
	t.is(status, 1);
	t.is(stdout, '1 task cancelled\n');
	t.is(stderr, 'lifeblood: task 7: it is dead\n');
	t.is(
		await statusOf([
			'task',
			'cancel',
			...at(scheduler.address),
			'--all',
			'--group',
			'g',
		]),
		0,
	);
	await scheduler.stop();
});

test('what a scheduler refuses is one line and its exit status', async (t) => {
	const scheduler = await startCannedScheduler({
		'task.get'() {
			throw new FarmError('NOT_FOUND', 'There is no task 99.');
		},
		'task.invocations': () => ({invocations: []}),
	});
	const {status, stdout, stderr} = await runCommand([
		'task',
		'show',
		...at(scheduler.address),
		'99',
	]);
	t.is(status, 2);
	t.is(stdout, '');
	t.is(stderr, 'lifeblood: There is no task 99.\n');
	await scheduler.stop();
});

test('waiting ends with 1 where a task is in error or the time is over', async (t) => {
	const results = [
		{at_rest: true, errors: 0, live: 0},
		{at_rest: true, errors: 2, live: 0},
		{at_rest: false, errors: 0, live: 1},
	];
	const scheduler = await startCannedScheduler({
		'task.wait': () => results.shift()!,
	});
	const wait = async () =>
		runCommand([
			'task',
			'wait',
			...at(scheduler.address),
			'3',
			'--timeout',
			'5',
		]);
	const good = await wait();
	t.is(good.status, 0);
	const failed = await wait();
	t.is(failed.status, 1);
	t.regex(failed.stderr, /2 tasks in error/v);
	const late = await wait();
	t.is(late.status, 1);
	t.regex(late.stderr, /1 task is not at rest/v);
	await scheduler.stop();
});

test('waiting goes on where the scheduler goes away and comes back', async (t) => {
	let asked = 0;
	const scheduler = await startCannedScheduler({
		async 'task.wait'(_, {peer}) {
			asked += 1;
			if (asked === 1) {
				peer.close('A restart.');
				await peer.closed;
			}

			return {at_rest: true, errors: 0, live: 0};
		},
	});
	const {status, stderr} = await runCommand([
		'task',
		'wait',
		...at(scheduler.address),
		'3',
	]);
	t.is(status, 0, `It said: ${stderr}`);
	t.is(asked, 2);
	t.regex(stderr, /trying again\nlifeblood: connected to .* again/v);
	await scheduler.stop();
});

/** A log that can grow. */
const startLog = async (text: string) => {
	const log = {bytes: Buffer.from(text), isComplete: false};
	const watchers: Array<(size: number) => void> = [];
	const scheduler = await startCannedScheduler({
		'task.invocations': () => ({
			invocations: [cannedInvocation(8, 3), cannedInvocation(9, 3)],
		}),
		'log.read'({offset, limit}) {
			const start =
				offset < 0 ? Math.max(0, log.bytes.length + offset) : offset;
			return {
				data: log.bytes.subarray(start, start + limit).toString('base64'),
				offset: start,
				size: log.bytes.length,
				complete: log.isComplete,
			};
		},
		watch(_, {peer}) {
			watchers.push((size) => {
				peer.notify('watch.update', {
					watch: 1,
					rows: [{size, complete: log.isComplete}],
				});
			});
			return {watch: 1, snapshot: {}};
		},
		unwatch: () => ({}),
	});
	return {
		scheduler,
		grow(more: string, isComplete = false) {
			log.bytes = Buffer.concat([log.bytes, Buffer.from(more)]);
			log.isComplete = isComplete;
			for (const tell of watchers) {
				tell(log.bytes.length);
			}
		},
	};
};

test('the log of the last invocation is printed as it is', async (t) => {
	const {scheduler} = await startLog('a\nü\u{1B}[31m\n');
	t.is(
		await stdoutOf(['task', 'log', ...at(scheduler.address), '3']),
		'a\nü\u{1B}[31m\n',
	);
	t.like(scheduler.calls[1]?.params, {invocation: 9});
	await runCommand([
		'task',
		'log',
		...at(scheduler.address),
		'3',
		'--invocation',
		'8',
	]);
	t.like(scheduler.calls[3]?.params, {invocation: 8});
	t.is(
		await statusOf([
			'task',
			'log',
			...at(scheduler.address),
			'3',
			'--invocation',
			'7',
		]),
		2,
	);
	await scheduler.stop();
});

test('the last lines are found in logs of any size, with and without a last line break', async (t) => {
	const long = Array.from({length: 30_000}, (_, index) => `line ${index}`).join(
		'\n',
	);
	for (const [text, tail, expected] of [
		['a\nb\nc\n', '2', 'b\nc\n'],
		['a\nb\nc', '2', 'b\nc'],
		['a\nb\n', '5', 'a\nb\n'],
		['a\n\n\n', '2', '\n\n'],
		['a\n', '0', ''],
		['', '3', ''],
		[long, '2', 'line 29998\nline 29999'],
		[long, '20000', long.split('\n').slice(-20_000).join('\n')],
	] as const) {
		/* eslint-disable no-await-in-loop -- one after the other */
		const {scheduler} = await startLog(text);
		const {stdout} = await runCommand([
			'task',
			'log',
			...at(scheduler.address),
			'3',
			'--tail',
			tail,
		]);
		t.true(
			stdout === expected,
			`the last ${tail} of ${JSON.stringify(text.slice(0, 20))}`,
		);
		await scheduler.stop();
		/* eslint-enable no-await-in-loop */
	}
});

test('a followed log is read as it grows, and asks nothing while it does not', async (t) => {
	const {scheduler, grow} = await startLog('one\n');
	const running = runCommand([
		'task',
		'log',
		...at(scheduler.address),
		'3',
		'--follow',
	]);
	const reads = () =>
		scheduler.calls.filter(({name}) => name === 'log.read').length;
	const {until} = await import('./helpers/until.js');
	await until(() => (reads() === 1 ? true : undefined), {
		what: 'the first read',
	});
	grow('two\n');
	await until(() => (reads() === 2 ? true : undefined), {
		what: 'the second read',
	});
	grow('three\n', true);
	const {stdout, status} = await running;
	t.is(status, 0);
	t.is(stdout, 'one\ntwo\nthree\n');
	t.is(reads(), 3);
	t.is(scheduler.calls.at(-1)?.name, 'unwatch');
	await scheduler.stop();
});
