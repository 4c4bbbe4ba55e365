import {Buffer} from 'node:buffer';
import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {systemClock} from '../source/core/clock.js';
import {
	decodePacket,
	encodeAnnouncement,
	encodeQuestion,
	type Announcement,
} from '../source/net/announcement.js';
import {
	createAnnouncer,
	type AnnouncerOptions,
} from '../source/net/announcer.js';
import {broadcastAddress} from '../source/net/broadcast-targets.js';
import {discover} from '../source/net/discover.js';
import {createFarmKey, viewOnly} from '../source/net/key.js';
import {until} from './helpers/until.js';

const key = createFarmKey();

const announcement: Announcement = {
	farm_id: key.farmId,
	farm: 'ours',
	machine: 'm1',
	server: {host: '192.168.0.2', port: 1384},
	ui: {host: '192.168.0.2', port: 1385},
	database_id: 'd1',
	pid: 77,
	version: '1.0.0',
	protocol: [1, 0],
	interval_s: 10,
};

/** This machine alone hears it. */
const targets = () => [
	{address: '127.0.0.1', broadcast: '127.255.255.255', isLoopback: true},
];

/** A port that nobody else uses, held by a socket that others may share it with. */
const freePort = async (t: ExecutionContext): Promise<number> => {
	const socket = createSocket({type: 'udp4', reuseAddr: true});
	socket.bind(0, '0.0.0.0');
	await once(socket, 'listening');
	t.teardown(() => {
		socket.close();
	});
	return socket.address().port;
};

const announce = async (
	t: ExecutionContext,
	port: number,
	options: Partial<AnnouncerOptions> = {},
): Promise<void> => {
	const announcer = createAnnouncer({
		keys: () => [key],
		farm: 'ours',
		machine: 'm1',
		server: {host: '0.0.0.0', port: 1384},
		ui: {host: '::', port: 1385},
		databaseId: 'd1',
		pid: process.pid,
		version: '1.0.0',
		intervalMs: 50,
		port,
		targets,
		clock: systemClock,
		...options,
	});
	await announcer.start(new AbortController().signal);
	t.teardown(announcer.stop);
};

test('an announcement is read again, and known to be from who has the key', (t) => {
	for (const signer of [key, viewOnly(key)]) {
		const packet = decodePacket(encodeAnnouncement(announcement, signer));
		const read = packet?.kind === 'announcement' ? packet : undefined;
		t.deepEqual(read?.announcement, announcement);
		t.true(read?.isFrom(key));
		t.true(read?.isFrom(viewOnly(key)));
		t.false(read?.isFrom(createFarmKey()));
	}
});

test('a forged announcement is from nobody', (t) => {
	const forger = createFarmKey();
	const genuine = Buffer.from(encodeAnnouncement(announcement, key)).toString();
	const forged = [
		encodeAnnouncement(announcement, forger),
		encodeAnnouncement(announcement, undefined),
		Buffer.from(genuine.replace('192.168.0.2', '192.168.0.3')),
		// The farm's own key under another farm's name.
		encodeAnnouncement({...announcement, farm_id: forger.farmId}, key),
	];
	for (const bytes of forged) {
		const packet = decodePacket(bytes);
		t.true(packet?.kind === 'announcement' && !packet.isFrom(key));
	}
});

test('any bytes on the port are either a packet or nothing', (t) => {
	t.deepEqual(decodePacket(encodeQuestion('f')), {
		kind: 'question',
		farmId: 'f',
	});
	t.deepEqual(decodePacket(encodeQuestion(undefined)), {
		kind: 'question',
		farmId: undefined,
	});
	fc.assert(
		fc.property(fc.uint8Array(), (bytes) => {
			t.is(decodePacket(bytes), undefined);
		}),
	);
	fc.assert(
		fc.property(fc.json(), fc.json(), (packet, body) => {
			t.is(decodePacket(Buffer.from(packet)), undefined);
			t.is(
				decodePacket(Buffer.from(JSON.stringify({lifeblood: 1, body}))),
				undefined,
			);
		}),
	);
});

test('the longest names fit one packet', (t) => {
	const long = {
		...announcement,
		farm: '🙂'.repeat(128),
		machine: '"'.repeat(256),
	};
	const bytes = encodeAnnouncement(long, key);
	t.true(bytes.length < 1200);
	const packet = decodePacket(bytes);
	t.true(packet?.kind === 'announcement' && packet.isFrom(key));
});

test('the broadcast address is the last of the network', (t) => {
	t.is(broadcastAddress('192.168.1.5', '255.255.255.0'), '192.168.1.255');
	t.is(broadcastAddress('10.1.2.3', '255.0.0.0'), '10.255.255.255');
	t.is(broadcastAddress('172.16.5.9', '255.255.252.0'), '172.16.7.255');
});

test('a farm is found by its key, and by its view-only key', async (t) => {
	const port = await freePort(t);
	await announce(t, port);
	for (const held of [key, viewOnly(key)]) {
		// eslint-disable-next-line no-await-in-loop -- one after the other
		const found = await discover({
			port,
			targets,
			sought: {kind: 'farm', key: held},
			timeoutMs: 10_000,
		});
		t.deepEqual(found, [
			{
				...announcement,
				server: {host: '127.0.0.1', port: 1384},
				ui: {host: '127.0.0.1', port: 1385},
				pid: process.pid,
				interval_s: 0.05,
			},
		]);
	}
});

test('several listen on one machine, and each hears', async (t) => {
	const port = await freePort(t);
	const sought = {kind: 'farm', key} as const;
	const listening = [1, 2, 3].map(async () =>
		discover({port, targets, sought, timeoutMs: 10_000}),
	);
	await announce(t, port);
	const heard = await Promise.all(listening);
	t.deepEqual(
		heard.map(({length}) => length),
		[1, 1, 1],
	);
});

test('who asks need not wait for the interval', async (t) => {
	const port = await freePort(t);
	await announce(t, port, {intervalMs: 3_600_000});
	const [found] = await discover({
		port,
		targets,
		sought: {kind: 'farm', key},
		timeoutMs: 10_000,
	});
	t.is(found?.interval_s, 3600);
	const any = await discover({
		port,
		targets,
		sought: {kind: 'any'},
		timeoutMs: 10_000,
	});
	t.is(any.length, 1);
});

test('questions by the hundred are answered once a second at most', async (t) => {
	const port = await freePort(t);
	await announce(t, port, {intervalMs: 3_600_000});
	const heard: number[] = [];
	const socket: Socket = createSocket({type: 'udp4', reuseAddr: true});
	t.teardown(() => {
		socket.close();
	});
	socket.bind(port, '0.0.0.0');
	await once(socket, 'listening');
	socket.setBroadcast(true);
	socket.on('message', (bytes) => {
		if (decodePacket(bytes)?.kind === 'announcement') {
			heard.push(performance.now());
		}
	});
	const startedAt = performance.now();
	const asking = setInterval(() => {
		socket.send(encodeQuestion(undefined), port, '127.255.255.255');
	}, 5);
	t.teardown(() => {
		clearInterval(asking);
	});
	await until(() => (heard.length >= 3 ? true : undefined), {
		what: 'three answers',
	});
	// Any of them may be late, and so near to the next: from the first question on, none can be early.
	const third = heard[2] ?? 0;
	t.true(third - startedAt > 1900, `${third - startedAt} ms`);
});

test('another farm and a farm without a key are not mistaken for the own one', async (t) => {
	const port = await freePort(t);
	await announce(t, port, {keys: () => [createFarmKey()], farm: 'theirs'});
	await announce(t, port, {keys: undefined, farm: 'open'});
	const all: string[] = [];
	const seek = async (sought: Parameters<typeof discover>[0]['sought']) => {
		const found = await discover({
			port,
			targets,
			sought,
			timeoutMs: 10_000,
			isEnough({farm}) {
				all.push(farm);
				return new Set(all).size === 2 || sought.kind !== 'any';
			},
		});
		return found.map(({farm}) => farm);
	};

	const anyFarm = await seek({kind: 'any'});
	t.deepEqual(anyFarm.toSorted(), ['open', 'theirs']);
	t.deepEqual(await seek({kind: 'insecure'}), ['open']);
	// While both of them are heard again and again.
	t.deepEqual(
		await discover({
			port,
			targets,
			sought: {kind: 'farm', key},
			timeoutMs: 300,
		}),
		[],
	);
});

test('after a rotation a farm is found by its old key too', async (t) => {
	const port = await freePort(t);
	const old = createFarmKey();
	await announce(t, port, {keys: () => [key, old]});
	for (const held of [key, old]) {
		// eslint-disable-next-line no-await-in-loop -- one after the other
		const [found] = await discover({
			port,
			targets,
			sought: {kind: 'farm', key: held},
			timeoutMs: 10_000,
		});
		t.is(found?.farm_id, held.farmId);
	}
});

test('a scheduler that listens on loopback is not announced to other machines', async (t) => {
	const port = await freePort(t);
	const elsewhere = () => [
		{address: '198.51.100.4', broadcast: '127.255.255.255', isLoopback: false},
	];
	await announce(t, port, {
		server: {host: '127.0.0.1', port: 1},
		targets: elsewhere,
	});
	await announce(t, port, {
		server: {host: '198.51.100.9', port: 2},
		targets: elsewhere,
	});
	const ports = new Set<number>();
	await discover({
		port,
		targets: elsewhere,
		sought: {kind: 'farm', key},
		timeoutMs: 300,
		isEnough({server}) {
			ports.add(server.port);
			return false;
		},
	});
	t.deepEqual([...ports], [2]);
});

test('listening ends with its signal', async (t) => {
	const port = await freePort(t);
	const abort = new AbortController();
	const listening = discover({
		port,
		targets,
		sought: {kind: 'any'},
		timeoutMs: 60_000,
		signal: abort.signal,
	});
	abort.abort(new Error('enough'));
	await t.throwsAsync(listening, {message: 'enough'});
});

test('a port that another program keeps to itself is told, and a scheduler announces all the same', async (t) => {
	const selfish = createSocket('udp4');
	selfish.bind(0, '0.0.0.0');
	await once(selfish, 'listening');
	t.teardown(() => {
		selfish.close();
	});
	const {port} = selfish.address();
	await t.throwsAsync(
		discover({port, targets, sought: {kind: 'any'}, timeoutMs: 100}),
		{
			code: 'CONFLICT',
			message: new RegExp(`UDP port ${port}`, 'v'),
		},
	);
	const troubles: string[] = [];
	const message = once(selfish, 'message') as Promise<[Uint8Array]>;
	await announce(t, port, {
		onTrouble(trouble) {
			troubles.push(trouble);
		},
	});
	const [bytes] = await message;
	t.is(decodePacket(bytes)?.kind, 'announcement');
	t.regex(troubles[0] ?? '', /taken by another program/v);
});

test('an announcer that was stopped says nothing more, and can be stopped again', async (t) => {
	const port = await freePort(t);
	const announcer = createAnnouncer({
		keys: () => [key],
		farm: 'ours',
		machine: 'm1',
		server: {host: '0.0.0.0', port: 1},
		ui: {host: '0.0.0.0', port: 1},
		databaseId: 'd',
		pid: 1,
		version: '1',
		intervalMs: 10,
		port,
		targets,
		clock: systemClock,
	});
	await announcer.start(new AbortController().signal);
	await announcer.stop();
	await announcer.stop();
	t.deepEqual(
		await discover({port, targets, sought: {kind: 'any'}, timeoutMs: 200}),
		[],
	);
});
