import {spawn} from 'node:child_process';
import process from 'node:process';
import type {Readable} from 'node:stream';
import type {Notification} from '../core/notification.js';
import {failureWords} from './failure-words.js';
import type {Delivery, Target} from './target.js';

/** So many characters of what a command writes to each of its outputs go to the log. */
const mostOutput = 4096;
/** For what it wrote last; something that it left behind may hold its output open for ever. */
const outputGraceMs = 200;
/** Characters; what is longer is whole on standard input. */
const longestVariable = 8192;
/** Between asking a command to end and ending it. */
const killGraceMs = 2000;

/** A program that is run for each piece of news, which it gets as JSON on its standard input, and in variables. No shell is involved. */
export const createCommand = ({
	command,
	folder,
	environment,
	timeoutMs,
	onOutput,
}: {
	readonly command: readonly string[];
	/** Where it runs. */
	readonly folder: string;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly timeoutMs: number;
	/** A line that it wrote. */
	readonly onOutput: (line: string) => void;
}): Target => {
	const [program = '', ...words] = command;
	return {
		name: `the command ${program}`,
		most: 1,
		gatherMs: 0,
		async deliver([news], signal) {
			return news === undefined
				? {kind: 'delivered'}
				: run({
						program,
						words,
						folder,
						environment: {...environment, ...variables(news)},
						input: `${JSON.stringify(news)}\n`,
						timeoutMs,
						signal,
						onOutput,
					});
		},
	};
};

const variables = (news: Notification): Record<string, string> => {
	const named = {
		LIFEBLOOD_EVENT: news.type,
		LIFEBLOOD_EVENT_ID: news.id,
		LIFEBLOOD_EVENT_TIME: news.timestamp,
		LIFEBLOOD_EVENT_TEXT: news.text,
		LIFEBLOOD_FARM: news.farm,
		LIFEBLOOD_GROUP: nameIn(news, 'group'),
		LIFEBLOOD_WORKER: nameIn(news, 'worker'),
	};
	return Object.fromEntries(
		// A variable cannot hold NUL, and a name may; nor may it be long.
		Object.entries(named).map(([name, value]) => [
			name,
			value.replaceAll('\0', '').slice(0, longestVariable),
		]),
	);
};

const nameIn = ({data}: Notification, what: 'group' | 'worker'): string => {
	const thing = data[what];
	const name =
		typeof thing === 'object' && thing !== null && 'name' in thing
			? thing['name']
			: undefined;
	return typeof name === 'string' ? name : '';
};

const run = async ({
	program,
	words,
	folder,
	environment,
	input,
	timeoutMs,
	signal,
	onOutput,
}: {
	readonly program: string;
	readonly words: readonly string[];
	readonly folder: string;
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly input: string;
	readonly timeoutMs: number;
	readonly signal: AbortSignal;
	readonly onOutput: (line: string) => void;
}): Promise<Delivery> =>
	new Promise((resolve) => {
		const child = spawn(program, words, {
			cwd: folder,
			env: environment,
			stdio: 'pipe',
			// A group of its own, so that what it started ends with it.
			detached: process.platform !== 'win32',
		});
		// It has none, in spite of its type, where no more files can be opened.
		if ((child.stdin as unknown) === undefined) {
			child.on('error', (error) => {
				resolve({kind: 'failed', reason: failureWords(error)});
			});
			return;
		}

		let isLate = false;
		let killTimer: NodeJS.Timeout | undefined;
		const end = (): void => {
			endGroup(child.pid, 'SIGTERM');
			killTimer ??= setTimeout(() => {
				endGroup(child.pid, 'SIGKILL');
			}, killGraceMs);
		};

		const timer = setTimeout(() => {
			isLate = true;
			end();
		}, timeoutMs);
		signal.addEventListener('abort', end, {once: true});
		let isSettled = false;
		const settle = (delivery: Delivery): void => {
			if (isSettled) {
				return;
			}

			isSettled = true;
			clearTimeout(timer);
			clearTimeout(killTimer);
			signal.removeEventListener('abort', end);
			if (killTimer !== undefined) {
				// It has ended, but what it started may not have listened.
				endGroup(child.pid, 'SIGKILL');
			}

			for (const line of outputs.flatMap(({text}) => text().split('\n'))) {
				if (line.trim() !== '') {
					onOutput(line);
				}
			}

			child.stdout.destroy();
			child.stderr.destroy();
			resolve(delivery);
		};

		const outputs = [beginningOf(child.stdout), beginningOf(child.stderr)];

		// It need not read what it is told.
		child.stdin.on('error', () => undefined);
		child.stdin.end(input);
		child.on('error', (error) => {
			settle({kind: 'failed', reason: failureWords(error)});
		});
		child.on('exit', (code, by) => {
			const delivery: Delivery =
				code === 0
					? {kind: 'delivered'}
					: {
							kind: 'failed',
							reason: isLate
								? `it took longer than ${timeoutMs / 1000} s, and was ended`
								: code === null
									? `it was ended by ${by ?? 'a signal'}`
									: `it ended with exit code ${code}`,
						};
			const ending = setTimeout(() => {
				settle(delivery);
			}, outputGraceMs);
			child.on('close', () => {
				clearTimeout(ending);
				settle(delivery);
			});
		});
	});

/** The beginning of what comes from a stream. */
const beginningOf = (stream: Readable): {readonly text: () => string} => {
	let text = '';
	stream.setEncoding('utf8').on('data', (more: string) => {
		text += more.slice(0, mostOutput - text.length);
	});
	return {text: () => text};
};

const endGroup = (pid: number | undefined, signal: NodeJS.Signals): void => {
	if (pid === undefined) {
		return;
	}

	try {
		process.kill(process.platform === 'win32' ? pid : -pid, signal);
	} catch {
		// It has ended.
	}
};
