import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import type {Notification} from '../source/core/notification.js';
import {createMail, type MailServer} from '../source/notify/mail.js';
import {createMailServer} from './helpers/mail-server.js';
import {ownCertificate} from './helpers/own-certificate.js';
import {testWith} from './helpers/test-with.js';

const newsOf = (line: string): Notification => ({
	id: 'farm-1-x',
	type: 'group_errors',
	timestamp: '2026-01-01T00:00:00.000Z',
	farm: 'test',
	text: line,
	data: {
		causes: [{task: 17, node: 'render', message: 'It failed.\nTwice.'}],
	},
});

const never = new AbortController().signal;

const mail = (
	server: Partial<MailServer> & {readonly port: number},
	{timeoutMs = 20_000}: {readonly timeoutMs?: number} = {},
) =>
	createMail({
		server: {
			host: '127.0.0.1',
			security: 'none',
			login: undefined,
			...server,
		},
		from: 'farm@example.com',
		to: ['a@example.com', 'b@example.com'],
		gatherMs: 0,
		timeoutMs,
	});

test('news are one mail in plain text', async (t) => {
	const {mails, port} = await createMailServer(t, {});
	t.deepEqual(
		await mail({port}).deliver([newsOf('One.'), newsOf('Two.')], never),
		{kind: 'delivered'},
	);
	t.is(mails.length, 1);
	const [{to, content} = {to: [], content: ''}] = mails;
	t.deepEqual(to, ['a@example.com', 'b@example.com']);
	t.regex(content, /^Subject: \[test\] 2 events; the first: One\.\r$/mv);
	t.regex(content, /^Content-Type: text\/plain/mv);
	t.regex(content, /^Auto-Submitted: auto-generated\r$/mv);
	t.regex(content, /^Message-ID: <farm-1-x@lifeblood>\r$/mv);
	t.regex(
		content,
		/^2026-01-01T00:00:00\.000Z {2}Two\.\r\n {2}task 17 in render: It failed\.\r\n {4}Twice\.\r$/mv,
	);
});

test('no name of a group adds a header or a recipient', async (t) => {
	const {mails, port} = await createMailServer(t, {});
	const nasty = 'Group x\r\nBcc: c@example.com\r\n\r\nhello\r\n.\r\nQUIT';
	await mail({port}).deliver([newsOf(nasty)], never);
	const [{to, content} = {to: [], content: ''}] = mails;
	t.deepEqual(to, ['a@example.com', 'b@example.com']);
	const [head = ''] = content.split('\r\n\r\n', 1);
	t.notRegex(head, /^bcc:/imv);
	t.regex(head, /^Subject: \[test\] Group x Bcc: c@example\.com/mv);
});

test('a login that is refused is tried again, a mail that is refused is not', async (t) => {
	const login = {user: 'me', password: 'secret'};
	const wrong = await createMailServer(t, {
		allowInsecureAuth: true,
		onAuth(_auth, _session, done) {
			done(new Error('Wrong password'));
		},
	});
	const failed = await mail({port: wrong.port, login}).deliver(
		[newsOf('One.')],
		never,
	);
	t.is(failed.kind, 'failed');
	t.false('reason' in failed && failed.reason.includes('secret'));
	const picky = await createMailServer(t, {
		onRcptTo(_address, _session, done) {
			done(new Error('No such user'));
		},
	});
	const refused = await mail({port: picky.port}).deliver(
		[newsOf('One.')],
		never,
	);
	t.is(refused.kind, 'refused');
	t.is(wrong.mails.length + picky.mails.length, 0);
});

test('a server that says nothing is given up in time', async (t) => {
	const {port} = await createMailServer(t, {
		onConnect: () => undefined,
	});
	t.deepEqual(
		await mail({port}, {timeoutMs: 300}).deliver([newsOf('One.')], never),
		{kind: 'failed', reason: 'it was not sent within 0.3 s'},
	);
});

test('without TLS where it is asked for, nothing is sent', async (t) => {
	const {mails, port} = await createMailServer(t, {});
	const delivery = await mail({port, security: 'starttls'}).deliver(
		[newsOf('One.')],
		never,
	);
	t.not(delivery.kind, 'delivered');
	t.is(mails.length, 0);
});

testWith(
	['openssl'],
	'a certificate that nobody knows is refused before a password is sent',
	async (t) => {
		const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-mail-'));
		t.teardown(async () => {
			await fs.rm(folder, {recursive: true});
		});
		let logins = 0;
		const {key, cert} = await ownCertificate(folder);
		const {mails, port} = await createMailServer(t, {
			key,
			cert,
			disabledCommands: [],
			onAuth(_auth, _session, done) {
				logins += 1;
				done(undefined, {user: 'me'});
			},
		});
		const delivery = await mail({
			port,
			security: 'starttls',
			login: {user: 'me', password: 'secret'},
		}).deliver([newsOf('One.')], never);
		t.is(delivery.kind, 'failed');
		t.regex('reason' in delivery ? delivery.reason : '', /self-signed/v);
		t.is(logins + mails.length, 0);
	},
);
