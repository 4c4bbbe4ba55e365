import process from 'node:process';
import {thisHost} from '../config/host.js';
import {loadViewerConfig} from '../config/load.js';
import type {ViewerSettings} from '../config/viewer-settings.js';
import type {Flags} from './context.js';

/** Whether a person sits before it who can be shown a full screen. */
export const isOnTerminal = (): boolean =>
	process.stdin.isTTY && process.stdout.isTTY;

/** What the viewer's configuration and these flags say. */
export const viewerSettings = async (
	flags: Flags,
	names: ReadonlyArray<'scheduler' | 'insecure' | 'read-only'>,
): Promise<ViewerSettings['viewer']> => {
	const {settings} = await loadViewerConfig({
		host: thisHost(),
		configDirectory: flags.text('config-dir'),
		flags: Object.fromEntries(
			names.map((name) => [
				name,
				name === 'scheduler' ? flags.text(name) : flags.toggle(name),
			]),
		),
	});
	return settings.viewer;
};
