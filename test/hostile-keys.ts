import {once} from 'node:events';
import test from 'ava';
import fc from 'fast-check';
import {anyFitting} from '../bench/hostile/any-message.js';
import {createFarmKey, viewOnly} from '../source/net/key.js';
import type {Access} from '../source/net/messages/method.js';
import {jobToWorker} from '../source/net/messages/job.js';
import {schedulerToWorker} from '../source/net/messages/worker.js';
import {openSocket} from '../source/net/open-socket.js';
import {protocol} from '../source/net/protocol.js';
import {encodeRequest} from '../source/net/rpc.js';
import {schedulerMethods} from '../source/net/scheduler-methods.js';
import {startTestFarm} from './helpers/net-farm.js';
import {until} from './helpers/until.js';

/**
What the view-only key may ask, decided for each method by a person: it must change nothing, and show nothing that is secret.

A method that is new in the program and not in this list must be refused to it; whoever adds one decides here.
*/
const forViewers = new Set([
	'hello',
	'ping',
	'farm.info',
	'task.list',
	'task.get',
	'task.wait',
	'task.history',
	'task.explain',
	'task.invocations',
	'log.read',
	'log.marks',
	'group.list',
	'group.get',
	'group.wait',
	'worker.list',
	'worker.get',
	'node.list',
	'node.get',
	'node.types',
	'preset.list',
	'notification.list',
	'graph.check',
	'graph.export',
	'limit.list',
	'journal.list',
	'watch',
	'watch.change',
	'unwatch',
]);

test('each method has been decided on: who has the view-only key may ask what is listed here, and nothing else', (t) => {
	const open = Object.entries(schedulerMethods)
		.filter(([, {access}]) =>
			(['anyone', 'view'] satisfies Access[] as Access[]).includes(access),
		)
		.map(([name]) => name);
	t.deepEqual(
		open.filter((name) => !forViewers.has(name)),
		[],
		'these are open to viewers, and nobody has said that they may be',
	);
});

/** Asks by hand, so that nothing on this side can keep it from being asked. */
const asker = async (
	{address}: {readonly address: {readonly host: string; readonly port: number}},
	{
		key,
		role,
	}: {
		readonly key: ReturnType<typeof createFarmKey>;
		readonly role: 'worker' | 'viewer' | 'client';
	},
) => {
	const socket = await openSocket(address, key, new AbortController().signal);
	let text = '';
	socket.on('data', (chunk: Uint8Array) => {
		text += new TextDecoder().decode(chunk);
	});
	const answerTo = async (id: number) =>
		until(
			() => {
				const line = text
					.split('\n')
					.find((one) => one.startsWith(`{"jsonrpc":"2.0","id":${id},`));
				return line === undefined
					? undefined
					: (JSON.parse(line) as {
							readonly result?: unknown;
							readonly error?: {readonly data?: {readonly code?: string}};
						});
			},
			{what: `the answer to ${id}`},
		);
	socket.write(
		encodeRequest(1, 'hello', {
			role,
			protocol: [...protocol],
			version: '0',
			name: 'x',
		}),
	);
	let id = 1;
	return {
		hello: await answerTo(1),
		async ask(name: string, params: unknown) {
			id += 1;
			socket.write(encodeRequest(id, name, params));
			return answerTo(id);
		},
		async end() {
			if (socket.closed) {
				return;
			}

			socket.end();
			await once(socket, 'close');
		},
	};
};

test('the view-only key tries every method there is, as a viewer and as a client, and what is not for it is refused before anything is done', async (t) => {
	const farm = await startTestFarm(t);
	for (const role of ['viewer', 'client'] as const) {
		/* eslint-disable no-await-in-loop -- one after the other */
		const viewer = await asker(farm, {key: viewOnly(farm.key), role});
		for (const [name, {params}] of Object.entries(schedulerMethods)) {
			if (forViewers.has(name)) {
				continue;
			}

			for (const value of fc.sample(anyFitting(params), {
				numRuns: 3,
				seed: 5,
			})) {
				const {error} = await viewer.ask(name, value);
				t.is(error?.data?.code, 'REFUSED', `${role}: ${name}`);
			}
		}

		for (const name of [
			...Object.keys(jobToWorker),
			...Object.keys(schedulerToWorker),
			'__proto__',
			'constructor',
			'toString',
		]) {
			if (Object.hasOwn(schedulerMethods, name)) {
				continue;
			}

			const {error} = await viewer.ask(name, {token: 'x'});
			t.is(error?.data?.code, 'VERSION', `${role}: ${name}`);
		}

		await viewer.end();
		/* eslint-enable no-await-in-loop */
	}

	t.is(farm.notices.length, 0);
});

test('the view-only key makes no worker, whatever it says of itself', async (t) => {
	const farm = await startTestFarm(t);
	const {hello, end} = await asker(farm, {
		key: viewOnly(farm.key),
		role: 'worker',
	});
	t.is(hello.error?.data?.code, 'REFUSED');
	await end();
	t.is(farm.connections.length, 0);
});

test("with the full key too, a client is no worker: what is a worker's is refused to it", async (t) => {
	const farm = await startTestFarm(t);
	const client = await asker(farm, {key: farm.key, role: 'client'});
	for (const [name, {access, params}] of Object.entries(schedulerMethods)) {
		if (access !== 'worker') {
			continue;
		}

		const [value] = fc.sample(anyFitting(params), {numRuns: 1, seed: 1});
		const {error} = await client.ask(name, value); // eslint-disable-line no-await-in-loop -- one after the other
		t.is(error?.data?.code, 'REFUSED', name);
	}

	await client.end();
});

test('when the time of an old key is over, connections that were made with it are cut, and no others', async (t) => {
	const old = createFarmKey();
	const current = createFarmKey();
	let accepted = [current, old];
	const farm = await startTestFarm(t, {
		keys: () => accepted,
		limits: {keyCheckMs: 20},
	});
	const before = await farm.connect({key: old});
	const looking = await farm.connect({key: viewOnly(old)});
	const after = await farm.connect({key: current});
	const lookingAfter = await farm.connect({key: viewOnly(current)});
	accepted = [current];
	await Promise.all([before.peer.closed, looking.peer.closed]);
	await until(
		() => (farm.listener.connectionCount() === 2 ? true : undefined),
		{
			what: 'both to be gone',
		},
	);
	t.false(after.peer.isClosed());
	t.false(lookingAfter.peer.isClosed());
	t.deepEqual(await after.peer.request('limit.list', {}), {limits: []});
	t.regex(farm.troubles.join('\n'), /its time is over/v);
	await t.throwsAsync(farm.connect({key: old}), {code: 'REFUSED'});
});
