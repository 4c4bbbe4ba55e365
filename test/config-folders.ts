import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {
	absolute,
	configFolder,
	dataFolder,
	stateFolders,
} from '../source/config/folders.js';
import type {Host} from '../source/config/host.js';
import {pluginPath} from '../source/config/plugin-path.js';
import {usableStateFolders} from '../source/config/usable-state.js';

const makeHost = async (
	t: ExecutionContext,
	environment: Record<string, string> = {},
	platform: NodeJS.Platform = 'linux',
): Promise<Host> => {
	const home = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-test-'));
	t.teardown(async () => {
		await fs.rm(home, {recursive: true, force: true});
	});
	return {environment, platform, home, cwd: '/work-here', name: 'machine'};
};

test('--config-dir goes before everything', async (t) => {
	const host = await makeHost(t, {LIFEBLOOD_CONFIG_LOCATION: '/other'});
	t.deepEqual(configFolder(host, '~/mine'), {
		folder: path.join(host.home, 'mine'),
		reason: '--config-dir',
	});
	t.is(configFolder(host, 'here').folder, '/work-here/here');
});

test('the variable goes before ~/lifeblood, and that before XDG', async (t) => {
	const host = await makeHost(t, {XDG_CONFIG_HOME: '/xdg'});
	t.is(configFolder(host).folder, '/xdg/lifeblood');
	await fs.mkdir(path.join(host.home, 'lifeblood'));
	t.is(configFolder(host).folder, path.join(host.home, 'lifeblood'));
	t.is(
		configFolder({...host, environment: {LIFEBLOOD_CONFIG_LOCATION: '/other'}})
			.folder,
		'/other',
	);
});

test('a file named ~/lifeblood is no folder for configuration', async (t) => {
	const host = await makeHost(t);
	await fs.writeFile(path.join(host.home, 'lifeblood'), '');
	t.is(configFolder(host).folder, path.join(host.home, '.config/lifeblood'));
});

test('empty and relative XDG variables are passed over', async (t) => {
	const host = await makeHost(t, {
		XDG_CONFIG_HOME: '',
		XDG_STATE_HOME: 'relative',
		XDG_DATA_HOME: 'relative',
	});
	t.is(configFolder(host).folder, path.join(host.home, '.config/lifeblood'));
	t.is(
		stateFolders(host).log,
		path.join(host.home, '.local/state/lifeblood/log'),
	);
	t.is(dataFolder(host), path.join(host.home, '.local/share/lifeblood'));
});

test('macOS and Windows have their own places', async (t) => {
	const mac = await makeHost(t, {XDG_CONFIG_HOME: '/xdg'}, 'darwin');
	t.is(
		configFolder(mac).folder,
		path.join(mac.home, 'Library/Preferences/lifeblood'),
	);
	t.is(stateFolders(mac).log, path.join(mac.home, 'Library/Logs/lifeblood'));
	const windows: Host = {
		environment: {
			APPDATA: String.raw`C:\Users\anna\Roaming`,
			LOCALAPPDATA: String.raw`C:\Users\anna\Local`,
		},
		platform: 'win32',
		home: String.raw`C:\Users\anna`,
		cwd: 'C:\\',
		name: 'machine',
	};
	t.is(
		configFolder(windows).folder,
		String.raw`C:\Users\anna\Roaming\lifeblood`,
	);
	t.is(
		stateFolders(windows).log,
		String.raw`C:\Users\anna\Local\lifeblood\log`,
	);
	t.is(dataFolder(windows), String.raw`C:\Users\anna\Local\lifeblood\data`);
	t.is(
		absolute(windows, String.raw`~\farm.db`),
		String.raw`C:\Users\anna\farm.db`,
	);
});

test('what belongs to one machine is kept apart where a home is shared by many', async (t) => {
	const host = await makeHost(t);
	const other = {...host, name: 'other/../machine'};
	t.not(stateFolders(host).run, stateFolders(other).run);
	t.not(stateFolders(host).worker, stateFolders(other).worker);
	t.is(
		path.dirname(stateFolders(other).run),
		path.dirname(stateFolders(host).run),
	);
});

test('a state folder that cannot be written is replaced by one of this user alone, with one line of warning', async (t) => {
	const host = await makeHost(t);
	await fs.writeFile(path.join(host.home, '.local'), 'a file in the way');
	const {folders, warning} = await usableStateFolders(host);
	t.regex(
		warning ?? '',
		/^the folder for state: .* cannot be written \(a file is in the way\)/v,
	);
	t.false(warning?.includes('\n'));
	const {mode} = await fs.stat(folders.root);
	t.is(mode % 0o1000, 0o700);
	const again = await usableStateFolders(host);
	t.is(again.folders.root, folders.root);
});

test('a state folder that can be written is made, without a warning', async (t) => {
	const host = await makeHost(t);
	const {folders, warning} = await usableStateFolders(host);
	t.is(warning, undefined);
	t.deepEqual(await fs.readdir(folders.root), []);
});

test('plugins are looked for in the configuration folder, the setting and the variable', async (t) => {
	const host = await makeHost(t, {LIFEBLOOD_PLUGIN_PATH: '~/a::b.js'});
	t.deepEqual(pluginPath({host, folder: '/c', settings: ['/s']}), [
		'/c/plugins',
		'/s',
		path.join(host.home, 'a'),
		'/work-here/b.js',
	]);
});
