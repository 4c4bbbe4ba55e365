import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {configFile, loadSchedulerConfig} from '../source/config/load.js';
import {notificationTargets} from '../source/modes/notification-targets.js';

test('a rule that cannot be what it says is told with its line', async (t) => {
	const home = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-test-'));
	t.teardown(async () => {
		await fs.rm(home, {recursive: true});
	});
	const file = configFile(path.join(home, '.config', 'lifeblood'), 'scheduler');
	await fs.mkdir(path.dirname(file), {recursive: true});
	const host = {
		environment: {},
		platform: 'linux',
		home,
		cwd: home,
		name: 'machine',
	} as const;
	for (const [rule, message] of [
		[
			'mail = ["a@example.com"]',
			'Mail needs a server: set scheduler.mail.host.',
		],
		[
			'webhook = "https://example.com/"\nsecret_variable = "NOT_SET"',
			'The variable NOT_SET, which is to hold the secret that signs, is not set.',
		],
	] as const) {
		/* eslint-disable no-await-in-loop -- one after the other */
		await fs.writeFile(
			file,
			`[core]\nfarm = "test"\n\n[scheduler.notifications.faulty]\n${rule}\n`,
		);
		const loaded = await loadSchedulerConfig({host});
		await t.throwsAsync(
			notificationTargets({loaded, host, log: {info: () => undefined}}),
			{message: `${file}:4: scheduler.notifications.faulty: ${message}`},
		);
		/* eslint-enable no-await-in-loop */
	}
});
