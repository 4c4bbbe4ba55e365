import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import type {Host} from '../../source/config/host.js';
import {configFile} from '../../source/config/load.js';

/** A machine with nothing configured, whose user has a home of its own until the test is over. */
export const makeHost = async (
	t: ExecutionContext,
	environment: Readonly<Record<string, string>> = {},
): Promise<Host> => {
	const home = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-test-'));
	t.teardown(async () => {
		await fs.rm(home, {recursive: true, force: true});
	});
	return {environment, platform: 'linux', home, cwd: home, name: 'machine'};
};

/** Writes a component's file where it is looked for, over what is there. Resolves with its path. */
export const writeConfig = async (
	{home}: Host,
	component: 'scheduler' | 'worker' | 'viewer',
	content: string,
): Promise<string> => {
	const file = configFile(path.join(home, '.config', 'lifeblood'), component);
	await fs.mkdir(path.dirname(file), {recursive: true});
	await fs.writeFile(file, content);
	return file;
};
