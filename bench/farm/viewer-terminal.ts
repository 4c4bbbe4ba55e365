import {Buffer} from 'node:buffer';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {stripVTControlCharacters} from 'node:util';
import {program} from './paths.js';
import type {Farm} from './start-farm.js';

/** The viewer in a terminal of its own, as far as it can be seen from the line: what it sends, and when. */
export type ViewerTerminal = AsyncDisposable & {
	/** Of the viewer itself. */
	readonly pid: () => number;
	/** Sent so far. */
	readonly bytes: () => number;
	readonly press: (key: string) => void;
	/** Resolves when what has been sent since the last call of `forget` holds this text, without its escape sequences. */
	readonly untilSent: (wanted: RegExp) => Promise<void>;
	readonly forget: () => void;
};

const longestMs = 30_000;

/** `script` brings the terminal, as nothing else that every Linux has does. */
export const openViewerTerminal = (
	farm: Farm,
	{
		columns,
		rows,
		profile,
	}: {
		readonly columns: number;
		readonly rows: number;
		/** A folder for its CPU profile. */
		readonly profile: string | undefined;
	},
): ViewerTerminal => {
	const words = [
		process.execPath,
		...(profile === undefined
			? []
			: ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
		program,
		'view',
		...farm.clientWords,
	];
	const child = spawn(
		'script',
		[
			'-qefc',
			`stty columns ${columns} rows ${rows} -echo; exec ${words.map((word) => `'${word}'`).join(' ')}`,
			'/dev/null',
		],
		{
			env: {
				...farm.folder.environment,
				SHELL: '/bin/sh',
				TERM: 'xterm-256color',
				LANG: 'C.UTF-8',
			},
			stdio: ['pipe', 'pipe', 'inherit'],
		},
	);
	const ended = once(child, 'close');
	let bytes = 0;
	let sent = '';
	const listeners = new Set<() => void>();
	child.stdout.setEncoding('utf8');
	child.stdout.on('data', (text: string) => {
		bytes += Buffer.byteLength(text);
		sent += text;
		for (const listener of listeners) {
			listener();
		}
	});

	return {
		pid() {
			const ofScript = String(child.pid);
			const [pid] = fs
				.readFileSync(`/proc/${ofScript}/task/${ofScript}/children`, 'latin1')
				.trim()
				.split(' ')
				.map(Number);
			if (pid === undefined || !(pid > 0)) {
				throw new Error('The viewer has ended.');
			}

			return pid;
		},
		bytes: () => bytes,
		press(key) {
			child.stdin.write(key);
		},
		async untilSent(wanted) {
			const {promise, resolve, reject} = Promise.withResolvers<void>();
			const look = (): void => {
				if (wanted.test(stripVTControlCharacters(sent))) {
					resolve();
				}
			};

			const timer = setTimeout(() => {
				reject(
					new Error(
						`The viewer did not show ${String(wanted)}: ${JSON.stringify(stripVTControlCharacters(sent).slice(-2000))}`,
					),
				);
			}, longestMs);
			listeners.add(look);
			look();
			try {
				await promise;
			} finally {
				clearTimeout(timer);
				listeners.delete(look);
			}
		},
		forget() {
			sent = '';
		},
		async [Symbol.asyncDispose]() {
			child.stdin.write('q');
			const patience = new AbortController();
			await Promise.race([
				ended,
				delay(10_000, undefined, {signal: patience.signal}).catch(
					() => undefined,
				),
			]);
			patience.abort();
			if (!(child.exitCode === null && child.signalCode === null)) {
				return;
			}

			child.kill('SIGKILL');
			await ended;
		},
	};
};
