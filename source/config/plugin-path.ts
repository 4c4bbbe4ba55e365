import {absolute, pathsOf} from './folders.js';
import type {Host} from './host.js';

type Input = {
	readonly host: Host;
	/** The configuration folder. */
	readonly folder: string;
	/** `core.plugin_path` */
	readonly settings?: readonly string[];
};

/** Where node plugins are looked for, in order: `plugins/` of the configuration folder, the setting, LIFEBLOOD_PLUGIN_PATH (folders or files, separated as in PATH). Not all of them need exist. */
export const pluginPath = ({host, folder, settings = []}: Input): string[] => {
	const path = pathsOf(host);
	const fromEnvironment = (host.environment['LIFEBLOOD_PLUGIN_PATH'] ?? '')
		.split(path.delimiter)
		.filter((place) => place !== '');
	return [
		...new Set([
			path.join(folder, 'plugins'),
			...settings,
			...fromEnvironment.map((place) => absolute(host, place)),
		]),
	];
};
