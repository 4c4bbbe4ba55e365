import {spawn} from 'node:child_process';
import fs from 'node:fs';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {sendSignal} from './processes.js';

/** A scheduler or a worker that runs, or has run. */
export type Daemon = {
	readonly pid: number;
	readonly hasEnded: () => boolean;
	readonly ended: Promise<string>;
	readonly signal: (signal: NodeJS.Signals) => void;
	/** The end of what it wrote. */
	readonly said: () => string;
};

/** Another build is tortured by naming its program. */
const program =
	process.env['LIFEBLOOD_TEST_PROGRAM'] ??
	fileURLToPath(new URL('../../dist/lifeblood.js', import.meta.url));

/** What it writes goes to the end of a file, as it would with a supervisor. */
export const startDaemon = (
	words: readonly string[],
	{
		environment,
		output,
		namespace,
	}: {
		readonly environment: Readonly<Record<string, string>>;
		readonly output: string;
		/** The network namespace that it runs in. */
		readonly namespace?: string | undefined;
	},
): Daemon => {
	const descriptor = fs.openSync(output, 'a');
	const {size: start} = fs.fstatSync(descriptor);
	const command = [process.execPath, program, ...words];
	const [file = '', ...rest] =
		namespace === undefined
			? command
			: ['nsenter', `--net=/run/netns/${namespace}`, ...command];
	const child = spawn(file, rest, {
		env: {...environment},
		stdio: ['ignore', descriptor, descriptor],
	});
	fs.closeSync(descriptor);
	const {pid} = child;
	if (pid === undefined) {
		throw new Error(`${file} could not be started.`);
	}

	let isOver = false;
	const {promise: ended, resolve} = Promise.withResolvers<string>();
	child.once('exit', (code, signal) => {
		isOver = true;
		resolve(signal ?? `exit ${code}`);
	});
	return {
		pid,
		ended,
		hasEnded: () => isOver,
		signal(name) {
			if (!isOver) {
				sendSignal(pid, name);
			}
		},
		said: () => fs.readFileSync(output, 'utf8').slice(start).slice(-4000),
	};
};
