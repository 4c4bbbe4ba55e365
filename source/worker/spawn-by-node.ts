import {spawn} from 'node:child_process';
import type {StartProcess} from './start-process.js';

/** Starts a process by Node's own means, which all systems have. Rejects with an error with the system's `code`, such as `E2BIG`. */
export const spawnByNode: StartProcess = {
	async start({
		file,
		arguments: words,
		environment,
		cwd,
		output,
		error,
		third,
		onExit,
	}) {
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
	},
	entersGroups: false,
};
