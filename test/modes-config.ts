import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {z} from 'zod';
import {commandHome} from './helpers/command-home.js';
import {runCommand, stdoutOf} from './helpers/run-command.js';

const shown = z.array(
	z.looseObject({
		component: z.string(),
		setting: z.string(),
		value: z.unknown(),
		origin: z.string(),
		from: z.string(),
	}),
);

test.serial('config init writes a file for each component once', async (t) => {
	const home = await commandHome(t);
	const folder = path.join(home, '.config', 'lifeblood');
	const first = await runCommand(['config', 'init']);
	t.is(first.status, 0);
	const worker = path.join(folder, 'worker', 'config.toml');
	await fs.writeFile(worker, '# mine\n');
	const second = await runCommand(['config', 'init', '--json']);
	t.deepEqual(
		JSON.parse(second.stdout),
		['scheduler', 'worker', 'viewer'].map((component) => ({
			file: path.join(folder, component, 'config.toml'),
			result: 'kept',
		})),
	);
	t.is(await fs.readFile(worker, 'utf8'), '# mine\n');
});

test.serial(
	'config init in a folder that cannot be written says so',
	async (t) => {
		const home = await commandHome(t);
		await fs.writeFile(path.join(home, 'file'), '');
		const {status, stderr} = await runCommand([
			'config',
			'init',
			'--config-dir',
			path.join(home, 'file'),
		]);
		t.is(status, 1);
		t.regex(stderr, /cannot be written \(a file is in the way\)/v);
	},
);

test.serial(
	'config path tells the folder, and with --json every place',
	async (t) => {
		const home = await commandHome(t);
		t.is(await stdoutOf(['config', 'path']), `${home}/.config/lifeblood\n`);
		process.env['LIFEBLOOD_CONFIG_LOCATION'] = '/elsewhere';
		const {stdout} = await runCommand(['config', 'path', '--json']);
		t.like(JSON.parse(stdout), {
			folder: '/elsewhere',
			reason: 'LIFEBLOOD_CONFIG_LOCATION',
			key_file: '/elsewhere/farm.key',
			log: `${home}/.local/state/lifeblood/log`,
		});
	},
);

test.serial(
	'config show tells for each value where it comes from',
	async (t) => {
		const home = await commandHome(t);
		const folder = path.join(home, 'c');
		await fs.mkdir(path.join(folder, 'scheduler'), {recursive: true});
		await fs.writeFile(
			path.join(folder, 'scheduler', 'config.toml'),
			'[core]\nserver_port = 5\n[scheduler.database]\npath = "postgres://anna:hidden@db/farm"\n',
		);
		process.env['LIFEBLOOD_WORKER_RESOURCES_CPUS'] = '2';
		const words = [
			'config',
			'show',
			'--config-dir',
			folder,
			'--scheduler',
			'farm:1',
		];
		const {status, stdout} = await runCommand([...words, '--json']);
		t.is(status, 0);
		const settings = shown.parse(JSON.parse(stdout));
		const find = (component: string, setting: string) =>
			settings.find(
				(each) => each.component === component && each.setting === setting,
			);
		t.like(find('scheduler', 'core.server_port'), {
			value: 5,
			origin: 'file',
			from: `${folder}/scheduler/config.toml:2`,
		});
		t.like(find('scheduler', 'core.ui_port'), {value: 1385, origin: 'default'});
		t.like(find('worker', 'resources.cpus'), {
			value: 2,
			origin: 'environment',
			from: 'LIFEBLOOD_WORKER_RESOURCES_CPUS',
		});
		t.like(find('viewer', 'core.scheduler'), {
			value: 'farm:1',
			origin: 'flag',
			from: '--scheduler',
		});
		t.false(stdout.includes('hidden'), 'passwords are not shown');
		const text = await runCommand(words);
		t.regex(text.stdout, /core\.server_port +5 .*config\.toml:2/v);
		t.false(text.stdout.includes('hidden'));
	},
);

test.serial(
	'config show tells the faults of all files at once, one a line',
	async (t) => {
		const home = await commandHome(t);
		for (const component of ['scheduler', 'worker']) {
			/* eslint-disable no-await-in-loop -- two small files */
			await fs.mkdir(path.join(home, component), {recursive: true});
			await fs.writeFile(
				path.join(home, component, 'config.toml'),
				'[core]\nunheard = 1\n',
			);
			/* eslint-enable no-await-in-loop */
		}

		const {status, stdout, stderr} = await runCommand([
			'config',
			'show',
			'--config-dir',
			home,
		]);
		t.is(status, 2);
		t.is(stdout, '');
		const lines = stderr.trim().split('\n');
		t.is(lines.length, 2);
		for (const [index, component] of ['scheduler', 'worker'].entries()) {
			t.true(
				lines[index]?.startsWith(
					`lifeblood: ${home}/${component}/config.toml:2: unknown key "core.unheard"`,
				),
			);
		}
	},
);

test.serial(
	'a key or a column of something that the viewer does not have is told with file, line and what was meant',
	async (t) => {
		const home = await commandHome(t);
		const folder = path.join(home, '.config', 'lifeblood', 'viewer');
		await fs.mkdir(folder, {recursive: true});
		const file = path.join(folder, 'config.toml');
		await fs.writeFile(
			file,
			`[viewer.keys]
"task.retri" = ["f5"]
"task.pause" = ["escape", "ctrl+p"]
[viewer.columns]
tasks = ["glyph", "nodes"]
worker = ["name"]
[core]
schedular = "farm:1"
`,
		);
		const {status, stderr} = await runCommand(['config', 'show']);
		t.is(status, 2);
		for (const [line, said] of [
			[2, 'no key does anything named "task.retri"; did you mean "task.retry"'],
			[3, 'there is no key "escape"; did you mean "esc"'],
			[5, 'no column of tasks is named "nodes"; did you mean "node"'],
			[6, 'no list is named "worker"; did you mean "workers"'],
			// In the same round as what is wrong with the names.
			[8, 'unknown key "core.schedular"; did you mean "scheduler"'],
		]) {
			t.true(stderr.includes(`${file}:${line}: ${said}`), `${said}: ${stderr}`);
		}

		await fs.writeFile(
			file,
			'[viewer.keys]\n"list.sort" = ["ctrl+alt+up", "Ö"]\n[viewer.columns]\nlog = ["message"]\n',
		);
		t.is((await runCommand(['config', 'show'])).status, 0);
	},
);
