import {Buffer} from 'node:buffer';
import test from 'ava';
import {invocationId} from '../source/core/ids.js';
import type {FakeScheduler} from './helpers/fake-scheduler.js';
import {callJob, runCallable} from './helpers/job-caller.js';
import {until} from './helpers/until.js';
import {workerFarm} from './helpers/worker-farm.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What a scheduler says to the worker about messages to invocation 1. */
const post = (scheduler: FakeScheduler) => ({
	async expect(message: string, addressee = 'a', to = 1) {
		const {peer} = await scheduler.connected();
		const {outcome} = await peer.request('message.expect', {
			from: invocationId(99),
			to: invocationId(to),
			addressee,
			message,
		});
		return outcome;
	},
	async deliver(message: string, text = message) {
		const {peer} = await scheduler.connected();
		const {outcome} = await peer.request('message.deliver', {
			to: invocationId(1),
			message,
			data: base64(text),
		});
		return outcome;
	},
	async drop(message: string) {
		const {peer} = await scheduler.connected();
		await peer.request('message.drop', {to: invocationId(1), message});
	},
});

/** A worker with a process that can be called. */
const start = async (t: Parameters<typeof workerFarm>[0]) => {
	const farm = await workerFarm(t);
	farm.worker();
	const {scheduler, folder} = farm;
	const place = await runCallable(scheduler, {invocation: 1, folder});
	return {
		...farm,
		place,
		...post(scheduler),
		job: async () => callJob(place),
	};
};

const received = (text: string) => ({
	result: {outcome: 'received', from: 99, data: base64(text)},
});

test('a message comes when a process waits for it, and not before', async (t) => {
	const {job, expect, deliver} = await start(t);
	const wanted = expect('one');
	t.is(await deliver('one'), 'again');
	const one = await job();
	const waiting = one.call('job.receive', {addressee: 'a'});
	t.is(await wanted, 'wanted');
	t.is(await deliver('one'), 'taken');
	t.like(await waiting, received('one'));
});

test('who waits first gets the message when it comes', async (t) => {
	const {job, expect, deliver} = await start(t);
	const one = await job();
	const waiting = one.call('job.receive', {addressee: 'a'});
	t.is(await expect('one'), 'wanted');
	t.is(await deliver('one', ''), 'taken');
	t.like(await waiting, received(''));
});

test('messages to one addressee are taken in the order in which they came, and one to another does not wait for them', async (t) => {
	const {job, expect, deliver} = await start(t);
	const one = await job();
	await one.call('job.get_attributes');
	const names = ['first', 'second', 'third'];
	const wanted: string[] = [];
	const expected = names.map(async (name) => {
		t.is(await expect(name), 'wanted');
		wanted.push(name);
		t.is(await deliver(name), 'taken');
	});
	const other = one.call('job.receive', {addressee: 'b'});
	t.is(await expect('beside', 'b'), 'wanted');
	t.is(await deliver('beside'), 'taken');
	t.like(await other, received('beside'));
	for (const name of names) {
		// eslint-disable-next-line no-await-in-loop -- one after the other
		t.like(await one.call('job.receive', {addressee: 'a'}), received(name));
	}

	await Promise.all(expected);
	t.deepEqual(wanted, names);
});

test('one waits for each addressee at a time', async (t) => {
	const {job, expect, deliver} = await start(t);
	const one = await job();
	const two = await job();
	const first = one.call('job.receive', {addressee: 'a'});
	await one.call('job.get_attributes');
	t.like(await two.call('job.receive', {addressee: 'a'}), {
		error: {
			data: {code: 'CONFLICT'},
			message:
				'Something of invocation 1 waits for messages to "a" already: one waits for each addressee at a time.',
		},
	});
	t.is(await expect('one'), 'wanted');
	t.is(await deliver('one'), 'taken');
	t.like(await first, received('one'));
	t.like(await two.call('job.receive', {addressee: 'a', timeout_s: 0.1}), {
		result: {outcome: 'timeout'},
	});
});

test('who waits no time at all gets what is there, and else nothing', async (t) => {
	const {job, expect, deliver} = await start(t);
	const one = await job();
	t.like(await one.call('job.receive', {addressee: 'a', timeout_s: 0}), {
		result: {outcome: 'timeout'},
	});
	const wanted = expect('one');
	// Until the worker has heard of it.
	t.is(await expect('nobody', 'a', 77), 'gone');
	const polled = one.call('job.receive', {addressee: 'a', timeout_s: 0});
	t.is(await wanted, 'wanted');
	t.is(await deliver('one'), 'taken');
	t.like(await polled, received('one'));
});

test('a message that is promised and does not come leaves its receiver waiting for the next, or for no more', async (t) => {
	const {job, expect, deliver, drop} = await start(t);
	const one = await job();
	const waiting = one.call('job.receive', {addressee: 'a'});
	t.is(await expect('withdrawn'), 'wanted');
	const next = expect('next');
	await drop('withdrawn');
	t.is(await next, 'wanted');
	t.is(await deliver('withdrawn'), 'again');
	t.is(await deliver('next'), 'taken');
	t.like(await waiting, received('next'));
	const late = one.call('job.receive', {addressee: 'a', timeout_s: 0.3});
	t.is(await expect('never'), 'wanted');
	const early = Promise.race([
		late.then(() => 'answered'),
		new Promise((resolve) => {
			setTimeout(resolve, 500, 'waits');
		}),
	]);
	t.is(await early, 'waits');
	await drop('never');
	t.like(await late, {result: {outcome: 'timeout'}});
});

test('a receiver that is gone did not take it: the next one does, before those that came later', async (t) => {
	const {job, expect, deliver} = await start(t);
	const one = await job();
	void one.call('job.receive', {addressee: 'a'});
	t.is(await expect('first'), 'wanted');
	const second = expect('second');
	one.socket.destroy();
	await one.whenClosed;
	// Until the worker has seen the end of that connection it still waits for this addressee.
	const two = await job();
	const waiting = await until(
		async () => {
			let isRefused = false;
			const answer = two.call('job.receive', {addressee: 'a'});
			void answer.then(() => {
				isRefused = true;
			});
			await two.call('job.get_attributes');
			return isRefused ? undefined : {answer};
		},
		{what: 'the next one to wait'},
	);
	t.is(await deliver('first'), 'taken');
	t.like(await waiting.answer, received('first'));
	const then = two.call('job.receive', {addressee: 'a'});
	t.is(await second, 'wanted');
	t.is(await deliver('second'), 'taken');
	t.like(await then, received('second'));
});

test('a message of 4 MiB whose receiver reads nothing and goes is handed over once, to the one after it, and keeps its place', async (t) => {
	const {job, expect, deliver} = await start(t);
	const large = 'x'.repeat(4 * 1024 * 1024);
	const deaf = await job();
	void deaf.call('job.receive', {addressee: 'a'});
	t.is(await expect('large'), 'wanted');
	// So much lies unread before it that the system takes no more.
	deaf.socket.pause();
	for (let index = 0; index < 3; index++) {
		void deaf.call('job.receive', {addressee: `b ${index}`});
		t.is(await expect(`fill ${index}`, `b ${index}`), 'wanted'); // eslint-disable-line no-await-in-loop -- one after the other
	}

	const after = expect('after');
	const fills = Array.from({length: 3}, async (_, index) =>
		deliver(`fill ${index}`, large),
	);
	const outcome = deliver('large', large);
	const two = await job();
	await two.call('job.get_attributes');
	const again = two.call('job.receive', {addressee: 'a'});
	const wanted = expect('large');
	deaf.socket.destroy();
	const outcomes = await Promise.all([...fills, outcome]);
	t.true(outcomes.includes('again'));
	t.is(outcomes.at(-1), 'again');
	t.is(await wanted, 'wanted');
	t.is(await deliver('large', large), 'taken');
	t.like(await again, received(large));
	// It came before this one, and still did.
	void two.call('job.receive', {addressee: 'a'});
	t.is(await after, 'wanted');
});

test('what was taken is not handed over again, also not by the worker after a killed one', async (t) => {
	const farm = await workerFarm(t);
	const {scheduler, folder} = farm;
	const {expect, deliver} = post(scheduler);
	const child = await farm.process();
	const place = await runCallable(scheduler, {invocation: 1, folder});
	const one = await callJob(place);
	const waiting = one.call('job.receive', {addressee: 'a'});
	t.is(await expect('one'), 'wanted');
	t.is(await deliver('one'), 'taken');
	t.is(await deliver('one'), 'taken');
	t.is(await expect('one'), 'taken');
	t.like(await waiting, received('one'));
	child.kill('SIGKILL');
	await one.whenClosed;
	await farm.process();
	const two = await callJob(place);
	const next = two.call('job.receive', {addressee: 'a'});
	t.is(await expect('one'), 'taken');
	t.is(await expect('two'), 'wanted');
	t.is(await deliver('two'), 'taken');
	t.like(await next, received('two'));
});

test('when the scheduler is gone so is what it wanted to know, and its next connection asks anew', async (t) => {
	const {scheduler, job, expect, deliver} = await start(t);
	const one = await job();
	const waiting = one.call('job.receive', {addressee: 'a'});
	t.is(await expect('one'), 'wanted');
	const unanswered = expect('two');
	scheduler.shut();
	await t.throwsAsync(unanswered, {code: 'CLOSED'});
	scheduler.open();
	t.is(await expect('two'), 'wanted');
	t.is(await deliver('two'), 'taken');
	t.like(await waiting, received('two'));
	t.is(await deliver('one'), 'again');
});

test('an invocation that is not here, or is over, is gone for its senders', async (t) => {
	const {scheduler, job, expect} = await start(t);
	t.is(await expect('one', 'a', 2), 'gone');
	const waiting = expect('one');
	const one = await job();
	await one.call('job.get_attributes');
	await scheduler.cancel(1);
	t.is(await waiting, 'gone');
	await scheduler.end(1);
	t.is(await expect('one'), 'gone');
});
