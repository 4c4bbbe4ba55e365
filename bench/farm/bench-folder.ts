import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

export type BenchFolder = AsyncDisposable & {
	readonly path: string;
	/** The environment of processes that keep everything in this folder. */
	readonly environment: NodeJS.ProcessEnv;
};

/** A folder with a home of its own, so that nothing of this machine's user is read or written. It goes at the end. */
export const createBenchFolder = async (): Promise<BenchFolder> => {
	const folder = await fs.realpath(
		await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-bench-')),
	);
	await fs.mkdir(path.join(folder, 'tmp'));
	// So that no worker looks for this machine's software while something is measured.
	const packages = path.join(folder, 'config', 'standard_environment_resolver');
	await fs.mkdir(packages, {recursive: true});
	await fs.writeFile(path.join(packages, 'config.toml'), '');
	const others = Object.entries(process.env).filter(
		([name]) => !/^(?:LIFEBLOOD|XDG|npm)_/v.test(name),
	);
	return {
		path: folder,
		environment: {
			...Object.fromEntries(others),
			HOME: folder,
			TMPDIR: path.join(folder, 'tmp'),
			XDG_STATE_HOME: path.join(folder, 'state'),
			XDG_DATA_HOME: path.join(folder, 'data'),
			XDG_CONFIG_HOME: path.join(folder, 'config-home'),
		},
		async [Symbol.asyncDispose]() {
			await fs.rm(folder, {recursive: true, force: true, maxRetries: 5});
		},
	};
};
