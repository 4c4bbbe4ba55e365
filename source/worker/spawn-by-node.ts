import {spawn} from 'node:child_process';
import type {StartProcess, StartRequest} from './start-process.js';

const start = ({
	file,
	arguments: words,
	environment,
	cwd,
	output,
	error,
	third,
	onExit,
}: StartRequest): number | Promise<number> => {
	const child = spawn(file, words, {
		cwd,
		env: environment,
		detached: true,
		stdio: ['ignore', output, error, third],
	});
	child.once('exit', (_code, signal) => {
		onExit(signal ?? undefined);
	});
	const {pid} = child;
	if (pid !== undefined) {
		return pid;
	}

	return new Promise((_resolve, reject) => {
		child.once('error', reject);
	});
};

/** Starts a process by Node's own means, which all systems have. Throws an error with the system's `code`, such as `E2BIG`; or rejects with one. */
export const spawnByNode: StartProcess = {start, entersGroups: false};
