import test, {type ExecutionContext} from 'ava';
import {z} from 'zod';
import {systemClock} from '../source/core/clock.js';
import {notificationReads} from '../source/db/reads/notifications.js';
import {createNotificationOutbox} from '../source/modes/notification-outbox.js';
import {backoffMs} from '../source/notify/backoff.js';
import {createCourier} from '../source/notify/courier.js';
import type {Target} from '../source/notify/target.js';
import {createWebhook} from '../source/notify/webhook.js';
import {takeUpRules} from '../source/scheduler/operations/notifications.js';
import {createReceiver} from './helpers/http-receiver.js';
import {createTestFarm} from './helpers/test-farm.js';
import {until} from './helpers/until.js';

const bodyShape = z.object({id: z.string(), text: z.string()});

/** A farm in which each task is a group that has finished at once, and a courier that tells of it. */
const setUp = async (t: ExecutionContext, names: readonly string[]) => {
	const farm = await createTestFarm(t, {
		graph: {nodes: {end: {type: 'killer'}}},
		overrides: {
			notifications: {
				rules: names.map((name) => ({
					name,
					events: ['group_finished'],
					groups: ['*'],
					creators: ['*'],
					workers: ['*'],
					minimumTasks: 1,
					minimumErrors: 1,
				})),
				settleS: 0,
				queue: 100,
			},
		},
	});
	await farm.submit(takeUpRules());
	const log: string[] = [];
	const note = (message: string): void => {
		log.push(message);
	};

	const courier = createCourier({
		outbox: createNotificationOutbox({
			database: farm.database(),
			submit: farm.submit,
			farm: 'test',
			clock: systemClock,
		}),
		clock: systemClock,
		chance: () => 0,
		log: {info: note, warn: note},
	});
	farm.onCommit(({told}) => {
		courier.wake(told);
	});
	t.teardown(courier.stop);
	const rules = () => notificationReads(farm.database().reader).rules.all();
	return {
		farm,
		log,
		courier,
		rules,
		finish: async (group: string) => farm.submitTask('end', {groups: [group]}),
		untilEmpty: async (rule: string) =>
			until(
				() =>
					rules().some((one) => one.rule === rule && one.waiting === 0)
						? true
						: undefined,
				{what: `nothing to wait for ${rule}`},
			),
	};
};

const webhook = (url: string): Target =>
	createWebhook({
		url: new URL(url),
		secret: undefined,
		timeoutMs: 20_000,
		userAgent: 'lifeblood/test',
		clock: systemClock,
	});

const quick = {attempts: 5, retryMs: 20, keepMs: 3_600_000};

test('what a receiver does not take is sent again, the same, until it does', async (t) => {
	const {farm, log, courier, finish, rules, untilEmpty} = await setUp(t, [
		'hook',
	]);
	const receiver = await createReceiver(t, (count, response) => {
		response.writeHead(count < 3 ? 500 : 200).end();
	});
	await courier.serve(new Map([['hook', webhook(receiver.url)]]), quick);
	await finish('a');
	await finish('b');
	await untilEmpty('hook');
	const bodies = receiver.received.map(({body}) =>
		bodyShape.parse(JSON.parse(body)),
	);
	t.is(bodies.length, 4);
	t.deepEqual(
		bodies.map(({text}) => text),
		['a', 'a', 'a', 'b'].map((name) => `Group ${name} has finished: 1 task.`),
	);
	t.is(new Set(bodies.map(({id}) => id)).size, 2);
	t.like(rules(), {
		length: 1,
		0: {
			rule: 'hook',
			dropped: 0,
			failure: 'it answered 500 Internal Server Error',
		},
	});
	t.regex(log.join('\n'), /takes them again/v);
	farm.expectSound();
});

test('what is never taken is given up after its attempts, told, and counted', async (t) => {
	const {log, courier, finish, rules, untilEmpty} = await setUp(t, ['hook']);
	const receiver = await createReceiver(t, (_count, response) => {
		response.writeHead(503).end();
	});
	await courier.serve(new Map([['hook', webhook(receiver.url)]]), quick);
	await finish('a');
	await untilEmpty('hook');
	t.is(receiver.received.length, quick.attempts);
	t.like(rules(), {length: 1, 0: {dropped: 1, delivered_at: null}});
	t.regex(log.at(-1) ?? '', /given up.*Group a has finished/v);
});

test('what has become too old is given up without an attempt', async (t) => {
	const {courier, finish, rules, untilEmpty} = await setUp(t, ['hook']);
	const receiver = await createReceiver(t);
	await finish('a');
	await until(
		() =>
			rules().some(({oldest}) => oldest !== null && oldest < Date.now() - 5)
				? true
				: undefined,
		{what: 'it to be old'},
	);
	await courier.serve(new Map([['hook', webhook(receiver.url)]]), {
		...quick,
		keepMs: 1,
	});
	await untilEmpty('hook');
	t.is(receiver.received.length, 0);
	t.like(rules(), {length: 1, 0: {dropped: 1}});
});

test('one that never answers holds up nobody else, and no turn', async (t) => {
	const {courier, finish, rules, untilEmpty} = await setUp(t, ['dead', 'live']);
	const dead = await createReceiver(t, () => undefined);
	const live = await createReceiver(t);
	await courier.serve(
		new Map([
			['dead', webhook(dead.url)],
			['live', webhook(live.url)],
		]),
		quick,
	);
	for (const name of ['a', 'b', 'c']) {
		await finish(name); // eslint-disable-line no-await-in-loop -- in order
	}

	await live.has(3);
	await untilEmpty('live');
	t.is(dead.received.length, 1);
	t.like(rules(), {0: {rule: 'dead', waiting: 3}, 1: {rule: 'live'}});
});

test('one that says it is gone is left alone until the rules are taken up anew', async (t) => {
	const {log, courier, finish, untilEmpty, rules} = await setUp(t, ['hook']);
	const receiver = await createReceiver(t, (count, response) => {
		response.writeHead(count === 1 ? 410 : 200).end();
	});
	const targets = new Map([['hook', webhook(receiver.url)]]);
	await courier.serve(targets, quick);
	await finish('a');
	await untilEmpty('hook');
	await finish('b');
	t.is(receiver.received.length, 1);
	t.like(rules(), {0: {waiting: 1, dropped: 1}});
	t.regex(log.join('\n'), /wants none any more/v);
	await courier.serve(targets, quick);
	await untilEmpty('hook');
	t.is(receiver.received.length, 2);
});

test('what happens within a while is gathered, and told together', async (t) => {
	const {courier, finish, untilEmpty} = await setUp(t, ['mail']);
	const told: string[][] = [];
	const target: Target = {
		name: 'a gatherer',
		most: 100,
		gatherMs: 500,
		async deliver(news) {
			told.push(news.map(({text}) => text));
			return {kind: 'delivered'};
		},
	};
	await courier.serve(new Map([['mail', target]]), quick);
	for (const name of ['a', 'b', 'c']) {
		await finish(name); // eslint-disable-line no-await-in-loop -- in order
	}

	await untilEmpty('mail');
	t.deepEqual(told, [
		['a', 'b', 'c'].map((name) => `Group ${name} has finished: 1 task.`),
	]);
});

test('what is broken off waits, and has not failed', async (t) => {
	const {courier, finish, rules, untilEmpty} = await setUp(t, ['hook']);
	const receiver = await createReceiver(t, (count, response) => {
		if (count > 1) {
			response.writeHead(200).end();
		}
	});
	const targets = new Map([['hook', webhook(receiver.url)]]);
	await courier.serve(targets, quick);
	await finish('a');
	await receiver.has(1);
	await courier.stop();
	t.like(rules(), {length: 1, 0: {waiting: 1, failed_at: null}});
	await courier.serve(targets, quick);
	await untilEmpty('hook');
	t.is(receiver.received.length, 2);
});

test('a stop breaks off what new rules wait for, and those are not served any more', async (t) => {
	const {courier, finish, rules} = await setUp(t, ['hook']);
	const before = Promise.withResolvers<void>();
	let isBrokenOff = false;
	const slow: Target = {
		name: 'one that never ends by itself',
		most: 1,
		gatherMs: 0,
		async deliver(_news, signal) {
			before.resolve();
			return new Promise((resolve) => {
				signal.addEventListener('abort', () => {
					isBrokenOff = true;
					resolve({kind: 'failed', reason: 'broken off'});
				});
			});
		},
	};
	await courier.serve(new Map([['hook', slow]]), quick);
	await finish('a');
	await before.promise;
	let isServed = false;
	const after: Target = {
		...slow,
		async deliver() {
			isServed = true;
			return {kind: 'delivered'};
		},
	};
	const change = courier.serve(new Map([['hook', after]]), quick);
	await courier.stop();
	t.true(isBrokenOff);
	await change;
	await finish('b');
	t.false(isServed);
	t.like(rules(), {length: 1, 0: {waiting: 2, failed_at: null}});
});

test('pauses grow up to a quarter of an hour, each by a chance of its own', (t) => {
	const pause = (failures: number, chance: number): number =>
		backoffMs(failures, {firstMs: 1000, chance});
	t.is(pause(1, 0.5), 1000);
	t.is(pause(4, 0.5), 8000);
	t.is(pause(1000, 0.5), 900_000);
	t.is(pause(1, 0), 750);
	t.is(pause(1, 1), 1250);
});
