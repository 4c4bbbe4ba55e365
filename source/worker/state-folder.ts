import {createHash} from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {InvocationId} from '../core/ids.js';
import {sendSignal} from './process-table.js';

/** The places in a worker's own folder, by what a restarted worker needs to find. */
export type StateFolder = {
	/** A record for each invocation that runs here or is not reported yet: its own text, then what the wrapper notes. */
	readonly records: string;
	readonly attributes: string;
	readonly files: string;
	/** Logs of invocations whose scheduler shares no folder with us. */
	readonly logs: string;
	readonly recordOf: (invocation: InvocationId) => string;
	readonly attributesOf: (invocation: InvocationId) => string;
	readonly filesOf: (invocation: InvocationId) => string;
	/** Stands for this folder, and no other, where a path cannot. */
	readonly digest: string;
	/** Says which process ends what a dead worker left, while it does. */
	readonly sweep: string;
	/** Says which process watches over the worker. */
	readonly guard: string;
	/** The farm that the records are of. */
	readonly farm: string;
	/** The port of the job interface. */
	readonly port: string;
	/** Messages that processes took. */
	readonly taken: string;
};

export const openStateFolder = (root: string, name: string): StateFolder => {
	const folder = path.join(root, folderName(name));
	const places = {
		records: path.join(folder, 'invocations'),
		attributes: path.join(folder, 'attributes'),
		files: path.join(folder, 'files'),
		logs: path.join(folder, 'logs'),
	};
	try {
		for (const place of Object.values(places)) {
			fs.mkdirSync(place, {recursive: true, mode: 0o700});
		}
	} catch (error) {
		throw new FarmError(
			'STORAGE',
			`The worker cannot make its folder ${folder}: make it writable, or set XDG_STATE_HOME to a folder that is.`,
			{cause: error},
		);
	}

	return {
		...places,
		recordOf: (invocation) => `${places.records}/${invocation}`,
		attributesOf: (invocation) => `${places.attributes}/${invocation}.json`,
		filesOf: (invocation) => `${places.files}/${invocation}`,
		digest: digestOf(root, name),
		sweep: sweepFile(root, name),
		guard: path.join(folder, 'guard'),
		farm: path.join(folder, 'farm'),
		port: path.join(folder, 'port'),
		taken: path.join(folder, 'taken-messages'),
	};
};

export type StateLock = {readonly release: () => Promise<void>};

/**
Keep a second worker of the same name on this machine away. The lock is a listening local socket: the operating system takes it from us when we die, however we die.

On Linux it is in the abstract namespace and leaves no file. Elsewhere a socket file that nobody listens on is a dead worker's, and is replaced.

@throws {FarmError} `CONFLICT`, when a second has gone by in which no sweep of what it left was seen, or half a minute in all
*/
export const lockStateFolder = async (
	root: string,
	name: string,
	clock: Clock,
): Promise<StateLock> => {
	const digest = digestOf(root, name);
	const address =
		process.platform === 'linux'
			? `\0lifeblood-worker-${digest}`
			: path.join(os.tmpdir(), `lifeblood-${digest}.lock`);
	const sweep = sweepFile(root, name);
	const begun = clock.monotonic();
	let sweptAt = begun;
	for (;;) {
		/* eslint-disable no-await-in-loop -- one try after the other */
		try {
			return await listen(address);
		} catch (error) {
			if (process.platform !== 'linux' && !(await isListening(address))) {
				fs.rmSync(address, {force: true});
				return listen(address);
			}

			const now = clock.monotonic();
			// A sweep takes its note away a moment before it lets go of the lock.
			sweptAt = isSweeping(sweep) ? now : sweptAt;
			if (now - sweptAt > lockPatienceMs || now - begun > sweepPatienceMs) {
				throw new FarmError(
					'CONFLICT',
					`A worker named "${name}" runs on this machine already: stop it first, or give this one another name with --name.`,
					{cause: error},
				);
			}

			await delay(20);
		}
		/* eslint-enable no-await-in-loop */
	}
};

const digestOf = (root: string, name: string): string =>
	createHash('sha256')
		.update(path.join(fs.realpathSync(root), folderName(name)))
		.digest('hex')
		.slice(0, 32);

/** What a killed worker was just starting holds its lock until it executes its program; a sweep, until it has ended. */
const lockPatienceMs = 1000;
/** A sweep is over when the last process is, or was killed after its grace. */
const sweepPatienceMs = 30_000;

const sweepFile = (root: string, name: string): string =>
	path.join(root, folderName(name), 'sweep');

const isSweeping = (file: string): boolean => {
	try {
		const pid = Number(fs.readFileSync(file, 'utf8'));
		return pid > 0 && sendSignal(pid, 0);
	} catch {
		return false;
	}
};

const listen = async (address: string): Promise<StateLock> => {
	const server = net.createServer((socket) => {
		socket.destroy();
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(address, resolve);
	});
	server.unref();
	return {
		release: async () =>
			new Promise((resolve) => {
				server.close(() => {
					resolve();
				});
			}),
	};
};

const isListening = async (address: string): Promise<boolean> =>
	new Promise((resolve) => {
		const socket = net.connect(address);
		socket.once('connect', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => {
			resolve(false);
		});
	});

// Two names never share a folder: what cannot stand in a file name is made up for by a digest.
const folderName = (name: string): string => {
	const plain = name
		.replaceAll(/[^\w\-.]/gv, '_')
		.replace(/^\.+/v, '_')
		.slice(0, 100);
	return plain === name
		? plain
		: `${plain}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
};
