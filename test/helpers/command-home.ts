import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {ExecutionContext} from 'ava';

/**
A home folder of its own for the commands that a test runs in this process, with nothing in it. The environment is the process's: tests that use it are serial.
*/
export const commandHome = async (t: ExecutionContext): Promise<string> => {
	const home = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-home-'));
	for (const name of Object.keys(process.env)) {
		if (/^(?:LIFEBLOOD_|XDG_)/v.test(name)) {
			delete process.env[name]; // eslint-disable-line @typescript-eslint/no-dynamic-delete -- the environment is such a thing
		}
	}

	process.env['HOME'] = home;
	t.teardown(async () => {
		await fs.rm(home, {recursive: true, force: true});
	});
	return home;
};
