import {execFile} from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {promisify} from 'node:util';
import {helperProgram} from '../farm/paths.js';

const run = promisify(execFile); // eslint-disable-line @typescript-eslint/strict-void-return -- as Node documents it

/** How often a second a small Node program can run `true`, `atOnce` at a time, each with its output in a file of its own. */
export const spawnsPerSecond = async (
	folder: string,
	{count, atOnce}: {readonly count: number; readonly atOnce: number},
): Promise<number> => {
	const logs = path.join(folder, 'raw-spawns');
	await fs.mkdir(logs, {recursive: true});
	const {stdout} = await run(process.execPath, [
		helperProgram('spawn-true.ts'),
		logs,
		String(count),
		String(atOnce),
	]);
	await fs.rm(logs, {recursive: true});
	return Number(stdout);
};

/** The same by `xargs -P`. */
export const xargsPerSecond = async ({
	count,
	atOnce,
}: {
	readonly count: number;
	readonly atOnce: number;
}): Promise<number> => {
	const begun = performance.now();
	await run('sh', [
		'-c',
		`seq ${count} | xargs -P ${atOnce} -n 1 true >/dev/null`,
	]);
	return (count * 1000) / (performance.now() - begun);
};
