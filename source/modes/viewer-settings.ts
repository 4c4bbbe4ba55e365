import process from 'node:process';
import {z} from 'zod';
import {faultError, type Fault} from '../config/fault.js';
import {configFolder} from '../config/folders.js';
import {thisHost} from '../config/host.js';
import {
	configFile,
	loadViewerConfig,
	settingFaults,
	type LoadInput,
	type Loaded,
} from '../config/load.js';
import {readToml} from '../config/read-toml.js';
import type {ViewerSettings} from '../config/viewer-settings.js';
import type {Flags} from './context.js';

/** Whether a person sits before it who can be shown a full screen. */
export const isOnTerminal = (): boolean =>
	process.stdin.isTTY && process.stdout.isTTY;

/**
What the viewer's configuration and these flags say.

@throws {FarmError} `INVALID`, also for keys and columns of something that the viewer does not have
*/
export const viewerSettings = async (
	flags: Flags,
	names: ReadonlyArray<'scheduler' | 'insecure' | 'read-only'>,
): Promise<ViewerSettings['viewer']> => {
	const input: LoadInput = {
		host: thisHost(),
		configDirectory: flags.text('config-dir'),
		flags: Object.fromEntries(
			names.map((name) => [
				name,
				name === 'scheduler' ? flags.text(name) : flags.toggle(name),
			]),
		),
	};
	const faults = await viewerFaults(input);
	if (faults.length > 0) {
		throw faultError(faults);
	}

	const {settings} = await loadViewerConfig(input);
	return settings.viewer;
};

/** All that is wrong with the viewer's configuration, its names too. */
export const viewerFaults = async (
	input: LoadInput,
): Promise<readonly Fault[]> => {
	const faults = await settingFaults('viewer', input);
	if (faults.length === 0) {
		return nameFaultsOf(await loadViewerConfig(input));
	}

	// Names are looked at as far as they can be read, so that a person mends everything at once.
	const {folder} = configFolder(input.host, input.configDirectory);
	const file = configFile(folder, 'viewer');
	const read = await readToml(file);
	return read.kind === 'read'
		? [
				...faults,
				...(await nameFaultsOf({
					settings: readable.parse(read.data),
					inForce: [],
					file,
				})),
			]
		: faults;
};

const namesReadable = z
	.record(z.string(), z.array(z.string()).catch([]))
	.catch({});

/** What of the names a file with other faults has in the right form. */
const readable = z.object({
	viewer: z
		.object({keys: namesReadable, columns: namesReadable})
		.catch({keys: {}, columns: {}}),
});

/** What `[viewer.keys]` and `[viewer.columns]` name that there is not. The viewer's own tables know; they are read only where something was chosen. */
const nameFaultsOf = async ({
	settings: {viewer},
	inForce,
	file,
}: {
	readonly settings: {
		readonly viewer: Pick<ViewerSettings['viewer'], 'keys' | 'columns'>;
	};
} & Pick<Loaded<ViewerSettings>, 'inForce' | 'file'>): Promise<
	readonly Fault[]
> => {
	const {keys, columns} = viewer;
	if (Object.keys(keys).length + Object.keys(columns).length === 0) {
		return [];
	}

	const [{nameFaults}, read] = await Promise.all([
		import('../ui/keys/name-faults.js'),
		readToml(file),
	]);
	return nameFaults(viewer).map(({path, message}) => {
		const origin = inForce.find(
			(setting) => setting.path === `viewer.${path[0]}`,
		)?.origin;
		return origin?.kind === 'environment'
			? {where: origin.variable, message}
			: {
					...(read.kind === 'read'
						? read.locate(['viewer', ...path])
						: {where: file}),
					message,
				};
	});
};
