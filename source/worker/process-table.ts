import type {Buffer} from 'node:buffer';
import {execFile} from 'node:child_process';
import fs from 'node:fs';
import process from 'node:process';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {promisify} from 'node:util';
import {invocationId, type InvocationId} from '../core/ids.js';
import {marker} from './process-environment.js';

export type ProcessEntry = {
	readonly pid: number;
	readonly parent: number;
	readonly group: number;
	/** 0 where the system does not tell. */
	readonly session: number;
	/** Tells two processes with one pid apart; compared for equality only. */
	readonly started: string;
	/** Of itself and of those of its children that it waited for. */
	readonly cpu_s: number;
	readonly resident_bytes: number;
	/** The invocation of ours that it belongs to, by the marker in its environment, or by descent from one that has it. */
	readonly owner: InvocationId | undefined;
};

export type ProcessTable = {
	/** All processes that run, as they were some moment after the call. Calls that come together share one look. */
	readonly read: () => Promise<ReadonlyMap<number, ProcessEntry>>;
	/** Whether this very process still runs. */
	readonly isAlive: (entry: ProcessEntry) => boolean;
	/** `kill`, but only if the pid is still of the same process. */
	readonly signal: (entry: ProcessEntry, signal: NodeJS.Signals) => void;
};

type Bare = Omit<ProcessEntry, 'owner'>;
type Known = {
	readonly started: string;
	readonly owner: InvocationId | undefined;
	readonly looks: number;
};
const enoughLooks = 3;

/**
Looks at the processes of this machine. A process whose marker was seen once stays ours, whatever it executes later. One without is looked at again a few times, since it may just have been forked by a worker and not execute its program yet; then not any more, which makes a look cheap.

@param attributesFolder where the attribute files of this worker's invocations are, which is what their markers begin with
*/
export const createProcessTable = (attributesFolder: string): ProcessTable => {
	let owners = new Map<number, Known>();
	let queued: Promise<ReadonlyMap<number, ProcessEntry>> | undefined;
	let reading: Promise<unknown> = Promise.resolve();

	const look = async (): Promise<ReadonlyMap<number, ProcessEntry>> => {
		const bare =
			process.platform === 'linux' ? await readProc() : await readPs();
		const next: typeof owners = new Map();
		const ownerOf = (entry: Bare, depth: number): InvocationId | undefined => {
			const done = next.get(entry.pid);
			if (done !== undefined) {
				return done.owner;
			}

			const last = owners.get(entry.pid);
			const known = last?.started === entry.started ? last : undefined;
			const looks = (known?.looks ?? 0) + 1;
			let owner =
				known?.owner ??
				(looks <= enoughLooks
					? readOwner(entry.pid, attributesFolder)
					: undefined);
			const parent = bare.get(entry.parent);
			if (
				owner === undefined &&
				parent !== undefined &&
				entry.parent > 1 &&
				depth < 1000
			) {
				owner = ownerOf(parent, depth + 1);
			}

			next.set(entry.pid, {started: entry.started, owner, looks});
			return owner;
		};

		const entries = new Map<number, ProcessEntry>();
		for (const entry of bare.values()) {
			entries.set(entry.pid, {...entry, owner: ownerOf(entry, 0)});
		}

		owners = next;
		return entries;
	};

	return {
		async read() {
			// A look that has begun may have passed by what the caller knows of; the next one has not.
			queued ??= (async () => {
				await reading;
				const result = look();
				queued = undefined;
				reading = result.catch(() => undefined);
				return result;
			})();
			return queued;
		},
		isAlive,
		signal(entry, signal) {
			if (isAlive(entry)) {
				sendSignal(entry.pid, signal);
			}
		},
	};
};

// Where there is no /proc, the table that was read a moment ago is all there is to know.
const isAlive = ({pid, started}: ProcessEntry): boolean =>
	process.platform === 'linux'
		? readStat(pid)?.started === started
		: sendSignal(pid, 0);

/** `kill` that takes "no such process" for an answer: false. A negative pid is a whole group. */
export const sendSignal = (
	pid: number,
	signal: NodeJS.Signals | 0,
): boolean => {
	try {
		process.kill(pid, signal);
		return true;
	} catch (error) {
		// EPERM: it is there, and not ours to end, such as a program that changed its user.
		return error instanceof Error && 'code' in error && error.code === 'EPERM';
	}
};

/** The command that tells of processes where there is no /proc. */
const psArguments = ['-axo', 'pid=,ppid=,pgid=,rss=,time=,stat=,lstart='];

const readPs = async (): Promise<Map<number, Bare>> => {
	// eslint-disable-next-line @typescript-eslint/strict-void-return -- the child that it gives too is not needed
	const {stdout} = await promisify(execFile)('ps', psArguments, {
		env: {LC_ALL: 'C', PATH: '/usr/bin:/bin'},
		maxBuffer: 64 * 1024 * 1024,
	});
	return parsePs(stdout);
};

export const parsePs = (text: string): Map<number, Bare> => {
	const entries = new Map<number, Bare>();
	for (const line of text.split('\n')) {
		const found =
			/^(?<pid>\d+)\s+(?<parent>\d+)\s+(?<group>\d+)\s+(?<resident>\d+)\s+(?<time>[\d\-.:]+)\s+(?<state>\S+)\s+(?<started>\S.*)$/v.exec(
				line.trim(),
			)?.groups;
		if (found === undefined || found['state']?.startsWith('Z') === true) {
			continue;
		}

		const {parent, group, resident, time = '', started = ''} = found;
		const pid = Number(found['pid']);
		entries.set(pid, {
			pid,
			parent: Number(parent),
			group: Number(group),
			session: 0,
			resident_bytes: Number(resident) * 1024,
			cpu_s: clockSeconds(time),
			started,
		});
	}

	return entries;
};

// `[[days-]hours:]minutes:seconds[.hundredths]`
const clockSeconds = (text: string): number => {
	const [rest = '', days = '0'] = text.split('-').toReversed();
	return (
		rest.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) +
		Number(days) * 86_400
	);
};

// Linux gives times in hundredths of a second to programs, on every machine that Node runs on.
const ticksPerSecond = 100;
/** So many processes are read before others get their turn: about a millisecond. */
const atATime = 64;

let knownPageSize: number | undefined;

// 4 KiB, 16 KiB or 64 KiB, by the kernel. Our own memory is told in bytes by Node and in pages by the kernel.
const pageSize = (): number => {
	knownPageSize ??=
		2 **
		Math.round(
			Math.log2(
				process.memoryUsage.rss() /
					Number(
						fs.readFileSync('/proc/self/statm', 'latin1').split(' ', 2)[1],
					),
			),
		);
	return knownPageSize;
};

const readProc = async (): Promise<Map<number, Bare>> => {
	const entries = new Map<number, Bare>();
	let count = 0;
	for (const name of fs.readdirSync('/proc')) {
		const first = name.codePointAt(0) ?? 0;
		if (first < 48 || first > 57) {
			continue;
		}

		const entry = readStat(Number(name));
		if (entry !== undefined) {
			entries.set(entry.pid, entry);
		}

		if (++count % atATime === 0) {
			await nextTurn(); // eslint-disable-line no-await-in-loop -- so that a machine with thousands of processes does not hold up the worker
		}
	}

	return entries;
};

// The second field, the name, may have spaces and parentheses in it; the rest is numbers. See proc(5).
const readStat = (pid: number): Bare | undefined => {
	let text: string;
	try {
		text = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
	} catch {
		return undefined;
	}

	const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
	// A zombie has ended; only its parent has not looked yet.
	if (fields[0] === 'Z' || fields[0] === 'X') {
		return undefined;
	}

	const at = (field: number): number => Number(fields[field - 3]);
	return {
		pid,
		parent: at(4),
		group: at(5),
		session: at(6),
		cpu_s: (at(14) + at(15) + at(16) + at(17)) / ticksPerSecond,
		started: fields[22 - 3] ?? '',
		resident_bytes: at(24) * pageSize(),
	};
};

const readOwner = (
	pid: number,
	attributesFolder: string,
): InvocationId | undefined => {
	if (process.platform !== 'linux') {
		return undefined;
	}

	let environment: Buffer; // eslint-disable-line @typescript-eslint/no-restricted-types -- text is sought in it
	try {
		environment = fs.readFileSync(`/proc/${pid}/environ`);
	} catch {
		// Not ours to look at, or gone.
		return undefined;
	}

	const prefix = `${marker}=${attributesFolder}/`;
	const start = environment.indexOf(prefix);
	if (start === -1 || (start > 0 && environment[start - 1] !== 0)) {
		return undefined;
	}

	const match = /^(?<id>\d+)\.json\0?/v.exec(
		environment.toString(
			'latin1',
			start + prefix.length,
			start + prefix.length + 32,
		),
	);
	return match === null
		? undefined
		: invocationId(Number(match.groups?.['id']));
};
