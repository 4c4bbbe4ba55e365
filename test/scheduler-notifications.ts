import test, {type ExecutionContext} from 'ava';
import {z} from 'zod';
import type {InvocationOutcome} from '../source/core/invocation.js';
import type {NotificationRule} from '../source/core/notification.js';
import {
	onEachTask,
	taskActions,
} from '../source/scheduler/operations/act-on-tasks.js';
import {
	notificationsDelivered,
	takeUpRules,
} from '../source/scheduler/operations/notifications.js';
import {
	workerDisconnected,
	workerGone,
} from '../source/scheduler/operations/workers.js';
import {createTestFarm, type TestFarm} from './helpers/test-farm.js';

const everything: NotificationRule = {
	name: 'all',
	events: ['group_finished', 'group_errors', 'worker_lost'],
	groups: ['*'],
	creators: ['*'],
	workers: ['*'],
	minimumTasks: 1,
	minimumErrors: 1,
};

const graph = {
	nodes: {
		run: {type: 'command', parameters: {command: [{arg: 'true'}]}},
		end: {type: 'killer'},
	},
	connections: ['run -> end'],
};

const farmWith = async (
	t: ExecutionContext,
	rules: readonly NotificationRule[],
	more: {readonly settleS?: number; readonly queue?: number} = {},
): Promise<TestFarm> => {
	const farm = await createTestFarm(t, {
		graph,
		overrides: {notifications: {rules, settleS: 0, queue: 100, ...more}},
	});
	await farm.submit(takeUpRules());
	return farm;
};

const newsShape = z.object({text: z.string(), data: z.json()});

const told = (farm: TestFarm, rule = 'all') =>
	farm
		.database()
		.writer.prepare<[string], {event: string; json: string}>(
			'SELECT event, json FROM notifications WHERE rule = ? ORDER BY id',
		)
		.all(rule)
		.map(({event, json}) => ({event, ...newsShape.parse(JSON.parse(json))}));

const events = (farm: TestFarm, rule = 'all'): string[] =>
	told(farm, rule).map(({event}) => event);

const good: InvocationOutcome = {kind: 'exited', exit_code: 0};
const bad: InvocationOutcome = {kind: 'exited', exit_code: 7};

test('a group that has come to rest is told once', async (t) => {
	const farm = await farmWith(t, [everything]);
	const worker = await farm.addWorker();
	await farm.submitTask('run', {groups: ['shot']});
	await farm.submitTask('run', {groups: ['shot']});
	for (const _ of [1, 2]) {
		t.deepEqual(events(farm), []);
		const {invocation} = await worker.take(); // eslint-disable-line no-await-in-loop -- one after the other
		await worker.finish(invocation, good); // eslint-disable-line no-await-in-loop -- likewise
	}

	t.like(told(farm), {
		length: 1,
		0: {event: 'group_finished', text: 'Group shot has finished: 2 tasks.'},
	});
	farm.expectSound();
});

test('a group that is made and ends in one turn is told', async (t) => {
	const farm = await farmWith(t, [everything]);
	await farm.submitTask('end', {groups: ['quick']});
	t.deepEqual(events(farm), ['group_finished']);
	farm.expectSound();
});

test('errors are told once, until there are none, with what came first', async (t) => {
	const farm = await farmWith(t, [{...everything, events: ['group_errors']}]);
	const worker = await farm.addWorker();
	const fail = async (): Promise<void> => {
		const {invocation} = await worker.take();
		await worker.finish(invocation, bad);
	};

	const first = await farm.submitTask('run', {groups: ['shot']});
	await farm.submitTask('run', {groups: ['shot']});
	await fail();
	await fail();
	t.like(told(farm), {
		length: 1,
		0: {data: {group: {name: 'shot', counts: {error: 1, total: 2}}}},
	});
	t.regex(
		told(farm)[0]?.text ?? '',
		/^Group shot has 1 of 2 tasks in error\. Task 1 in run: .*7/v,
	);
	await farm.submit(onEachTask([first], taskActions.kill));
	await farm.submitTask('run', {groups: ['shot']});
	await fail();
	t.is(events(farm).length, 1, 'there was one left all the time');
	await farm.submit(
		onEachTask(
			farm.all().map(({id}) => id),
			taskActions.kill,
		),
	);
	await farm.submitTask('run', {groups: ['shot']});
	await fail();
	t.is(events(farm).length, 2);
	farm.expectSound();
});

test('a rule is for the groups, creators and counts that it names', async (t) => {
	const farm = await farmWith(t, [
		{...everything, name: 'shots', groups: ['shot_*']},
		{...everything, name: 'mine', creators: ['nobody']},
		{...everything, name: 'large', minimumTasks: 2},
		{...everything, name: 'two', minimumErrors: 2, events: ['group_errors']},
	]);
	const worker = await farm.addWorker();
	await farm.submitTask('end', {groups: ['shot_1']});
	await farm.submitTask('end', {groups: ['other']});
	for (const _ of [1, 2, 3]) {
		await farm.submitTask('run', {groups: ['other']}); // eslint-disable-line no-await-in-loop -- in order
		const {invocation} = await worker.take(); // eslint-disable-line no-await-in-loop -- likewise
		await worker.finish(invocation, bad); // eslint-disable-line no-await-in-loop -- likewise
	}

	t.deepEqual(events(farm, 'shots'), ['group_finished']);
	t.deepEqual(events(farm, 'mine'), []);
	t.deepEqual(events(farm, 'two'), ['group_errors']);
	t.is(
		events(farm, 'large').filter((event) => event === 'group_finished').length,
		3,
	);
	farm.expectSound();
});

test('a group that goes on while it settles was not finished', async (t) => {
	const farm = await farmWith(t, [everything], {settleS: 1000});
	const worker = await farm.addWorker();
	for (const _ of [1, 2, 3]) {
		await farm.submitTask('end', {groups: ['shot']}); // eslint-disable-line no-await-in-loop -- in order
	}

	t.like(told(farm), {
		length: 1,
		0: {text: 'Group shot has finished: 3 tasks.'},
	});
	await farm.submitTask('run', {groups: ['shot']});
	t.deepEqual(told(farm), []);
	const {invocation} = await worker.take();
	await worker.finish(invocation, good);
	t.like(told(farm), {
		length: 1,
		0: {text: 'Group shot has finished: 4 tasks.'},
	});
	farm.expectSound();
});

test('what moves is followed over a restart, and told once', async (t) => {
	const farm = await farmWith(t, [everything]);
	const worker = await farm.addWorker();
	await farm.submitTask('run', {groups: ['shot']});
	const {invocation} = await worker.take();
	await worker.start(invocation);
	await farm.restart();
	await farm.submit(takeUpRules());
	const again = await farm.addWorker({running: [invocation]});
	await again.finish(invocation, good);
	t.deepEqual(events(farm), ['group_finished']);
	await farm.restart();
	await farm.submit(takeUpRules());
	t.deepEqual(events(farm), ['group_finished']);
	farm.expectSound();
});

test('groups that move when the first rule is made are told of, errors that are there then are not', async (t) => {
	const rules: NotificationRule[] = [];
	const farm = await farmWith(t, rules);
	const worker = await farm.addWorker();
	await farm.submitTask('run', {groups: ['failed']});
	const failing = await worker.take();
	await worker.finish(failing.invocation, bad);
	await farm.submitTask('run', {groups: ['moving']});
	const moving = await worker.take();
	rules.push(everything);
	await farm.submit(takeUpRules());
	await worker.finish(moving.invocation, good);
	t.like(told(farm), {
		length: 1,
		0: {text: 'Group moving has finished: 1 task.'},
	});
	rules.pop();
	await farm.submit(takeUpRules());
	t.deepEqual(told(farm), []);
	t.is(farm.books().followed.size, 0);
	farm.expectSound();
});

test('a worker that was lost is told, one that said goodbye is not', async (t) => {
	const farm = await farmWith(t, [everything]);
	const one = await farm.addWorker({name: 'one', machine: 'm1'});
	const two = await farm.addWorker({name: 'two', machine: 'm2'});
	await farm.submit(workerDisconnected(one.id, one.link));
	await farm.submit(workerGone(one.id, {said: false}));
	await farm.submit(workerGone(one.id, {said: false}));
	await farm.submit(workerGone(two.id, {said: true}));
	t.like(told(farm), {
		length: 1,
		0: {event: 'worker_lost', data: {worker: {name: 'one'}, lost: 0}},
	});
	farm.expectSound();
});

test('a full outbox loses its oldest news, counts them, and grows no further', async (t) => {
	const farm = await farmWith(t, [everything], {queue: 3});
	for (const name of ['a', 'b', 'c', 'd', 'e']) {
		await farm.submitTask('end', {groups: [name]}); // eslint-disable-line no-await-in-loop -- in order
	}

	t.deepEqual(
		told(farm).map(({text}) => text),
		['c', 'd', 'e'].map((name) => `Group ${name} has finished: 1 task.`),
	);
	t.is(farm.books().untold.get('all'), 3);
	t.deepEqual(
		farm
			.database()
			.writer.prepare('SELECT rule, dropped FROM notification_rules')
			.all(),
		[{rule: 'all', dropped: 2}],
	);
	await farm.submit(notificationsDelivered('all', [3, 4, 5]));
	t.is(farm.books().untold.get('all'), undefined);
	t.deepEqual(told(farm), []);
	farm.expectSound();
});

test('where nobody is to be told of groups, none is followed', async (t) => {
	const farm = await farmWith(t, [{...everything, events: ['worker_lost']}]);
	await farm.submitTask('run', {groups: ['shot']});
	t.is(farm.books().followed.size, 0);
	farm.expectSound();
});
