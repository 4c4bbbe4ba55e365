import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {isDeepStrictEqual} from 'node:util';
import {thisHost, type Host} from '../config/host.js';
import {loadWorkerConfig, type LoadInput} from '../config/load.js';
import type {WorkerSettings as Configured} from '../config/worker-settings.js';
import {loadPackages} from '../config/packages.js';
import {usableStateFolders} from '../config/usable-state.js';
import {capabilitiesOf} from '../core/capabilities.js';
import {systemClock} from '../core/clock.js';
import {packageCapability, type Packages} from '../core/packages.js';
import {connect} from '../net/connect.js';
import {machineId, machineResources} from '../worker/machine.js';
import type {Dial} from '../worker/session.js';
import type {WorkerSettings} from '../worker/settings.js';
import {createWorker} from '../worker/worker.js';
import {boundGarbage} from './bound-garbage.js';
import {makeCommandFolder} from './command-folder.js';
import type {CommandContext, ExitStatus} from './context.js';
import {definedOnes} from './defined-ones.js';
import {findScheduler} from './find-scheduler.js';
import {createLog} from './log.js';
import {notifySystemd} from './notify-ready.js';
import {oneAtATime} from './one-at-a-time.js';
import {changesText, reloadOnHangup} from './reload.js';
import {ownProgram} from './own-program.js';
import {pythonFolder} from './runtime-files.js';
import {version} from './version.js';

/** Runs a worker until it is told to stop. */
export const run = async (context: CommandContext): Promise<ExitStatus> => {
	boundGarbage();
	const {flags} = context;
	const host = thisHost();
	const read: LoadInput = {
		host,
		configDirectory: flags.text('config-dir'),
		flags: {
			scheduler: flags.text('scheduler'),
			insecure: flags.toggle('insecure'),
			name: flags.text('name'),
			type: flags.text('type'),
			groups: flags.text('groups'),
			cpus: flags.number('cpus'),
			memory: flags.text('memory'),
			gpus: flags.number('gpus'),
			'gpu-memory': flags.text('gpu-memory'),
			'log-level': flags.text('log-level'),
		},
		isWriting: true,
	};
	let loaded = await loadWorkerConfig(read);
	const {folder} = loaded.configuration;
	let software = await loadPackages(folder);
	const {settings: configured, warnings} = loaded;
	const state = await usableStateFolders(host);
	const machine: Machine = {
		host,
		folder: state.folders.worker,
		once: flags.toggle('once') ?? false,
	};
	const settings = await workerSettings(configured, {
		...machine,
		packages: software.packages,
	});
	const log = createLog({
		name: `worker-${settings.name}`,
		settings: configured.log,
		folder: state.folders.log,
		stderr: process.stderr,
		isColoured: (host.environment['NO_COLOR'] ?? '') === '',
	});
	const say = (text: string): void => {
		log.logger.info(text);
	};

	for (const warning of [...warnings, ...log.warnings, state.warning]) {
		if (warning !== undefined) {
			log.logger.warn(warning);
		}
	}

	const worker = createWorker({
		settings,
		dial: dialFor(context, configured, settings.name),
		clock: systemClock,
		...(process.platform !== 'win32' && {
			sweep: [
				...ownProgram(),
				'worker',
				'sweep',
				'--config-dir',
				folder,
				'--name',
				settings.name,
			],
		}),
		say,
	});
	const release = onSignals(worker.stop);
	const inTurn = oneAtATime();
	/** What a look at this machine has found. It counts as long as no file says what there is. */
	let found: Packages = {};
	/** Take up what the configuration says now. */
	const change = async (): Promise<void> => {
		await worker.change(
			await workerSettings(loaded.settings, {
				...machine,
				packages: software.isAbsent ? found : software.packages,
			}),
		);
	};

	using _reload = reloadOnHangup({
		reload: async () =>
			inTurn(async () => {
				const before = {loaded, software};
				const after = {
					loaded: await loadWorkerConfig(read),
					software: await loadPackages(folder),
				};
				({loaded, software} = after);
				log.logger.level = loaded.settings.log.level;
				await change();
				return changesText({
					before: before.loaded.inForce,
					after: loaded.inForce,
					isLive,
					more: isDeepStrictEqual(before.software.packages, software.packages)
						? []
						: [`the packages of ${software.file}`],
				});
			}),
		logger: log.logger,
		environment: host.environment,
	});
	const leaving = new AbortController();
	/** After the start, which must not wait for it. */
	const lookForSoftware = async (): Promise<void> => {
		try {
			// Most workers need not wait for this to be loaded, either.
			const {writeFirstPackages} = await import('./first-packages.js');
			const {packages, told} = await writeFirstPackages({
				folder,
				host,
				signal: leaving.signal,
			});
			await inTurn(async () => {
				found = packages;
				software = await loadPackages(folder);
				await change();
			});
			if (told !== undefined) {
				say(told);
			}
		} catch (error) {
			if (!leaving.signal.aborted) {
				log.logger.warn(
					`The software of this machine is not known to the farm: ${error instanceof Error ? error.message : String(error)}`,
				);
			}
		}
	};

	let looking: Promise<void> | undefined;
	try {
		const ended = worker.run();
		await Promise.race([worker.ready, ended]);
		log.logger.debug(worker.cgroups());
		const untold = await notifySystemd('ready', host.environment);
		if (untold !== undefined) {
			log.logger.warn(untold);
		}

		looking = software.isAbsent ? lookForSoftware() : undefined;
		await ended;
		return 0;
	} finally {
		leaving.abort();
		await looking;
		await notifySystemd('stopping', host.environment);
		release();
		log.close();
	}
};

type Machine = {
	readonly host: Host;
	/** For state. */
	readonly folder: string;
	readonly once: boolean;
};

type Offering = Machine & {readonly packages: Packages};

/** What a worker takes up without a restart: what it offers, and how it runs what comes from then on. */
const isLive = (setting: string): boolean =>
	setting === 'worker.groups' ||
	setting === 'log.level' ||
	[
		'resources',
		'capabilities',
		'grace',
		'invocation',
		'resolver',
		'path_mapping',
	].includes(setting.split('.', 1)[0] ?? '');

/** What the configuration leaves open is asked from the machine. */
const workerSettings = async (
	configured: Configured,
	{host, folder, once, packages}: Offering,
): Promise<WorkerSettings> => {
	const {worker, resources, grace, resolver} = configured;
	const [machine, machine_id] = await Promise.all([
		machineResources(),
		machineId(folder),
	]);
	const name = worker.name === '' ? host.name : worker.name;
	return {
		name,
		machine_id,
		host: host.name,
		type: worker.type,
		groups: worker.groups,
		capabilities: capabilitiesOf(
			configured.capabilities,
			capabilitiesIn(packages),
		),
		packages,
		resources: {
			cpus: resources.cpus === 'auto' ? machine.cpus : resources.cpus,
			memory_bytes:
				resources.memory === 'auto' ? machine.memory_bytes : resources.memory,
			gpus: resources.gpus === 'auto' ? machine.gpus : resources.gpus,
			gpu_memory_bytes:
				resources.gpu_memory === 'auto'
					? machine.gpu_memory_bytes
					: resources.gpu_memory,
		},
		version,
		once,
		state_folder: folder,
		scratch_folder: path.join(
			worker.scratch === '' ? os.tmpdir() : worker.scratch,
			`lifeblood-${os.userInfo().uid}`,
			name.replaceAll(/[^\w\-.]/gv, '_'),
		),
		environment: definedOnes(host.environment),
		resolver: {resolver: resolver.name, arguments: resolver.arguments},
		log_limit_bytes: configured.invocation.log_limit,
		grace_s: grace.lost_s === 'scheduler' ? null : grace.lost_s,
		kill_grace_s: grace.kill_s === 'scheduler' ? null : grace.kill_s,
		memory_limit: configured.invocation.memory_limit,
		control_groups: configured.invocation.control_groups,
		path_mapping: configured.path_mapping,
		path_attributes: configured.invocation.path_attributes,
		runtime: {bin: await makeCommandFolder(folder), python: pythonFolder()},
	};
};

/** The scheduler is looked for anew for every connection: one that was started again may be elsewhere, or have another key. What the worker's own configuration says comes before what is for everyone. */
const dialFor = (
	context: CommandContext,
	{core}: Configured,
	name: string,
): Dial => {
	const {flags} = context;
	const own: CommandContext = {
		...context,
		flags: {
			...flags,
			text: (flag) =>
				flag === 'scheduler' && core.scheduler !== ''
					? core.scheduler
					: flags.text(flag),
			toggle: (flag) =>
				flag === 'insecure' && core.insecure ? true : flags.toggle(flag),
		},
	};
	return async (onRequest, signal) => {
		const {address, key} = await findScheduler(own, signal);
		return connect({
			address,
			key,
			hello: {role: 'worker', version, name},
			onRequest,
			clock: systemClock,
			signal,
			limits: {sliceMs: runsTogetherMs},
		});
	};
};

/** Nobody else sends anything: what is to be run together is started together, and what is to be said of it goes to the scheduler's same turn, which costs one commit and not one each. */
const runsTogetherMs = 50;

/** TERM and INT stop cleanly; once more kills what runs, and a third time ends at once. */
const onSignals = (stop: (how: 'now' | 'force') => void): (() => void) => {
	let count = 0;
	const onStop = (): void => {
		count++;
		if (count > 2) {
			process.exit(1);
		}

		stop(count === 1 ? 'now' : 'force');
	};

	process.on('SIGTERM', onStop);
	process.on('SIGINT', onStop);
	return () => {
		process.off('SIGTERM', onStop);
		process.off('SIGINT', onStop);
	};
};

/** Every package, by the name under which it is asked for, with its versions. */
const capabilitiesIn = (packages: Packages): Record<string, string[]> =>
	Object.fromEntries(
		Object.entries(packages).map(([name, versions]) => [
			packageCapability(name),
			Object.keys(versions),
		]),
	);
