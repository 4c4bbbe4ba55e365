import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {FarmError} from '../source/core/errors.js';
import type {Host} from '../source/config/host.js';
import {
	components,
	configFaults,
	configFile,
	loadSchedulerConfig,
	loadViewerConfig,
	loadWorkerConfig,
	schemas,
	writeConfigTemplate,
} from '../source/config/load.js';
import {leavesOf, settingTree} from '../source/config/setting.js';
import {configTemplate} from '../source/config/template.js';
import {variableName} from '../source/config/variable-name.js';
import {configurationPage} from '../source/config/page.js';
import {parseToml} from '../source/config/read-toml.js';
import {makeHost, writeConfig} from './helpers/make-host.js';

const faultsOf = async (host: Host, content: string): Promise<string[]> => {
	const file = await writeConfig(host, 'scheduler', content);
	const error: unknown = await loadSchedulerConfig({host})
		.then(() => undefined)
		.catch((error: unknown) => error);
	return error instanceof FarmError && error.code === 'INVALID'
		? error.message.split('\n').map((line) => line.replace(file, 'FILE'))
		: ['no fault'];
};

test('nothing configured gives the defaults', async (t) => {
	const {settings, inForce, warnings} = await loadSchedulerConfig({
		host: await makeHost(t),
	});
	t.is(settings.core.server_port, 1384);
	t.is(settings.core.ui_port, 1385);
	t.true(settings.core.broadcast);
	t.is(settings.scheduler.invocation.log_limit, 64 * 1024 * 1024);
	t.deepEqual(settings.scheduler.databases, {});
	t.true(inForce.every((entry) => entry.origin.kind === 'default'));
	t.deepEqual(warnings, []);
});

test('the example of the configuration reference loads', async (t) => {
	const host = await makeHost(t);
	await writeConfig(
		host,
		'scheduler',
		`[core]
broadcast = false
server_ip = "192.168.0.2"   # where workers and submitters connect
server_port = 1384
ui_ip = "192.168.0.2"
ui_port = 1385
broadcast_interval = 10
broadcast_port = 34305

[scheduler.database]
path = "/srv/farm.db"
[scheduler.databases]
main = "~/farm.db"
tests = "~/tests.db"

[scheduler.globals]
global_scratch_location = "/srv/scratch"
made = 2024-01-02T03:04:05Z

[scheduler.invocation]
attempts = 3
worker_grace_s = 60
`,
	);
	const {settings} = await loadSchedulerConfig({host});
	t.false(settings.core.broadcast);
	t.deepEqual(settings.scheduler.databases, {
		main: '~/farm.db',
		tests: '~/tests.db',
	});
	t.deepEqual(settings.scheduler.globals, {
		global_scratch_location: '/srv/scratch',
		made: '2024-01-02T03:04:05.000Z',
	});
});

test('the command line wins over the environment, that over the file, that over the default, and each value says where it is from', async (t) => {
	const host = await makeHost(t, {
		LIFEBLOOD_SCHEDULER_CORE_UI_PORT: '3',
		LIFEBLOOD_SCHEDULER_CORE_SERVER_PORT: '3',
	});
	const file = await writeConfig(
		host,
		'scheduler',
		'[core]\nserver_port = 2\nui_port = 2\n\nbroadcast_port = 2\n',
	);
	const {settings, inForce} = await loadSchedulerConfig({
		host,
		flags: {'server-port': 4, 'ui-ip': undefined},
	});
	t.is(settings.core.server_port, 4);
	t.is(settings.core.ui_port, 3);
	t.is(settings.core.broadcast_port, 2);
	t.is(settings.core.broadcast_interval, 10);
	const origins = Object.fromEntries(
		inForce.map((entry) => [entry.path, entry.origin]),
	);
	t.deepEqual(origins['core.server_port'], {
		kind: 'flag',
		flag: '--server-port',
	});
	t.deepEqual(origins['core.ui_port'], {
		kind: 'environment',
		variable: 'LIFEBLOOD_SCHEDULER_CORE_UI_PORT',
	});
	t.deepEqual(origins['core.broadcast_port'], {kind: 'file', file, line: 5});
	t.deepEqual(origins['core.broadcast_interval'], {kind: 'default'});
});

test('text from flags and the environment becomes what the setting is', async (t) => {
	const host = await makeHost(t, {
		LIFEBLOOD_WORKER_GROUPS: 'a, b',
		LIFEBLOOD_WORKER_RESOURCES_MEMORY: '1.5G',
		LIFEBLOOD_WORKER_CAPABILITIES: '{gpu-driver = "550.0"}',
		LIFEBLOOD_WORKER_LOG_FILES: 'no',
		LIFEBLOOD_WORKER_NAME: '12',
		LIFEBLOOD_WORKER_TYPE: '',
	});
	const {settings} = await loadWorkerConfig({
		host,
		flags: {cpus: '2.5', 'gpu-memory': '24G'},
	});
	t.deepEqual(settings.worker, {
		name: '12',
		type: 'standard',
		groups: ['a', 'b'],
		scratch: '',
	});
	t.deepEqual(settings.resources, {
		cpus: 2.5,
		memory: 1.5 * 1024 ** 3,
		gpus: 'auto',
		gpu_memory: 24 * 1024 ** 3,
	});
	t.deepEqual(settings.capabilities, {'gpu-driver': '550.0'});
	t.false(settings.log.files);
});

test('a misspelt key is told with file, line and what was meant', async (t) => {
	t.deepEqual(
		await faultsOf(
			await makeHost(t),
			'\n[core]\n# a comment\nserver_prot = 1384\n',
		),
		['FILE:4: unknown key "core.server_prot"; did you mean "server_port"?'],
	);
});

test('a key in the wrong section is told where it belongs', async (t) => {
	t.deepEqual(await faultsOf(await makeHost(t), 'attempts = 2\n'), [
		'FILE:1: unknown key "attempts"; "attempts" belongs into [scheduler.invocation]',
	]);
});

test('an unknown section is told with its line', async (t) => {
	t.deepEqual(
		await faultsOf(
			await makeHost(t),
			'[core]\n\n[shceduler.database]\npath = "x.db"\n',
		),
		['FILE:3: unknown section "shceduler"; did you mean "scheduler"?'],
	);
});

test('a wrong type, value or section is told with its line', async (t) => {
	t.deepEqual(
		await faultsOf(
			await makeHost(t),
			`log = 3
[core]
broadcast = "yes"
server_port = 70000
farm = """
many
lines"""
ui_port = "x"
[scheduler]
databases = {main = 3}
invocation.log_limit = "much"
[scheduler.expressions]
time_limit_ms = 0
`,
		),
		[
			'FILE:1: "log" must be a section [log], not 3',
			'FILE:3: core.broadcast must be true or false, not "yes"',
			'FILE:4: core.server_port must be a whole number from 0 to 65535, not 70000',
			'FILE:8: core.ui_port must be a whole number from 0 to 65535, not "x"',
			'FILE:10: scheduler.databases.main must be the path of a database file in quotes, not 3',
			'FILE:11: scheduler.invocation.log_limit must be a size such as "512M", "16G" or "1.5T", not "much"',
			'FILE:13: scheduler.expressions.time_limit_ms must be a whole number, 1 or more, not 0',
		],
	);
});

test('a word that is none of the possible ones is told with the nearest', async (t) => {
	const host = await makeHost(t);
	t.deepEqual(await faultsOf(host, '[log]\nlevel = "debg"\n'), [
		'FILE:2: log.level must be one of "error", "warn", "info", "debug", not "debg"; did you mean "debug"?',
	]);
});

test('a broken file is told with its line', async (t) => {
	const [fault, ...more] = await faultsOf(
		await makeHost(t),
		'[core]\nserver_port = 1\nui_port = = 2\n',
	);
	t.regex(fault ?? '', /^FILE:3: not TOML: /v);
	t.deepEqual(more, []);
});

test('a file that is no file, or may not be read, is told and not passed over', async (t) => {
	const host = await makeHost(t);
	await fs.mkdir(
		configFile(path.join(host.home, '.config', 'lifeblood'), 'scheduler'),
		{recursive: true},
	);
	const [fault] = await configFaults('scheduler', {host});
	t.regex(fault ?? '', /config\.toml: cannot be read: /v);
});

test('wrong flags and variables are told by their names', async (t) => {
	const host = await makeHost(t, {LIFEBLOOD_SCHEDULER_CORE_UI_PORT: 'x'});
	const error = await t.throwsAsync(
		loadSchedulerConfig({host, flags: {'server-port': 'y'}}),
		{instanceOf: FarmError},
	);
	t.deepEqual(error?.message.split('\n'), [
		'--server-port must be a whole number from 0 to 65535, not "y"',
		'LIFEBLOOD_SCHEDULER_CORE_UI_PORT: core.ui_port must be a whole number from 0 to 65535, not "x"',
	]);
});

test('a variable that names no setting is warned of', async (t) => {
	const host = await makeHost(t, {
		LIFEBLOOD_SCHEDULER_CORE_SERVER_PROT: '1',
		LIFEBLOOD_RUNTIME_TID: '1',
	});
	const {warnings} = await loadSchedulerConfig({host});
	t.deepEqual(warnings, [
		'LIFEBLOOD_SCHEDULER_CORE_SERVER_PROT: there is no such setting; did you mean LIFEBLOOD_SCHEDULER_CORE_SERVER_PORT?',
	]);
});

test('a file takes in others, and faults name the file they are in', async (t) => {
	const host = await makeHost(t);
	const common = path.join(host.home, 'common.toml');
	await fs.writeFile(common, '[core]\nserver_port = 5\nui_port = 6\n');
	const file = await writeConfig(
		host,
		'scheduler',
		`"$import" = ${JSON.stringify(common)}\n[core]\nui_port = 7\n`,
	);
	const {settings, inForce} = await loadSchedulerConfig({host});
	t.is(settings.core.server_port, 5);
	t.is(settings.core.ui_port, 7);
	t.deepEqual(
		inForce.find((entry) => entry.path === 'core.server_port')?.origin,
		{kind: 'file', file: common, line: 2},
	);
	t.deepEqual(inForce.find((entry) => entry.path === 'core.ui_port')?.origin, {
		kind: 'file',
		file,
		line: 3,
	});
	await fs.writeFile(common, '[core]\nserver_port = "5"\n');
	t.deepEqual(await configFaults('scheduler', {host}), [
		`${common}:2: core.server_port must be a whole number from 0 to 65535, not "5"`,
	]);
	await fs.rm(common);
	const [fault] = await configFaults('scheduler', {host});
	t.true(fault?.startsWith(`${common}: cannot be read: `), `${fault}`);
});

test('paths expand ~ and are meant from where they are written', async (t) => {
	const host = await makeHost(t, {
		LIFEBLOOD_WORKER_SCRATCH: 'from-environment',
	});
	await writeConfig(
		host,
		'scheduler',
		'[core]\nplugin_path = ["~/a", "b", "/c"]\n[scheduler.database]\nlog_folder = "../logs"\n',
	);
	const {settings} = await loadSchedulerConfig({host});
	t.deepEqual(settings.core.plugin_path, [
		path.join(host.home, 'a'),
		path.join(host.home, '.config/lifeblood/scheduler/b'),
		'/c',
	]);
	t.is(
		settings.scheduler.database.log_folder,
		path.join(host.home, '.config/lifeblood/logs'),
	);
	const worker = await loadWorkerConfig({host});
	t.is(
		worker.settings.worker.scratch,
		path.join(host.home, 'from-environment'),
	);
});

for (const component of components) {
	test(`the file that a ${component} writes loads to the defaults, as it is and with everything uncommented`, async (t) => {
		const host = await makeHost(t);
		const folder = path.join(host.home, '.config', 'lifeblood');
		t.is(await writeConfigTemplate(folder, component), 'written');
		t.deepEqual(await configFaults(component, {host}), []);
		const template = configTemplate(component, schemas[component]);
		const uncommented = template.replaceAll(/^#(?=[^ ])/gmv, '');
		const leaves = leavesOf(settingTree(schemas[component])).filter(
			(leaf) => !leaf.isTable,
		);
		t.is(
			uncommented.split('\n').filter((line) => /^\w+ = /v.test(line)).length,
			leaves.length,
		);
		t.deepEqual<unknown, unknown>(
			schemas[component].parse(parseToml(uncommented)),
			schemas[component].parse({}),
		);
		t.deepEqual<unknown, unknown>(
			schemas[component].parse(parseToml(template)),
			schemas[component].parse({}),
		);
		for (const leaf of leaves) {
			t.true(
				template.includes(`# ${leaf.description}\n#${leaf.path.at(-1)} = `),
				leaf.path.join('.'),
			);
		}

		await fs.writeFile(configFile(folder, component), '# mine');
		t.is(await writeConfigTemplate(folder, component), 'kept');
		t.is(await fs.readFile(configFile(folder, component), 'utf8'), '# mine');
	});
}

test('a component that finds no file writes one; a command that only looks does not', async (t) => {
	const host = await makeHost(t);
	const looked = await loadViewerConfig({host});
	await t.throwsAsync(fs.access(looked.file));
	const {file} = await loadSchedulerConfig({host, isWriting: true});
	t.is(
		await fs.readFile(file, 'utf8'),
		configTemplate('scheduler', schemas.scheduler),
	);
});

test('a folder that cannot be written gives a warning in one line, and the defaults', async (t) => {
	const host = await makeHost(t);
	await fs.writeFile(path.join(host.home, '.config'), 'a file in the way');
	const {settings, warnings} = await loadSchedulerConfig({
		host,
		isWriting: true,
	});
	t.is(settings.core.server_port, 1384);
	t.is(warnings.length, 1);
	t.regex(
		warnings[0] ?? '',
		/config\.toml cannot be written \(a file is in the way\); going on with the defaults$/v,
	);
});

test('every setting has a variable of its own, and one line of description', (t) => {
	const variables = new Set<string>();
	for (const component of components) {
		for (const leaf of leavesOf(settingTree(schemas[component]))) {
			const variable = variableName(component, leaf.path);
			t.false(variables.has(variable), variable);
			variables.add(variable);
			t.regex(leaf.description, /^[A-Z][^\n]+\.$/v, variable);
		}
	}
});

test('the reference page has every setting with its variable', (t) => {
	const page = configurationPage();
	for (const component of components) {
		for (const leaf of leavesOf(settingTree(schemas[component]))) {
			t.true(page.includes(`\`${variableName(component, leaf.path)}\``));
			t.true(page.includes(leaf.description));
		}
	}
});

test('nothing in the current folder is run or read while the configuration is loaded', async (t) => {
	const host = await makeHost(t);
	const project = path.join(host.home, 'project');
	await fs.mkdir(path.join(project, '.config'), {recursive: true});
	await fs.writeFile(
		path.join(project, '.config', 'config.cjs'),
		`require('node:fs').writeFileSync(${JSON.stringify(path.join(project, 'ran'))}, '')`,
	);
	await fs.writeFile(path.join(project, 'package.json'), '{broken');
	const load = path.resolve('source/config/load.ts');

	const script = `
		const {loadSchedulerConfig} = await import(${JSON.stringify(load)});
		const where = ${JSON.stringify({...host, cwd: project})};
		const {settings} = await loadSchedulerConfig({host: where});
		console.log(settings.core.server_port);
	`;
	const tsx = new URL(import.meta.resolve('tsx'));
	const {stdout} = await execa(
		process.execPath,
		['--import', tsx.href, '--input-type=module', '-e', script],
		{cwd: project},
	);
	t.is(stdout, '1384');
	await t.throwsAsync(fs.access(path.join(project, 'ran')));
});
