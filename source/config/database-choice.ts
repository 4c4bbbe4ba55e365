import {FarmError} from '../core/errors.js';
import {nearest} from '../core/nearest.js';
import {absolute, dataFolder, pathsOf} from './folders.js';
import type {Host} from './host.js';
import type {SettingInForce} from './resolve-settings.js';
import type {SchedulerSettings} from './scheduler-settings.js';

export type DatabaseChoice =
	| {
			readonly kind: 'file';
			readonly path: string;
			/** From [scheduler.databases]. */ readonly name: string | undefined;
			/** Nobody chose it. */ readonly isDefault: boolean;
	  }
	| {
			readonly kind: 'url';
			readonly url: string;
			readonly name: string | undefined;
	  };

type Input = {
	readonly settings: SchedulerSettings;
	readonly inForce: readonly SettingInForce[];
	/** The configuration folder. */
	readonly folder: string;
	readonly host: Host;
	/** Another one than the setting says, as `--db` of commands that look at a database. */
	readonly chosen?: string | undefined;
};

/**
The database that a setting or `--db` means: a name from [scheduler.databases], a path, a postgres URL, or, if it is empty, the default one in the folder for data.

@throws {FarmError} `NOT_FOUND` for a bare word that is no known name
*/
export const chooseDatabase = ({
	settings,
	inForce,
	folder,
	host,
	chosen,
}: Input): DatabaseChoice => {
	const setting = inForce.find(
		(entry) => entry.path === 'scheduler.database.path',
	);
	const origin =
		chosen === undefined ? setting?.origin : {kind: 'flag' as const};
	const written = chosen ?? settings.scheduler.database.path;
	const configFolderOf = pathsOf(host).join(folder, 'scheduler');
	if (written === '') {
		return {
			kind: 'file',
			path: pathsOf(host).join(dataFolder(host), 'farm.db'),
			name: undefined,
			isDefault: true,
		};
	}

	const known = settings.scheduler.databases;
	const byName = Object.hasOwn(known, written) ? known[written] : undefined;
	if (byName !== undefined) {
		return located({
			written: byName,
			name: written,
			from: configFolderOf,
			host,
		});
	}

	if (!isLocation(written)) {
		const names = Object.keys(known);
		const hint =
			names.length === 0
				? 'none is named in [scheduler.databases].'
				: meantAmong(written, names);
		throw new FarmError(
			'NOT_FOUND',
			`There is no database named "${written}"; ${hint} For a file in the current folder write ./${written}`,
		);
	}

	return located({
		written,
		name: undefined,
		from: origin?.kind === 'file' ? configFolderOf : host.cwd,
		host,
	});
};

/** The same for a database of [scheduler.databases]. */
export const knownDatabase = (
	{settings, folder, host}: Pick<Input, 'settings' | 'folder' | 'host'>,
	name: string,
): DatabaseChoice | undefined => {
	const written = Object.hasOwn(settings.scheduler.databases, name)
		? settings.scheduler.databases[name]
		: undefined;
	return written === undefined
		? undefined
		: located({
				written,
				name,
				from: pathsOf(host).join(folder, 'scheduler'),
				host,
			});
};

/** Whether it says where a database is, and is not just a name. */
export const isLocation = (written: string): boolean =>
	isUrl(written) ||
	/[\/\\~]/v.test(written) ||
	/\.(?:db|sqlite|sqlite3)$/iv.test(written);

const located = ({
	written,
	name,
	from,
	host,
}: {
	readonly written: string;
	readonly name: string | undefined;
	readonly from: string;
	readonly host: Host;
}): DatabaseChoice =>
	isUrl(written)
		? {kind: 'url', url: written, name}
		: {
				kind: 'file',
				path: absolute(host, written, from),
				name,
				isDefault: false,
			};

const meantAmong = (written: string, names: readonly string[]): string => {
	const near = nearest(written, names);
	return near === undefined
		? `known: ${names.join(', ')}.`
		: `did you mean "${near}"?`;
};

const isUrl = (written: string): boolean =>
	/^postgres(?:ql)?:\/\//iv.test(written);
