import {setTimeout as delay} from 'node:timers/promises';
import {readKeyFile} from '../config/key-file.js';
import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import {formatAddress} from '../net/address.js';
import {fromJoinCode} from '../net/key.js';
import {connectClient, type Client} from './client.js';
import {startDaemon, type DaemonProcess} from './daemon-process.js';
import type {FoundScheduler} from './find-scheduler.js';
import type {Output} from './output.js';
import {readRuntimeFiles, type RuntimeEntry} from './runtime-file.js';

/** A scheduler and a worker on this machine, each a process of its own. */
export type LocalFarm = {
	readonly entry: RuntimeEntry;
	readonly processes: readonly DaemonProcess[];
	/** Rejects when one of the two ends although nobody stopped it. */
	readonly failure: Promise<never>;
	/** Ends the worker, then the scheduler. Doing it twice is doing it once. */
	readonly stop: () => Promise<void>;
};

/** Reading and migrating a large database may take a while. */
const longestStartMs = 60_000;

/**
Starts a scheduler, and a worker for it.

@throws FarmError `INTERNAL` with what the process said where one of them ends at once
*/
export const startLocalFarm = async ({
	runFolder,
	logFolder,
	schedulerWords,
	workerWords,
	again,
	isCancelled,
}: {
	/** Where schedulers of this user tell that they run: `stateFolders(host).run`. */
	readonly runFolder: string;
	readonly logFolder: string;
	readonly schedulerWords: readonly string[];
	readonly workerWords: readonly string[];
	/** The command that starts such a farm, for people. */
	readonly again: string;
	/** Somebody does not want it any more: what has been started ends, and undefined is given. */
	readonly isCancelled: () => boolean;
}): Promise<LocalFarm | undefined> => {
	const scheduler = await startDaemon({
		name: 'scheduler',
		words: schedulerWords,
		logFolder,
		again,
	});
	try {
		const entry = await untilItListens(scheduler, {
			runFolder,
			isCancelled,
		});
		if (entry === undefined) {
			await scheduler.stop();
			return undefined;
		}

		const worker = await startDaemon({
			name: 'worker',
			words: [
				'--scheduler',
				formatAddress(entry.server),
				...(entry.key_file === null
					? ['--insecure']
					: ['--key-file', entry.key_file]),
				...workerWords,
			],
			logFolder,
			again,
		});
		return assemble(entry, scheduler, worker);
	} catch (error) {
		await scheduler.stop();
		throw error;
	}
};

const assemble = (
	entry: RuntimeEntry,
	scheduler: DaemonProcess,
	worker: DaemonProcess,
): LocalFarm => {
	let stopping: Promise<void> | undefined;
	const {promise: failure, reject} = Promise.withResolvers<never>();
	// Whoever waits for something else races it; until then it is no defect.
	failure.catch(() => undefined);
	const guard = async (daemon: DaemonProcess): Promise<void> => {
		await daemon.ended;
		if (stopping === undefined) {
			reject(await endOf(daemon));
		}
	};

	void guard(scheduler);
	void guard(worker);
	return {
		entry,
		processes: [scheduler, worker],
		failure,
		async stop() {
			stopping ??= (async () => {
				await worker.stop();
				await scheduler.stop();
			})();
			return stopping;
		},
	};
};

/** Talks to a scheduler of this machine, with the key that it uses itself. */
export const connectLocal = async (
	entry: RuntimeEntry,
	output: Output,
): Promise<Client> =>
	connectClient(await localScheduler(entry), (text) => {
		output.message(text);
	});

/** Where a scheduler of this machine listens, with the key that it uses itself. */
export const localScheduler = async ({
	server: address,
	key_file: keyFile,
}: RuntimeEntry): Promise<FoundScheduler> => {
	const stored =
		keyFile === null
			? undefined
			: await readKeyFile(keyFile, systemClock.now());
	return {
		address,
		key:
			stored?.kind === 'read' ? fromJoinCode(stored.keys.current) : undefined,
	};
};

/** It has written down where it listens, or has ended. */
const untilItListens = async (
	scheduler: DaemonProcess,
	{
		runFolder,
		isCancelled,
	}: {
		readonly runFolder: string;
		readonly isCancelled: () => boolean;
	},
): Promise<RuntimeEntry | undefined> => {
	const deadline = systemClock.monotonic() + longestStartMs;
	while (systemClock.monotonic() < deadline) {
		/* eslint-disable no-await-in-loop -- each look depends on time passing */
		const entries = await readRuntimeFiles(runFolder);
		const entry = entries.find(({pid}) => pid === scheduler.pid);
		if (entry) {
			return entry;
		}

		if (isCancelled()) {
			return undefined;
		}

		if (scheduler.hasEnded()) {
			throw await endOf(scheduler);
		}

		await delay(20);
		/* eslint-enable no-await-in-loop */
	}

	throw new FarmError(
		'TIMEOUT',
		`The scheduler was not ready within ${longestStartMs / 1000} s; its log is ${scheduler.logFile}`,
	);
};

const endOf = async (daemon: DaemonProcess): Promise<FarmError> =>
	new FarmError('CONFLICT', await daemon.howItEnded());
