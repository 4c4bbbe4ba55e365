import {once} from 'node:events';
import {connect as connectPlain} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import {configFolder} from '../config/folders.js';
import {thisHost, type Host} from '../config/host.js';
import {keyFilePath, readKeyFile} from '../config/key-file.js';
import {loadViewerConfig} from '../config/load.js';
import {formatAddress, type Address} from '../net/address.js';
import type {Sought} from '../net/discover.js';
import {fromJoinCode, type FarmKey} from '../net/key.js';
import type {CommandContext} from './context.js';
import {hasOwnFarm} from './has-own-farm.js';
import {parseAddress} from './parse-address.js';
import type {RuntimeEntry} from './runtime-file.js';
import {runningSchedulers} from './running-schedulers.js';

export type FoundScheduler = {
	readonly address: Address;
	/** Undefined: it runs without one. */
	readonly key: FarmKey | undefined;
};

/**
Where the scheduler is that a command talks to: the one that was named, else the configuration's, else the one of this machine and user, else the one whose broadcast is heard; while that is listened for, one that is started here counts too. The signal ends the listening.

@throws FarmError `UNREACHABLE` where there is none, `REFUSED` where there is no key for it, `INVALID` for a faulty configuration
*/
export const findScheduler = async (
	{flags, output}: CommandContext,
	signal?: AbortSignal,
): Promise<FoundScheduler> => {
	const host = thisHost();
	const configDirectory = flags.text('config-dir');
	const {settings, configuration, warnings} = await loadViewerConfig({
		host,
		configDirectory,
		flags: {
			scheduler: flags.text('scheduler'),
			insecure: flags.toggle('insecure'),
		},
	});
	const keyFile = flags.text('key-file');
	const ownKeyFile = keyFilePath({
		host,
		folder: configuration.folder,
		keyFile,
	});
	const say = (text: string): void => {
		output.message(`lifeblood: ${text}`);
	};

	for (const warning of warnings) {
		say(warning);
	}

	const {scheduler, insecure, broadcast_port: broadcastPort} = settings.core;
	if (scheduler !== '') {
		const address = parseAddress(
			scheduler,
			flags.text('scheduler') === undefined
				? 'The configured scheduler'
				: '--scheduler',
		);
		return {
			address,
			key: insecure
				? undefined
				: await keyFor({address, file: ownKeyFile, say}),
		};
	}

	const lookHere = async (): Promise<FoundScheduler | undefined> => {
		const local = await localScheduler(host, configDirectory);
		if (local === undefined) {
			return undefined;
		}

		const {server: address, key_file: theirs} = local;
		return {
			address,
			key:
				insecure || theirs === null
					? undefined
					: await keyFor({
							address,
							file: keyFile === undefined ? theirs : ownKeyFile,
							say,
						}),
		};
	};

	const here = await lookHere();
	if (here !== undefined) {
		return here;
	}

	say(
		`no scheduler is named, and none runs here; listening for one on the network (at most ${longestListenMs / 1000} s)`,
	);
	const ending = new AbortController();
	const until =
		signal === undefined
			? ending.signal
			: AbortSignal.any([ending.signal, signal]);
	try {
		return await Promise.race([
			heardScheduler({
				key: insecure ? undefined : await readKey(ownKeyFile, say),
				isInsecure: insecure,
				broadcastPort,
				say,
				signal: until,
			}),
			startedHere(lookHere, until),
		]);
	} finally {
		ending.abort();
	}
};

const lookHereMs = 250;

/** A scheduler of this machine that was away, as for a restart. Never settles where none comes. */
const startedHere = async (
	lookHere: () => Promise<FoundScheduler | undefined>,
	signal: AbortSignal,
): Promise<FoundScheduler> => {
	for (;;) {
		/* eslint-disable no-await-in-loop -- each look depends on time passing */
		await delay(lookHereMs, undefined, {signal});
		const found = await lookHere();
		/* eslint-enable no-await-in-loop */
		if (found !== undefined) {
			return found;
		}
	}
};

/** The one that was started with the same configuration. Any other will do only where nobody named a configuration and the usual one has no farm key: a worker whose own scheduler is restarted must not go to another farm meanwhile, nor a command change one that was not meant. */
const localScheduler = async (
	host: Host,
	configDirectory: string | undefined,
): Promise<RuntimeEntry | undefined> => {
	const running = await runningSchedulers(host);
	const {folder, reason} = configFolder(host, configDirectory);
	const ours = running.filter((entry) => entry.config_folder === folder);
	const isNamed =
		reason === '--config-dir' || reason === 'LIFEBLOOD_CONFIG_LOCATION';
	const candidates =
		isNamed || ours.length > 0 || (await hasOwnFarm(host)) ? ours : running;
	if (candidates.length > 1) {
		throw new FarmError(
			'INVALID',
			`${candidates.length} schedulers run on this machine: say which one with --scheduler ${candidates
				.map(({server, database}) => `${formatAddress(server)} (${database})`)
				.join(' or ')}.`,
		);
	}

	return candidates[0];
};

type Say = (text: string) => void;

const readKey = async (
	file: string,
	say: Say,
): Promise<FarmKey | undefined> => {
	const found = await readKeyFile(file, systemClock.now());
	if (found.kind === 'absent') {
		return undefined;
	}

	for (const warning of found.warnings) {
		say(warning);
	}

	return fromJoinCode(found.keys.current);
};

/** Without a key it still matters whether there is anybody to be refused by. */
const keyFor = async ({
	address,
	file,
	say,
}: {
	readonly address: Address;
	readonly file: string;
	readonly say: Say;
}): Promise<FarmKey> => {
	const key = await readKey(file, say);
	if (key !== undefined) {
		return key;
	}

	await expectSomebody(address);
	throw new FarmError(
		'REFUSED',
		`There is no farm key in ${file}: get the join code with \`lifeblood key show\` where the scheduler runs, and use \`lifeblood join ${formatAddress(address)}\` here.`,
	);
};

const expectSomebody = async (address: Address): Promise<void> => {
	const socket = connectPlain(address);
	try {
		await once(socket, 'connect', {signal: AbortSignal.timeout(10_000)});
	} catch (error) {
		throw new FarmError(
			'UNREACHABLE',
			`Nobody answers at ${formatAddress(address)}: check the address, that the scheduler runs there, and that no firewall is in the way.`,
			{cause: error},
		);
	} finally {
		socket.destroy();
	}
};

const longestListenMs = 15_000;

const heardScheduler = async ({
	key,
	isInsecure,
	broadcastPort,
	say,
	signal,
}: {
	readonly key: FarmKey | undefined;
	readonly isInsecure: boolean;
	readonly broadcastPort: number;
	readonly say: Say;
	readonly signal: AbortSignal;
}): Promise<FoundScheduler> => {
	const {discover} = await import('../net/discover.js');
	const [heard] = await discover({
		port: broadcastPort,
		sought: soughtWith(key, isInsecure),
		timeoutMs: longestListenMs,
		signal,
	});
	if (heard === undefined) {
		throw new FarmError(
			'UNREACHABLE',
			'There is no scheduler: none is named, none runs on this machine, and none was heard on the network. Start one with `lifeblood scheduler`, or name one with --scheduler HOST:PORT.',
		);
	}

	if (key === undefined && !isInsecure) {
		throw new FarmError(
			'REFUSED',
			`The farm "${heard.farm}" was heard at ${formatAddress(heard.server)}, but there is no farm key here: use \`lifeblood join ${formatAddress(heard.server)}\`.`,
		);
	}

	say(`found the farm "${heard.farm}" at ${formatAddress(heard.server)}`);
	return {address: heard.server, key};
};

const soughtWith = (key: FarmKey | undefined, isInsecure: boolean): Sought => {
	if (isInsecure) {
		return {kind: 'insecure'};
	}

	return key === undefined ? {kind: 'any'} : {kind: 'farm', key};
};
