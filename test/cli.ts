import {existsSync} from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {execa} from 'execa';
import {writeRuntimeFile} from '../source/modes/runtime-file.js';
import {createFarmKey, toJoinCode} from '../source/net/key.js';
import packageJson from '../package.json' with {type: 'json'};
import {
	cannedNode,
	cannedTask,
	startCannedScheduler,
} from './helpers/canned-scheduler.js';

/** The real program in a process of its own, with a home where nothing is. */
const lifeblood = async (...words: string[]) => {
	const home = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-cli-'));
	try {
		return await execa(
			process.execPath,
			['--import=tsx', 'source/cli.ts', ...words],
			{
				reject: false,
				extendEnv: false,
				env: {PATH: process.env['PATH'], HOME: home},
			},
		);
	} finally {
		await fs.rm(home, {recursive: true});
	}
};

/** A port on which nobody listens. */
const freePort = async (): Promise<string> => {
	const scheduler = await startCannedScheduler({});
	await scheduler.stop();
	return scheduler.address;
};

test.serial('--version and --help are results', async (t) => {
	t.like(await lifeblood('--version'), {
		exitCode: 0,
		stdout: packageJson.version,
		stderr: '',
	});
	const help = await lifeblood('task', 'log', '--help');
	t.like(help, {exitCode: 0, stderr: ''});
	t.regex(help.stdout, /lifeblood task log 12 --follow/v);
});

test.serial(
	'wrong usage is one line on standard error and exit status 2',
	async (t) => {
		t.like(await lifeblood('task', 'list', '--stat', 'x'), {
			exitCode: 2,
			stdout: '',
			stderr:
				'lifeblood: "task list" has no flag --stat; did you mean "--state"? See lifeblood task list --help.',
		});
	},
);

test.serial(
	'no scheduler is exit status 3, with and without a stack',
	async (t) => {
		const address = await freePort();
		const {exitCode, stdout, stderr} = await lifeblood(
			'task',
			'list',
			'--json',
			'--scheduler',
			address,
		);
		t.is(exitCode, 3, `It said: ${stderr}`);
		t.is(stdout, '');
		t.regex(stderr, /^lifeblood: Nobody answers at [^\n]*$/v);

		const detailed = await lifeblood(
			'task',
			'list',
			'--scheduler',
			address,
			'--log-level',
			'debug',
		);
		t.is(detailed.exitCode, 3);
		t.regex(detailed.stderr, /\n +at /v);
	},
);

test.serial(
	'a farm of which there is no key here is exit status 4',
	async (t) => {
		const scheduler = await startCannedScheduler({});
		const {exitCode, stderr} = await lifeblood(
			'task',
			'list',
			'--scheduler',
			scheduler.address,
		);
		t.is(exitCode, 4);
		t.regex(
			stderr,
			/^lifeblood: There is no farm key in [^\n]*lifeblood join [^\n]*$/v,
		);
		await scheduler.stop();
	},
);

test.serial('--json is one JSON document and nothing else', async (t) => {
	const scheduler = await startCannedScheduler({
		'task.list': () => ({tasks: [cannedTask(1)], more: true}),
	});
	const {exitCode, stdout} = await lifeblood(
		'task',
		'list',
		'--json',
		'--limit',
		'1',
		'--scheduler',
		scheduler.address,
		'--insecure',
	);
	t.is(exitCode, 0);
	t.like((JSON.parse(stdout) as unknown[])[0], {
		id: 1,
		state: 'ready',
		created_at: '2026-01-01T00:00:00.000Z',
	});
	await scheduler.stop();
});

const bundle = fileURLToPath(new URL('../dist/lifeblood.js', import.meta.url));

test.serial(
	'a node with parameters is shown by the bundle as by the sources',
	async (t) => {
		const scheduler = await startCannedScheduler({
			'node.get': () => ({...cannedNode, parameters: {cpus: 2}}),
			'node.list': () => ({nodes: [cannedNode], connections: []}),
		});
		const {exitCode, stdout, stderr} = await execa(
			process.execPath,
			[bundle, 'node', 'show', 'render', '--insecure'],
			{
				reject: false,
				env: {LIFEBLOOD_VIEWER_CORE_SCHEDULER: scheduler.address},
			},
		);
		t.is(exitCode, 0, `It said: ${stderr}`);
		t.regex(stdout, /^ +cpus: 2$/mv);
		await scheduler.stop();
	},
);

if (existsSync('/dev/full')) {
	test.serial(
		'a result that cannot be written is one line and exit status 1',
		async (t) => {
			const {stderr, exitCode} = await execa(
				'sh',
				[
					'-c',
					'"$0" --import=tsx source/cli.ts --help >/dev/full',
					process.execPath,
				],
				{reject: false},
			);
			t.is(exitCode, 1);
			t.is(
				stderr,
				'lifeblood: The result could not be written: the disk is full.',
			);
		},
	);
}

test.serial(
	'another farm of this machine is taken only where there is none of its own',
	async (t) => {
		const scheduler = await startCannedScheduler({
			'task.list': () => ({tasks: [], more: false}),
		});
		const home = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-cli-'));
		const run = path.join(home, 'state', 'lifeblood', 'run', os.hostname());
		const [host = '', port = ''] = scheduler.address.split(':', 2);
		const address = {host, port: Number(port)};
		await writeRuntimeFile(run, {
			pid: process.pid,
			farm: 'other',
			server: address,
			ui: address,
			database: path.join(home, 'other.db'),
			config_folder: path.join(home, 'other'),
			key_file: null,
			started_at: '2026-01-01T00:00:00.000Z',
		});
		const start = () => ({
			listing: execa(
				process.execPath,
				['--import=tsx', 'source/cli.ts', 'task', 'list', '--json'],
				{
					reject: false,
					extendEnv: false,
					env: {
						PATH: process.env['PATH'],
						HOME: home,
						XDG_STATE_HOME: path.join(home, 'state'),
					},
				},
			),
		});
		t.like(await start().listing, {exitCode: 0, stdout: '[]'});

		const folder = path.join(home, '.config', 'lifeblood');
		await fs.mkdir(folder, {recursive: true});
		await fs.writeFile(
			path.join(folder, 'farm.key'),
			`${toJoinCode(createFarmKey())}\n`,
			{
				mode: 0o600,
			},
		);
		const {listing} = start();
		for await (const line of listing.iterable({from: 'stderr'})) {
			t.regex(line, /none runs here/v);
			listing.kill();
		}

		t.like(await listing, {stdout: ''});
		await scheduler.stop();
		await fs.rm(home, {recursive: true});
	},
);

test.serial('a reader that goes away ends a command quietly', async (t) => {
	const scheduler = await startCannedScheduler({
		'task.list': ({after}) => ({
			tasks: Array.from({length: 10_000}, (_, index) =>
				cannedTask(after + index + 1),
			),
			more: false,
		}),
	});
	const {stdout, stderr, exitCode} = await execa(
		'sh',
		[
			'-c',
			'"$0" --import=tsx source/cli.ts task list --scheduler "$1" --insecure | head -n 2',
			process.execPath,
			scheduler.address,
		],
		{reject: false},
	);
	t.is(exitCode, 0);
	t.is(stdout.split('\n').length, 2);
	t.is(stderr, '');
	await scheduler.stop();
});
