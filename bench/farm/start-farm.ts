import fs from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import Database from 'better-sqlite3';
import {readKeyFile} from '../../source/config/key-file.js';
import {systemClock} from '../../source/core/clock.js';
import {checkDatabase} from '../../source/db/check.js';
import type {Connection} from '../../source/db/open.js';
import {readRuntimeFiles} from '../../source/modes/runtime-file.js';
import {formatAddress, type Address} from '../../source/net/address.js';
import {connect, type ConnectOptions} from '../../source/net/connect.js';
import {fromJoinCode, type FarmKey} from '../../source/net/key.js';
import type {SchedulerPeer} from '../../source/net/scheduler-methods.js';
import {expectEqual} from '../measure/expect.js';
import {createBenchFolder, type BenchFolder} from './bench-folder.js';
import {startDaemon, type Daemon} from './daemon.js';

export type Client = SchedulerPeer;

export type Farm = AsyncDisposable & {
	readonly folder: BenchFolder;
	readonly database: string;
	readonly address: Address;
	/** Where viewers connect. */
	readonly uiAddress: Address;
	readonly key: FarmKey;
	readonly keyFile: string;
	readonly scheduler: Daemon;
	readonly client: Client;
	/** One more connection. */
	readonly connect: (more?: ClientOptions) => Promise<Client>;
	/** Resolves when it is registered. */
	readonly startWorker: (options: {
		readonly name: string;
		readonly cpus?: number;
		readonly memory?: string;
		readonly gpus?: number;
		readonly groups?: readonly string[];
		/** More than the folder's own, or other. */
		readonly environment?: Readonly<Record<string, string>>;
	}) => Promise<Daemon>;
	/** What a command of the program needs to talk to this farm. */
	readonly clientWords: readonly string[];
	/** Stops everything, looks for faults in the database, and shows it. */
	readonly finish: (look?: (connection: Connection) => void) => Promise<void>;
};

type ClientOptions = Pick<ConnectOptions, 'onNotice'> & {
	/** Who sits in front of it. */
	readonly user?: string;
};

export type FarmOptions = {
	/** The farm's. */
	readonly name?: string;
	/** A database to begin with; it is used as it is. */
	readonly database?: string;
	/** A folder to run in; else a new one, which goes with the farm. */
	readonly folder?: BenchFolder;
	readonly profile?: string | undefined;
	/** UDP. None: it announces itself nowhere. */
	readonly broadcastPort?: number | undefined;
	/** Whether programs may watch it, on a port of its own on loopback that it says when it is ready. */
	readonly isWatched?: boolean;
};

/** A scheduler as a process of its own on a free port, with durable settings on real files. */
export const startFarm = async ({
	name: farmName = 'bench',
	database: given,
	folder: ownFolder,
	profile,
	broadcastPort,
	isWatched = false,
}: FarmOptions = {}): Promise<Farm> => {
	const folder = ownFolder ?? (await createBenchFolder());
	const {environment} = folder;
	const configFolder = path.join(folder.path, 'config');
	const database = given ?? path.join(folder.path, 'farm.db');
	const keyFile = path.join(configFolder, 'farm.key');
	const workers: Daemon[] = [];
	const clients: Client[] = [];
	const scheduler = startDaemon(
		schedulerWords({
			configFolder,
			database,
			name: farmName,
			isAnnounced: broadcastPort !== undefined,
		}),
		{
			environment: {
				...environment,
				...(broadcastPort !== undefined && {
					LIFEBLOOD_SCHEDULER_CORE_BROADCAST_PORT: String(broadcastPort),
				}),
				...(isWatched && {
					LIFEBLOOD_SCHEDULER_METRICS_ENABLED: 'true',
					LIFEBLOOD_SCHEDULER_METRICS_PORT: '0',
				}),
			},
			profile,
		},
	);
	try {
		await scheduler.untilSaid('is ready');
		const {server: address, ui: uiAddress} = await addressesOf(
			scheduler,
			folder,
		);
		const key = await readKey(keyFile);
		const open = async ({
			onNotice,
			user = 'bench',
		}: ClientOptions = {}): Promise<Client> => {
			const {peer} = await connect({
				address,
				key,
				hello: {role: 'client', version: '0', name: 'bench', user},
				...(onNotice && {onNotice}),
				clock: systemClock,
			});
			clients.push(peer);
			return peer;
		};

		const client = await open();
		const clientWords = [
			'--config-dir',
			configFolder,
			'--scheduler',
			formatAddress(address),
		];
		const stopAll = async (): Promise<void> => {
			for (const peer of clients) {
				peer.close();
			}

			await Promise.all(workers.map(async (worker) => worker.stop()));
			await scheduler.stop();
		};

		return {
			folder,
			database,
			address,
			uiAddress,
			key,
			keyFile,
			scheduler,
			client,
			clientWords,
			connect: open,
			async startWorker({
				name,
				cpus = 8,
				memory = '64G',
				gpus = 0,
				groups = [],
				environment: more = {},
			}) {
				const worker = startDaemon(
					workerWords({name, cpus, memory, gpus, groups, clientWords}),
					{environment: {...environment, ...more}, profile},
				);
				workers.push(worker);
				await untilRegistered(client, name, worker);
				return worker;
			},
			async finish(look = () => undefined) {
				await stopAll();
				const connection = new Database(database, {readonly: true});
				try {
					expectEqual(
						'what is wrong with the database',
						checkDatabase(connection),
						[],
					);
					look(connection);
				} finally {
					connection.close();
				}
			},
			async [Symbol.asyncDispose]() {
				await stopAll();
				if (ownFolder === undefined) {
					await folder[Symbol.asyncDispose]();
				}
			},
		};
	} catch (error) {
		await scheduler.stop();
		throw error;
	}
};

const schedulerWords = ({
	configFolder,
	database,
	name,
	isAnnounced,
}: {
	readonly configFolder: string;
	readonly database: string;
	readonly name: string;
	readonly isAnnounced: boolean;
}): string[] => [
	'scheduler',
	'--name',
	name,
	'--config-dir',
	configFolder,
	'--db',
	database,
	'--server-ip',
	'127.0.0.1',
	'--server-port',
	'0',
	'--ui-ip',
	'127.0.0.1',
	'--ui-port',
	'0',
	...(isAnnounced ? [] : ['--no-broadcast']),
	'--log-level',
	'warn',
];

const workerWords = ({
	name,
	cpus,
	memory,
	gpus,
	groups,
	clientWords,
}: {
	readonly name: string;
	readonly cpus: number;
	readonly memory: string;
	readonly gpus: number;
	readonly groups: readonly string[];
	readonly clientWords: readonly string[];
}): string[] => [
	'worker',
	...clientWords,
	'--name',
	name,
	'--cpus',
	String(cpus),
	'--memory',
	memory,
	'--gpus',
	String(gpus),
	'--gpu-memory',
	gpus === 0 ? '0' : `${gpus * 24}G`,
	...(groups.length === 0 ? [] : ['--groups', groups.join(',')]),
];

/** Looks often: how long a start takes is measured by it. */
const untilRegistered = async (
	client: Client,
	name: string,
	worker: Daemon,
): Promise<void> => {
	const deadline = performance.now() + 30_000;
	for (;;) {
		/* eslint-disable no-await-in-loop -- one look after the other */
		const {workers} = await client.request('worker.list', {});
		if (workers.some((one) => one.name === name && one.state === 'idle')) {
			return;
		}

		if (performance.now() > deadline) {
			throw new Error(`The worker ${name} did not register: ${worker.said()}`);
		}

		await delay(2);
		/* eslint-enable no-await-in-loop */
	}
};

const addressesOf = async (
	{pid}: Daemon,
	folder: BenchFolder,
): Promise<{readonly server: Address; readonly ui: Address}> => {
	const runFolder = path.join(folder.path, 'state', 'lifeblood', 'run');
	for (const machine of await fs.readdir(runFolder)) {
		// eslint-disable-next-line no-await-in-loop -- there is one
		const entries = await readRuntimeFiles(path.join(runFolder, machine));
		const entry = entries.find((one) => one.pid === pid);
		if (entry) {
			return entry;
		}
	}

	throw new Error(`The scheduler left no word in ${runFolder}.`);
};

const readKey = async (file: string): Promise<FarmKey> => {
	const found = await readKeyFile(file, systemClock.now());
	if (found.kind === 'absent') {
		throw new Error(`The scheduler made no key in ${file}.`);
	}

	return fromJoinCode(found.keys.current);
};
