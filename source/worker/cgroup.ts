import fs from 'node:fs';
import {sendSignal} from './process-table.js';

/** A control group (version 2) of one invocation. Whatever its processes start is in it too, and cannot leave it without a right to. */
export type Cgroup = {
	readonly folder: string;
	/** Those in it and in groups below it, as far as this process can see them. */
	readonly processes: () => readonly number[];
	/** Kill all of them at once. */
	readonly kill: () => void;
	/** What the kernel notes of its memory; undefined: it does not look after that. */
	readonly memory: () => MemoryNotes | undefined;
	/** Call when something befalls it for its memory, as far as the kernel tells; ends with the group. */
	readonly watchMemory: (onEvent: () => void) => Disposable;
	/** False: something is in it, or is just leaving it. */
	readonly remove: () => boolean;
};

export type MemoryNotes = {
	/** Bytes; 0: no limit. */
	readonly limit: number;
	/** The most that it ever took, page cache and all. */
	readonly peak: number;
	/** Processes of it that were killed for memory. */
	readonly kills: number;
	/** How often it stood at its own limit and could get nothing more; 0 where it was the machine that had no more. */
	readonly timesFull: number;
};

export const openCgroup = (folder: string): Cgroup => {
	const processes = (): number[] => processesIn(folder);
	return {
		folder,
		processes,
		kill() {
			try {
				// Since Linux 5.14; it reaches also what forks meanwhile.
				fs.writeFileSync(`${folder}/cgroup.kill`, '1', {flag: 'r+'});
			} catch {
				for (const pid of processes()) {
					sendSignal(pid, 'SIGKILL');
				}
			}
		},
		memory() {
			const events =
				read(`${folder}/memory.events.local`) ??
				read(`${folder}/memory.events`);
			const limit = read(`${folder}/memory.max`);
			if (events === undefined || limit === undefined) {
				return undefined;
			}

			return {
				limit: numberOf(limit),
				// Since Linux 5.19.
				peak: numberOf(read(`${folder}/memory.peak`) ?? ''),
				kills: countIn(events, 'oom_kill'),
				timesFull: countIn(events, 'oom'),
			};
		},
		watchMemory(onEvent) {
			try {
				// eslint-disable-next-line n/prefer-promises/fs -- events, which are not waited for
				const watcher = fs.watch(
					`${folder}/memory.events.local`,
					{persistent: false},
					onEvent,
				);
				watcher.on('error', () => {
					watcher.close();
				});
				return {
					[Symbol.dispose]() {
						watcher.close();
					},
				};
			} catch {
				// There may be too many already; it is looked at now and then anyway.
				return {[Symbol.dispose]: () => undefined};
			}
		},
		remove: () => removeGroup(folder),
	};
};

const processesIn = (folder: string): number[] => [
	...(read(`${folder}/cgroup.procs`) ?? '')
		.split('\n')
		.map(Number)
		// Those that another namespace hides from us are told as 0.
		.filter((pid) => pid > 0),
	...groupsIn(folder).flatMap((below) => processesIn(below)),
];

/** The groups right below one. */
export const groupsIn = (folder: string): string[] => {
	try {
		return fs
			.readdirSync(folder, {withFileTypes: true})
			.filter((entry) => entry.isDirectory())
			.map(({name}) => `${folder}/${name}`);
	} catch {
		return [];
	}
};

const removeGroup = (folder: string): boolean => {
	for (let tries = 0; ; tries++) {
		try {
			fs.rmdirSync(folder);
			return true;
		} catch (error) {
			const code =
				error instanceof Error && 'code' in error ? error.code : undefined;
			if (code === 'ENOENT') {
				return true;
			}

			// A process may have made groups of its own.
			if (
				tries > 0 ||
				!groupsIn(folder)
					.map((below) => removeGroup(below))
					.some(Boolean)
			) {
				return false;
			}
		}
	}
};

/** What a group's file says; undefined: it has none of that name, or is gone. */
const read = (file: string): string | undefined => {
	try {
		return fs.readFileSync(file, 'latin1');
	} catch {
		return undefined;
	}
};

/** `max` is no limit. */
const numberOf = (text: string): number => {
	const number = Number(text);
	return Number.isFinite(number) ? number : 0;
};

const countIn = (events: string, name: string): number =>
	Number(
		events
			.split('\n')
			.find((line) => line.startsWith(`${name} `))
			?.slice(name.length) ?? 0,
	);
