import {spawn} from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {taskId} from '../source/core/ids.js';
import {cannedTask, startCannedScheduler} from './helpers/canned-scheduler.js';
import {until} from './helpers/until.js';

/** `lifeblood connect WORDS` as a process, with a home where nothing is. */
const startConnect = async (
	t: ExecutionContext,
	words: readonly string[],
): Promise<{
	readonly write: (text: string) => void;
	readonly close: () => void;
	readonly lines: () => readonly string[];
	readonly stderr: () => string;
	readonly ended: Promise<number>;
}> => {
	const home = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-connect-'));
	const child = spawn(
		process.execPath,
		['--import=tsx', 'source/cli.ts', 'connect', ...words],
		{env: {PATH: process.env['PATH'], HOME: home}},
	);
	let stdout = '';
	let stderr = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		stdout += text;
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		stderr += text;
	});
	const ended = new Promise<number>((resolve) => {
		child.once('close', (code) => {
			resolve(code ?? -1);
		});
	});
	t.teardown(async () => {
		child.kill('SIGKILL');
		await ended;
		await fs.rm(home, {recursive: true});
	});
	child.stdin.on('error', () => undefined);
	return {
		write(text) {
			child.stdin.write(text);
		},
		close() {
			child.stdin.end();
		},
		lines: () => stdout.split('\n').slice(0, -1),
		stderr: () => stderr,
		ended,
	};
};

const request = (id: unknown, method: string, params: unknown = {}): string =>
	`${JSON.stringify({jsonrpc: '2.0', id, method, params})}\n`;

const anyone = ['--insecure', '--scheduler'];

test.serial(
	'requests go to the scheduler as they are, and its lines are printed as they are',
	async (t) => {
		const scheduler = await startCannedScheduler({
			'task.get': ({id}) => cannedTask(Number(id), {name: 'ü'}),
		});
		t.teardown(scheduler.stop);
		const connect = await startConnect(t, [...anyone, scheduler.address]);
		connect.write(request(1, 'task.get', {id: 7}));
		connect.write('\n');
		connect.write(request('two', 'task.get', {id: 'x'}));
		connect.write(request(3, 'no.such.method').trimEnd());
		connect.close();
		t.is(await connect.ended, 0, `It said: ${connect.stderr()}`);
		t.is(connect.stderr(), '');
		const answers = new Map(
			connect.lines().map((line) => {
				const answer = JSON.parse(line) as Record<string, unknown>;
				return [answer['id'], answer];
			}),
		);
		t.is(answers.size, 3);
		t.like(answers.get(1), {jsonrpc: '2.0', result: {id: 7, name: 'ü'}});
		t.like(answers.get('two'), {error: {code: -32_602}});
		t.like(answers.get(3), {error: {code: -32_601}});
		t.deepEqual(scheduler.calls, [{name: 'task.get', params: {id: taskId(7)}}]);
	},
);

test.serial(
	'it ends with its input, after the answers that are still to come',
	async (t) => {
		const gate = Promise.withResolvers<void>();
		const scheduler = await startCannedScheduler({
			async 'task.wait'() {
				await gate.promise;
				return {at_rest: true, errors: 0, live: 0};
			},
			'task.get': ({id}) => cannedTask(Number(id)),
		});
		t.teardown(scheduler.stop);
		const connect = await startConnect(t, [...anyone, scheduler.address]);
		connect.write(request(1, 'task.wait', {ids: [1]}));
		connect.write(request(1, 'task.get', {id: 1}));
		connect.close();
		await until(() => (connect.lines().length === 1 ? true : undefined), {
			what: 'the first answer',
			within: 20_000,
		});
		gate.resolve();
		t.is(await connect.ended, 0, `It said: ${connect.stderr()}`);
		t.is(connect.lines().length, 2);
	},
);

test.serial(
	'it stays connected while nothing is said, and prints what the scheduler tells on its own',
	async (t) => {
		const scheduler = await startCannedScheduler(
			{
				async watch(_, {peer}) {
					// Longer than a silent connection lives.
					await delay(3000);
					peer.notify('watch.update', {watch: 1, rows: [{a: 1}]});
					return {watch: 1, snapshot: {}};
				},
			},
			{pingAfterMs: 100, closeAfterMs: 2000},
		);
		t.teardown(scheduler.stop);
		const connect = await startConnect(t, [...anyone, scheduler.address]);
		connect.write(request(1, 'watch', {what: 'tasks'}));
		connect.close();
		t.is(await connect.ended, 0, `It said: ${connect.stderr()}`);
		t.deepEqual(
			connect.lines().map((line) => JSON.parse(line) as unknown),
			[
				{
					jsonrpc: '2.0',
					method: 'watch.update',
					params: {watch: 1, rows: [{a: 1}]},
				},
				{jsonrpc: '2.0', id: 1, result: {watch: 1, snapshot: {}}},
			],
		);
	},
);

test.serial(
	'a line that is no request is answered here, costs nothing else, and makes the exit status 2',
	async (t) => {
		const scheduler = await startCannedScheduler({
			'task.get': ({id}) => cannedTask(Number(id)),
		});
		t.teardown(scheduler.stop);
		const connect = await startConnect(t, [...anyone, scheduler.address]);
		connect.write('tasks?\n');
		connect.write('{"jsonrpc":"2.0","id":1,"result":{}}\n');
		connect.write('{"id":5,"method":"task.get"}\n');
		connect.write(request(2, 'task.get', {id: 7}));
		connect.close();
		t.is(await connect.ended, 2, `It said: ${connect.stderr()}`);
		const codes = connect.lines().map((line) => {
			const {error} = JSON.parse(line) as {error?: {code: number}};
			return error?.code;
		});
		t.deepEqual(codes, [-32_700, -32_600, -32_600, undefined]);
		t.regex(
			connect.stderr(),
			/^lifeblood: line 1 was not sent: This is not JSON/v,
		);
	},
);

test.serial(
	'no scheduler, or one that goes away, is exit status 3; no key is 4',
	async (t) => {
		const scheduler = await startCannedScheduler({});
		t.teardown(scheduler.stop);
		const {address} = scheduler;
		const cut = await startConnect(t, [...anyone, address]);
		await until(() => (scheduler.connections.size === 1 ? true : undefined), {
			what: 'the connection',
			within: 20_000,
		});
		const keyless = await startConnect(t, ['--scheduler', address]);
		t.is(await keyless.ended, 4, `It said: ${keyless.stderr()}`);
		await scheduler.stop();
		t.is(await cut.ended, 3, `It said: ${cut.stderr()}`);
		t.regex(cut.stderr(), /^lifeblood: [^\n]+\n$/v);
		const alone = await startConnect(t, [...anyone, address]);
		t.is(await alone.ended, 3, `It said: ${alone.stderr()}`);
	},
);
