import {Buffer} from 'node:buffer';
import {once} from 'node:events';
import {Duplex, PassThrough} from 'node:stream';
import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import {anyMessage, anyParameters} from '../bench/hostile/any-message.js';
import {mutate} from '../bench/hostile/mutate.js';
import {createRandom} from '../bench/hostile/random.js';
import {systemClock} from '../source/core/clock.js';
import {decodePacket, encodeQuestion} from '../source/net/announcement.js';
import {createFrameReader} from '../source/net/frame.js';
import {jobToWorker} from '../source/net/messages/job.js';
import {
	schedulerToWorker,
	workerNotices,
} from '../source/net/messages/worker.js';
import {createPeer} from '../source/net/peer.js';
import {decodeRpc} from '../source/net/rpc.js';
import {schedulerMethods} from '../source/net/scheduler-methods.js';
import {assertFor} from './helpers/assert-for.js';

// One test after the other, each of which has its time. Fast-check prints the seed of what fails; `fc.assert(…, {seed})` plays it again.
const duration = 1500;
const tables = {...schedulerMethods, ...jobToWorker, ...schedulerToWorker};

/** Lines of which no parser's author thought. */
const anyLine = fc.oneof(
	anyMessage(tables),
	fc.string(),
	fc.string({unit: 'binary'}),
	fc
		.tuple(fc.constantFrom('[', '{"a":', '"', '\\', '1', '-'), fc.nat(20_000))
		.map(([piece, count]) => piece.repeat(count)),
	fc
		.constantFrom(
			'"id":1,"id":2,"method":"ping"',
			'"id":9007199254740993,"method":"ping"',
			'"id":1e400,"method":"ping"',
			'"id":NaN,"method":"ping"',
			'"id":null,"method":"ping"',
			'"__proto__":{"method":"ping"},"id":1',
			'"id":1,"method":"__proto__"',
			'"id":1,"method":"constructor","params":{"__proto__":{"token":"x"}}',
			String.raw`"id":"\ud800","method":"\udfff"`,
			'"id":1,"method":"ping","params":[]',
			'"id":1,"result":1,"error":{}',
			'"id":1,"error":{"code":1e300,"message":{}}',
		)
		.map((inside) => `{"jsonrpc":"2.0",${inside}}`),
);

const anyBytes = fc.oneof(
	anyLine.map((text) => Buffer.from(text)),
	fc.uint8Array({maxLength: 200}),
	fc
		.tuple(anyLine, fc.nat())
		.map(([text, seed]) => mutate(Buffer.from(text), createRandom(seed))),
);

test.serial(
	'the same frames come out however the bytes are cut, and none is longer than it may be',
	async (t) => {
		await assertFor(
			fc.property(
				fc.array(anyBytes, {maxLength: 4}),
				fc.array(fc.integer({min: 1, max: 50}), {minLength: 1, maxLength: 8}),
				(lines, cuts) => {
					const bytes = Buffer.concat(
						lines.flatMap((line) => [line, Buffer.from('\n')]),
					);
					const whole = createFrameReader(() => 4096).push(bytes);
					const reader = createFrameReader(() => 4096);
					const pieces = [];
					for (let at = 0, cut = 0; at < bytes.length; cut += 1) {
						const length = cuts[cut % cuts.length] ?? 1;
						pieces.push(...reader.push(bytes.subarray(at, at + length)));
						t.true(reader.pendingBytes() <= 4096);
						at += length;
					}

					t.deepEqual(pieces, [...whole]);
					t.true(
						pieces.every(
							(frame) =>
								frame.kind !== 'line' || Buffer.byteLength(frame.text) <= 4096,
						),
					);
				},
			),
			duration,
		);
	},
);

test.serial('any line is a message or a fault in one line', async (t) => {
	await assertFor(
		fc.property(anyLine, (text) => {
			const message = decodeRpc(text);
			const told =
				message.kind === 'malformed' ? message.error.message : 'It is one.';
			t.regex(told, /^[^\n]{1,300}$/v);
		}),
		duration,
	);
});

test.serial(
	'parameters of any method, whole or spoilt, fit or are told by field, and what fits is stable',
	(t) => {
		for (const [name, {params}] of Object.entries(tables)) {
			fc.assert(
				fc.property(anyParameters(params), (value) => {
					const sent: unknown = JSON.parse(JSON.stringify(value) ?? 'null');
					const parsed = params.safeParse(sent);
					const again = params.safeParse(parsed.success ? parsed.data : sent);
					t.is(again.success, parsed.success, name);
					t.deepEqual(again.data, parsed.data, name);
					t.is(again.error?.issues.length, parsed.error?.issues.length, name);
				}),
			);
		}
	},
);

/** Both directions of a connection, without a network. */
const startPeer = (local: typeof schedulerMethods) => {
	const toPeer = new PassThrough();
	const fromPeer = new PassThrough();
	const stream = Duplex.from({readable: toPeer, writable: fromPeer});
	const troubles: Error[] = [];
	let said = '';
	fromPeer.on('data', (chunk: Uint8Array) => {
		said += Buffer.from(chunk).toString('utf8');
	});
	stream.on('error', () => undefined);
	const peer = createPeer({
		stream,
		address: 'stranger:1',
		remote: schedulerToWorker,
		local,
		notices: {access: 'worker', shapes: workerNotices},
		standing: () => ({kind: 'known', access: 'change', role: 'worker'}),
		onRequest(call) {
			call.reply({} as never);
		},
		onNotice: () => undefined,
		onTrouble(error) {
			troubles.push(error);
		},
		clock: systemClock,
		limits: {lingerMs: 10},
	});
	return {toPeer, peer, troubles, said: () => said};
};

test.serial(
	'whatever bytes come, a connection answers in whole lines without a stack, or ends with a reason',
	async (t) => {
		await assertFor(
			fc.asyncProperty(
				fc.array(anyBytes, {minLength: 1, maxLength: 6}),
				async (lines) => {
					const {toPeer, peer, said} = startPeer(schedulerMethods);
					for (const line of lines) {
						toPeer.write(Buffer.concat([line, Buffer.from('\n')]));
					}

					toPeer.end();
					t.regex(
						await Promise.race([
							peer.closed,
							delay(5000, 'It did not\nend.', {ref: false}),
						]),
						/^[^\n]{1,5000}$/v,
					);
					await new Promise((resolve) => {
						setImmediate(resolve);
					});
					const answers = said().split('\n');
					t.deepEqual(
						answers.filter(
							(answer) =>
								answer !== '' && decodeRpc(answer).kind === 'malformed',
						),
						[],
					);
					t.notRegex(
						answers.join('\n'),
						/node_modules|file:\/\/|\.[jt]s:\d|at Object\./v,
					);
				},
			),
			duration,
		);
	},
);

test.serial('any datagram is a packet of ours, or nothing', async (t) => {
	await assertFor(
		fc.property(
			fc.oneof(
				anyBytes,
				fc
					.nat()
					.map((seed) => mutate(encodeQuestion('farm'), createRandom(seed))),
			),
			(bytes) => {
				const packet = decodePacket(bytes);
				t.true(
					packet === undefined ||
						packet.kind === 'question' ||
						packet.kind === 'announcement',
				);
			},
		),
		duration,
	);
});

test.serial(
	'a line that does not end is cut off at its limit, and holds no memory after',
	async (t) => {
		const {toPeer, peer} = startPeer(schedulerMethods);
		const piece = Buffer.alloc(1024 * 1024, 'x');
		for (let count = 0; count < 10 && !peer.isClosed(); count += 1) {
			if (!toPeer.write(piece)) {
				await Promise.race([once(toPeer, 'drain'), peer.closed]); // eslint-disable-line no-await-in-loop -- as fast as it is read
			}
		}

		t.regex(await peer.closed, /larger than 8 MiB/v);
	},
);
