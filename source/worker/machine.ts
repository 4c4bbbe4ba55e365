import {execFile} from 'node:child_process';
import {createHash, randomUUID} from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {promisify} from 'node:util';
import {z} from 'zod';
import type {Resources} from '../core/requirements.js';

/**
What tells this machine from any other, and stays the same over restarts: workers with the same one share its resources.

The system's own id is secret by its convention, so a digest of it goes out. Where there is none, one is made and kept in `folder`.
*/
export const machineId = async (folder: string): Promise<string> => {
	const own =
		systemId() ??
		(process.platform === 'darwin' ? await appleId() : undefined) ??
		keptId(folder);
	return createHash('sha256')
		.update(`lifeblood machine ${own}`)
		.digest('hex')
		.slice(0, 32);
};

const systemId = (): string | undefined => {
	for (const file of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
		try {
			const text = fs.readFileSync(file, 'utf8').trim();
			if (/^[\da-f]{32}$/v.test(text)) {
				return text;
			}
		} catch {
			// Many systems have no such file.
		}
	}

	return undefined;
};

const appleId = async (): Promise<string | undefined> => {
	const text = await ask('/usr/sbin/ioreg', [
		'-rd1',
		'-c',
		'IOPlatformExpertDevice',
	]);
	return /"IOPlatformUUID" = "(?<id>[^"]+)"/v.exec(text ?? '')?.groups?.['id'];
};

const keptId = (folder: string): string => {
	const file = path.join(folder, 'machine-id');
	fs.mkdirSync(folder, {recursive: true, mode: 0o700});
	try {
		// Of two workers that start together one makes it, and the other reads it.
		fs.writeFileSync(file, randomUUID(), {flag: 'wx'});
	} catch {}

	return fs.readFileSync(file, 'utf8');
};

/** What this machine has; within a container: what that may use. GPUs as nvidia-smi or rocm-smi tell, and none where neither is there. */
export const machineResources = async (): Promise<Resources> => {
	const constrained = process.constrainedMemory();
	const total = os.totalmem();
	const gpus = (await nvidiaGpus()) ?? (await rocmGpus()) ?? [];
	return {
		cpus: os.availableParallelism(),
		memory_bytes: constrained > 0 && constrained < total ? constrained : total,
		gpus: gpus.length,
		gpu_memory_bytes: gpus.reduce((sum, bytes) => sum + bytes, 0),
	};
};

const nvidiaGpus = async (): Promise<readonly number[] | undefined> => {
	const text = await ask('nvidia-smi', [
		'--query-gpu=memory.total',
		'--format=csv,noheader,nounits',
	]);
	return text === undefined ? undefined : parseNvidia(text);
};

const rocmGpus = async (): Promise<readonly number[] | undefined> => {
	const text = await ask('rocm-smi', ['--showmeminfo', 'vram', '--json']);
	return text === undefined ? undefined : parseRocm(text);
};

/** A line for each GPU with its memory in MiB. One whose memory is not told (`[N/A]`, as where it is the machine's own) counts with 0 bytes. */
export const parseNvidia = (text: string): readonly number[] =>
	text
		.split('\n')
		.map((line) => line.trim())
		.filter((line) => /^(?:\d+|\[.*\])$/v.test(line))
		.map((line) => (line.startsWith('[') ? 0 : Number(line)) * 1024 * 1024);

const rocmShape = z.record(z.string(), z.record(z.string(), z.unknown()));

/** `{"card0": {"VRAM Total Memory (B)": "17163091968", ...}, ...}` */
export const parseRocm = (text: string): readonly number[] => {
	const start = text.indexOf('{');
	let parsed: unknown;
	try {
		parsed = JSON.parse(text.slice(start));
	} catch {
		return [];
	}

	const cards = rocmShape.safeParse(parsed).data ?? {};
	return Object.entries(cards)
		.filter(([name]) => /^card\d+$/v.test(name))
		.map(([, card]) => {
			const bytes = Number(card['VRAM Total Memory (B)'] ?? 0);
			return Number.isNaN(bytes) ? 0 : bytes;
		});
};

/** What a program says within 5 s; undefined where it is not there or fails: a driver that hangs must not keep the worker from starting. */
const ask = async (
	program: string,
	parameters: readonly string[],
): Promise<string | undefined> => {
	try {
		// eslint-disable-next-line @typescript-eslint/strict-void-return -- the child that it gives too is not needed
		const {stdout} = await promisify(execFile)(program, parameters, {
			timeout: 5000,
			killSignal: 'SIGKILL',
		});
		return stdout;
	} catch {
		return undefined;
	}
};
