import fs from 'node:fs';
import {loadPosixSpawn} from './posix-spawn.js';
import type {Prepared} from './prepare-process.js';
import {spawnByNode} from './spawn-by-node.js';
import type {StartProcess, StartRequest} from './start-process.js';
import {findShell, wrapperScript} from './wrapper.js';

type Wrapping = Pick<StartRequest, 'onExit'> & {
	/** Closed here, as soon as the process has it. */
	readonly log: number;
	readonly record: number;
};

/**
Start a prepared process under its wrapper, in a session of its own, with the log as its output.

@returns the wrapper's pid
@throws or rejects where the operating system refuses
*/
export const spawnWrapped = (
	{file, arguments: words, environment, cwd}: Prepared,
	{log, record, onExit}: Wrapping,
): Promise<number> | number => {
	means ??= {shell: findShell(), start: loadPosixSpawn() ?? spawnByNode};
	try {
		return means.start({
			file: means.shell,
			arguments: ['-c', wrapperScript, 'lifeblood', file, ...words],
			environment,
			cwd,
			output: log,
			// The wrapper gives the program the log for both.
			error: record,
			onExit,
		});
	} finally {
		fs.closeSync(log);
	}
};

let means: {readonly shell: string; readonly start: StartProcess} | undefined;
