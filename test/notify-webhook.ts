import {Buffer} from 'node:buffer';
import {createHmac} from 'node:crypto';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {systemClock} from '../source/core/clock.js';
import type {Notification} from '../source/core/notification.js';
import {parseWebhookSecret} from '../source/notify/signature.js';
import type {Delivery} from '../source/notify/target.js';
import {createWebhook} from '../source/notify/webhook.js';
import {createReceiver} from './helpers/http-receiver.js';
import {ownCertificate} from './helpers/own-certificate.js';
import {testWith} from './helpers/test-with.js';
import {until} from './helpers/until.js';

const key = Buffer.alloc(32, 'k');
const secret = `whsec_${key.toString('base64')}`;

const news: Notification = {
	id: 'farm-1-x',
	type: 'group_finished',
	timestamp: '2026-01-01T00:00:00.000Z',
	farm: 'test',
	text: 'Group déjà vu has finished: 2 tasks.',
	data: {group: {name: 'déjà vu'}},
};

const webhook = (
	url: string,
	{timeoutMs = 20_000, signed = true} = {},
): ReturnType<typeof createWebhook> =>
	createWebhook({
		url: new URL(url),
		secret: signed ? parseWebhookSecret(secret) : undefined,
		timeoutMs,
		userAgent: 'lifeblood/test',
		clock: systemClock,
	});

const never = new AbortController().signal;

test('a webhook is JSON, signed over its id, the time and every byte of it', async (t) => {
	const receiver = await createReceiver(t);
	t.deepEqual(await webhook(receiver.url).deliver([news], never), {
		kind: 'delivered',
	});
	const [request] = receiver.received;
	t.deepEqual(JSON.parse(request?.body ?? ''), news);
	const {headers = {}} = request ?? {};
	t.is(headers['webhook-id'], news.id);
	const sentAt = Number(headers['webhook-timestamp']);
	t.true(Math.abs(sentAt - Date.now() / 1000) < 30);
	const expected = createHmac('sha256', key)
		.update(`${news.id}.${sentAt}.${request?.body}`)
		.digest('base64');
	t.is(headers['webhook-signature'], `v1,${expected}`);
	t.is(headers['content-type'], 'application/json');
});

test('without a secret nothing is signed', async (t) => {
	const receiver = await createReceiver(t);
	await webhook(receiver.url, {signed: false}).deliver([news], never);
	t.is(receiver.received[0]?.headers['webhook-signature'], undefined);
});

test('the name of a webhook in the log holds nothing of its path', (t) => {
	t.is(
		webhook('https://hooks.example/services/secret?token=secret').name,
		'the webhook https://hooks.example',
	);
});

test('what a receiver answers tells what becomes of the delivery', async (t) => {
	const answers: Array<readonly [number, Delivery['kind']]> = [
		[200, 'delivered'],
		[202, 'delivered'],
		[400, 'refused'],
		[404, 'failed'],
		[410, 'gone'],
		[422, 'refused'],
		[429, 'failed'],
		[500, 'failed'],
		[503, 'failed'],
	];
	const receiver = await createReceiver(t, (count, response) => {
		response.writeHead(answers[count - 1]?.[0] ?? 200).end();
	});
	for (const [status, kind] of answers) {
		const delivery = await webhook(receiver.url).deliver([news], never); // eslint-disable-line no-await-in-loop -- in order
		t.is(delivery.kind, kind, String(status));
	}
});

test('a receiver that is busy says for how long', async (t) => {
	const receiver = await createReceiver(t, (_count, response) => {
		response.writeHead(503, {'retry-after': '120'}).end();
	});
	t.deepEqual(await webhook(receiver.url).deliver([news], never), {
		kind: 'failed',
		reason: 'it answered 503 Service Unavailable',
		afterS: 120,
	});
});

test('one that answers with another protocol has failed', async (t) => {
	const server = net.createServer((connection) => {
		connection
			.on('error', () => undefined)
			.once('data', () => {
				connection.end(
					'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n',
				);
			});
	});
	t.teardown(() => server.close());
	const {promise, resolve} = Promise.withResolvers<undefined>();
	server.listen(0, '127.0.0.1', () => {
		resolve(undefined);
	});
	await promise;
	const {port} = server.address() as net.AddressInfo;
	t.deepEqual(
		await webhook(`http://127.0.0.1:${port}/`).deliver([news], never),
		{kind: 'failed', reason: 'it gave no answer'},
	);
});

test('redirects are not followed', async (t) => {
	const other = await createReceiver(t);
	const receiver = await createReceiver(t, (_count, response) => {
		response.writeHead(307, {location: other.url}).end();
	});
	t.like(await webhook(receiver.url).deliver([news], never), {
		kind: 'refused',
	});
	t.is(other.received.length, 0);
});

test('one that does not answer is given up in time', async (t) => {
	const receiver = await createReceiver(t, () => undefined);
	t.deepEqual(
		await webhook(receiver.url, {timeoutMs: 100}).deliver([news], never),
		{kind: 'failed', reason: 'it did not answer within 0.1 s'},
	);
});

test('nothing is read of an answer but its status, however long it is', async (t) => {
	let isClosed = false;
	const receiver = await createReceiver(t, (_count, response) => {
		response.on('close', () => {
			isClosed = true;
		});
		response.writeHead(200);
		const more = (): void => {
			while (response.write('x'.repeat(65_536))) {
				// As much as is taken.
			}
		};

		response.on('drain', more);
		more();
	});
	t.deepEqual(await webhook(receiver.url).deliver([news], never), {
		kind: 'delivered',
	});
	await until(() => (isClosed ? true : undefined), {
		what: 'the connection to be closed',
	});
});

test('one that nobody listens at has failed, and so has one that is broken off', async (t) => {
	const receiver = await createReceiver(t, () => undefined);
	const ending = new AbortController();
	const delivery = webhook(receiver.url).deliver([news], ending.signal);
	await receiver.has(1);
	ending.abort();
	t.like(await delivery, {kind: 'failed'});
	await receiver.close();
	const refused = await webhook(receiver.url).deliver([news], never);
	t.is(refused.kind, 'failed');
	t.regex(
		'reason' in refused ? refused.reason : '',
		/^nobody listens at \S+:\d+$/v,
	);
});

testWith(
	['openssl'],
	'a certificate that nobody knows is refused before anything is sent',
	async (t) => {
		const folder = await fs.mkdtemp(
			path.join(os.tmpdir(), 'lifeblood-webhook-'),
		);
		t.teardown(async () => {
			await fs.rm(folder, {recursive: true});
		});
		const receiver = await createReceiver(t, undefined, {
			tls: await ownCertificate(folder),
		});
		const delivery = await webhook(receiver.url).deliver([news], never);
		t.is(delivery.kind, 'failed');
		t.regex('reason' in delivery ? delivery.reason : '', /self-signed/v);
		t.is(receiver.received.length, 0);
	},
);

test('a secret that is none is refused, and not repeated', (t) => {
	for (const text of ['', 'hunter2hunter2hunter2hunter2', 'whsec_c2hvcnQ=']) {
		const error = t.throws(() => parseWebhookSecret(text));
		t.regex(error?.message ?? '', /whsec_/v);
		t.false(text !== '' && error?.message.includes(text));
	}
});
