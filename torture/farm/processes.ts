import fs from 'node:fs';
import process from 'node:process';

/** A process of a farm, as the system shows it. */
export type FarmProcess = {
	readonly pid: number;
	readonly parent: number;
	readonly session: number;
	readonly command: string;
	/** A worker's watchman, or what it has become. */
	readonly isGuard: boolean;
	/** What stands between a worker and a task's program. */
	readonly isWrapper: boolean;
	/** Which worker it belongs to, where it says so. */
	readonly worker: string | undefined;
};

/** All that run and have this in their environment, wherever they went. */
export const processesWith = (mark: string): readonly FarmProcess[] =>
	fs
		.readdirSync('/proc')
		.filter((name) => /^\d+$/v.test(name))
		.flatMap((name) => look(Number(name), mark) ?? []);

const look = (pid: number, mark: string): FarmProcess | undefined => {
	try {
		const environment = fs
			.readFileSync(`/proc/${pid}/environ`, 'latin1')
			.split('\0');
		if (!environment.includes(mark)) {
			return undefined;
		}

		const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
		const [state = '', parent, , session] = stat
			.slice(stat.lastIndexOf(')') + 2)
			.split(' ', 4);
		if (['Z', 'X'].includes(state)) {
			return undefined;
		}

		const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
		const command = words.join(' ').trim().replaceAll(/\s+/gv, ' ');
		return {
			pid,
			parent: Number(parent),
			session: Number(session),
			command: command.slice(0, 300),
			isGuard: / lifeblood-guard | worker sweep --config-dir /v.test(command),
			isWrapper:
				words[1] === '-c' &&
				words[3] === 'lifeblood' &&
				Number(session) === pid,
			worker: environment
				.find((entry) => entry.startsWith('TORTURE_WORKER='))
				?.slice('TORTURE_WORKER='.length),
		};
	} catch {
		// It has just ended.
		return undefined;
	}
};

/** False where it is gone. */
export const sendSignal = (pid: number, signal: NodeJS.Signals): boolean => {
	try {
		process.kill(pid, signal);
		return true;
	} catch {
		return false;
	}
};
