import {spawn, type ChildProcess} from 'node:child_process';
import fs from 'node:fs';
import type {Prepared} from './prepare-process.js';
import type {Record} from './record.js';
import {findShell, wrapperScript} from './wrapper.js';

export type Spawned = {
	readonly pid: number;
	readonly child: ChildProcess;
};

/**
Start a prepared process under its wrapper, in a session of its own, with the log, which is closed here then, as its output.

@throws where the operating system refuses
*/
export const spawnWrapped = (
	prepared: Prepared,
	{record, log}: {readonly record: Record; readonly log: number},
): Promise<Spawned> | Spawned => {
	let child: ChildProcess;
	try {
		// Standard error of the wrapper is the record; it gives the program the log for both.
		child = spawn(
			shell(),
			['-c', wrapperScript, 'lifeblood', prepared.file, ...prepared.arguments],
			{
				cwd: prepared.cwd,
				env: prepared.environment,
				detached: true,
				stdio: ['ignore', log, record.descriptor],
			},
		);
	} finally {
		fs.closeSync(log);
	}

	const {pid} = child;
	if (pid !== undefined) {
		return {pid, child};
	}

	return new Promise((_resolve, reject) => {
		child.once('error', (error) => {
			reject(
				new Error(`The process could not be started: ${error.message}.`, {
					cause: error,
				}),
			);
		});
	});
};

let knownShell: string | undefined;

const shell = (): string => {
	knownShell ??= findShell();
	return knownShell;
};
