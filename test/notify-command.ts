import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import type {Notification} from '../source/core/notification.js';
import {createCommand} from '../source/notify/command.js';
import {until} from './helpers/until.js';

const news: Notification = {
	id: 'farm-1-x',
	type: 'group_finished',
	timestamp: '2026-01-01T00:00:00.000Z',
	farm: 'test',
	text: 'Group a$(touch b);"c has finished: 2 tasks.',
	data: {group: {name: 'a$(touch b);"c\0'}},
};

const never = new AbortController().signal;

const setUp = async (t: ExecutionContext) => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-command-'));
	t.teardown(async () => {
		await fs.rm(folder, {recursive: true});
	});
	const lines: string[] = [];
	return {
		folder,
		lines,
		command: (
			command: readonly string[],
			{timeoutMs = 20_000}: {readonly timeoutMs?: number} = {},
		) =>
			createCommand({
				command,
				folder,
				environment: {PATH: process.env['PATH'], OWN: 'own'},
				timeoutMs,
				onOutput(line) {
					lines.push(line);
				},
			}),
	};
};

test('a command gets the news on its input and in variables, its arguments as they are, and no shell', async (t) => {
	const {folder, command} = await setUp(t);
	const script = `const fs = require('node:fs');
		fs.writeFileSync('seen.json', JSON.stringify({
			input: JSON.parse(fs.readFileSync(0, 'utf8')), words: process.argv.slice(1), env: process.env,
		}));`;
	const target = command([
		process.execPath,
		'-e',
		script,
		'$HOME',
		'; touch x',
	]);
	t.deepEqual(await target.deliver([news], never), {kind: 'delivered'});
	const seen: unknown = JSON.parse(
		await fs.readFile(path.join(folder, 'seen.json'), 'utf8'),
	);
	t.like(seen, {
		input: news,
		words: ['$HOME', '; touch x'],
		env: {
			OWN: 'own',
			LIFEBLOOD_EVENT: 'group_finished',
			LIFEBLOOD_EVENT_ID: news.id,
			LIFEBLOOD_EVENT_TEXT: news.text,
			LIFEBLOOD_FARM: 'test',
			LIFEBLOOD_GROUP: 'a$(touch b);"c',
			LIFEBLOOD_WORKER: '',
		},
	});
	t.deepEqual(await fs.readdir(folder), ['seen.json']);
});

test('one that ends badly, or is not there, has failed', async (t) => {
	const {command} = await setUp(t);
	t.deepEqual(await command(['false']).deliver([news], never), {
		kind: 'failed',
		reason: 'it ended with exit code 1',
	});
	t.like(await command(['./nothing']).deliver([news], never), {
		kind: 'failed',
		reason: 'it is not there',
	});
	t.deepEqual(
		await command(['sh', '-c', 'kill -9 $$']).deliver([news], never),
		{kind: 'failed', reason: 'it was ended by SIGKILL'},
	);
});

test('one that takes too long is ended with all that it started, whatever they do against it', async (t) => {
	const {folder, command} = await setUp(t);
	const script =
		'trap "" TERM; sleep 1000 & echo $$ $! > pids; while :; do wait; done';
	const target = command(['sh', '-c', script], {timeoutMs: 1000});
	t.deepEqual(await target.deliver([news], never), {
		kind: 'failed',
		reason: 'it took longer than 1 s, and was ended',
	});
	const pids = (await fs.readFile(path.join(folder, 'pids'), 'utf8'))
		.trim()
		.split(' ')
		.map(Number);
	t.is(pids.length, 2);
	for (const pid of pids) {
		// eslint-disable-next-line no-await-in-loop -- in order
		await until(() => (isThere(pid) ? undefined : true), {
			what: `process ${pid} to be gone`,
		});
	}
});

const isThere = (pid: number): boolean => {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
};

test('one that is broken off ends', async (t) => {
	const {folder, command} = await setUp(t);
	const ending = new AbortController();
	const delivery = command(['sh', '-c', 'touch here; sleep 1000']).deliver(
		[news],
		ending.signal,
	);
	await until(
		async () =>
			fs
				.access(path.join(folder, 'here'))
				.then(() => true)
				.catch(() => undefined),
		{what: 'it to run'},
	);
	ending.abort();
	t.deepEqual(await delivery, {
		kind: 'failed',
		reason: 'it was ended by SIGTERM',
	});
});

test('what it says is told by lines, and no more than a part of it', async (t) => {
	const {lines, command} = await setUp(t);
	const target = command([
		'sh',
		'-c',
		String.raw`echo one; echo two >&2; head -c 1000000 /dev/zero | tr "\0" x`,
	]);
	t.deepEqual(await target.deliver([news], never), {kind: 'delivered'});
	t.true(lines.includes('one'));
	t.true(lines.includes('two'));
	t.true(lines.join('').length <= 8192);
});

test('one that leaves something behind, which holds its output open, is not waited for', async (t) => {
	const {folder, command} = await setUp(t);
	const target = command(['sh', '-c', 'sleep 1000 & echo $! > pid']);
	t.deepEqual(await target.deliver([news], never), {kind: 'delivered'});
	process.kill(Number(await fs.readFile(path.join(folder, 'pid'), 'utf8')));
});

test('one that does not read its input is no fault', async (t) => {
	const {command} = await setUp(t);
	const large = {...news, text: 'x'.repeat(1_000_000), data: {}};
	const target = command(['true']);
	// A variable cannot be that large.
	t.like(
		await target.deliver(
			[{...large, text: 'short', data: {text: large.text}}],
			never,
		),
		{
			kind: 'delivered',
		},
	);
});

test('where no more files can be opened it has failed, and nothing else has', async (t) => {
	const module = new URL('../source/notify/command.ts', import.meta.url);
	const script = `import fs from 'node:fs';
		import {createCommand} from ${JSON.stringify(module.href)};
		const target = createCommand({command: ['true'], folder: '/', environment: {}, timeoutMs: 20_000, onOutput() {}});
		const taken = [];
		try {
			for (;;) taken.push(fs.openSync('/dev/null'));
		} catch {}
		const news = ${JSON.stringify(news)};
		const delivery = await target.deliver([news], new AbortController().signal);
		for (const descriptor of taken) fs.closeSync(descriptor);
		console.log(JSON.stringify(delivery));`;
	const {stdout} = await execa('sh', [
		'-c',
		'ulimit -n 64; exec "$@"',
		'sh',
		process.execPath,
		'--import=tsx',
		'--input-type=module',
		'--eval',
		script,
	]);
	t.deepEqual(JSON.parse(stdout), {
		kind: 'failed',
		reason: 'no more files can be opened here',
	});
});
