import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {FarmError} from '../source/core/errors.js';
import {
	chooseDatabase,
	knownDatabase,
} from '../source/config/database-choice.js';
import type {Host} from '../source/config/host.js';
import {loadSchedulerConfig} from '../source/config/load.js';
import {loadNodeConfig} from '../source/config/node-config.js';

const makeFolder = async (
	t: ExecutionContext,
	files: Readonly<Record<string, string>>,
): Promise<string> => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-test-'));
	t.teardown(async () => {
		await fs.rm(folder, {recursive: true});
	});
	for (const [name, content] of Object.entries(files)) {
		const file = path.join(folder, name);
		await fs.mkdir(path.dirname(file), {recursive: true}); // eslint-disable-line no-await-in-loop -- in order
		await fs.writeFile(file, content); // eslint-disable-line no-await-in-loop -- in order
	}

	return folder;
};

test('node types have values, presets and what a new node starts with', async (t) => {
	const folder = await makeFolder(t, {
		'scheduler/nodes/config.toml': '[command]\nroot = "/srv"\n',
		'scheduler/nodes/defaults.toml': 'command = "big"\n',
		'scheduler/nodes/settings/command/big.toml': 'cpus = 8\n',
		'scheduler/nodes/settings/command/small.toml': 'cpus = 1\n',
		'scheduler/nodes/settings/command/readme.txt': 'not one\n',
	});
	t.deepEqual(await loadNodeConfig(folder), {
		config: {command: {root: '/srv'}},
		initial: {command: {cpus: 8}},
		settings: {command: {big: {cpus: 8}, small: {cpus: 1}}},
	});
});

test('no node configuration is none', async (t) => {
	t.deepEqual(await loadNodeConfig(await makeFolder(t, {})), {
		config: {},
		initial: {},
		settings: {},
	});
});

test('every fault of node configuration is told with file and line', async (t) => {
	const folder = await makeFolder(t, {
		'scheduler/nodes/config.toml': '# one\nroot = "/srv"\n',
		'scheduler/nodes/defaults.toml': 'command = "huge"\nscript = 3\n',
		'scheduler/nodes/settings/command/big.toml': 'cpus = = 8\n',
	});
	const error = await t.throwsAsync(loadNodeConfig(folder), {
		instanceOf: FarmError,
		code: 'INVALID',
	});
	const lines =
		error?.message.replaceAll(`${folder}/scheduler/nodes/`, '').split('\n') ??
		[];
	t.is(lines.length, 4);
	t.is(
		lines[0],
		'config.toml:2: "root" must be a section [root], one for a node type',
	);
	t.regex(lines[1] ?? '', /^settings\/command\/big\.toml:1: not TOML: /v);
	t.is(
		lines[2],
		'defaults.toml:1: there are no settings "huge" for "command": settings/command/huge.toml is not there',
	);
	t.is(
		lines[3],
		'defaults.toml:2: "script" must be the name of settings in quotes',
	);
});

test('a database is chosen by name, path, URL or not at all', async (t) => {
	const home = await makeFolder(t, {
		'.config/lifeblood/scheduler/config.toml':
			'[scheduler.database]\npath = "main"\n[scheduler.databases]\nmain = "~/farm.db"\nbeside = "beside.db"\nfar = "postgres://db/farm"\n',
	});
	const host: Host = {
		environment: {},
		platform: 'linux',
		home,
		cwd: '/here',
		name: 'machine',
	};
	const {settings, inForce, configuration} = await loadSchedulerConfig({host});
	const choose = (chosen?: string) =>
		chooseDatabase({
			settings,
			inForce,
			folder: configuration.folder,
			host,
			chosen,
		});
	t.deepEqual(choose(), {
		kind: 'file',
		path: path.join(home, 'farm.db'),
		name: 'main',
		isDefault: false,
	});
	t.deepEqual(choose('beside'), {
		kind: 'file',
		path: path.join(home, '.config/lifeblood/scheduler/beside.db'),
		name: 'beside',
		isDefault: false,
	});
	t.deepEqual(choose('far'), {
		kind: 'url',
		url: 'postgres://db/farm',
		name: 'far',
	});
	t.deepEqual(choose('./x'), {
		kind: 'file',
		path: '/here/x',
		name: undefined,
		isDefault: false,
	});
	t.deepEqual(choose('x.db'), {
		kind: 'file',
		path: '/here/x.db',
		name: undefined,
		isDefault: false,
	});
	t.deepEqual(choose(''), {
		kind: 'file',
		path: path.join(home, '.local/share/lifeblood/farm.db'),
		name: undefined,
		isDefault: true,
	});
	t.throws(() => choose('mai'), {
		instanceOf: FarmError,
		code: 'NOT_FOUND',
		message: /did you mean "main"/v,
	});
	t.throws(() => choose('constructor'), {
		instanceOf: FarmError,
		code: 'NOT_FOUND',
	});
	t.is(
		knownDatabase({settings, folder: configuration.folder, host}, 'nothing'),
		undefined,
	);
});
