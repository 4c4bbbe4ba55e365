import {Buffer} from 'node:buffer';
import {once} from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import test from 'ava';
import type {Address} from '../../source/net/address.js';
import {
	createFarmKey,
	fromJoinCode,
	toJoinCode,
	viewOnly,
} from '../../source/net/key.js';
import {clientToScheduler} from '../../source/net/messages/client.js';
import type {Method} from '../../source/net/messages/method.js';
import {createFarm, isRunning} from '../helpers/farm-process.js';
import {job, notRunOnce, waitFor} from '../helpers/run-account.js';
import {startTcpProxy} from '../helpers/tcp-proxy.js';
import {until} from '../helpers/until.js';

const residentBytes = (pid: number): number =>
	Number(
		/^VmRSS:\s+(?<kib>\d+)/mv.exec(
			fs.readFileSync(`/proc/${pid}/status`, 'utf8'),
		)?.groups?.['kib'],
	) * 1024;

test.serial(
	'a worker whose connection is cut connects again, its process goes on, and what ended meanwhile counts',
	async (t) => {
		const farm = createFarm(t);
		const scheduler = await farm.scheduler();
		const cable = await startTcpProxy(t, () => scheduler.server);
		await farm.worker({flags: ['--scheduler', cable.address]});
		await farm.graph({
			short: {type: 'command', parameters: job(waitFor('short'))},
			long: {type: 'command', parameters: job(waitFor('long'))},
		});
		const short = await farm.submit('short');
		const long = await farm.submit('long');
		const runs = await farm.begun(2);
		cable.cut();
		await farm.workerIn('one', 'unreachable', 2000);
		farm.open('short');
		await until(
			() =>
				runs.filter(({pid}) => isRunning(pid)).length === 1 ? true : undefined,
			{what: 'the short process to end'},
		);
		t.is(await farm.state(short), 'in_progress');
		cable.mend();
		t.like(await farm.rest(short), {errors: 0});
		t.is(await farm.state(long), 'in_progress');
		for (let cuts = 0; cuts < 3; cuts++) {
			/* eslint-disable no-await-in-loop -- one cut after the other */
			cable.cut();
			await farm.workerIn('one', 'unreachable', 2000);
			cable.mend();
			await farm.workerIn('one', 'busy');
			/* eslint-enable no-await-in-loop */
		}

		farm.open('long');
		t.like(await farm.rest(long), {errors: 0});
		t.deepEqual(notRunOnce(farm.runs()), []);
		t.is(cable.count(), 5);
	},
);

test.serial(
	'work that flows while its connection is cut again and again is done once each',
	async (t) => {
		const farm = createFarm(t);
		const scheduler = await farm.scheduler();
		const cable = await startTcpProxy(t, () => scheduler.server);
		await farm.worker({cpus: 4, flags: ['--scheduler', cable.address]});
		await farm.graph({
			run: {
				type: 'command',
				parameters: {...job('sleep 0.05'), memory_gb: 0},
			},
		});
		const {ids} = await farm.ask('task.submit_many', {
			tasks: Array.from({length: 60}, () => ({node: 'run'})),
		});
		for (const count of [5, 20, 35]) {
			/* eslint-disable no-await-in-loop -- one cut after the other */
			await farm.begun(count);
			cable.cut();
			await farm.workerIn('one', 'unreachable', 5000);
			cable.mend();
			/* eslint-enable no-await-in-loop */
		}

		t.like(await farm.rest(ids), {errors: 0});
		t.is(farm.runs().length, 60);
		t.deepEqual(notRunOnce(farm.runs()), []);
	},
);

test.serial(
	'a connection that carries nothing while it seems whole is given up and made anew',
	async (t) => {
		const farm = createFarm(t, {workerGrace: 60});
		const scheduler = await farm.scheduler();
		const cable = await startTcpProxy(t, () => scheduler.server);
		await farm.worker({flags: ['--scheduler', cable.address]});
		await farm.graph({run: {type: 'command', parameters: job(waitFor('go'))}});
		const id = await farm.submit('run');
		await farm.begun(1);
		cable.stall();
		await farm.workerIn('one', 'unreachable', 30_000);
		// Both ends have given it up by now, or do so soon.
		cable.cut();
		cable.mend();
		await farm.workerIn('one', 'busy', 30_000);
		farm.open('go');
		t.like(await farm.rest(id), {errors: 0});
		t.deepEqual(notRunOnce(farm.runs()), []);
	},
);

test.serial('without the farm key nobody can do or see anything', async (t) => {
	const farm = createFarm(t);
	const scheduler = await farm.scheduler();
	await t.throwsAsync(farm.connect({key: createFarmKey()}), {
		code: 'REFUSED',
	});
	await t.throwsAsync(farm.connect({key: undefined}));
	const other = path.join(farm.folder, 'other.key');
	fs.writeFileSync(other, `${toJoinCode(createFarmKey())}\n`, {mode: 0o600});
	for (const words of [
		['task', 'list'],
		['submit', 'x'],
		['worker', '--name', 'intruder'],
	]) {
		// eslint-disable-next-line no-await-in-loop -- three programs at once are a load
		const {exitCode, stderr} = await farm.cli([...words, '--key-file', other]);
		t.is(exitCode, 4, `It said: ${stderr}`);
	}

	const {workers} = await farm.ask('worker.list', {});
	t.deepEqual(workers, []);
	const secret = toJoinCode(farm.key());
	t.false(scheduler.said().includes(secret));
	t.is(
		fs.statSync(path.join(farm.folder, 'config', 'farm.key')).mode % 0o1000,
		0o600,
	);
});

/** Of every method that changes something, parameters that fit its schema. */
const changes: Readonly<Record<string, Record<string, unknown>>> = {
	'task.submit': {node: 'run'},
	'task.submit_many': {tasks: [{node: 'run'}]},
	'task.act': {action: 'kill', select: {ids: [1]}},
	'task.move': {select: {ids: [1]}, to: 'other'},
	'task.force': {select: {ids: [1]}, state: 'done'},
	'task.set': {id: 1, name: 'changed'},
	'group.act': {action: 'archive', names: ['g']},
	'group.set_priority': {names: ['g'], priority: 1},
	'worker.act': {action: 'drain', workers: ['one']},
	'worker.set_groups': {worker: 'one', groups: ['x']},
	'node.evaluate': {node: 'run', task: 1, expression: '1'},
	'node.create': {name: 'new', type: 'null'},
	'node.set': {name: 'run', parameters: {}},
	'node.rename': {name: 'run', to: 'renamed'},
	'node.delete': {names: ['other']},
	'node.act': {action: 'pause', names: ['run']},
	'connection.add': {connection: 'run -> other'},
	'connection.remove': {connection: 'run -> other'},
	'graph.apply': {document: {nodes: {}}, prune: true},
	'limit.set': {name: 'l', total: 1},
	'limit.delete': {name: 'l'},
	'preset.save': {type: 'null', name: 'p', parameters: {}},
	'preset.delete': {type: 'null', name: 'p'},
	'key.rotate': {},
};

test.serial(
	'the view-only key shows everything and changes nothing',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		await farm.graph({run: {type: 'null'}, other: {type: 'null'}});
		await farm.submit('run', {groups: ['g']});
		const code = await farm.printed(['key', 'show', '--view-only']);
		const key = fromJoinCode(code.trim());
		t.is(key.kind, 'view');
		const before = [
			await farm.ask('task.list', {}),
			await farm.ask('graph.export', {}),
			await farm.ask('group.list', {}),
			await farm.ask('limit.list', {}),
		];
		const {peer, welcome} = await farm.connect({key});
		t.is(welcome.access, 'view');
		const methods: ReadonlyArray<readonly [string, Method]> =
			Object.entries(clientToScheduler);
		const changing = methods
			.filter(([, {access}]) => access === 'change')
			.map(([name]) => name);
		t.deepEqual(changing.toSorted(), Object.keys(changes).toSorted());
		for (const name of changing) {
			// eslint-disable-next-line no-await-in-loop -- each on its own
			await t.throwsAsync(
				peer.request(
					name as keyof typeof clientToScheduler,
					changes[name] as never,
				),
				{code: 'REFUSED'},
				name,
			);
		}

		t.deepEqual(
			[
				await peer.request('task.list', {}),
				await peer.request('graph.export', {}),
				await peer.request('group.list', {}),
				await peer.request('limit.list', {}),
			],
			before,
		);
		const file = path.join(farm.folder, 'view.key');
		fs.writeFileSync(file, `${code}\n`, {mode: 0o600});
		t.is(await farm.status(['task', 'list', '--key-file', file]), 0);
		t.is(await farm.status(['submit', 'run', '--key-file', file]), 4);
		t.is(await farm.status(['worker', '--name', 'x', '--key-file', file]), 4);
		await t.throwsAsync(farm.connect({key: viewOnly(createFarmKey())}), {
			code: 'REFUSED',
		});
	},
);

test.serial(
	'while the key is rotated work goes on, the old key is accepted beside the new one, and after a restart too',
	async (t) => {
		const farm = createFarm(t);
		const scheduler = await farm.scheduler();
		await farm.worker();
		await farm.graph({
			run: {type: 'command', parameters: job(waitFor('go'))},
			quick: {type: 'command', parameters: job()},
		});
		const id = await farm.submit('run');
		await farm.begun(1);
		const old = farm.key();
		const rotated = await farm.printed(['key', 'rotate']);
		t.is(rotated.trim(), toJoinCode(farm.key()));
		t.not(toJoinCode(farm.key()), toJoinCode(old));
		t.is(await farm.state(id), 'in_progress');
		await Promise.all([farm.connect({key: old}), farm.connect()]);
		t.is(await farm.status(['submit', 'quick', '--wait']), 0);
		await scheduler.end('SIGTERM');
		await farm.scheduler();
		await Promise.all([farm.connect({key: old}), farm.connect()]);
		await t.throwsAsync(farm.connect({key: createFarmKey()}));
		await farm.workerIn('one', 'busy');
		farm.open('go');
		t.like(await farm.rest(id), {errors: 0});
		t.deepEqual(notRunOnce(farm.runs()), []);
	},
);

/** Sends it, and waits until the other side has ended the connection. */
const sendAndBeEnded = async (
	{host, port}: Address,
	bytes: Uint8Array,
): Promise<void> => {
	const socket = net.connect({host, port});
	socket.on('error', () => undefined);
	socket.resume();
	socket.write(bytes);
	await closed(socket);
};

/** However it comes about. */
const closed = async (socket: net.Socket): Promise<void> =>
	new Promise((resolve) => {
		socket.once('close', () => {
			resolve();
		});
	});

test.serial(
	'garbage on both ports is turned away while work goes on beside it',
	async (t) => {
		const farm = createFarm(t);
		const scheduler = await farm.scheduler();
		await farm.worker();
		await farm.graph({
			run: {
				type: 'command',
				parameters: {...job('sleep 0.05'), memory_gb: 0},
			},
		});
		const {ids} = await farm.ask('task.submit_many', {
			tasks: Array.from({length: 40}, () => ({node: 'run'})),
		});
		const noise = Buffer.from(
			Array.from({length: 4096}, (_, index) => (index * 7919) % 251),
		);
		const hello = Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]);
		const garbage = [
			noise,
			Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
			Buffer.from(
				'{"jsonrpc":"2.0","id":1,"method":"task.list","params":{}}\n',
			),
			Buffer.concat([hello, noise]),
			Buffer.alloc(2_000_000, 'x'),
		];
		for (const port of [scheduler.server, scheduler.ui]) {
			// eslint-disable-next-line no-await-in-loop -- one port after the other
			await Promise.all(
				[...garbage, ...garbage, ...garbage].map(async (bytes) =>
					sendAndBeEnded(port, bytes),
				),
			);
			// A client that has a key of another farm, and one that speaks another TLS.
			const stranger = tls.connect({...port, rejectUnauthorized: false});
			stranger.on('error', () => undefined);
			await closed(stranger); // eslint-disable-line no-await-in-loop -- as above
		}

		// Who has the key, and then writes what is none of the protocol's.
		const {peer} = await farm.connect();
		await t.throwsAsync(
			peer.request('task.submit', {
				node: 'run',
				attributes: {large: 'x'.repeat(9 * 1024 * 1024)},
			}),
		);
		await t.throwsAsync(farm.ask('task.submit', {node: 5} as never), {
			message: /node/v,
		});
		t.like(await farm.rest(ids), {errors: 0});
		t.is(farm.runs().length, 40);
		t.true(residentBytes(scheduler.pid) < 300 * 1024 * 1024);
		// It still takes new ones.
		await farm.connect();
	},
);

test.serial('many connections that say nothing keep nobody out', async (t) => {
	const farm = createFarm(t);
	const scheduler = await farm.scheduler();
	await farm.worker();
	await farm.graph({run: {type: 'command', parameters: job()}});
	const idle = await Promise.all(
		Array.from({length: 300}, async () => {
			const socket = net.connect(scheduler.server);
			socket.on('error', () => undefined);
			await once(socket, 'connect');
			return socket;
		}),
	);
	t.is(await farm.status(['submit', 'run', '--wait']), 0);
	for (const socket of idle) {
		socket.destroy();
	}

	t.is(farm.runs().length, 1);
});

test.serial(
	"a client that asks for much and reads nothing fills nobody's memory and holds nobody up",
	async (t) => {
		const farm = createFarm(t);
		const scheduler = await farm.scheduler();
		await farm.worker();
		await farm.graph({
			store: {type: 'null'},
			run: {type: 'command', parameters: job()},
		});
		const {ids} = await farm.ask('task.submit_many', {
			tasks: Array.from({length: 20}, () => ({
				node: 'store',
				attributes: {text: 'x'.repeat(100_000)},
			})),
		});
		await farm.rest(ids);
		const cable = await startTcpProxy(t, () => scheduler.server);
		const [, port = ''] = cable.address.split(':', 2);
		const {peer} = await farm.connect({
			address: {host: '127.0.0.1', port: Number(port)},
		});
		cable.stall();
		// Two megabytes each.
		const asked = Array.from({length: 200}, async () =>
			peer.request('task.list', {}),
		);
		const answered = Promise.allSettled(asked);
		t.is(await farm.status(['submit', 'run', '--wait']), 0);
		t.true(residentBytes(scheduler.pid) < 300 * 1024 * 1024);
		cable.cut();
		const results = await answered;
		t.true(results.some(({status}) => status === 'rejected'));
	},
);
