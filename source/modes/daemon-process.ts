import {spawn} from 'node:child_process';
import {closeSync, mkdirSync, openSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {FarmError} from '../core/errors.js';
import {ownProgram} from './own-program.js';

/** A scheduler or worker of this program that runs as a process of its own. */
export type DaemonProcess = {
	readonly name: string;
	readonly pid: number;
	/** Settles when it has ended, whoever ended it. */
	readonly ended: Promise<void>;
	readonly hasEnded: () => boolean;
	/** Why it ended, for people, as one sentence: its own last error where it said one, otherwise how it ended and where its log is. */
	readonly howItEnded: () => Promise<string>;
	/** What it writes to its outputs. */
	readonly logFile: string;
	/** Asks it to end, waits, and after `patienceMs` insists. */
	readonly stop: () => Promise<void>;
};

const patienceMs = 15_000;

/**
Starts `lifeblood WORDS` in a session of its own, so that a Ctrl-C reaches only the command in front, which ends things in the right order; and so that it can be left running.

@throws FarmError `INTERNAL` where the system starts no process
*/
export const startDaemon = async ({
	name,
	words,
	logFolder,
	again,
}: {
	readonly name: 'scheduler' | 'worker';
	readonly words: readonly string[];
	readonly logFolder: string;
	/** What starts it again, for people: a command. */
	readonly again: string;
}): Promise<DaemonProcess> => {
	mkdirSync(logFolder, {recursive: true, mode: 0o700});
	const logFile = path.join(logFolder, `${name}.out`);
	const log = openSync(logFile, 'w', 0o600);
	const [program, ...before] = ownProgram();
	const child = spawn(program, [...before, name, ...words], {
		detached: true,
		stdio: ['ignore', log, log],
	});
	closeSync(log);
	let isOver = false;
	const ended = new Promise<void>((resolve) => {
		const end = (): void => {
			isOver = true;
			resolve();
		};

		child.once('exit', end);
		child.once('error', end);
	});
	if (child.pid === undefined) {
		await ended;
		throw new FarmError(
			'INTERNAL',
			`The ${name} could not be started: ${program} does not run.`,
		);
	}

	// Left running, it does not keep this process from ending.
	child.unref();
	const {pid} = child;
	const tell = (signal: NodeJS.Signals): void => {
		if (!isOver) {
			process.kill(pid, signal);
		}
	};

	return {
		name,
		pid,
		ended,
		hasEnded: () => isOver,
		logFile,
		async howItEnded() {
			const {signalCode: signal, exitCode: status} = child;
			if (signal !== null) {
				return `The ${name} was ${signal === 'SIGKILL' ? 'killed' : 'ended'} (${signal}); ${again} starts it again; its log is ${logFile}`;
			}

			const error = lastError(await readFile(logFile, 'utf8').catch(() => ''));
			return status !== 0 && error !== undefined
				? `The ${name} ended: ${error}`
				: `The ${name} ended with exit status ${status ?? '?'}, and did not say why; ${again} starts it again; its log is ${logFile}`;
		},
		async stop() {
			tell('SIGTERM');
			const patience = new AbortController();
			await Promise.race([
				ended,
				delay(patienceMs, undefined, {signal: patience.signal}),
			]);
			patience.abort();
			tell('SIGKILL');
			await ended;
		},
	};
};

/** Of all that a process wrote, the error that ended it: the last line of its log, or what it said as it gave up, which may be several faults. What else it said, warnings among it, is no reason to end. */
const lastError = (text: string): string | undefined => {
	const lines = text.trimEnd().split('\n');
	const faults = lines.slice(
		lines.findLastIndex((line) => !line.startsWith(spoken)) + 1,
	);
	if (faults.length > 0) {
		return faults.map((line) => line.slice(spoken.length)).join('\n');
	}

	return /^\S+ (?:error|fatal) (?<message>\S.*)$/v.exec(lines.at(-1) ?? '')
		?.groups?.['message'];
};

/** Before what a command says to people. */
const spoken = 'lifeblood: ';
