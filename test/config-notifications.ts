import test, {type ExecutionContext} from 'ava';
import {FarmError} from '../source/core/errors.js';
import {loadSchedulerConfig} from '../source/config/load.js';
import {makeHost, writeConfig} from './helpers/make-host.js';

const load = async (t: ExecutionContext, content: string) => {
	const host = await makeHost(t);
	const file = await writeConfig(host, 'scheduler', content);
	try {
		const {settings} = await loadSchedulerConfig({host});
		return {rules: settings.scheduler.notifications, faults: []};
	} catch (error) {
		if (!(error instanceof FarmError)) {
			throw error;
		}

		return {
			rules: {},
			faults: error.message
				.split('\n')
				.map((line) => line.replace(file, 'FILE')),
		};
	}
};

test('a rule needs no more than how to tell', async (t) => {
	const {rules} = await load(
		t,
		'[scheduler.notifications.all]\ncommand = ["tell"]\n',
	);
	t.deepEqual(rules, {
		all: {
			events: ['group_finished', 'group_errors', 'worker_lost'],
			command: ['tell'],
			groups: ['*'],
			creators: ['*'],
			workers: ['*'],
			minimum_tasks: 1,
			minimum_errors: 1,
		},
	});
});

test('every fault of a rule is told with its line, and what was meant', async (t) => {
	const {faults} = await load(
		t,
		`[scheduler.notifications.one]
comand = ["tell"]
events = ["group_finishd"]

[scheduler.notifications.two]
command = ["tell"]
mail = ["a@example.com"]
minimum_tasks = 0

[scheduler.notifications]
three = "tell"
`,
	);
	const prefix = 'scheduler.notifications';
	t.deepEqual(faults, [
		`FILE:2: ${prefix}.one.comand is no known key; did you mean "command"?`,
		`FILE:3: ${prefix}.one.events must be one of "group_finished", "group_errors", "worker_lost"; did you mean "group_finished"?`,
		`FILE:5: ${prefix}.two must have only one of command and mail: make a rule for each`,
		`FILE:8: ${prefix}.two.minimum_tasks must be a whole number, 1 or more`,
		`FILE:11: ${prefix}.three must be a table`,
	]);
});

test('a rule tells in one way only', async (t) => {
	const {faults} = await load(
		t,
		`[scheduler.notifications.none]
groups = ["shot_*"]

[scheduler.notifications.both]
command = ["tell"]
mail = ["a@example.com"]

[scheduler.notifications.secret]
command = ["tell"]
secret_file = "secret"
`,
	);
	const prefix = 'scheduler.notifications';
	t.deepEqual(faults, [
		`FILE:1: ${prefix}.none must say how to tell: one of command, webhook, webhook_file, mail`,
		`FILE:4: ${prefix}.both must have only one of command and mail: make a rule for each`,
		`FILE:8: ${prefix}.secret has a secret, which is only for a webhook`,
	]);
});

test('a webhook with a password in its address is refused', async (t) => {
	const {faults} = await load(
		t,
		'[scheduler.notifications.hook]\nwebhook = "https://me:secret@example.com/"\n',
	);
	t.is(faults.length, 1);
	t.regex(faults[0] ?? '', /:2: .*without user and password$/v);
	t.notRegex(faults[0] ?? '', /me:secret/v);
});
