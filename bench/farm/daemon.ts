import {spawn} from 'node:child_process';
import {once} from 'node:events';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {program} from './paths.js';

export type Daemon = {
	readonly pid: number;
	/** Resolves when this text is on its standard error; rejects where the process ends before. */
	readonly untilSaid: (text: string) => Promise<void>;
	readonly said: () => string;
	/** Asks it to end, and waits for that. */
	readonly stop: () => Promise<void>;
};

const longestStopMs = 60_000;

/** A process of the built program that stays. */
export const startDaemon = (
	words: readonly string[],
	{
		environment,
		profile,
	}: {
		readonly environment: NodeJS.ProcessEnv;
		readonly profile: string | undefined;
	},
): Daemon => {
	const child = spawn(
		process.execPath,
		[
			...(profile === undefined
				? []
				: ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
			program,
			...words,
		],
		{env: environment, stdio: ['ignore', 'ignore', 'pipe']},
	);
	const {pid} = child;
	if (pid === undefined) {
		throw new Error(`${words[0]} could not be started.`);
	}

	let said = '';
	const listeners = new Set<() => void>();
	const ended = once(child, 'exit');
	const tellAll = (): void => {
		for (const listener of listeners) {
			listener();
		}
	};

	child.stderr.setEncoding('utf8');
	child.stderr.on('data', (text: string) => {
		said += text;
		tellAll();
	});
	child.once('exit', tellAll);
	return {
		pid,
		said: () => said,
		async untilSaid(text) {
			const {promise, resolve, reject} = Promise.withResolvers<void>();
			const look = (): void => {
				if (said.includes(text)) {
					resolve();
				} else if (child.exitCode !== null || child.signalCode !== null) {
					reject(new Error(`${words[0]} ended: ${said}`));
				}
			};

			listeners.add(look);
			look();
			try {
				await promise;
			} finally {
				listeners.delete(look);
			}
		},
		async stop() {
			if (child.exitCode !== null || child.signalCode !== null) {
				return;
			}

			child.kill('SIGTERM');
			const patience = new AbortController();
			const isStuck = await Promise.race([
				ended.then(() => false),
				delay(longestStopMs, true, {signal: patience.signal}).catch(
					() => false,
				),
			]);
			patience.abort();
			if (!isStuck) {
				return;
			}

			child.kill('SIGKILL');
			await ended;
			throw new Error(
				`${words[0]} did not end within ${longestStopMs / 1000} s: ${said}`,
			);
		},
	};
};
