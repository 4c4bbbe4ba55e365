import fs from 'node:fs';
import type {Cgroup} from './cgroup.js';
import type {OpenLog} from './open-log.js';
import {loadPosixSpawn} from './posix-spawn.js';
import type {Prepared} from './prepare-process.js';
import {spawnByNode} from './spawn-by-node.js';
import type {StartProcess, StartRequest} from './start-process.js';
import {findShell, wrapperScript} from './wrapper.js';

type Wrapping = Pick<StartRequest, 'onExit'> & {
	/** Once for each output. Closed here, as soon as the process has them. */
	readonly log: OpenLog;
	readonly record: number;
	readonly cgroup: Cgroup | undefined;
};

/**
Start a prepared process under its wrapper, in a session of its own, with the log as its output.

@returns the wrapper's pid
@throws where the operating system refuses
*/
export const spawnWrapped = async (
	{file, arguments: words, environment, cwd}: Prepared,
	{log, record, cgroup, onExit}: Wrapping,
): Promise<number> => {
	const {shell, start, entersGroups: entersGroup} = findMeans();
	try {
		return await start({
			file: shell,
			arguments: [
				'-c',
				wrapperScript,
				'lifeblood',
				entersGroup ? '' : (cgroup?.folder ?? ''),
				file,
				...words,
			],
			environment,
			cwd,
			output: log.out,
			// The wrapper's own; it gives its program the third one as that.
			error: record,
			third: log.error,
			cgroup: cgroup?.folder,
			onExit,
		});
	} finally {
		fs.closeSync(log.out);
		fs.closeSync(log.error);
	}
};

/** Whether a process is started in its control group; else it enters it by itself. */
export const entersGroups = (): boolean => findMeans().entersGroups;

let means: (StartProcess & {readonly shell: string}) | undefined;

const findMeans = () => {
	means ??= {shell: findShell(), ...(loadPosixSpawn() ?? spawnByNode)};
	return means;
};
