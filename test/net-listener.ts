import {Buffer} from 'node:buffer';
import {once} from 'node:events';
import {
	connect as connectSocket,
	createServer,
	type AddressInfo,
} from 'node:net';
import {connect as connectTls, createServer as createTlsServer} from 'node:tls';
import test from 'ava';
import {systemClock} from '../source/core/clock.js';
import {FarmError} from '../source/core/errors.js';
import {invocationId} from '../source/core/ids.js';
import {createFarmKey, viewOnly} from '../source/net/key.js';
import {createListener} from '../source/net/listener.js';
import {protocol} from '../source/net/protocol.js';
import {pskIdentity, tlsOptions} from '../source/net/tls.js';
import {clientHello} from '../bench/hostile/client-hello.js';
import {startTestFarm} from './helpers/net-farm.js';
import {readAll, socketPair} from './helpers/net-pair.js';
import {until} from './helpers/until.js';

const submission = {node: 'frames'};

test('a client with the key says hello, learns where it is, and works', async (t) => {
	const farm = await startTestFarm(t);
	const {peer, welcome} = await farm.connect({
		hello: {role: 'client', name: 'cli', user: 'ann', version: '9'},
	});
	t.deepEqual(welcome, {
		farm: 'test',
		database_id: 'd1',
		version: '1.2.3',
		protocol: [protocol[0], protocol[1]],
		access: 'change',
		insecure: false,
	});
	t.like(farm.connections[0], {
		role: 'client',
		name: 'cli',
		user: 'ann',
		version: '9',
		access: 'change',
	});
	t.regex(farm.connections[0]?.address ?? '', /^127\.0\.0\.1:\d+$/v);
	t.like(await peer.request('task.submit', submission), {id: 1});
	await t.throwsAsync(peer.request('node.list', {}), {code: 'NOT_FOUND'});
});

test('ten thousand requests at once over TLS are each answered', async (t) => {
	const farm = await startTestFarm(t);
	const {peer} = await farm.connect();
	const answers = await Promise.all(
		Array.from({length: 10_000}, async () =>
			peer.request('task.submit', submission),
		),
	);
	t.true(answers.every(({id}, index) => Number(id) === index + 1));
});

test('the scheduler asks its worker, and the worker reports', async (t) => {
	const farm = await startTestFarm(t);
	const {peer} = await farm.connect({
		hello: {role: 'worker', name: 'w', version: '1'},
		onRequest(call) {
			if (call.name === 'worker.stop') {
				call.reply({});
			}
		},
	});
	peer.notify('invocation.progress', {
		invocation: 5,
		percent: 10,
		status: null,
		peak_memory_bytes: null,
		cpu_s: null,
		log_bytes: 0,
	});
	t.deepEqual(await peer.request('worker.leave', {}), {});
	t.like(farm.notices[0], {
		name: 'invocation.progress',
		params: {invocation: invocationId(5), percent: 10},
	});
	t.deepEqual(
		await farm.connections[0]?.peer.request('worker.stop', {drain: true}),
		{},
	);
});

test('a wrong key gets nowhere, and its message holds nothing of a key', async (t) => {
	const farm = await startTestFarm(t);
	const wrong = createFarmKey();
	const error = await t.throwsAsync(farm.connect({key: wrong}), {
		code: 'REFUSED',
		message: /key does not fit/v,
	});
	t.false(`${error.message}${String(error.cause)}`.includes(wrong.id));
	t.is(farm.connections.length, 0);
});

test('knowing which key it is does not help without the key', async (t) => {
	const farm = await startTestFarm(t);
	const socket = connectTls({
		...farm.address,
		...tlsOptions,
		checkServerIdentity: () => undefined,
		pskCallback: () => ({
			psk: Buffer.alloc(32),
			identity: pskIdentity(farm.key),
		}),
	});
	const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
	t.regex(error.code ?? '', /^ERR_SSL/v);
	t.is(farm.connections.length, 0);
});

test('the view-only key lets look, not change, and makes no worker', async (t) => {
	const farm = await startTestFarm(t);
	const key = viewOnly(farm.key);
	const {peer, welcome} = await farm.connect({key});
	t.is(welcome.access, 'view');
	t.deepEqual(await peer.request('limit.list', {}), {limits: []});
	await t.throwsAsync(peer.request('task.submit', submission), {
		code: 'REFUSED',
		message: /view-only/v,
	});
	await t.throwsAsync(peer.request('worker.leave', {}), {code: 'REFUSED'});
	await t.throwsAsync(
		farm.connect({key, hello: {role: 'worker', name: 'w', version: '1'}}),
		{code: 'REFUSED', message: /worker/v},
	);
});

test('after a rotation the old key opens as long as it is accepted', async (t) => {
	const old = createFarmKey();
	const current = createFarmKey();
	let accepted = [current, old];
	const farm = await startTestFarm(t, {keys: () => accepted});
	const {peer} = await farm.connect({key: old});
	await farm.connect({key: viewOnly(old)});
	await farm.connect({key: current});
	accepted = [current];
	await t.throwsAsync(farm.connect({key: old}), {code: 'REFUSED'});
	t.like(await peer.request('task.submit', submission), {id: 1});
});

test('before hello nothing is served', async (t) => {
	const farm = await startTestFarm(t, {keys: undefined});
	const socket = connectSocket(farm.address);
	const text = readAll(socket);
	socket.write(
		'{"jsonrpc":"2.0","id":1,"method":"task.submit","params":{"node":"a"}}\n',
	);
	socket.write('{"jsonrpc":"2.0","id":2,"method":"ping"}\n');
	socket.end();
	const answers = await text;
	const [first = '', second = ''] = answers.split('\n', 2);
	t.like(JSON.parse(first), {id: 1, error: {data: {code: 'REFUSED'}}});
	t.like(JSON.parse(second), {id: 2, result: {}});
});

test('a second hello changes nothing', async (t) => {
	const farm = await startTestFarm(t);
	const {peer} = await farm.connect();
	await t.throwsAsync(
		peer.request('hello', {
			role: 'worker',
			name: 'x',
			version: '1',
			protocol: [protocol[0], 0],
		}),
		{code: 'CONFLICT'},
	);
	t.is(farm.connections.length, 1);
	t.like(await peer.request('task.submit', submission), {id: 1});
});

test('a connection that is not let in hears why', async (t) => {
	const farm = await startTestFarm(t, {
		accept() {
			throw new FarmError('CONFLICT', 'The farm is full of workers.');
		},
	});
	await t.throwsAsync(farm.connect(), {
		code: 'CONFLICT',
		message: 'The farm is full of workers.',
	});
	t.is(farm.listener.connectionCount(), 0);
});

test('one more than the most connections is told so, and there is room again when one leaves', async (t) => {
	const farm = await startTestFarm(t, {limits: {maxConnections: 2}});
	const {peer} = await farm.connect();
	await farm.connect();
	await t.throwsAsync(farm.connect(), {
		code: 'CONFLICT',
		message: /2 connections/v,
	});
	peer.close();
	await until(
		() => (farm.listener.connectionCount() === 1 ? true : undefined),
		{what: 'the end of one'},
	);
	await t.notThrowsAsync(farm.connect());
});

for (const [major, side] of [
	[protocol[0] + 1, 'the scheduler is older'],
	[protocol[0] - 1, 'the program that connects is older'],
] as const) {
	test(`protocol ${major} is told that ${side}`, async (t) => {
		const farm = await startTestFarm(t, {keys: undefined});
		const socket = connectSocket(farm.address);
		const text = readAll(socket);
		// What another major version says besides is anyone's guess.
		socket.write(
			`{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":[${major},4],"sesame":true}}\n`,
		);
		const answer: unknown = JSON.parse(await text);
		t.like(answer, {id: 1, error: {data: {code: 'VERSION'}}});
		t.regex(JSON.stringify(answer), new RegExp(`${side}: update it`, 'v'));
	});
}

test('another minor version is welcome, whatever else it says', async (t) => {
	const farm = await startTestFarm(t, {keys: undefined});
	const socket = connectSocket(farm.address);
	const text = readAll(socket);
	socket.write(
		`{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":[${protocol[0]},99],"role":"client","name":"n","version":"2","colour":"red"}}\n`,
	);
	socket.end();
	t.like(JSON.parse(await text), {id: 1, result: {farm: 'test'}});
});

test('where nobody listens, the address is named and what to check', async (t) => {
	// The own end of a connection: the system gives its port to nobody else meanwhile.
	const [near, far] = await socketPair();
	t.teardown(() => {
		near.destroy();
		far.destroy();
	});
	const port = near.localPort!;
	const farm = await startTestFarm(t);
	await t.throwsAsync(farm.connect({address: {host: '127.0.0.1', port}}), {
		code: 'UNREACHABLE',
		message: new RegExp(
			String.raw`127\.0\.0\.1:${port}.*check the address`,
			'v',
		),
	});
	await t.throwsAsync(
		farm.connect({address: {host: 'no-such-host.invalid', port}}),
		{code: 'UNREACHABLE'},
	);
});

test('where nobody answers, connecting ends in time', async (t) => {
	const silent = createServer((socket) => {
		socket.on('error', () => undefined);
		t.teardown(() => {
			socket.destroy();
		});
	}).listen(0, '127.0.0.1');
	t.teardown(() => {
		silent.close();
	});
	await once(silent, 'listening');
	const {port} = silent.address() as AddressInfo;
	const farm = await startTestFarm(t);
	const address = {host: '127.0.0.1', port};
	await t.throwsAsync(farm.connect({address, timeoutMs: 50}), {
		code: 'UNREACHABLE',
		message: /did not answer/v,
	});
	await t.throwsAsync(farm.connect({address, key: undefined, timeoutMs: 50}), {
		code: 'UNREACHABLE',
		message: /did not answer/v,
	});
	const abort = new AbortController();
	const connecting = farm.connect({address, signal: abort.signal});
	abort.abort(new Error('enough'));
	await t.throwsAsync(connecting, {message: 'enough'});
});

test('with a key to a scheduler without, and the other way round, each is told what is the matter', async (t) => {
	const secure = await startTestFarm(t);
	const open = await startTestFarm(t, {keys: undefined});
	await t.throwsAsync(open.connect(), {
		code: 'REFUSED',
		message: /--insecure/v,
	});
	await t.throwsAsync(secure.connect({key: undefined}), {
		code: 'REFUSED',
		message: /farm's key/v,
	});
	const {welcome} = await open.connect({key: undefined});
	t.true(welcome.insecure);
	t.is(welcome.access, 'change');
});

test('a server of another kind is told from a scheduler', async (t) => {
	const farm = await startTestFarm(t);
	const web = createServer((socket) => {
		socket.on('error', () => undefined);
		socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
	}).listen(0, '127.0.0.1');
	const tls = createTlsServer().listen(0, '127.0.0.1');
	t.teardown(() => {
		web.close();
		tls.close();
	});
	await Promise.all([once(web, 'listening'), once(tls, 'listening')]);
	for (const server of [web, tls]) {
		const {port} = server.address() as AddressInfo;
		// eslint-disable-next-line no-await-in-loop -- one after the other
		await t.throwsAsync(farm.connect({address: {host: '127.0.0.1', port}}), {
			code: 'REFUSED',
		});
	}
});

const hostile: ReadonlyArray<readonly [string, string | Uint8Array]> = [
	['HTTP', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
	[
		'random bytes',
		Buffer.from(Array.from({length: 5000}, (_, index) => (index * 7919) % 256)),
	],
	[
		'the beginning of TLS and then nonsense',
		Buffer.concat([
			Buffer.from([0x16, 3, 1, 0, 200]),
			Buffer.alloc(5000, 0xaa),
		]),
	],
	['zeros', Buffer.alloc(100_000)],
	['a line without end', Buffer.alloc(10_000_000, 'x')],
	['nothing', ''],
];
for (const [what, bytes] of hostile) {
	for (const isSecure of [true, false]) {
		test(`${what} on a port ${isSecure ? 'with' : 'without'} a key leaves those who are connected alone`, async (t) => {
			const key = isSecure ? createFarmKey() : undefined;
			const farm = await startTestFarm(t, {
				keys: key && (() => [key]),
				limits: {handshakeTimeoutMs: 3000},
			});
			const began = performance.now();
			const {peer} = await farm.connect({key});
			const closings = Array.from({length: 20}, async () => {
				const socket = connectSocket(farm.address);
				socket.write(bytes);
				await readAll(socket);
			});
			t.like(await peer.request('task.submit', submission), {id: 1});
			await Promise.all(closings);
			t.like(await peer.request('task.submit', submission), {id: 2});
			t.is(farm.connections.length, 1);
			// One a second at most.
			const seconds = (performance.now() - began) / 1000;
			t.true(farm.troubles.length <= seconds + 1, farm.troubles.join('\n'));
		});
	}
}

test('a flood of connections that say nothing keeps no one out', async (t) => {
	const farm = await startTestFarm(t, {limits: {maxHandshakes: 50}});
	const before = await farm.connect();
	const end = new AbortController();
	let opened = 0;
	const flood = async (): Promise<void> => {
		while (!end.signal.aborted) {
			const socket = connectSocket(farm.address);
			socket.on('error', () => undefined);
			// Else it would never see that it was cut, and stay open.
			socket.resume();
			opened += 1;
			await once(socket, 'connect').catch(() => undefined); // eslint-disable-line no-await-in-loop -- as fast as they come
		}
	};

	const flooding = Promise.all([flood(), flood()]);
	await until(() => (opened > 500 ? true : undefined), {what: 'the flood'});
	const during = await farm.connect();
	t.like(await during.peer.request('task.submit', submission), {id: 1});
	t.like(await before.peer.request('task.submit', submission), {id: 2});
	end.abort();
	await flooding;
});

/** Longer than anything takes on the busiest machine. */
const patience = 100_000;

test('who has begun to show who it is does not give way to those who say nothing', async (t) => {
	const farm = await startTestFarm(t, {
		limits: {maxHandshakes: 50, handshakeTimeoutMs: patience},
	});
	const hello = await clientHello(farm.key);
	const friend = connectSocket(farm.address);
	friend.on('error', () => undefined);
	friend.write(hello.subarray(0, 20));
	// Whoever is accepted after it finds it speaking.
	await farm.connect();
	for (let count = 0; count < 200; count += 1) {
		const socket = connectSocket(farm.address);
		socket.on('error', () => undefined);
		t.teardown(() => {
			socket.destroy();
		});
		await once(socket, 'connect'); // eslint-disable-line no-await-in-loop -- one after the other
	}

	await farm.connect();
	friend.write(hello.subarray(20));
	// The server's part of the handshake.
	const [answer] = (await Promise.race([
		once(friend, 'data'),
		once(friend, 'close'),
	])) as [Uint8Array | boolean];
	t.is(typeof answer === 'boolean' ? 'it was cut' : answer[0], 0x16);
	friend.destroy();
});

test('a thousand that come back at once are all let in at the first try', async (t) => {
	const farm = await startTestFarm(t, {limits: {handshakeTimeoutMs: patience}});
	const tries = await Promise.allSettled(
		Array.from({length: 1000}, async () => farm.connect({timeoutMs: patience})),
	);
	t.is(tries.filter(({status}) => status === 'fulfilled').length, 1000);
	t.is(farm.listener.connectionCount(), 1000);
});

test('what is made of the key is made once, however many come', async (t) => {
	const key = createFarmKey();
	let asked = 0;
	const counted = {
		...key,
		secret() {
			asked += 1;
			return key.secret();
		},
	};
	const farm = await startTestFarm(t, {keys: () => [counted]});
	for (let count = 0; count < 20; count += 1) {
		// eslint-disable-next-line no-await-in-loop -- one after the other
		await t.throwsAsync(farm.connect({key: createFarmKey()}), {
			code: 'REFUSED',
		});
	}

	t.true(asked <= 2, `asked ${asked} times`);
	await farm.connect({key});
});

test('a stranger without a key can make the scheduler hold no more than a hello', async (t) => {
	const farm = await startTestFarm(t, {keys: undefined});
	const socket = connectSocket(farm.address);
	const text = readAll(socket);
	socket.write('x'.repeat(70_000));
	t.regex(await text, /larger than 0\.06 MiB/v);
});

test('a connection whose other side is gone without a word is given up', async (t) => {
	const farm = await startTestFarm(t, {
		peerLimits: {pingAfterMs: 20, closeAfterMs: 100},
	});
	const raw = connectTls({
		...farm.address,
		...tlsOptions,
		checkServerIdentity: () => undefined,
		pskCallback: () => ({
			psk: Buffer.from(farm.key.secret()),
			identity: pskIdentity(farm.key),
		}),
	});
	t.teardown(() => {
		raw.destroy();
	});
	await once(raw, 'secureConnect');
	raw.write(
		`{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":[${protocol[0]},0],"role":"worker","name":"n","version":"2"}}\n`,
	);
	const connection = await until(() => farm.connections[0], {
		what: 'the hello',
	});
	// It answers no ping from here on.
	t.regex(await connection.peer.closed, /Nothing was heard/v);
	await until(
		() => (farm.listener.connectionCount() === 0 ? true : undefined),
		{what: 'the count'},
	);
});

test('several ports lead to the same scheduler', async (t) => {
	const farm = await startTestFarm(t, {
		ports: [{host: '127.0.0.1', port: 0}, {port: 0}],
	});
	const [, everywhere] = farm.listener.addresses();
	const port = everywhere?.port ?? 0;
	t.not(port, farm.address.port);
	await farm.connect();
	await farm.connect({address: {host: '127.0.0.1', port}});
	t.is(farm.listener.connectionCount(), 2);
	t.regex(farm.connections[1]?.address ?? '', /^127\.0\.0\.1:/v);
});

test('a port that is taken is named, and nothing is left listening', async (t) => {
	const farm = await startTestFarm(t);
	const options = {
		keys: undefined,
		identity: () => ({farm: '', databaseId: '', version: ''}),
		accept() {
			throw new FarmError('INTERNAL', 'Nobody comes.');
		},
		clock: systemClock,
	};
	const second = createListener({
		...options,
		ports: [{host: '127.0.0.1', port: 0}, farm.address],
	});
	await t.throwsAsync(second.start(new AbortController().signal), {
		code: 'CONFLICT',
		message: new RegExp(
			String.raw`127\.0\.0\.1:${farm.address.port} is taken`,
			'v',
		),
	});
	const [first] = second.addresses();
	await t.throwsAsync(
		farm.connect({address: first ?? farm.address, key: undefined}),
		{code: 'UNREACHABLE'},
	);
	const nowhere = createListener({
		...options,
		ports: [{host: '203.0.113.77', port: 0}],
	});
	await t.throwsAsync(nowhere.start(new AbortController().signal), {
		code: 'INVALID',
		message: /no such address/v,
	});
});

test('the same address twice is one port', async (t) => {
	const probe = createServer().listen(0, '127.0.0.1');
	await once(probe, 'listening');
	const place = {
		host: '127.0.0.1',
		port: (probe.address() as AddressInfo).port,
	};
	probe.close();
	await once(probe, 'close');
	const farm = await startTestFarm(t, {ports: [place, place]});
	t.deepEqual(farm.listener.addresses(), [place, place]);
});

test('stopping leaves nothing: connections are told, the port is free, and once more does no harm', async (t) => {
	const farm = await startTestFarm(t);
	const {peer} = await farm.connect();
	const waiting = peer.request('task.get', {id: 1});
	const stranger = connectSocket(farm.address);
	stranger.on('error', () => undefined);
	await once(stranger, 'connect');
	await Promise.all([farm.listener.stop(), farm.listener.stop()]);
	await t.throwsAsync(waiting, {code: 'CLOSED'});
	await peer.closed;
	await farm.listener.stop();
	const again = await startTestFarm(t, {ports: [farm.address]});
	t.deepEqual(again.address, farm.address);
});

test('an abort stops it like stop', async (t) => {
	const abort = new AbortController();
	const listener = createListener({
		ports: [{host: '127.0.0.1', port: 0}],
		keys: undefined,
		identity: () => ({farm: '', databaseId: '', version: ''}),
		accept: () => ({onRequest: () => undefined, onNotice: () => undefined}),
		clock: systemClock,
	});
	await listener.start(abort.signal);
	const [address] = listener.addresses();
	const farm = await startTestFarm(t);
	const {peer} = await farm.connect({
		address: address ?? farm.address,
		key: undefined,
	});
	abort.abort();
	t.regex(await peer.closed, /closed the connection/v);
	await listener.stop();
});
