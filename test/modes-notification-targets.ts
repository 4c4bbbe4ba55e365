import test from 'ava';
import {loadSchedulerConfig} from '../source/config/load.js';
import {notificationTargets} from '../source/modes/notification-targets.js';
import {makeHost, writeConfig} from './helpers/make-host.js';

test('a rule that cannot be what it says is told with its line', async (t) => {
	const host = await makeHost(t);
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
		const file = await writeConfig(
			host,
			'scheduler',
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
