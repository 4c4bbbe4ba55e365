import process from 'node:process';
import {isDeepStrictEqual} from 'node:util';
import type {SettingInForce} from '../config/resolve-settings.js';
import {notifySystemd} from './notify-ready.js';

type Reloading = {
	/** Read the configuration again and take it up. Gives a sentence on what that changed. */
	readonly reload: () => Promise<string>;
	readonly logger: {
		readonly info: (text: string) => void;
		readonly error: (text: string) => void;
	};
	readonly environment: Readonly<Record<string, string | undefined>>;
};

/** Has a daemon read its configuration again at every HUP, until it is disposed of. A faulty one changes nothing. */
export const reloadOnHangup = ({
	reload,
	logger,
	environment,
}: Reloading): Disposable => {
	let last = Promise.resolve();
	const again = async (): Promise<void> => {
		await notifySystemd('reloading', environment);
		try {
			logger.info(await reload());
		} catch (error) {
			logger.error(
				`The configuration stays as it was: ${error instanceof Error ? error.message : String(error)}`,
			);
		}

		await notifySystemd('ready', environment);
	};

	const onHangup = (): void => {
		last = last.then(again);
	};

	process.on('SIGHUP', onHangup);
	return {
		[Symbol.dispose]() {
			process.off('SIGHUP', onHangup);
		},
	};
};

/** Says which settings are others than before, by what becomes of them. `isLive`: whether a setting is taken up without a restart. */
export const changesText = ({
	before,
	after,
	isLive,
	more = [],
}: {
	readonly before: readonly SettingInForce[];
	readonly after: readonly SettingInForce[];
	readonly isLive: (path: string) => boolean;
	/** What else is taken up. */
	readonly more?: readonly string[];
}): string => {
	const values = new Map(before.map(({path, value}) => [path, value]));
	const changed = after
		.filter(({path, value}) => !isDeepStrictEqual(value, values.get(path)))
		.map(({path}) => path);
	const inForce = [...changed.filter((path) => isLive(path)), ...more];
	const later = changed.filter((path) => !isLive(path));
	const parts = [
		...(inForce.length === 0 ? [] : [`in force now: ${inForce.join(', ')}`]),
		...(later.length === 0
			? []
			: [`from the next start on: ${later.join(', ')}`]),
	];
	return `The configuration was read again; ${parts.length === 0 ? 'nothing in it has changed' : parts.join('; ')}.`;
};
