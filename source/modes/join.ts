import fs from 'node:fs/promises';
import os from 'node:os';
import process from 'node:process';
import {setInFile} from '../config/edit-toml.js';
import {thisHost} from '../config/host.js';
import {keyFilePath, readKeyFile, writeKeyFile} from '../config/key-file.js';
import {
	configFile,
	loadViewerConfig,
	loadWorkerConfig,
	schemas,
} from '../config/load.js';
import {configTemplate} from '../config/template.js';
import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import {formatAddress, type Address} from '../net/address.js';
import {connect, type Welcome} from '../net/connect.js';
import {discover} from '../net/discover.js';
import {fromJoinCode, toJoinCode, type FarmKey} from '../net/key.js';
import type {CommandContext, ExitStatus} from './context.js';
import {parseAddress} from './parse-address.js';
import {readSecret} from './read-secret.js';
import {version} from './version.js';

/** As long as everybody else listens for a scheduler. */
const longestListenMs = 15_000;

/** Makes this machine part of a farm: what is saved was tried first. */
export const run = async ({
	arguments: words,
	flags,
	output,
}: CommandContext): Promise<ExitStatus> => {
	const host = thisHost();
	const configDirectory = flags.text('config-dir');
	const isInsecure = flags.toggle('insecure') === true;
	// Before anybody is asked for anything: a faulty file could not be added to.
	const {settings, configuration} = await loadViewerConfig({
		host,
		configDirectory,
		flags: {scheduler: flags.text('scheduler')},
	});
	await loadWorkerConfig({host, configDirectory});
	const [place = flags.text('scheduler')] = words;
	const named =
		place === undefined
			? undefined
			: parseAddress(
					place,
					words[0] === undefined ? '--scheduler' : 'The address',
				);
	const key = isInsecure
		? undefined
		: fromJoinCode(
				await readSecret({
					stdin: process.stdin,
					stderr: process.stderr,
					prompt:
						'Join code (`lifeblood key show` prints it where the scheduler runs): ',
				}),
			);
	const address =
		named ??
		(await hear({
			key,
			port: settings.core.broadcast_port,
			say: output.message,
		}));
	const welcome = await tryOut(address, key);
	if (key === undefined && !welcome.insecure) {
		throw new FarmError(
			'REFUSED',
			`The scheduler at ${formatAddress(address)} wants a farm key: leave --insecure out.`,
		);
	}

	const keyFile = keyFilePath({
		host,
		folder: configuration.folder,
		keyFile: flags.text('key-file'),
	});
	if (key !== undefined) {
		await saveKey(keyFile, key, output.message);
	}

	for (const component of ['worker', 'viewer'] as const) {
		const file = configFile(configuration.folder, component);
		const initial = configTemplate(component, schemas[component]);
		/* eslint-disable no-await-in-loop -- the same file is changed twice */
		await setInFile(file, {
			path: ['core', 'scheduler'],
			value: formatAddress(address),
			initial,
		});
		if (isInsecure || settings.core.insecure) {
			await setInFile(file, {
				path: ['core', 'insecure'],
				value: isInsecure,
				initial,
			});
		}
		/* eslint-enable no-await-in-loop */
	}

	if (flags.toggle('json') === true) {
		output.printJson({
			farm: welcome.farm,
			scheduler: formatAddress(address),
			access: welcome.access,
			config_folder: configuration.folder,
			key_file: key === undefined ? null : keyFile,
		});
	} else {
		output.print(
			`This machine belongs to the farm "${welcome.farm}" at ${formatAddress(address)} now${welcome.access === 'view' ? ', and may look but not change: a worker needs the full key' : '; `lifeblood worker` lets it work'}.`,
		);
	}

	return 0;
};

const hear = async ({
	key,
	port,
	say,
}: {
	readonly key: FarmKey | undefined;
	readonly port: number;
	readonly say: (text: string) => void;
}): Promise<Address> => {
	say(
		`lifeblood: listening for the scheduler on the network, for ${longestListenMs / 1000} s at most`,
	);
	const [heard] = await discover({
		port,
		sought: key === undefined ? {kind: 'insecure'} : {kind: 'farm', key},
		timeoutMs: longestListenMs,
	});
	if (heard === undefined) {
		throw new FarmError(
			'UNREACHABLE',
			'No scheduler of this farm was heard on the network: name it, as in `lifeblood join HOST:PORT`.',
		);
	}

	return heard.server;
};

const tryOut = async (
	address: Address,
	key: FarmKey | undefined,
): Promise<Welcome> => {
	const {peer, welcome} = await connect({
		address,
		key,
		hello: {role: 'client', version, name: os.hostname()},
		clock: systemClock,
	});
	peer.close('The farm was joined.');
	await peer.closed;
	return welcome;
};

/** A key of another farm that was here may be the only copy of it, so it is put aside. */
const saveKey = async (
	file: string,
	key: FarmKey,
	say: (text: string) => void,
): Promise<void> => {
	const current = toJoinCode(key);
	const found = await readKeyFile(file, systemClock.now());
	if (found.kind === 'read' && found.keys.current !== current) {
		const aside = `${file}.before-${new Date(systemClock.now()).toISOString().replaceAll(':', '-')}`;
		await fs.rename(file, aside);
		say(`lifeblood: there was another farm key here; it is kept in ${aside}`);
	}

	await writeKeyFile(file, {current, previous: []});
};
