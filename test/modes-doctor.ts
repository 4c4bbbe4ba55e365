import fs from 'node:fs/promises';
import {createServer, type AddressInfo} from 'node:net';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {z} from 'zod';
import {stateFolders} from '../source/config/folders.js';
import {thisHost} from '../source/config/host.js';
import {openDatabase} from '../source/db/open.js';
import {formatAddress} from '../source/net/address.js';
import {toJoinCode} from '../source/net/key.js';
import {writeRuntimeFile} from '../source/modes/runtime-file.js';
import {commandHome} from './helpers/command-home.js';
import {startTestFarm} from './helpers/net-farm.js';
import {runCommand} from './helpers/run-command.js';

const findings = z.array(
	z.object({
		check: z.string(),
		status: z.enum(['ok', 'warn', 'fail']),
		message: z.string(),
		advice: z.string().optional(),
	}),
);

/** Nobody's ports, and a scheduler that is not there, so that nothing of the machine that tests run on is asked. */
const words = ['doctor', '--json', '--insecure', '--scheduler', '127.0.0.1:1'];

const doctor = async (command: readonly string[] = words) => {
	const {status, stdout} = await runCommand(command);
	const found = findings.parse(JSON.parse(stdout));
	const of = (check: string) => found.find((each) => each.check === check);
	return {status, found, of};
};

const configure = async (home: string, text: string): Promise<void> => {
	const file = path.join(home, '.config/lifeblood/scheduler/config.toml');
	await fs.mkdir(path.dirname(file), {recursive: true});
	await fs.writeFile(file, text);
};

const listen = async (t: ExecutionContext): Promise<number> => {
	const server = createServer();
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	t.teardown(() => server.close());
	const {port} = server.address() as AddressInfo;
	return port;
};

test.serial(
	'on a fresh machine everything but the scheduler is in order',
	async (t) => {
		const home = await commandHome(t);
		await configure(home, '[core]\nserver_port = 0\nui_port = 0\n');
		const {status, found, of} = await doctor();
		t.is(status, 1);
		t.deepEqual(
			found.filter((each) => each.status === 'fail').map(({check}) => check),
			['scheduler'],
		);
		t.is(of('node')?.status, 'ok');
		t.is(of('key')?.status, 'warn');
		t.regex(of('key')?.advice ?? '', /lifeblood join/v);
		t.is(of('scheduler/config.toml')?.message, 'no faults');
		t.is(of('worker/config.toml')?.message, 'not there: the defaults count');
		t.regex(of('database')?.message ?? '', /farm\.db is not there yet/v);
	},
);

test.serial(
	'faulty files, an open key and a damaged database are told with advice',
	async (t) => {
		const home = await commandHome(t);
		const file = path.join(home, 'farm.db');
		await fs.writeFile(file, 'no database '.repeat(1000));
		await configure(
			home,
			`[core]\nserver_port = 0\nui_port = 0\n[scheduler.database]\npath = "${file}"\n`,
		);
		const worker = path.join(home, '.config/lifeblood/worker/config.toml');
		await fs.mkdir(path.dirname(worker));
		await fs.writeFile(worker, '[resources]\ncpu = 1\n');
		await fs.writeFile(path.join(home, '.config/lifeblood/farm.key'), 'x\n', {
			mode: 0o644,
		});
		await fs.chmod(path.join(home, '.config/lifeblood/farm.key'), 0o644);
		const {status, found, of} = await doctor();
		t.is(status, 1);
		t.regex(
			of('worker/config.toml')?.message ?? '',
			/config\.toml:2: unknown key "resources\.cpu"; did you mean "cpus"\?$/v,
		);
		t.regex(of('key')?.message ?? '', /chmod 600/v);
		t.regex(
			of('database')?.message ?? '',
			/not a sound database|file is not a database/v,
		);
		t.true(
			found.every((each) => each.status === 'ok' || each.advice !== undefined),
		);
	},
);

test.serial('a database that is served is said to be', async (t) => {
	const home = await commandHome(t);
	const file = path.join(home, 'farm.db');
	await configure(
		home,
		`[core]\nserver_port = 0\nui_port = 0\n[scheduler.database]\npath = "${file}"\n`,
	);
	const database = await openDatabase(file);
	const served = await doctor();
	t.regex(
		served.of('database')?.message ?? '',
		/sound, served by a scheduler that left no word here$/v,
	);
	database.close();
	const alone = await doctor();
	t.regex(alone.of('database')?.message ?? '', /sound, served by nobody$/v);
});

test.serial('a port that is taken is told with who has it', async (t) => {
	const home = await commandHome(t);
	const port = await listen(t);
	await configure(
		home,
		`[core]\nserver_ip = "127.0.0.1"\nserver_port = ${port}\nui_ip = "192.0.2.1"\nui_port = ${port + 1 > 65_535 ? port - 1 : port + 1}\n`,
	);
	const {of, found} = await doctor();
	t.is(of(`port ${port}`)?.status, 'warn');
	// Only Linux tells who it is.
	const owner =
		process.platform === 'linux' ? `process ${process.pid}` : 'another program';
	t.true(of(`port ${port}`)?.message.includes(owner));
	const ui = found.find(
		({check}) => check.startsWith('port ') && check !== `port ${port}`,
	);
	t.is(ui?.status, 'fail');
	t.regex(ui?.advice ?? '', /no such address/v);
});

test.serial(
	'the ports of a scheduler of this machine are in order',
	async (t) => {
		const home = await commandHome(t);
		const port = await listen(t);
		await configure(
			home,
			`[core]\nserver_ip = "127.0.0.1"\nserver_port = ${port}\nui_ip = "127.0.0.1"\nui_port = ${port}\n`,
		);
		await writeRuntimeFile(stateFolders(thisHost()).run, {
			pid: process.pid,
			farm: 'test',
			server: {host: '127.0.0.1', port},
			ui: {host: '127.0.0.1', port},
			database: '/nowhere.db',
			config_folder: '/nowhere',
			key_file: null,
			started_at: new Date(0).toISOString(),
		});
		const {of} = await doctor();
		t.is(of(`port ${port}`)?.status, 'ok');
	},
);

test.serial(
	'a scheduler that answers is told with how fast, and its version',
	async (t) => {
		const home = await commandHome(t);
		await configure(home, '[core]\nserver_port = 0\nui_port = 0\n');
		const farm = await startTestFarm(t);
		await fs.writeFile(
			path.join(home, '.config/lifeblood/farm.key'),
			`${toJoinCode(farm.key)}\n`,
			{mode: 0o600},
		);
		const {status, of} = await doctor([
			'doctor',
			'--json',
			'--scheduler',
			formatAddress(farm.address),
		]);
		t.is(status, 0);
		t.is(of('scheduler')?.status, 'warn');
		t.regex(
			of('scheduler')?.message ?? '',
			/^the farm "test" at 127\.0\.0\.1:\d+ answers in [\d.]+ ms, and is version 1\.2\.3, this is /v,
		);
		t.is(of('key')?.status, 'ok');
	},
);

test.serial(
	'the text has a line for each check, and advice under it',
	async (t) => {
		const home = await commandHome(t);
		await configure(home, '[core]\nserver_port = 0\nui_port = 0\n');
		const {status, stdout} = await runCommand(
			words.filter((word) => word !== '--json'),
		);
		t.is(status, 1);
		t.regex(stdout, /^ok +node +Node \d+/v);
		t.regex(
			stdout,
			/\nfail +scheduler +Nobody answers at 127\.0\.0\.1:1[^\n]*\n {10,}until then/v,
		);
	},
);
