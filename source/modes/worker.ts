import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {stateFolders} from '../config/folders.js';
import {thisHost, type Host} from '../config/host.js';
import {loadWorkerConfig} from '../config/load.js';
import type {WorkerSettings as Configured} from '../config/worker-settings.js';
import {usableStateFolders} from '../config/usable-state.js';
import {systemClock} from '../core/clock.js';
import {connect} from '../net/connect.js';
import {machineId, machineResources} from '../worker/machine.js';
import type {Dial} from '../worker/session.js';
import type {WorkerSettings} from '../worker/settings.js';
import {createWorker} from '../worker/worker.js';
import type {CommandContext, ExitStatus} from './context.js';
import {findScheduler} from './find-scheduler.js';
import {createLog} from './log.js';
import {version} from './version.js';

/** Runs a worker until it is told to stop. */
export const run = async (context: CommandContext): Promise<ExitStatus> => {
	const {flags} = context;
	const host = thisHost();
	const {settings: configured, warnings} = await loadWorkerConfig({
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
	});
	const state = await usableStateFolders(host);
	const settings = await workerSettings(configured, {
		host,
		once: flags.toggle('once') ?? false,
	});
	const log = createLog({
		name: `worker-${settings.name.replaceAll(/[^\w\-.]/gv, '_')}`,
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
		say,
	});
	const release = onSignals(worker.stop, say);
	try {
		await worker.run();
		return 0;
	} finally {
		release();
		log.close();
	}
};

/** What the configuration leaves open is asked from the machine. */
const workerSettings = async (
	configured: Configured,
	{host, once}: {readonly host: Host; readonly once: boolean},
): Promise<WorkerSettings> => {
	const {worker, resources, grace, resolver} = configured;
	const folder = stateFolders(host).worker;
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
		capabilities: configured.capabilities,
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
		path_mapping: configured.path_mapping,
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
		});
	};
};

/** TERM and INT stop cleanly; once more kills what runs, and a third time ends at once. */
const onSignals = (
	stop: (how: 'now' | 'force') => void,
	say: (text: string) => void,
): (() => void) => {
	let count = 0;
	const onStop = (): void => {
		count++;
		if (count > 2) {
			process.exit(1);
		}

		stop(count === 1 ? 'now' : 'force');
	};

	const onHangup = (): void => {
		say('a changed configuration counts from the next start on');
	};

	process.on('SIGTERM', onStop);
	process.on('SIGINT', onStop);
	process.on('SIGHUP', onHangup);
	return () => {
		process.off('SIGTERM', onStop);
		process.off('SIGINT', onStop);
		process.off('SIGHUP', onHangup);
	};
};

const definedOnes = (
	environment: Host['environment'],
): Record<string, string> => {
	const defined: Record<string, string> = {};
	for (const [name, value] of Object.entries(environment)) {
		if (value !== undefined) {
			defined[name] = value;
		}
	}

	return defined;
};
