import {Buffer} from 'node:buffer';
import {once} from 'node:events';
import {setImmediate as nextRound} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {z} from 'zod';
import {systemClock} from '../source/core/clock.js';
import {FarmError} from '../source/core/errors.js';
import type {Standing} from '../source/net/access.js';
import {method} from '../source/net/messages/method.js';
import {
	createPeer,
	type Call,
	type Notice,
	type Peer,
	type PeerOptions,
} from '../source/net/peer.js';
import type {ReadingStep} from '../source/net/reading-turns.js';
import {readAll, socketPair} from './helpers/net-pair.js';
import {until} from './helpers/until.js';

const methods = {
	add: method({
		description: 'Add.',
		access: 'anyone',
		params: z.strictObject({
			a: z.number(),
			more: z.array(z.strictObject({b: z.number()})).default([]),
		}),
		result: z.strictObject({sum: z.number()}),
	}),
	echo: method({
		description: 'The same again.',
		access: 'anyone',
		params: z.strictObject({text: z.string()}),
		result: z.strictObject({text: z.string()}),
	}),
	never: method({
		description: 'Unanswered.',
		access: 'anyone',
		params: z.strictObject({}),
		result: z.strictObject({}),
	}),
	look: method({
		description: 'For who may look.',
		access: 'view',
		params: z.strictObject({}),
		result: z.strictObject({}),
	}),
	change: method({
		description: 'For who may change.',
		access: 'change',
		params: z.strictObject({}),
		result: z.strictObject({}),
	}),
	work: method({
		description: 'For workers.',
		access: 'worker',
		params: z.strictObject({}),
		result: z.strictObject({}),
	}),
} as const;
const shapes = {tick: z.strictObject({n: z.number()})} as const;

type TestPeer = Peer<typeof methods, typeof shapes>;
type Options = Partial<
	PeerOptions<typeof methods, typeof methods, typeof shapes>
>;

const serve = (call: Call<typeof methods>): void => {
	switch (call.name) {
		case 'add': {
			const {a, more} = call.params;
			call.reply({sum: more.reduce((sum, {b}) => sum + b, a)});
			break;
		}

		case 'echo': {
			call.reply({text: call.params.text});
			break;
		}

		case 'never': {
			break;
		}

		case 'look':
		case 'change':
		case 'work': {
			call.reply({});
			break;
		}
	}
};

const peerOn = (
	stream: PeerOptions<typeof methods, typeof methods, typeof shapes>['stream'],
	options: Options = {},
): TestPeer =>
	createPeer({
		stream,
		address: 'other:1',
		remote: methods,
		local: methods,
		onRequest: serve,
		notices: {access: 'anyone', shapes},
		onNotice: () => undefined,
		clock: systemClock,
		...options,
	});

const peers = async (
	t: ExecutionContext,
	near: Options = {},
	far: Options = {},
): Promise<readonly [TestPeer, TestPeer]> => {
	const [a, b] = await socketPair();
	t.teardown(() => {
		a.destroy();
		b.destroy();
	});
	return [peerOn(a, near), peerOn(b, far)];
};

/** A peer, and the bare socket at its other end. */
const peerAndSocket = async (t: ExecutionContext, options: Options = {}) => {
	const [a, b] = await socketPair();
	t.teardown(() => {
		a.destroy();
		b.destroy();
	});
	return {peer: peerOn(a, options), socket: b};
};

/** What a peer answers to these bytes, until it closes. */
const answersTo = async (
	t: ExecutionContext,
	bytes: string | Uint8Array,
	options: Options = {},
): Promise<{readonly reason: string; readonly answers: readonly unknown[]}> => {
	const {peer, socket} = await peerAndSocket(t, options);
	const text = readAll(socket);
	socket.write(bytes);
	const reason = await peer.closed;
	const received = await text;
	const lines = received.split('\n').slice(0, -1);
	return {reason, answers: lines.map((line) => JSON.parse(line) as unknown)};
};

const firstAnswer = async (
	t: ExecutionContext,
	line: unknown,
	options: Options = {},
): Promise<unknown> => {
	const {socket} = await peerAndSocket(t, options);
	socket.write(`${JSON.stringify(line)}\n`);
	const [chunk] = (await once(socket, 'data')) as [Uint8Array];
	return JSON.parse(String(chunk)) as unknown;
};

test('both sides ask and are answered on one connection', async (t) => {
	const [near, far] = await peers(t);
	const [a, b] = await Promise.all([
		near.request('add', {a: 1, more: [{b: 2}]}),
		far.request('echo', {text: 'ünï\u{2028} "\n'}),
	]);
	t.deepEqual(a, {sum: 3});
	t.deepEqual(b, {text: 'ünï\u{2028} "\n'});
});

test('ten thousand requests at once are each given their own answer', async (t) => {
	const [near] = await peers(t);
	const answers = await Promise.all(
		Array.from({length: 10_000}, async (_, a) => near.request('add', {a})),
	);
	t.true(answers.every(({sum}, index) => sum === index));
});

test('answers may come in another order than the requests', async (t) => {
	const held: Array<Call<typeof methods>> = [];
	const [near] = await peers(
		t,
		{},
		{
			onRequest(call) {
				held.unshift(call);
				if (held.length === 3) {
					for (const each of held) {
						serve(each);
					}
				}
			},
		},
	);
	const order: number[] = [];
	await Promise.all(
		[1, 2, 3].map(async (a) => {
			const {sum} = await near.request('add', {a});
			order.push(sum);
		}),
	);
	t.deepEqual(order, [3, 2, 1]);
});

test('notifications come in order, and what fits no schema is refused by name', async (t) => {
	const ticks: Array<Notice<typeof shapes>> = [];
	const troubles: Error[] = [];
	const [near] = await peers(
		t,
		{
			onTrouble(error) {
				troubles.push(error);
			},
		},
		{
			onNotice(notice) {
				ticks.push(notice);
			},
		},
	);
	for (const n of [1, 2, 3]) {
		near.notify('tick', {n});
	}

	near.notify('tick', {n: 'four'} as never);
	await until(() => troubles[0], {what: 'the refusal'});
	t.deepEqual(
		ticks.map(({params}) => params.n),
		[1, 2, 3],
	);
	t.regex(troubles[0]?.message ?? '', /n: /v);
	t.false(near.isClosed());
});

test("the other side's error arrives with its code and sentence", async (t) => {
	const [near] = await peers(
		t,
		{},
		{
			onRequest(call) {
				call.refuse(new FarmError('CONFLICT', 'Not now.'));
			},
		},
	);
	await t.throwsAsync(near.request('never', {}), {
		instanceOf: FarmError,
		code: 'CONFLICT',
		message: 'Not now.',
	});
});

test('a handler that throws answers for itself alone', async (t) => {
	const troubles: Error[] = [];
	const [near] = await peers(
		t,
		{},
		{
			onTrouble(error) {
				troubles.push(error);
			},
			onRequest(call) {
				if (call.name === 'never') {
					throw new TypeError('the password is secret');
				}

				serve(call);
			},
		},
	);
	const error = await t.throwsAsync(near.request('never', {}), {
		code: 'INTERNAL',
	});
	t.false(error.message.includes('secret'));
	t.is(troubles[0]?.message, 'the password is secret');
	t.deepEqual(await near.request('add', {a: 1}), {sum: 1});
});

test('a request that does not fit is told the field, and the connection lives on', async (t) => {
	const [near] = await peers(t);
	await t.throwsAsync(near.request('add', {a: 1, more: [{b: 'x'}]} as never), {
		code: 'INVALID',
		message: /more\[0\]\.b/v,
	});
	t.deepEqual(await near.request('add', {a: 1}), {sum: 1});
	t.like(
		await firstAnswer(t, {jsonrpc: '2.0', id: 'x', method: 'add', params: {}}),
		{
			id: 'x',
			error: {code: -32_602, data: {code: 'INVALID', field: 'a'}},
		},
	);
});

for (const name of ['nothing', '__proto__', 'constructor', 'toString']) {
	test(`there is no method ${name}`, async (t) => {
		t.like(await firstAnswer(t, {jsonrpc: '2.0', id: 1, method: name}), {
			id: 1,
			error: {code: -32_601},
		});
	});
}

test('a ping is answered whatever is served', async (t) => {
	t.deepEqual(await firstAnswer(t, {jsonrpc: '2.0', id: 9, method: 'ping'}), {
		jsonrpc: '2.0',
		id: 9,
		result: {},
	});
});

test('an answer that is none is told to whoever asked', async (t) => {
	const {peer, socket} = await peerAndSocket(t);
	socket.write('{"jsonrpc":"2.0","id":1,"result":{"sum":"three"}}\n');
	await t.throwsAsync(peer.request('add', {a: 3}), {
		code: 'BAD_MESSAGE',
		message: /sum/v,
	});
	t.false(peer.isClosed());
});

test('answers that nobody asked for change nothing', async (t) => {
	const {peer, socket} = await peerAndSocket(t);
	socket.write(
		'{"jsonrpc":"2.0","id":77,"result":{}}\n{"jsonrpc":"2.0","id":"x","error":{"code":1,"message":""}}\n',
	);
	socket.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
	await once(socket, 'data');
	t.false(peer.isClosed());
});

const garbage: ReadonlyArray<readonly [string, string | Uint8Array, number]> = [
	['what is not JSON', 'GET / HTTP/1.1\r\n\r\n', -32_700],
	['bytes that are no text', Buffer.from([0xc3, 0x28, 0x0a]), -32_700],
	['JSON that is no message', '{"hello":"world"}\n', -32_600],
	['a batch', '[]\n', -32_600],
	['a line over the limit', 'x'.repeat(2000), -32_600],
];
for (const [what, bytes, code] of garbage) {
	test(`${what} gets an error, and the connection is closed`, async (t) => {
		const {answers, reason} = await answersTo(t, bytes, {
			limits: {maxLineBytes: 1000},
		});
		t.is(answers.length, 1);
		t.like(answers[0], {error: {code}});
		t.regex(reason, /no message/v);
	});
}

test('what came before garbage is answered, and nothing that comes after', async (t) => {
	const ask = '{"jsonrpc":"2.0","id":1,"method":"ping"}\n';
	const {answers} = await answersTo(t, `${ask}nonsense\n${ask}`);
	t.is(answers.length, 2);
	t.like(answers[0], {id: 1, result: {}});
	t.like(answers[1], {error: {code: -32_700}});
});

test('a line of 8 MiB gets through, and an answer that would be longer is refused instead', async (t) => {
	const [near, far] = await peers(t);
	const text = 'x'.repeat(8 * 1024 * 1024 - 60);
	const error = await t.throwsAsync(
		near.request('echo', {text: `${text}${text}`}),
	);
	t.like(error, {code: 'INVALID'});
	const most = text.slice(0, -20);
	t.deepEqual(await near.request('echo', {text: most}), {text: most});
	// Shorter as a request than as an answer: the quotes around it are escaped.
	const [asker] = await peers(
		t,
		{},
		{
			onRequest(call) {
				if (call.name === 'echo') {
					call.reply({text: `${most}${most}`});
				}
			},
		},
	);
	await t.throwsAsync(asker.request('echo', {text: ''}), {
		code: 'INVALID',
		message: /ask for less/v,
	});
	t.false(asker.isClosed() || near.isClosed() || far.isClosed());
});

test('all that wait are told when the connection ends', async (t) => {
	const [near, far] = await peers(t);
	const waiting = [near.request('never', {}), near.request('never', {})];
	far.close();
	for (const each of waiting) {
		await t.throwsAsync(each, {code: 'CLOSED'}); // eslint-disable-line no-await-in-loop -- both are rejected by now
	}

	await t.throwsAsync(near.request('add', {a: 1}), {code: 'CLOSED'});
	t.notThrows(() => {
		near.notify('tick', {n: 1});
	});
	t.regex(await near.closed, /closed the connection/v);
});

test('an answer after the end goes nowhere', async (t) => {
	let held: Call<typeof methods> | undefined;
	const [near, far] = await peers(
		t,
		{},
		{
			onRequest(call) {
				held = call;
			},
		},
	);
	const asked = near.request('never', {});
	await until(() => held, {what: 'the request'});
	near.close();
	await t.throwsAsync(asked, {code: 'CLOSED'});
	await far.closed;
	t.notThrows(() => {
		held?.refuse(new FarmError('CONFLICT', 'Late.'));
	});
});

test('what was sent before closing arrives', async (t) => {
	const ticks: unknown[] = [];
	const [near, far] = await peers(
		t,
		{},
		{
			onNotice(notice) {
				ticks.push(notice);
			},
		},
	);
	for (let n = 0; n < 1000; n += 1) {
		near.notify('tick', {n});
	}

	near.close();
	await far.closed;
	t.is(ticks.length, 1000);
});

test('a request can be given up, by its signal and by its time', async (t) => {
	const [near] = await peers(t);
	const abort = new AbortController();
	const asked = near.request('never', {}, {signal: abort.signal});
	abort.abort(new Error('enough'));
	await t.throwsAsync(asked, {message: 'enough'});
	await t.throwsAsync(near.request('never', {}, {signal: abort.signal}), {
		message: 'enough',
	});
	await t.throwsAsync(near.request('never', {}, {timeoutMs: 10}), {
		code: 'TIMEOUT',
	});
	t.deepEqual(await near.request('add', {a: 2}, {timeoutMs: 10_000}), {sum: 2});
});

test('who does not read is cut off, and no more than the limit was kept for it', async (t) => {
	const {peer, socket} = await peerAndSocket(t, {
		limits: {maxUnsentBytes: 1_000_000},
	});
	socket.pause();
	let most = 0;
	const stuff = setInterval(() => {
		for (let n = 0; n < 5000; n += 1) {
			peer.notify('tick', {n});
		}

		most = Math.max(most, peer.unsentBytes());
	}, 1);
	t.teardown(() => {
		clearInterval(stuff);
	});
	t.regex(await peer.closed, /does not read/v);
	t.true(most <= 1_000_000);
});

test('who asks without waiting for answers is not read for a while, and loses nothing', async (t) => {
	let held: Array<Call<typeof methods>> = [];
	const [near] = await peers(
		t,
		{},
		{
			limits: {maxUnansweredCalls: 100},
			onRequest(call) {
				held.push(call);
			},
		},
	);
	const text = 'x'.repeat(10_000);
	const all = Promise.all(
		Array.from({length: 2000}, async () => near.request('echo', {text})),
	);
	await until(() => (held.length > 100 ? true : undefined), {
		what: 'the limit',
	});
	// A chunk of 64 KiB more may have been on its way.
	t.true(held.length < 120);
	const answering = setInterval(() => {
		const batch = held;
		held = [];
		for (const call of batch) {
			serve(call);
		}
	}, 1);
	t.teardown(() => {
		clearInterval(answering);
	});
	const answers = await all;
	t.is(answers.length, 2000);
});

test('two that have nothing to say stay connected', async (t) => {
	let looked = 0;
	const clock = {
		...systemClock,
		monotonic() {
			looked += 1;
			return systemClock.monotonic();
		},
	};
	const limits = {pingAfterMs: 20, closeAfterMs: 2000};
	const [near, far] = await peers(t, {limits, clock}, {limits});
	await until(() => (looked > 40 ? true : undefined), {what: 'some pings'});
	t.false(near.isClosed() || far.isClosed());
});

test('who says nothing, not even when asked, is given up', async (t) => {
	const {peer, socket} = await peerAndSocket(t, {
		limits: {pingAfterMs: 20, closeAfterMs: 80},
	});
	const asked = peer.request('never', {});
	let pings = 0;
	socket.on('data', (chunk: Uint8Array) => {
		pings += String(chunk).split('"ping","params"').length - 1;
	});
	const begin = performance.now();
	await t.throwsAsync(asked, {code: 'CLOSED', message: /Nothing was heard/v});
	t.true(performance.now() - begin >= 80);
	t.true(pings >= 2);
});

test('a side that slept asks before it judges', async (t) => {
	let ahead = 0;
	let looks = 0;
	const clock = {
		...systemClock,
		monotonic() {
			looks += 1;
			return systemClock.monotonic() + ahead;
		},
	};
	const limits = {pingAfterMs: 30, closeAfterMs: 120};
	const [near] = await peers(t, {limits, clock});
	// As after a night with the lid closed: the next look is hours late.
	ahead = 36_000_000;
	await until(() => (looks > 10 ? true : undefined), {what: 'some looks'});
	t.false(near.isClosed());
});

const standings: ReadonlyArray<readonly [string, Standing, readonly string[]]> =
	[
		['a stranger', {kind: 'stranger'}, []],
		[
			'a viewer with the view-only key',
			{kind: 'known', access: 'view', role: 'viewer'},
			['look'],
		],
		[
			'a client with the full key',
			{kind: 'known', access: 'change', role: 'client'},
			['look', 'change'],
		],
		[
			'a worker',
			{kind: 'known', access: 'change', role: 'worker'},
			['look', 'change', 'work'],
		],
	];
for (const [who, standing, permitted] of standings) {
	test(`${who} may ${permitted.length === 0 ? 'nothing' : permitted.join(', ')}`, async (t) => {
		const ticks: unknown[] = [];
		const troubles: Error[] = [];
		const [near] = await peers(
			t,
			{
				onTrouble(error) {
					troubles.push(error);
				},
			},
			{
				standing: () => standing,
				notices: {access: 'worker', shapes},
				onNotice(notice) {
					ticks.push(notice);
				},
			},
		);
		near.notify('tick', {n: 1});
		for (const name of ['look', 'change', 'work'] as const) {
			const asked = near.request(name, {});
			if (permitted.includes(name)) {
				t.deepEqual(await asked, {}); // eslint-disable-line no-await-in-loop -- one after the other
			} else {
				await t.throwsAsync(asked, {code: 'REFUSED'}); // eslint-disable-line no-await-in-loop -- one after the other
			}
		}

		const isWorker = permitted.includes('work');
		t.is(ticks.length, isWorker ? 1 : 0);
		t.is(troubles.length, isWorker ? 0 : 1);
	});
}

/** Time goes on by a millisecond with each request that is taken. */
const workingClock = () => {
	let now = 0;
	return {
		clock: {now: () => now, monotonic: () => now},
		serve(call: Call<typeof methods>): void {
			now += 1;
			serve(call);
		},
	};
};

const requests = (count: number): string =>
	Array.from(
		{length: count},
		(_, id) =>
			`${JSON.stringify({jsonrpc: '2.0', id, method: 'add', params: {a: 1}})}\n`,
	).join('');

test('of what came in one piece, no more is taken in one go than its slice has room for', async (t) => {
	const [near, far] = await socketPair();
	const {clock, serve: work} = workingClock();
	let taken = 0;
	const goes: number[] = [];
	peerOn(far, {
		clock,
		limits: {pingAfterMs: Infinity, closeAfterMs: Infinity, sliceMs: 5},
		onRequest(call) {
			if (taken === 0) {
				const note = (): void => {
					goes.push(taken);
					if (taken < 100) {
						setImmediate(note);
					}
				};

				setImmediate(note);
			}

			taken += 1;
			work(call);
		},
	});
	near.write(requests(100));
	await until(() => (taken === 100 ? true : undefined), {what: 'all of them'});
	t.true((goes[0] ?? 100) <= 5, `${goes[0]} in the first go`);
	t.true(goes.length >= 15, `${goes.length} goes`);
	near.destroy();
});

test('what came before the end is taken, however long it takes', async (t) => {
	const [near, far] = await socketPair();
	const {clock, serve: work} = workingClock();
	let taken = 0;
	const peer = peerOn(far, {
		clock,
		limits: {pingAfterMs: Infinity, closeAfterMs: Infinity, sliceMs: 1},
		onRequest(call) {
			taken += 1;
			work(call);
		},
	});
	near.end(requests(300));
	near.resume();
	await peer.closed;
	t.is(taken, 300);
});

/** Turns that are given one by one, by the test. */
const turnsByHand = () => {
	const waiting: ReadingStep[] = [];
	return {
		turns: {
			enter(step: ReadingStep) {
				waiting.push(step);
			},
		},
		waiting: () => waiting.length,
		/** The one that waits the longest has its turn, and is last again where it has more. */
		next() {
			const step = waiting.shift();
			if (step?.(0) === true) {
				waiting.push(step);
			}
		},
	};
};

const tick = (n: number): string =>
	`${JSON.stringify({jsonrpc: '2.0', method: 'tick', params: {n}})}\n`;

test('what comes in pieces keeps its order while it waits for its turn, and no more is read meanwhile', async (t) => {
	const [near, far] = await socketPair();
	const {turns, waiting, next} = turnsByHand();
	const ticks: number[] = [];
	let bytes = 0;
	const peer = peerOn(far, {
		readingTurns: turns,
		onNotice({params}) {
			ticks.push(params.n);
		},
	});
	far.on('data', (chunk: Uint8Array) => {
		bytes += chunk.length;
	});
	const first = tick(1);
	near.write(first.slice(0, 10));
	await until(() => (bytes === 10 ? true : undefined), {what: 'its beginning'});
	near.write(`${first.slice(10)}${tick(2)}${tick(3)}`);
	await until(() => (waiting() > 0 && bytes > 100 ? true : undefined), {
		what: 'the rest',
	});
	const held = bytes;
	next();
	near.end(`${tick(4)}${tick(5)}`);
	while (!peer.isClosed()) {
		t.true(bytes === held || ticks.length >= 3, ticks.join(' '));
		next();
		await nextRound(); // eslint-disable-line no-await-in-loop -- what is read meanwhile is there by then
	}

	t.deepEqual(ticks, [1, 2, 3, 4, 5]);
});

test('who waits for a turn is not taken for silent', async (t) => {
	const [near, far] = await socketPair();
	const {turns, waiting, next} = turnsByHand();
	let looks = 0;
	const ticks: number[] = [];
	const peer = peerOn(far, {
		readingTurns: turns,
		limits: {pingAfterMs: 25, closeAfterMs: 400},
		clock: {
			...systemClock,
			monotonic() {
				looks += 1;
				return systemClock.monotonic();
			},
		},
		onNotice({params}) {
			ticks.push(params.n);
		},
	});
	near.resume();
	near.write(tick(1));
	await until(() => (waiting() > 0 ? true : undefined), {what: 'the message'});
	const before = looks;
	await until(
		() => (peer.isClosed() || looks > before + 40 ? true : undefined),
		{what: 'it to be looked at for much longer than anyone may be silent'},
	);
	t.false(peer.isClosed());
	next();
	t.deepEqual(ticks, [1]);
	t.regex(await peer.closed, /Nothing was heard/v);
});
