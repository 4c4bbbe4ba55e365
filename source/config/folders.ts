import fs from 'node:fs';
import nodePath from 'node:path';
import type {Host} from './host.js';

/** Why the configuration folder is the one it is. */
export type FolderReason =
	| '--config-dir'
	| 'LIFEBLOOD_CONFIG_LOCATION'
	| '~/lifeblood is there'
	| 'XDG_CONFIG_HOME'
	| 'the usual place';

export type ConfigFolder = {
	readonly folder: string;
	readonly reason: FolderReason;
};

/** The folder with everybody's configuration: `scheduler/`, `worker/`, `viewer/`, `plugins/` and `farm.key` are in it. It need not exist. */
export const configFolder = (
	host: Host,
	configDirectory?: string,
): ConfigFolder => {
	const path = pathsOf(host);
	if (configDirectory !== undefined && configDirectory !== '') {
		return {folder: absolute(host, configDirectory), reason: '--config-dir'};
	}

	const location = host.environment['LIFEBLOOD_CONFIG_LOCATION'];
	if (location !== undefined && location !== '') {
		return {
			folder: absolute(host, location),
			reason: 'LIFEBLOOD_CONFIG_LOCATION',
		};
	}

	const visible = path.join(host.home, 'lifeblood');
	if (fs.statSync(visible, {throwIfNoEntry: false})?.isDirectory() === true) {
		return {folder: visible, reason: '~/lifeblood is there'};
	}

	if (host.platform === 'darwin') {
		return {
			folder: path.join(host.home, 'Library', 'Preferences', 'lifeblood'),
			reason: 'the usual place',
		};
	}

	if (host.platform === 'win32') {
		const roaming =
			variable(host, 'APPDATA') ?? path.join(host.home, 'AppData', 'Roaming');
		return {folder: path.join(roaming, 'lifeblood'), reason: 'the usual place'};
	}

	const xdg = variable(host, 'XDG_CONFIG_HOME');
	return xdg === undefined
		? {
				folder: path.join(host.home, '.config', 'lifeblood'),
				reason: 'the usual place',
			}
		: {folder: path.join(xdg, 'lifeblood'), reason: 'XDG_CONFIG_HOME'};
};

export type StateFolders = {
	readonly root: string;
	/** Rotating logs of the daemons. */
	readonly log: string;
	/** What the worker of this machine must find again after a restart. */
	readonly worker: string;
	/** One file for each scheduler that runs on this machine. */
	readonly run: string;
};

/** Where the components keep what they need to find again but nobody edits. What belongs to one machine is in a folder of its name. */
export const stateFolders = (host: Host): StateFolders =>
	stateFoldersIn(host, stateRoot(host));

export const stateFoldersIn = (host: Host, root: string): StateFolders => {
	const path = pathsOf(host);
	return {
		root,
		log:
			host.platform === 'darwin' && root === stateRoot(host)
				? path.join(host.home, 'Library', 'Logs', 'lifeblood')
				: path.join(root, 'log'),
		worker: path.join(root, 'worker', machineFolder(host)),
		run: path.join(root, 'run', machineFolder(host)),
	};
};

/** Where a database goes that nobody gave a place. */
export const dataFolder = (host: Host): string => {
	const path = pathsOf(host);
	if (host.platform === 'darwin') {
		return path.join(host.home, 'Library', 'Application Support', 'lifeblood');
	}

	return host.platform === 'win32'
		? path.join(localData(host), 'lifeblood', 'data')
		: path.join(
				variable(host, 'XDG_DATA_HOME') ??
					path.join(host.home, '.local', 'share'),
				'lifeblood',
			);
};

/** A path as a person writes it, with `~` for the home folder, made absolute from `from` (else the current folder). */
export const absolute = (
	host: Host,
	written: string,
	from: string = host.cwd,
): string => pathsOf(host).resolve(from, expandHome(host, written));

export const expandHome = (host: Host, written: string): string =>
	written === '~' ||
	written.startsWith('~/') ||
	(host.platform === 'win32' && written.startsWith('~\\'))
		? pathsOf(host).join(host.home, written.slice(1))
		: written;

export const pathsOf = (host: Host): nodePath.PlatformPath =>
	host.platform === 'win32' ? nodePath.win32 : nodePath.posix;

const stateRoot = (host: Host): string => {
	const path = pathsOf(host);
	if (host.platform === 'darwin') {
		return path.join(host.home, 'Library', 'Application Support', 'lifeblood');
	}

	return host.platform === 'win32'
		? path.join(localData(host), 'lifeblood')
		: path.join(
				variable(host, 'XDG_STATE_HOME') ??
					path.join(host.home, '.local', 'state'),
				'lifeblood',
			);
};

const localData = (host: Host): string =>
	variable(host, 'LOCALAPPDATA') ??
	pathsOf(host).join(host.home, 'AppData', 'Local');

const machineFolder = (host: Host): string => {
	const name = host.name.replaceAll(/[^\w\-.]/gv, '_').replace(/^\.+/v, '_');
	return name === '' ? 'machine' : name;
};

// The XDG specification: relative paths are invalid and ignored.
const variable = (host: Host, name: string): string | undefined => {
	const value = host.environment[name];
	return value !== undefined && pathsOf(host).isAbsolute(value)
		? value
		: undefined;
};
