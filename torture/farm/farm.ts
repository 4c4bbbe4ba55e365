import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {writeLoopbackConfig} from '../../test/helpers/loopback-config.js'; // eslint-disable-line node-test/no-import-test-files -- it has no tests
import type {Chronicle} from '../chronicle.js';
import {layCable, type Cable} from './cable.js';
import {startDaemon, type Daemon} from './daemon.js';
import {makeDisk, type Disk} from './disk.js';
import {makeNamespace, type Namespace} from './namespace.js';
import {whyAlwaysWritable, whyWritableWhileOpen} from './read-only.js';
import {processesWith, type FarmProcess} from './processes.js';

/** A scheduler or a worker of the farm, which somebody keeps starting again. */
export type Member = {
	readonly name: string;
	/** The one that runs, or ran last. */
	readonly daemon: () => Daemon;
	readonly start: () => Promise<void>;
	/** A fault has its way with it: nobody else may, and its end is no surprise. */
	readonly isTaken: () => boolean;
	readonly take: () => void;
	/** From now on it is started again should it end, which only a full disk excuses. */
	readonly release: () => void;
	/** Milliseconds that its wall clock is off. */
	readonly setClock: (offset: number) => void;
};

export type WorkerMember = Member & {
	readonly cable: Cable;
	readonly namespace: Namespace | undefined;
};

export type TorturedFarm = {
	readonly folder: string;
	readonly database: string;
	/** Where processes write down what they do. */
	readonly account: string;
	/** Where each piece of work counts how often it was begun. */
	readonly tries: string;
	/** For temporary files of all that runs. */
	readonly temporary: string;
	/** For what workers must find again. */
	readonly state: string;
	readonly keyFile: string;
	readonly scheduler: Member;
	readonly workers: readonly WorkerMember[];
	/** Between the torturer itself and the scheduler. */
	readonly cable: Cable;
	/** Where the database is; undefined where this system has no disk to spare. */
	readonly databaseDisk: Disk | undefined;
	/** Where workers keep their records. */
	readonly workerDisk: Disk | undefined;
	/** What of the torture this system does not let us do, and why. */
	readonly without: readonly string[];
	readonly processes: () => readonly FarmProcess[];
	readonly remove: () => Promise<void>;
};

/** Seconds that a worker may be out of reach. */
export const workerGrace = 6;

const programs = fileURLToPath(new URL('../programs', import.meta.url));

/** Makes the folders of a farm of one scheduler and some workers; nothing of it runs yet. */
export const makeFarm = async ({
	seed,
	workers: count,
	chronicle,
	folder,
}: {
	readonly seed: number;
	readonly workers: number;
	readonly chronicle: Chronicle;
	readonly folder: string;
}): Promise<TorturedFarm> => {
	const without: string[] = [];
	const config = path.join(folder, 'config');
	const account = path.join(folder, 'account');
	const temporary = path.join(folder, 'tmp');
	const tries = path.join(folder, 'tries');
	for (const place of [account, temporary, tries, path.join(folder, 'home')]) {
		fs.mkdirSync(place);
	}

	fs.cpSync(programs, path.join(folder, 'programs'), {recursive: true});
	const diskFor = async (name: string, megabytes: number) => {
		const disk = await makeDisk(path.join(folder, name), megabytes);
		if ('without' in disk) {
			without.push(`no full ${name} disk (${disk.without})`);
			return undefined;
		}

		return disk;
	};

	const databaseDisk = await diskFor('data', 256);
	const workerDisk = await diskFor('state', 32);
	const alwaysWritable = await whyAlwaysWritable(path.join(folder, 'data'));
	if (alwaysWritable !== undefined) {
		without.push(`no read-only database (${alwaysWritable})`);
	}

	const writableWhileOpen = await whyWritableWhileOpen(
		path.join(folder, 'data'),
	);
	if (writableWhileOpen !== undefined) {
		without.push(
			`no database that becomes read-only while it is served (${writableWhileOpen})`,
		);
	}

	const namespace = await makeNamespace(process.pid);
	if ('without' in namespace) {
		without.push(`no network namespace (${namespace.without})`);
	}

	if (!('without' in namespace)) {
		if (!(await namespace.disturb('delay 1ms'))) {
			without.push('no netem (tc does not know it)');
		}

		await namespace.mend();
	}

	const state = path.join(folder, 'state');
	const database = path.join(folder, 'data', 'farm.db');
	const clockFile = path.join(folder, 'clock');
	const environment = {
		PATH: process.env['PATH'] ?? '',
		HOME: path.join(folder, 'home'),
		TMPDIR: temporary,
		LIFEBLOOD_CONFIG_LOCATION: config,
		XDG_STATE_HOME: state,
		XDG_DATA_HOME: path.join(folder, 'data'),
		LIFEBLOOD_TORTURE: folder,
		TORTURE_ACCOUNT: account,
		TORTURE_TRIES: tries,
		NODE_OPTIONS: `--import=${path.join(folder, 'programs', 'jumping-clock.mjs')}`,
		...(process.env['LIFEBLOOD_CI_RUN'] !== undefined && {
			LIFEBLOOD_CI_RUN: process.env['LIFEBLOOD_CI_RUN'],
		}),
	};
	writeConfiguration(config);

	const makeMember = ({
		name,
		words,
		namespace: inside,
		added = {},
		whenReady,
	}: {
		readonly name: string;
		readonly words: readonly string[];
		readonly namespace?: Namespace | undefined;
		readonly added?: Readonly<Record<string, string>>;
		readonly whenReady: (daemon: Daemon) => Promise<void>;
	}): Member => {
		const clock = `${clockFile}-${name}`;
		fs.writeFileSync(clock, '0');
		let daemon: Daemon | undefined;
		let isTaken = true;
		const startAgain = async (): Promise<void> => {
			if (databaseDisk?.isFull() === true || workerDisk?.isFull() === true) {
				chronicle.note(`${name} ended: ${member.daemon().said()}`);
			} else {
				chronicle.violated(
					`${name} ended by itself: ${member.daemon().said()}`,
				);
			}

			await pause(300);
			if (!isTaken && member.daemon().hasEnded()) {
				await member.start();
			}
		};

		const member: Member = {
			name,
			isTaken: () => isTaken,
			take() {
				isTaken = true;
			},
			release() {
				isTaken = false;
				if (member.daemon().hasEnded()) {
					void startAgain();
				}
			},
			daemon() {
				if (daemon === undefined) {
					throw new Error(`${name} was not started.`);
				}

				return daemon;
			},
			async start() {
				const started = startDaemon(words, {
					environment: {...environment, TORTURE_CLOCK: clock, ...added},
					output: path.join(folder, `${name}.out`),
					namespace: inside?.name,
				});
				daemon = started;
				void started.ended.then((how) => {
					chronicle.note(`${name} (${started.pid}) ended: ${how}`);
					if (!isTaken) {
						void startAgain();
					}
				});
				await whenReady(started);
			},
			setClock(offset) {
				fs.writeFileSync(clock, String(offset));
			},
		};
		return member;
	};

	let server: {readonly host: string; readonly port: number} | undefined;
	const scheduler = makeMember({
		name: 'scheduler',
		words: ['scheduler', '--db', database],
		async whenReady(daemon) {
			for (;;) {
				const found = /workers and submitters: (?<host>\S+):(?<port>\d+)/v.exec(
					daemon.said(),
				)?.groups;
				if (found !== undefined) {
					server = {host: found['host'] ?? '', port: Number(found['port'])};
					return;
				}

				if (daemon.hasEnded()) {
					return;
				}

				await pause(20); // eslint-disable-line no-await-in-loop -- until it is there or has ended
			}
		},
	});

	const cables = await Promise.all(
		Array.from({length: count + 1}, async (_, index) =>
			layCable(
				index === 1 && !('without' in namespace) ? namespace.host : '127.0.0.1',
				() => server,
			),
		),
	);
	const [cable, ...workerCables] = cables;
	if (cable === undefined) {
		throw new Error('There is no cable.');
	}

	const workers = workerCables.map((own, index): WorkerMember => {
		const name = `worker-${index + 1}`;
		const inside =
			index === 0 && !('without' in namespace) ? namespace : undefined;
		const member = makeMember({
			name,
			words: [
				'worker',
				'--name',
				name,
				'--cpus',
				'6',
				'--scheduler',
				own.address,
			],
			namespace: inside,
			added: {TORTURE_WORKER: name},
			whenReady: async () => undefined,
		});
		// Not a copy: whether it is taken changes.
		return Object.assign(member, {cable: own, namespace: inside});
	});

	return {
		folder,
		database,
		account,
		tries,
		temporary,
		state,
		keyFile: path.join(config, 'farm.key'),
		scheduler,
		workers,
		cable,
		databaseDisk,
		workerDisk,
		without,
		processes: () => processesWith(`LIFEBLOOD_TORTURE=${folder}`),
		async remove() {
			await Promise.all(cables.map(async (one) => one.close()));
			if (!('without' in namespace)) {
				await namespace.remove();
			}

			await databaseDisk?.remove();
			await workerDisk?.remove();
		},
	};
};

/** A folder for a run, which nothing of this machine's other farms meets. */
export const makeFolder = (): string =>
	fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-torture-')));

export const pause = async (milliseconds: number): Promise<void> =>
	new Promise((resolve) => {
		setTimeout(resolve, milliseconds);
	});

const writeConfiguration = (config: string): void => {
	writeLoopbackConfig(
		config,
		`[scheduler.invocation]
worker_grace_s = ${workerGrace}
kill_grace_s = 0.5
avoid_s = 1
log_limit = "256K"
[log]
file_limit = "1M"
file_count = 2
`,
	);
};
