import {
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rm,
	writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {decode} from 'fast-png';
import {z} from 'zod';
import {program} from './helpers/program.js';
import {until} from './helpers/until.js';

/** A home of its own, so that neither this machine's farms nor another test's are met. */
const temporaryHome = async (t: ExecutionContext): Promise<string> => {
	const home = await mkdtemp(path.join(os.tmpdir(), 'lifeblood-demo-'));
	t.teardown(async () => rm(home, {recursive: true, force: true}));
	return home;
};

// eslint-disable-next-line @typescript-eslint/promise-function-async -- a process that runs, and not only the promise of its end
const lifeblood = (home: string, words: readonly string[]) =>
	execa(program[0], [...program.slice(1), ...words], {
		reject: false,
		extendEnv: false,
		env: {HOME: home, PATH: process.env['PATH'] ?? ''},
		stdin: 'ignore',
	});

const schedulersOf = async (home: string): Promise<number[]> => {
	const folder = path.join(home, '.local', 'state', 'lifeblood', 'run');
	const files = await readdir(folder, {recursive: true}).catch(() => []);
	return files
		.map((file) => /scheduler-(?<pid>\d+)\.json$/v.exec(file)?.groups?.['pid'])
		.filter((pid) => pid !== undefined)
		.map(Number);
};

const isAlive = (pid: number): boolean => {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
};

const summaryShape = z.strictObject({
	frames: z.literal(64),
	seconds: z.number().positive(),
	tasks: z.number(),
	tasks_per_second: z.number().positive(),
	pictures: z.string(),
	contact_sheet: z.string(),
});

test('without a terminal the demo renders every frame and the contact sheet, tells where they are, and leaves nothing running', async (t) => {
	const home = await temporaryHome(t);
	const demo = lifeblood(home, ['demo', '--json']);
	const [scheduler] = await until(
		async () => {
			const pids = await schedulersOf(home);
			return pids.length > 0 ? pids : undefined;
		},
		{what: "the demo's scheduler", within: 30_000},
	);
	const {exitCode, stdout, stderr} = await demo;
	t.is(exitCode, 0, `It said: ${stderr}`);
	const summary = summaryShape.parse(JSON.parse(stdout));
	// The task itself and one for each frame.
	t.is(summary.tasks, 65);
	const pictures = await readdir(summary.pictures);
	t.is(pictures.filter((name) => /^frame\.\d{4}\.png$/v.test(name)).length, 64);
	const sheet = decode(await readFile(summary.contact_sheet));
	t.is(sheet.width, 8 * (160 + 8) + 8);
	t.regex(stderr, /64\/64 frames/v);
	t.true(scheduler !== undefined && !isAlive(scheduler));
	t.deepEqual(await schedulersOf(home), []);
});

test('a demo that is interrupted ends its farm', async (t) => {
	const home = await temporaryHome(t);
	const demo = lifeblood(home, ['demo']);
	const [scheduler] = await until(
		async () => {
			const pids = await schedulersOf(home);
			return pids.length > 0 ? pids : undefined;
		},
		{what: "the demo's scheduler", within: 30_000},
	);
	demo.kill('SIGINT');
	const {exitCode} = await demo;
	t.is(exitCode, 1);
	t.true(scheduler !== undefined && !isAlive(scheduler));
});

test('up runs a scheduler and a worker until it is interrupted', async (t) => {
	const home = await temporaryHome(t);
	const folder = path.join(home, '.config', 'lifeblood', 'scheduler');
	await mkdir(folder, {recursive: true});
	await writeFile(
		path.join(folder, 'config.toml'),
		'[core]\nbroadcast = false\nserver_ip = "127.0.0.1"\nserver_port = 0\nui_ip = "127.0.0.1"\nui_port = 0\n',
	);
	const up = lifeblood(home, ['up', '--db', path.join(home, 'farm.db')]);
	let said = '';
	up.stderr.on('data', (text) => {
		said += String(text);
	});
	await until(
		async () => (said.includes('workers: 1 idle') ? true : undefined),
		{
			what: 'an idle worker',
			within: 30_000,
		},
	);
	const [scheduler] = await schedulersOf(home);
	t.true(scheduler !== undefined && isAlive(scheduler));
	up.kill('SIGINT');
	const {exitCode} = await up;
	t.is(exitCode, 0);
	t.true(scheduler !== undefined && !isAlive(scheduler));
});
