import test, {type ExecutionContext} from 'ava';
import {systemClock} from '../source/core/clock.js';
import {FarmError} from '../source/core/errors.js';
import {
	invocationId,
	type InvocationId,
	type WorkerId,
} from '../source/core/ids.js';
import {
	schedulerToWorker,
	workerNotices,
	workerToScheduler,
} from '../source/net/messages/worker.js';
import {createPeer, type Call, type Peer} from '../source/net/peer.js';
import {
	schedulerMethods,
	type ConnectedPeer,
	type SchedulerPeer,
} from '../source/net/scheduler-methods.js';
import {createMessageExchange} from '../source/scheduler/message-exchange.js';
import {
	onEachTask,
	taskActions,
} from '../source/scheduler/operations/act-on-tasks.js';
import {socketPair} from './helpers/net-pair.js';
import {createTestFarm} from './helpers/test-farm.js';
import {until} from './helpers/until.js';

type Heard = Call<typeof schedulerToWorker>;

/** One connection of a played worker. */
type Line = {
	readonly offer: (
		message: string,
		more?: Readonly<Record<string, unknown>>,
	) => Promise<{readonly outcome: string; readonly message?: string}>;
	readonly send: (message: string, data?: string) => Promise<string>;
	readonly withdraw: (message: string) => Promise<unknown>;
	/** The next request of this name that the scheduler makes. */
	readonly next: <Name extends Heard['name']>(
		name: Name,
	) => Promise<Extract<Heard, {readonly name: Name}>>;
	readonly heard: readonly Heard[];
	readonly close: () => void;
};

/** An exchange between two played workers, each with a task that runs, over real connections. */
const start = async (t: ExecutionContext) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				run: {type: 'command', parameters: {command: [{arg: 'true'}]}},
			},
		},
	});
	const exchange = createMessageExchange({
		books: farm.books,
		invocation: (id) => farm.invocation(id),
	});
	farm.onCommit(exchange.onCommit);
	const peers: Array<{close: () => void}> = [];
	t.teardown(() => {
		for (const peer of peers) {
			peer.close();
		}
	});

	const connect = async (
		worker: WorkerId,
		from: InvocationId,
		to: InvocationId,
	): Promise<Line> => {
		const [near, far] = await socketPair();
		const heard: Heard[] = [];
		const passed = new Set<Heard>();
		const own: SchedulerPeer = createPeer({
			stream: near,
			address: 'scheduler',
			remote: schedulerMethods,
			local: schedulerToWorker,
			onRequest(call) {
				heard.push(call);
			},
			notices: {access: 'anyone', shapes: {}},
			onNotice: () => undefined,
			clock: systemClock,
		});
		const connected: ConnectedPeer = createPeer({
			stream: far,
			address: 'worker',
			remote: schedulerToWorker,
			local: workerToScheduler,
			standing: () => ({kind: 'known', access: 'change', role: 'worker'}),
			onRequest(call) {
				// eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- all that is asked for here
				switch (call.name) {
					case 'message.offer':
					case 'message.send':
					case 'message.withdraw': {
						exchange.answer({worker, peer: connected}, call);
						break;
					}

					default: {
						call.refuse(new FarmError('INVALID', call.name));
					}
				}
			},
			notices: {access: 'worker', shapes: workerNotices},
			onNotice: () => undefined,
			clock: systemClock,
		});
		void connected.closed.then(() => {
			exchange.lost(connected);
		});
		exchange.registered({worker, peer: connected});
		peers.push(own, connected);
		return {
			heard,
			close: own.close,
			offer: async (message, more = {}) =>
				own.request('message.offer', {
					from,
					to,
					addressee: 'a',
					message,
					size: 4,
					...more,
				}),
			async send(message, data = 'AAAA') {
				const {outcome} = await own.request('message.send', {message, data});
				return outcome;
			},
			withdraw: async (message) => own.request('message.withdraw', {message}),
			next: async <Name extends Heard['name']>(name: Name) =>
				until(
					() => {
						const call = heard.find(
							(one): one is Extract<Heard, {readonly name: Name}> =>
								one.name === name && !passed.has(one),
						);
						if (call !== undefined) {
							passed.add(call);
						}

						return call;
					},
					{what: `the scheduler to say ${name}`},
				),
		};
	};

	const run = async (name: string) => {
		const id = await farm.submitTask('run');
		const worker = await farm.addWorker({name, machine: name});
		const {invocation} = await worker.take();
		await worker.start(invocation);
		return {id, worker, invocation};
	};

	const one = await run('one');
	// So that the second task goes to the second worker.
	const full = await farm.addWorker({
		name: 'one',
		machine: 'one',
		resources: {cpus: 1, memory_bytes: 0, gpus: 0, gpu_memory_bytes: 0},
		running: [one.invocation],
	});
	t.is(full.id, one.worker.id);
	const two = await run('two');
	return {
		farm,
		one,
		two,
		sender: await connect(one.worker.id, one.invocation, two.invocation),
		receiver: await connect(two.worker.id, two.invocation, one.invocation),
		reconnect: async () =>
			connect(two.worker.id, two.invocation, one.invocation),
	};
};

test('a message is expected, then called for, then delivered', async (t) => {
	const {sender, receiver, one, two} = await start(t);
	const offered = sender.offer('m');
	const expected = await receiver.next('message.expect');
	t.deepEqual(expected.params, {
		from: one.invocation,
		to: two.invocation,
		addressee: 'a',
		message: 'm',
	});
	expected.reply({outcome: 'wanted'});
	t.deepEqual(await offered, {outcome: 'wanted'});
	const sent = sender.send('m', 'c2F5');
	const delivered = await receiver.next('message.deliver');
	t.deepEqual(delivered.params, {
		to: two.invocation,
		message: 'm',
		data: 'c2F5',
	});
	delivered.reply({outcome: 'taken'});
	t.is(await sent, 'taken');
	t.is(await sender.send('m'), 'again');
});

test('what was not taken is offered, expected and delivered again', async (t) => {
	const {sender, receiver} = await start(t);
	for (const outcome of ['again', 'taken'] as const) {
		/* eslint-disable no-await-in-loop -- one after the other */
		const offered = sender.offer('m');
		(await receiver.next('message.expect')).reply({outcome: 'wanted'});
		await offered;
		const sent = sender.send('m');
		(await receiver.next('message.deliver')).reply({outcome});
		t.is(await sent, outcome);
		/* eslint-enable no-await-in-loop */
	}
});

test('what its receiver has taken already is not sent', async (t) => {
	const {sender, receiver} = await start(t);
	const offered = sender.offer('m');
	(await receiver.next('message.expect')).reply({outcome: 'taken'});
	t.deepEqual(await offered, {outcome: 'taken'});
});

test('no more than 16 MiB are called for at a time, in the order in which they became wanted', async (t) => {
	const {sender, receiver} = await start(t);
	const size = 5 * 1024 * 1024;
	const called: string[] = [];
	const names = ['a', 'b', 'c', 'd', 'e'];
	const offers = names.map(async (message) => {
		const {outcome} = await sender.offer(message, {size});
		called.push(`${message} ${outcome}`);
	});
	for (const _ of names) {
		// eslint-disable-next-line no-await-in-loop -- one after the other
		(await receiver.next('message.expect')).reply({outcome: 'wanted'});
	}

	await Promise.all(offers.slice(0, 3));
	// Whoever asks now is answered after all that could have been called for.
	t.is(await sender.send('unknown'), 'again');
	t.deepEqual(called, ['a wanted', 'b wanted', 'c wanted']);
	const sent = sender.send('b');
	(await receiver.next('message.deliver')).reply({outcome: 'taken'});
	t.is(await sent, 'taken');
	await offers[3];
	t.is(await sender.send('unknown'), 'again');
	t.deepEqual(called.slice(3), ['d wanted']);
	await sender.withdraw('a');
	await offers[4];
	t.deepEqual(called.slice(4), ['e wanted']);
});

test("when the sender's connection ends its messages are dropped, also one that was called for", async (t) => {
	const {sender, receiver} = await start(t);
	const offered = sender.offer('called');
	const waiting = sender.offer('waiting');
	(await receiver.next('message.expect')).reply({outcome: 'wanted'});
	await offered;
	sender.close();
	await t.throwsAsync(waiting, {code: 'CLOSED'});
	const dropped = [
		(await receiver.next('message.drop')).params.message,
		(await receiver.next('message.drop')).params.message,
	];
	t.deepEqual(dropped, ['called', 'waiting']);
});

test("what is withdrawn is dropped at its receiver's", async (t) => {
	const {sender, receiver} = await start(t);
	const offered = sender.offer('m');
	await receiver.next('message.expect');
	await sender.withdraw('m');
	await t.throwsAsync(offered, {code: 'CONFLICT'});
	const {params} = await receiver.next('message.drop');
	t.is(params.message, 'm');
});

test("a receiver's worker that is back is told again what to expect, also when its old connection is not closed yet", async (t) => {
	const {sender, receiver, reconnect} = await start(t);
	const first = sender.offer('first');
	const second = sender.offer('second');
	(await receiver.next('message.expect')).reply({outcome: 'wanted'});
	t.deepEqual(await first, {outcome: 'wanted'});
	await receiver.next('message.expect');
	const sent = sender.send('first');
	await receiver.next('message.deliver');
	const back = await reconnect();
	const expected = await back.next('message.expect');
	t.is(expected.params.message, 'second');
	receiver.close();
	t.is(await sent, 'again');
	const again = sender.offer('first');
	const {params, reply} = await back.next('message.expect');
	t.is(params.message, 'first');
	reply({outcome: 'taken'});
	t.deepEqual(await again, {outcome: 'taken'});
	expected.reply({outcome: 'wanted'});
	t.deepEqual(await second, {outcome: 'wanted'});
});

test('while its worker is away a receiver counts as running; when it ends, its senders are told how', async (t) => {
	const {sender, receiver, reconnect, two} = await start(t);
	receiver.close();
	const offered = sender.offer('m');
	t.is(await sender.send('unknown'), 'again');
	const back = await reconnect();
	// It has just ended there, and the report is on its way.
	(await back.next('message.expect')).reply({outcome: 'gone'});
	t.is(await sender.send('unknown'), 'again');
	await two.worker.finish(two.invocation, {kind: 'exited', exit_code: 3});
	t.deepEqual(await offered, {
		outcome: 'not-running',
		message: `Invocation ${two.invocation} has finished: exit code 3.`,
	});
	t.deepEqual(await sender.offer('n'), {
		outcome: 'not-running',
		message: `Invocation ${two.invocation} has finished: exit code 3.`,
	});
	t.deepEqual(await sender.offer('o', {to: 4711}), {
		outcome: 'not-running',
		message: 'There is no invocation 4711, and there never was.',
	});
});

test('a receiver that is given up runs no more, though its process may still end', async (t) => {
	const {farm, sender, receiver, two} = await start(t);
	const offered = sender.offer('m');
	await receiver.next('message.expect');
	await farm.submit(onEachTask([two.id], taskActions.kill));
	t.deepEqual(await offered, {
		outcome: 'not-running',
		message: `Invocation ${two.invocation} was cancelled.`,
	});
});

test('a sender that was given up sends nothing, and what it had offered is dropped', async (t) => {
	const {farm, sender, receiver, one} = await start(t);
	const offered = sender.offer('m');
	await receiver.next('message.expect');
	await farm.submit(onEachTask([one.id], taskActions.kill));
	await t.throwsAsync(offered, {code: 'CONFLICT'});
	await receiver.next('message.drop');
	await t.throwsAsync(sender.offer('n'), {code: 'CONFLICT'});
});

test('nobody sends in the name of an invocation of another worker', async (t) => {
	const {sender, two} = await start(t);
	await t.throwsAsync(sender.offer('m', {from: two.invocation}), {
		code: 'CONFLICT',
	});
	await t.throwsAsync(sender.offer('m', {from: invocationId(4711)}), {
		code: 'CONFLICT',
	});
});
