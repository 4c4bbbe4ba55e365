import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {systemClock} from '../source/core/clock.js';
import {createCommand} from '../source/notify/command.js';
import {parseWebhookSecret} from '../source/notify/signature.js';
import {createWebhook} from '../source/notify/webhook.js';
import {createReceiver} from './helpers/http-receiver.js';
import {testWith} from './helpers/test-with.js';

const secret = `whsec_${'c2VjcmV0'.repeat(4)}`;

const news = {
	id: 'farm-1-x',
	type: 'group_finished',
	timestamp: '2026-01-01T00:00:00.000Z',
	farm: 'test',
	text: 'Group déjà vu has finished: 2 tasks.',
	data: {},
} as const;

/** The examples of a language in docs/notifications.md. */
const examples = async (language: string): Promise<readonly string[]> => {
	const page = await fs.readFile(
		new URL('../docs/notifications.md', import.meta.url),
		'utf8',
	);
	return page
		.matchAll(/^```(?<language>\w+)\n(?<code>.*?)^```$/gmsv)
		.filter(({groups}) => groups?.['language'] === language)
		.map(({groups}) => groups?.['code'] ?? '')
		.toArray();
};

const folderOf = async (t: ExecutionContext): Promise<string> => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-docs-'));
	t.teardown(async () => {
		await fs.rm(folder, {recursive: true});
	});
	return folder;
};

/** A webhook as it comes, and the same with other bytes. */
const delivered = async (t: ExecutionContext) => {
	const receiver = await createReceiver(t);
	await createWebhook({
		url: new URL(receiver.url),
		secret: parseWebhookSecret(secret),
		timeoutMs: 20_000,
		userAgent: 'lifeblood/test',
		clock: systemClock,
	}).deliver([news], new AbortController().signal);
	const [{headers, body} = {headers: {}, body: ''}] = receiver.received;
	return [
		{secret, headers, body},
		{secret, headers, body: body.replace('2 tasks', '3 tasks')},
		{
			secret,
			headers: {...headers, 'webhook-timestamp': '1000000000'},
			body,
		},
	];
};

testWith(
	['python3'],
	'the example in Python knows a genuine webhook from a forged one',
	async (t) => {
		const [, code = ''] = await examples('python');
		const {stdout} = await execa(
			'python3',
			[
				'-c',
				`${code}\nimport json, sys\nprint([is_genuine(one['secret'], one['headers'], one['body'].encode()) for one in json.load(sys.stdin)])`,
			],
			{input: JSON.stringify(await delivered(t))},
		);
		t.is(stdout, '[True, False, False]');
	},
);

test('the example in Node knows a genuine webhook from a forged one', async (t) => {
	const [code = ''] = await examples('js');
	const file = path.join(await folderOf(t), 'example.mjs');
	await fs.writeFile(
		file,
		`${code}
		let text = '';
		for await (const piece of process.stdin) text += piece;
		console.log(JSON.stringify(JSON.parse(text).map((one) => isGenuine(one.secret, one.headers, Buffer.from(one.body)))));`,
	);
	const {stdout} = await execa(process.execPath, [file], {
		input: JSON.stringify(await delivered(t)),
	});
	t.is(stdout, '[true,false,false]');
});

testWith(['python3'], 'the example for a chat tells it', async (t) => {
	const [code = ''] = await examples('python');
	const folder = await folderOf(t);
	const receiver = await createReceiver(t, (count, response) => {
		response.writeHead(count === 1 ? 500 : 200).end();
	});
	await fs.writeFile(path.join(folder, 'tell-chat'), code, {mode: 0o755});
	await fs.writeFile(path.join(folder, 'address'), `${receiver.url}\n`);
	const target = createCommand({
		command: ['./tell-chat', 'address'],
		folder,
		environment: process.env,
		timeoutMs: 20_000,
		onOutput: () => undefined,
	});
	const {signal} = new AbortController();
	t.like(await target.deliver([news], signal), {kind: 'failed'});
	t.deepEqual(await target.deliver([news], signal), {kind: 'delivered'});
	t.deepEqual(JSON.parse(receiver.received[1]?.body ?? ''), {
		text: `*test*: ${news.text}`,
	});
});
