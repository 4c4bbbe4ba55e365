import process from 'node:process';
import {faultError, type Fault} from '../config/fault.js';
import {thisHost} from '../config/host.js';
import {loadViewerConfig, type Loaded} from '../config/load.js';
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
	const loaded = await loadViewerConfig({
		host: thisHost(),
		configDirectory: flags.text('config-dir'),
		flags: Object.fromEntries(
			names.map((name) => [
				name,
				name === 'scheduler' ? flags.text(name) : flags.toggle(name),
			]),
		),
	});
	const faults = await viewerNameFaults(loaded);
	if (faults.length > 0) {
		throw faultError(faults);
	}

	return loaded.settings.viewer;
};

/** What `[viewer.keys]` and `[viewer.columns]` name that there is not. The viewer's own tables know; they are read only where something was chosen. */
export const viewerNameFaults = async ({
	settings: {viewer},
	inForce,
	file,
}: Pick<Loaded<ViewerSettings>, 'settings' | 'inForce' | 'file'>): Promise<
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
