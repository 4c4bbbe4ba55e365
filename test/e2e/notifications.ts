import {Buffer} from 'node:buffer';
import {createHmac} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {z} from 'zod';
import {createFarm, type FarmProcess} from '../helpers/farm-process.js';
import {createReceiver, type Received} from '../helpers/http-receiver.js';
import {createMailServer} from '../helpers/mail-server.js';
import {ownCertificate} from '../helpers/own-certificate.js';
import {job, waitFor} from '../helpers/run-account.js';
import {testWith} from '../helpers/test-with.js';
import {until} from '../helpers/until.js';

const key = Buffer.alloc(32, 'k');
const secret = `whsec_${key.toString('base64')}`;

const newsShape = z.object({
	id: z.string(),
	type: z.string(),
	farm: z.string(),
	text: z.string(),
	data: z.record(z.string(), z.json()),
});

const newsOf = ({body}: Pick<Received, 'body'>) =>
	newsShape.parse(JSON.parse(body));

const configFile = (farm: FarmProcess): string =>
	path.join(farm.folder, 'config', 'scheduler', 'config.toml');

const configure = (farm: FarmProcess, rules: string): void => {
	fs.appendFileSync(configFile(farm), rules);
	fs.writeFileSync(
		path.join(farm.folder, 'config', 'scheduler', 'secret'),
		`${secret}\n`,
		{mode: 0o600},
	);
};

const layGraph = async (farm: FarmProcess): Promise<void> => {
	await farm.graph(
		{
			run: {type: 'command', parameters: job(waitFor('go'))},
			fail: {type: 'command', parameters: job('exit 7')},
			end: {type: 'killer'},
		},
		['run -> end'],
	);
};

test.serial(
	'a group that finished before a kill -9 of the scheduler, and was not told yet, is told after the restart, signed, and then not again',
	async (t) => {
		const farm = createFarm(t);
		const receiver = await createReceiver(t, (count, response) => {
			if (count > 1) {
				response.writeHead(200).end();
			}
		});
		configure(
			farm,
			`[scheduler.delivery]\nsettle_s = 0\n[scheduler.notifications.hook]\nwebhook = "${receiver.url}"\nsecret_file = "secret"\ngroups = ["shot*"]\n`,
		);
		const scheduler = await farm.scheduler();
		await farm.worker();
		await layGraph(farm);
		const id = await farm.submit('run', {groups: ['shot']});
		await farm.taskIn(id, 'in_progress');
		farm.open('go');
		await receiver.has(1);
		await scheduler.end('SIGKILL');
		const second = await farm.scheduler();
		const [first, request] = await receiver.has(2);
		t.deepEqual(first?.body, request?.body);
		t.is(first?.headers['webhook-id'], request?.headers['webhook-id']);
		const body = request?.body ?? '';
		const sent = (name: string): string => String(request?.headers[name]);
		t.like(newsOf({body}), {
			type: 'group_finished',
			text: 'Group shot has finished: 1 task.',
			data: {group: {name: 'shot', counts: {dead: 1, total: 1}}},
		});
		t.is(
			sent('webhook-signature'),
			`v1,${createHmac('sha256', key)
				.update(`${sent('webhook-id')}.${sent('webhook-timestamp')}.${body}`)
				.digest('base64')}`,
		);
		await untilDoctorSays(farm, 'ok', /^0 waiting; delivered last: 20/v);
		await second.end('SIGKILL');
		await farm.scheduler();
		await farm.submit('end', {groups: ['shot2']});
		const all = await receiver.has(3);
		t.deepEqual(
			all.slice(1).map((one) => newsOf(one).text),
			['shot', 'shot2'].map((name) => `Group ${name} has finished: 1 task.`),
		);
	},
);

const untilDoctorSays = async (
	farm: FarmProcess,
	status: string,
	message: RegExp,
): Promise<void> => {
	await until(
		async () => {
			const {stdout} = await farm.cli(['doctor', '--json']);
			const findings = z
				.array(
					z.object({
						check: z.string(),
						status: z.string(),
						message: z.string(),
					}),
				)
				.parse(JSON.parse(stdout));
			return findings.find(
				(finding) =>
					finding.check === 'notifications hook' &&
					finding.status === status &&
					message.test(finding.message),
			);
		},
		{what: `doctor to say ${message.source}`},
	);
};

test.serial(
	'a dead receiver is told in the log and by doctor, and what it missed comes once it lives, each piece once by its id',
	async (t) => {
		const farm = createFarm(t);
		const first = await createReceiver(t, (_count, response) => {
			response.destroy();
		});
		const port = Number(new URL(first.url).port);
		configure(
			farm,
			`[scheduler.delivery]\nsettle_s = 0\nretry_s = 0.2\nattempts = 1000\n[scheduler.notifications.hook]\nwebhook = "${first.url}"\nevents = ["group_finished"]\n`,
		);
		const scheduler = await farm.scheduler();
		await layGraph(farm);
		for (const name of ['a', 'b', 'c']) {
			await farm.rest(await farm.submit('end', {groups: [name]})); // eslint-disable-line no-await-in-loop -- in order
		}

		await first.has(2);
		await untilDoctorSays(farm, 'warn', /^3 waiting; .*socket hang up/v);
		t.regex(scheduler.said(), /hook: the webhook .* did not take/v);
		await scheduler.end('SIGKILL');
		await first.close();
		const second = await createReceiver(t, undefined, {port});
		await farm.scheduler();
		const requests = await second.has(3);
		t.deepEqual(
			requests.map((one) => newsOf(one).text),
			['a', 'b', 'c'].map((name) => `Group ${name} has finished: 1 task.`),
		);
		const before = new Set(first.received.map((one) => newsOf(one).id));
		t.true(before.has(newsOf(requests[0] ?? {body: ''}).id));
	},
);

test.serial(
	'errors and a lost worker are told to a command, which knows no secrets of others',
	async (t) => {
		const farm = createFarm(t, {workerGrace: 1});
		const told = path.join(farm.folder, 'told');
		configure(
			farm,
			`[scheduler.mail]
password_variable = "MAIL_PASSWORD"
[scheduler.notifications.told]
events = ["group_errors", "worker_lost"]
command = ["sh", "-c", 'cat >> "$0"; echo "heard of $LIFEBLOOD_EVENT, \${MAIL_PASSWORD-no password}"', "${told}"]
`,
		);
		const scheduler = await farm.scheduler();
		const worker = await farm.worker();
		await layGraph(farm);
		await farm.rest(await farm.submit('fail', {groups: ['broken']}));
		await worker.end('SIGKILL');
		const lines = await until(
			() => {
				const all = fs.existsSync(told)
					? fs.readFileSync(told, 'utf8').trim().split('\n')
					: [];
				return all.length === 2 ? all : undefined;
			},
			{what: 'two events'},
		);
		const news = lines.map((body) => newsOf({body}));
		t.like(news[0], {
			type: 'group_errors',
			data: {
				group: {name: 'broken', counts: {error: 1}},
				causes: [{task: 1, node: 'fail'}],
			},
		});
		t.like(news[1], {
			type: 'worker_lost',
			data: {worker: {name: 'one'}, lost: 0},
		});
		await until(
			() =>
				scheduler.said().includes('heard of group_errors, no password')
					? true
					: undefined,
			{what: 'what the command says to be in the log'},
		);
		// Its grace time is over for its guard as well.
		await until(
			() =>
				farm.guards().length === 0 &&
				farm.marked().every((pid) => pid === scheduler.pid)
					? true
					: undefined,
			{what: 'what the worker left to be looked through', within: 15_000},
		);
	},
);

const serveMail = async (t: ExecutionContext) => {
	const logins: unknown[] = [];
	const {mails, port} = await createMailServer(t, {
		authOptional: false,
		allowInsecureAuth: true,
		onAuth({password}, _session, done) {
			logins.push(password);
			done(undefined, {user: 'me'});
		},
	});
	return {mails, logins, port};
};

test.serial(
	'mail gathers what happens within a while, logs in, and its password is nowhere to be seen',
	async (t) => {
		const farm = createFarm(t);
		const {mails, logins, port} = await serveMail(t);
		const password = path.join(farm.folder, 'config', 'password');
		fs.writeFileSync(password, 'correct horse\n', {mode: 0o600});
		configure(
			farm,
			`[scheduler.delivery]
settle_s = 0
[scheduler.mail]
host = "127.0.0.1"
port = ${port}
security = "none"
user = "me"
password_file = "${password}"
gather_s = 3
[scheduler.notifications.mail]
mail = ["a@example.com"]
`,
		);
		const scheduler = await farm.scheduler();
		await layGraph(farm);
		for (const name of ['a', 'b', 'c']) {
			await farm.rest(await farm.submit('end', {groups: [name]})); // eslint-disable-line no-await-in-loop -- in order
		}

		const [mail] = await until(() => (mails.length > 0 ? mails : undefined), {
			what: 'a mail',
		});
		t.regex(
			mail?.content ?? '',
			/^Subject: .*3 events; the first: Group a has/mv,
		);
		t.deepEqual(logins, ['correct horse']);
		const seen = [
			await farm.printed(['config', 'show', '--json']),
			await farm.printed(['config', 'show']),
			(await farm.cli(['doctor'])).stdout,
			scheduler.said(),
		];
		t.false(seen.some((one) => one.includes('correct horse')));
	},
);

test.serial(
	'notify test says of each rule whether it arrives, and why not',
	async (t) => {
		const farm = createFarm(t);
		const receiver = await createReceiver(t);
		configure(
			farm,
			`[scheduler.notifications.hook]
webhook = "${receiver.url}"
secret_variable = "HOOK_SECRET"
[scheduler.notifications.broken]
command = ["false"]
`,
		);
		const environment = {HOOK_SECRET: secret};
		const all = await farm.cli(['notify', 'test', '--json'], {environment});
		t.is(all.exitCode, 1);
		t.like(JSON.parse(all.stdout), {
			length: 2,
			0: {rule: 'hook', delivered: true},
			1: {
				rule: 'broken',
				delivered: false,
				reason: 'it ended with exit code 1',
			},
		});
		t.like(newsOf(receiver.received[0] ?? {body: ''}), {type: 'test'});
		const one = await farm.cli(['notify', 'test', 'hook'], {environment});
		t.is(one.exitCode, 0);
		t.regex(
			one.stdout,
			/^ok +hook: the webhook http:\/\/127\.0\.0\.1:\d+ took it$/mv,
		);
		const unset = await farm.cli(['notify', 'test', 'hook']);
		t.is(unset.exitCode, 2);
		t.regex(unset.stderr, /notifications\.hook: .*HOOK_SECRET.* is not set/v);
		const unknown = await farm.cli(['notify', 'test', 'hok'], {environment});
		t.regex(unknown.stderr, /did you mean "hook"/v);
	},
);

testWith(
	['openssl'],
	'a receiver with a certificate of its own is trusted where NODE_EXTRA_CA_CERTS names it',
	async (t) => {
		const farm = createFarm(t);
		const tls = await ownCertificate(farm.folder);
		const receiver = await createReceiver(t, undefined, {tls});
		configure(
			farm,
			`[scheduler.notifications.hook]\nwebhook = "${receiver.url}"\n`,
		);
		const unknown = await farm.cli(['notify', 'test']);
		t.is(unknown.exitCode, 1);
		t.regex(unknown.stdout, /self-signed/v);
		const {exitCode} = await farm.cli(['notify', 'test'], {
			environment: {NODE_EXTRA_CA_CERTS: tls.file},
		});
		t.is(exitCode, 0);
		t.is(receiver.received.length, 1);
	},
);

test.serial(
	'a rule that is added at a HUP tells of what moves already',
	async (t) => {
		const farm = createFarm(t);
		const receiver = await createReceiver(t);
		const scheduler = await farm.scheduler();
		await farm.worker();
		await layGraph(farm);
		const id = await farm.submit('run', {groups: ['shot']});
		await farm.taskIn(id, 'in_progress');
		configure(
			farm,
			`[scheduler.delivery]\nsettle_s = 0\n[scheduler.notifications.hook]\nwebhook = "${receiver.url}"\n`,
		);
		scheduler.signal('SIGHUP');
		await until(
			() =>
				/in force now: .*scheduler\.notifications/v.test(scheduler.said())
					? true
					: undefined,
			{what: 'the rule to be in force'},
		);
		farm.open('go');
		await receiver.has(1);
		t.like(newsOf(receiver.received[0] ?? {body: ''}), {
			text: 'Group shot has finished: 1 task.',
		});
	},
);
