import {execFile} from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import process from 'node:process';
import {machineResources} from '../../worker/machine.js';
import {counted, humanBytes} from '../human.js';
import {lookAtCgroups} from './look-at-cgroups.js';
import {fail, ok, warn, type Finding} from './finding.js';
import {freeSpace} from './free-space.js';

/** The machine itself: the Node that runs this, its limits, its clock, room for temporary files, and what it can offer. */
export const lookAtMachine = async (scratch: string): Promise<Finding[]> => [
	node(),
	...(await limits()),
	await clock(),
	await freeSpace(
		'scratch',
		scratch === '' ? os.tmpdir() : scratch,
		'working folders of processes',
	),
	await resources(),
	lookAtCgroups(),
];

const node = (): Finding => {
	const {node: version} = process.versions;
	const major = Number(version.split('.', 1)[0]);
	const message = `Node ${version}`;
	if (major < 22) {
		return fail(
			'node',
			message,
			'this is too old: run lifeblood on Node 24, or as the executable, which has its own',
		);
	}

	return major < 24
		? warn('node', message, 'lifeblood is made for Node 24 and tested with it')
		: ok('node', message);
};

const limits = async (): Promise<Finding[]> => {
	// Only Linux tells them without a shell.
	const text = await fs.readFile('/proc/self/limits', 'utf8').catch(() => '');
	const soft = (name: string): number | undefined => {
		const line = text.split('\n').find((each) => each.startsWith(name));
		const value = line?.slice(name.length).trim().split(/\s+/v, 1)[0];
		return value === undefined || value === 'unlimited'
			? undefined
			: Number(value);
	};

	const files = soft('Max open files');
	const processes = soft('Max processes');
	return [
		...(files === undefined
			? []
			: [
					files < 4096
						? warn(
								'open files',
								`at most ${files} for a process`,
								'a scheduler with many workers needs more: "ulimit -n 65536", or LimitNOFILE= in the unit',
							)
						: ok('open files', `at most ${files} for a process`),
				]),
		...(processes === undefined
			? []
			: [
					processes < 1024
						? warn(
								'processes',
								`at most ${processes} for this user`,
								'a worker may not be able to start what it is given: raise "ulimit -u"',
							)
						: ok('processes', `at most ${processes} for this user`),
				]),
	];
};

const clock = async (): Promise<Finding> => {
	const now = new Date();
	const message = now.toISOString();
	if (now.getUTCFullYear() < 2025) {
		return fail(
			'clock',
			`${message} cannot be right`,
			'set the clock, best by NTP',
		);
	}

	const synchronised = await ask('timedatectl', [
		'show',
		'--property=NTPSynchronized',
		'--value',
	]);
	return synchronised?.trim() === 'no'
		? warn(
				'clock',
				`${message}; it is not kept right by NTP`,
				'"timedatectl set-ntp true": times of the farm\'s machines are shown side by side',
			)
		: ok('clock', message);
};

const resources = async (): Promise<Finding> => {
	const {cpus, memory_bytes, gpus, gpu_memory_bytes} = await machineResources();
	const offer = `${counted(cpus, 'core')}, ${humanBytes(memory_bytes)} of memory`;
	if (gpus > 0) {
		return ok(
			'resources',
			`${offer}, ${counted(gpus, 'GPU')} with ${humanBytes(gpu_memory_bytes)}`,
		);
	}

	const devices = await fs.readdir('/dev').catch((): string[] => []);
	if (devices.some((name) => /^nvidia\d+$/v.test(name))) {
		return warn(
			'resources',
			`${offer}; there is an NVIDIA GPU, but nvidia-smi does not tell of it`,
			'see what nvidia-smi says, or set gpus and gpu_memory in worker/config.toml',
		);
	}

	if (devices.includes('kfd')) {
		return warn(
			'resources',
			`${offer}; there is an AMD GPU, but rocm-smi does not tell of it`,
			'see what rocm-smi says, or set gpus and gpu_memory in worker/config.toml',
		);
	}

	return ok('resources', `${offer}, no GPU`);
};

/** What a program says; undefined where it is not there or fails. */
const ask = async (
	program: string,
	parameters: readonly string[],
): Promise<string | undefined> =>
	new Promise((resolve) => {
		execFile(program, parameters, {timeout: 5000}, (error, stdout) => {
			resolve(error === null ? stdout : undefined);
		});
	});
