import fs from 'node:fs/promises';
import {configFolder, stateFolders} from '../../config/folders.js';
import type {Host} from '../../config/host.js';
import {keyFilePath, readKeyFile} from '../../config/key-file.js';
import {components, configFile, type LoadInput} from '../../config/load.js';
import {whyNotWritable} from '../../config/writable-folder.js';
import {systemClock} from '../../core/clock.js';
import {FarmError} from '../../core/errors.js';
import {fromJoinCode} from '../../net/key.js';
import {componentFaults} from '../component-faults.js';
import {fail, ok, warn, type Finding} from './finding.js';
import {lookAtPackages} from './look-at-packages.js';

type Input = {
	readonly host: Host;
	readonly configDirectory: string | undefined;
	readonly keyFile: string | undefined;
};

/** The files of this user: configuration, key, and the folder for state. */
export const lookAtConfiguration = async ({
	host,
	configDirectory,
	keyFile,
}: Input): Promise<Finding[]> => {
	const {folder, reason} = configFolder(host, configDirectory);
	const {root} = stateFolders(host);
	return [
		await folderFinding({
			check: 'configuration',
			folder,
			note: ` (${reason})`,
			advice: 'everything runs on the defaults and the environment meanwhile',
		}),
		...(await files({host, configDirectory}, folder)),
		...(await lookAtPackages(folder)),
		await key(keyFilePath({host, folder, keyFile})),
		await folderFinding({
			check: 'state',
			folder: root,
			note: '',
			advice:
				'make it writable, or set XDG_STATE_HOME: logs, and what a worker must find again after a restart, are kept there',
		}),
	];
};

const folderFinding = async ({
	check,
	folder,
	note,
	advice,
}: {
	readonly check: string;
	readonly folder: string;
	readonly note: string;
	readonly advice: string;
}): Promise<Finding> => {
	const refusal = await whyNotWritable(folder);
	return refusal === undefined
		? ok(check, `${folder}${note}`)
		: warn(check, `${folder} cannot be written (${refusal})`, advice);
};

const files = async (input: LoadInput, folder: string): Promise<Finding[]> => {
	const findings: Finding[] = [];
	for (const component of components) {
		const check = `${component}/config.toml`;
		const faults = await componentFaults(component, input); // eslint-disable-line no-await-in-loop -- in order
		const isThere = await exists(configFile(folder, component)); // eslint-disable-line no-await-in-loop -- in order
		findings.push(
			...faults.map((fault) =>
				fail(
					check,
					fault,
					`the ${component} does not start on it: mend the line`,
				),
			),
		);
		if (faults.length === 0) {
			findings.push(
				ok(check, isThere ? 'no faults' : 'not there: the defaults count'),
			);
		}
	}

	return findings;
};

const key = async (file: string): Promise<Finding> => {
	try {
		const found = await readKeyFile(file, systemClock.now());
		if (found.kind === 'absent') {
			return warn(
				'key',
				`there is no farm key in ${file}`,
				'a scheduler makes one at its first start; to be part of a farm that there is, "lifeblood join HOST:PORT"',
			);
		}

		const {kind, id} = fromJoinCode(found.keys.current);
		const [warning] = found.warnings;
		return warning === undefined
			? ok(
					'key',
					`${file} holds ${kind === 'full' ? 'the full key' : 'a view-only key'} ${id}`,
				)
			: warn('key', warning, 'close it');
	} catch (error) {
		return fail(
			'key',
			error instanceof FarmError ? error.message : String(error),
			'without its key this machine has no part in a farm',
		);
	}
};

const exists = async (file: string): Promise<boolean> =>
	fs
		.access(file)
		.then(() => true)
		.catch(() => false);
