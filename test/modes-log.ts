import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {createFarmKey, toJoinCode} from '../source/net/key.js';
import {createLogFile} from '../source/modes/log-file.js';
import {createLog} from '../source/modes/log.js';
import {notifySystemd} from '../source/modes/notify-ready.js';

const makeFolder = async (t: ExecutionContext): Promise<string> => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-test-'));
	t.teardown(async () => {
		await fs.rm(folder, {recursive: true});
	});
	return folder;
};

const makeLog = (
	folder: string,
	{
		isTTY = false,
		isColoured = false,
		files = true,
		level = 'info' as const,
	} = {},
) => {
	const lines: string[] = [];
	const log = createLog({
		name: 'scheduler',
		settings: {level, files, file_limit: 1_000_000, file_count: 3},
		folder,
		stderr: {
			isTTY,
			write(text) {
				lines.push(text);
			},
		},
		isColoured,
	});
	return {log, lines};
};

test('an entry is one plain line, the same on standard error and in the file', async (t) => {
	const folder = path.join(await makeFolder(t), 'state', 'log');
	const {log, lines} = makeLog(folder);
	log.logger.warn({worker: 'node 07', tasks: 3}, 'left\nin a hurry');
	log.logger.debug('not said');
	log.close();
	t.is(lines.length, 1);
	t.regex(
		lines[0] ?? '',
		/^\d{4}-\d\d-\d\dT[\d.:]+Z warn {2}left in a hurry worker="node 07" tasks=3\n$/v,
	);
	const file = path.join(folder, 'scheduler.log');
	t.is(log.file, file);
	t.is(await fs.readFile(file, 'utf8'), lines.join(''));
	const {mode} = await fs.stat(file);
	t.is(mode % 0o1000, 0o600);
});

test('a terminal gets the time of day, and colour only where it may', async (t) => {
	const folder = await makeFolder(t);
	const plain = makeLog(folder, {isTTY: true, files: false});
	plain.log.logger.info('started');
	t.regex(plain.lines[0] ?? '', /^\d\d:\d\d:\d\d info {2}started\n$/v);
	const coloured = makeLog(folder, {
		isTTY: true,
		isColoured: true,
		files: false,
	});
	coloured.log.logger.error('failed');
	t.true(coloured.lines[0]?.includes('\u{1B}[31merror\u{1B}[0m failed'));
	t.deepEqual(await fs.readdir(folder), []);
});

test('keys, tokens and passwords never get into a log', async (t) => {
	const folder = await makeFolder(t);
	const {log, lines} = makeLog(folder);
	const code = toJoinCode(createFarmKey());
	log.logger.info(
		{token: 'hidden1', peer: {key: 'hidden2', password: 'hidden3'}, text: code},
		`got ${code} and ${code.toLowerCase()} from postgres://anna:hidden4@db/farm`,
	);
	log.logger.error({error: new Error(`bad code ${code}`)}, 'refused');
	const all = lines.join('');
	t.notRegex(all, /hidden\d/v, all);
	t.false(all.toUpperCase().includes(code.slice(5, 30).toUpperCase()), all);
	t.true(all.includes('postgres://anna:[secret]@db/farm'));
	t.true(all.includes('error="bad code full-[secret]"'));
});

test('the level can be changed while it runs', async (t) => {
	const {log, lines} = makeLog(await makeFolder(t));
	log.logger.level = 'debug';
	log.logger.debug('now');
	t.is(lines.length, 1);
});

test('an error is told with what caused it', async (t) => {
	const {log, lines} = makeLog(await makeFolder(t));
	const error = new Error('It failed.', {cause: new Error('No reason.')});
	log.logger.error({error}, 'oh');
	t.true(lines[0]?.includes('error="It failed. (No reason.)"'));
});

test('a folder that cannot be written leaves standard error, and one warning', async (t) => {
	const folder = await makeFolder(t);
	await fs.writeFile(path.join(folder, 'log'), '');
	const {log, lines} = makeLog(path.join(folder, 'log'));
	t.is(log.warnings.length, 1);
	t.regex(
		log.warnings[0] ?? '',
		/no log files are written: .* a file is in the way/v,
	);
	t.is(log.file, undefined);
	log.logger.info('still here');
	t.is(lines.length, 1);
	log.close();
});

test('a log is ready within ten milliseconds', async (t) => {
	const folder = await makeFolder(t);
	const times: number[] = [];
	for (let count = 0; count < 5; count++) {
		const start = performance.now();
		const {log} = makeLog(folder);
		times.push(performance.now() - start);
		log.close();
	}

	t.true(Math.min(...times) < 10, times.join(' '));
});

const openFile = (t: ExecutionContext, folder: string, count = 3) => {
	const opened = createLogFile({folder, name: 'worker-a/b', limit: 100, count});
	if (opened.kind === 'refused') {
		throw new Error(opened.reason);
	}

	t.teardown(opened.file.close);
	return opened.file;
};

test('a file that is full is put aside, and only so many are kept', async (t) => {
	const folder = await makeFolder(t);
	const file = openFile(t, folder);
	for (let index = 0; index < 20; index++) {
		file.write(`${String(index).padStart(2, '0')} ${'x'.repeat(36)}\n`);
	}

	const names = await fs.readdir(folder);
	t.deepEqual(names.toSorted(), [
		'worker-a_b.1.log',
		'worker-a_b.2.log',
		'worker-a_b.log',
	]);
	const firsts = await Promise.all(
		['worker-a_b.2.log', 'worker-a_b.1.log', 'worker-a_b.log'].map(
			async (name) => {
				const text = await fs.readFile(path.join(folder, name), 'utf8');
				t.true(text.length <= 100);
				return text.match(/^\d\d/gmv);
			},
		),
	);
	t.deepEqual(firsts, [
		['14', '15'],
		['16', '17'],
		['18', '19'],
	]);
});

test('with one file allowed, it begins anew', async (t) => {
	const folder = await makeFolder(t);
	const file = openFile(t, folder, 1);
	file.write(`${'a'.repeat(99)}\n`);
	file.write('second\n');
	t.deepEqual(await fs.readdir(folder), ['worker-a_b.log']);
	t.is(await fs.readFile(file.path, 'utf8'), 'second\n');
});

test('a line longer than the limit is written all the same', async (t) => {
	const file = openFile(t, await makeFolder(t));
	file.write(`${'a'.repeat(500)}\n`);
	const {size} = await fs.stat(file.path);
	t.is(size, 501);
});

test('two that write the same file lose no line when one puts it aside', async (t) => {
	const folder = await makeFolder(t);
	const first = openFile(t, folder, 50);
	const second = openFile(t, folder, 50);
	for (let index = 0; index < 40; index++) {
		first.write(`first ${index} ${'x'.repeat(20)}\n`);
		second.write(`second ${index} ${'x'.repeat(20)}\n`);
	}

	const names = await fs.readdir(folder);
	const texts = await Promise.all(
		names.map(async (name) => fs.readFile(path.join(folder, name), 'utf8')),
	);
	const all = texts.join('');
	for (let index = 0; index < 40; index++) {
		t.true(all.includes(`first ${index} `), `first ${index}`);
		t.true(all.includes(`second ${index} `), `second ${index}`);
	}
});

test('a file that was taken away is made again at the next turn', async (t) => {
	const folder = await makeFolder(t);
	const file = openFile(t, folder);
	file.write(`${'a'.repeat(90)}\n`);
	await fs.rm(file.path);
	file.write('after a while\n');
	t.is(await fs.readFile(file.path, 'utf8'), 'after a while\n');
});

test('where systemd did not start it, nothing is told and nothing is run', async (t) => {
	t.is(await notifySystemd('ready', {PATH: '/nowhere'}), undefined);
	t.is(
		await notifySystemd('ready', {NOTIFY_SOCKET: '', PATH: '/nowhere'}),
		undefined,
	);
});

test('without systemd-notify a daemon goes on, and says what hindered it', async (t) => {
	t.regex(
		(await notifySystemd('ready', {
			NOTIFY_SOCKET: '/run/none',
			PATH: await makeFolder(t),
		})) ?? '',
		/^systemd was not told that this is ready: /v,
	);
});

test('systemd is told by systemd-notify, with whom it concerns', async (t) => {
	const folder = await makeFolder(t);
	const program = path.join(folder, 'systemd-notify');
	await fs.writeFile(
		program,
		`#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> '${folder}/told'\n`,
		{mode: 0o755},
	);
	const environment = {
		NOTIFY_SOCKET: '/run/a-socket',
		PATH: `${folder}:${process.env['PATH'] ?? ''}`,
	};
	t.is(await notifySystemd('ready', environment), undefined);
	t.is(await notifySystemd('stopping', environment), undefined);
	t.is(
		await fs.readFile(path.join(folder, 'told'), 'utf8'),
		`/run/a-socket MAINPID=${process.pid} READY=1\n/run/a-socket MAINPID=${process.pid} STOPPING=1\n`,
	);
});

test('a bundle of the log works on its own', async (t) => {
	const folder = await makeFolder(t);
	const entry = path.resolve('source/modes/log.ts');
	const bundle = path.join(folder, 'bundle.mjs');
	const {build} = await import('esbuild');
	await build({
		stdin: {
			contents: `import {createLog} from ${JSON.stringify(entry)};
				const log = createLog({name: 'x', settings: {level: 'info', files: true, file_limit: 1000, file_count: 2}, folder: ${JSON.stringify(folder)}, stderr: process.stderr, isColoured: false});
				log.logger.info('from a bundle');
				log.close();`,
			resolveDir: process.cwd(),
		},
		bundle: true,
		platform: 'node',
		format: 'esm',
		outfile: bundle,
		banner: {
			js: "import {createRequire} from 'node:module'; const require = createRequire(import.meta.url);",
		},
		logLevel: 'silent',
	});
	const {stderr} = await execa(process.execPath, [bundle], {
		stripFinalNewline: false,
	});
	t.regex(stderr, / info {2}from a bundle\n$/v);
	t.is(await fs.readFile(path.join(folder, 'x.log'), 'utf8'), stderr);
});
