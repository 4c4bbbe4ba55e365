import {mkdir, mkdtemp, readdir, rm, utimes, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {groupId, invocationId} from '../source/core/ids.js';
import {logPath, marksPath} from '../source/core/log-path.js';
import {
	forceState,
	moveTo,
	onEachTask,
	taskActions,
} from '../source/scheduler/operations/act-on-tasks.js';
import {actOnGroups} from '../source/scheduler/operations/groups.js';
import {setTask} from '../source/scheduler/operations/set-task.js';
import {recorded} from '../source/scheduler/journal.js';
import {createLogLedger} from '../source/scheduler/retention/log-ledger.js';
import {createRetention} from '../source/scheduler/retention/retention.js';
import {createStepSize} from '../source/scheduler/retention/step-size.js';
import {createLogStore} from '../source/scheduler/views/log-store.js';
import {prepareReads} from '../source/db/reads/prepare-reads.js';
import {noChanges} from '../source/scheduler/turn-changes.js';
import {createTestFarm, type TestFarm} from './helpers/test-farm.js';
import {until} from './helpers/until.js';

const dayMs = 24 * 60 * 60 * 1000;

const keepAll = {
	groupsDays: 0,
	logsDays: 0,
	logsBytes: 0,
	journalDays: 0,
	journalEntries: 0,
};

const graph = {
	nodes: {
		start: {type: 'null'},
		end: {type: 'killer'},
		rest: {type: 'null'},
		run: {type: 'command', parameters: {command: [{arg: 'true'}]}},
		cut: {
			type: 'attribute_splitter',
			parameters: {attribute: 'frames', chunk_size: 1},
		},
		gather: {type: 'split_waiter'},
	},
	connections: ['start -> end', 'run -> end', 'cut -> gather', 'gather -> end'],
};

/** A farm whose clock is turned by hand, and what removes old work from it. */
const setUp = async (t: ExecutionContext, kept: Partial<typeof keepAll>) => {
	let now = Date.UTC(2026, 0, 1);
	const clock = {now: () => now, monotonic: () => performance.now()};
	const farm = await createTestFarm(t, {graph, clock});
	const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeblood-logs-'));
	t.teardown(async () => {
		await rm(folder, {recursive: true, force: true});
	});
	const said: string[] = [];
	const make = (times: {quietMs?: number; soonMs?: number} = {}) => {
		const {reader} = farm.database();
		const logs = createLogStore({
			folder,
			context: {reads: prepareReads(reader), books: farm.books},
			askWorker: {
				read: async () => undefined,
				marks: async () => undefined,
			},
		});
		return createRetention({
			...times,
			submit: farm.submit,
			statements: farm.statements(),
			settings: {retention: {...keepAll, ...kept}},
			clock,
			logs,
			ledger: createLogLedger(folder),
			isLive: (invocation) =>
				farm.books().fleet.live.has(invocationId(invocation)),
			log: {
				info(message) {
					said.push(message);
				},
				warn(message) {
					said.push(message);
				},
			},
		});
	};

	return {
		farm,
		folder,
		said,
		make,
		retention: make(),
		pass(days: number): void {
			now += days * dayMs;
		},
		async log(invocation: number, bytes: number): Promise<string> {
			const file = path.join(folder, logPath(invocationId(invocation)));
			await mkdir(path.dirname(file), {recursive: true});
			await writeFile(file, 'x'.repeat(bytes));
			await utimes(file, now / 1000, now / 1000);
			return file;
		},
		async logsLeft(): Promise<string[]> {
			const names = await readdir(folder, {recursive: true});
			return names.filter((name) => /\.(?:log|marks)$/v.test(name)).toSorted();
		},
	};
};

const rows = (farm: TestFarm, table: string): number =>
	farm
		.database()
		.writer.prepare<unknown[], {n: number}>(
			`SELECT count(*) AS n FROM ${table}`,
		)
		.get()?.n ?? -1;

const groupNames = (farm: TestFarm): string[] =>
	farm
		.database()
		.writer.prepare<unknown[], {name: string}>(
			'SELECT name FROM groups ORDER BY id',
		)
		.all()
		.map(({name}) => name);

test('a finished group goes after its days with all that belongs to it, and is told in the log and the journal', async (t) => {
	const {farm, retention, pass, log, logsLeft, said} = await setUp(t, {
		groupsDays: 3,
	});
	const worker = await farm.addWorker();
	const task = await farm.submitTask('run', {groups: ['job']});
	const {invocation} = await worker.take();
	await worker.start(invocation);
	await log(invocation, 10);
	await worker.finish(invocation, {kind: 'exited', exit_code: 0});
	await farm.untilState(task, 'dead');
	pass(2.9);
	t.like(await retention.sweep(), {groups: 0, tasks: 0});
	t.deepEqual(await logsLeft(), ['0/1.log']);
	pass(0.2);
	t.like(await retention.sweep(), {groups: 1, tasks: 1});
	for (const table of [
		'groups',
		'tasks',
		'task_groups',
		'invocations',
		'visits',
		'works',
		'log_removals',
		'node_counts',
	]) {
		t.deepEqual([table, rows(farm, table)], [table, 0]);
	}

	t.deepEqual(await logsLeft(), []);
	t.deepEqual(said, [
		'Removed, as the settings say: 1 finished groups and 1 tasks.',
	]);
	t.deepEqual(
		farm
			.database()
			.writer.prepare<unknown[], {params: string}>(
				"SELECT params FROM journal WHERE method = 'retention.groups'",
			)
			.all()
			.map(({params}) => JSON.parse(params) as unknown),
		[{groups: ['job'], tasks: 1}],
	);
	farm.expectSound();
});

for (const {title, quietMs, soonMs} of [
	{
		title: 'a farm is looked at as soon as it rests',
		quietMs: 20,
		soonMs: 1_000_000,
	},
	{
		title: 'a farm that never rests is looked at all the same',
		quietMs: 1_000_000,
		soonMs: 50,
	},
]) {
	test(title, async (t) => {
		const {farm, make, pass} = await setUp(t, {groupsDays: 1});
		const task = await farm.submitTask('start', {groups: ['old']});
		await farm.untilState(task, 'dead');
		pass(2);
		const retention = make({quietMs, soonMs});
		t.teardown(retention.stop);
		let hasChanged = false;
		const changes = {...noChanges(), groups: new Set([groupId(1)])};
		// A change in every few milliseconds is no rest where a rest is long.
		await until(
			() => {
				if (!hasChanged || soonMs < quietMs) {
					hasChanged = true;
					retention.onCommit(changes);
				}

				return groupNames(farm).length === 0 || undefined;
			},
			{what: 'the old group to go'},
		);
		farm.expectSound();
	});
}

test('who asks while old work is being removed has what was too young then removed as well', async (t) => {
	const {retention, pass, log, logsLeft} = await setUp(t, {logsDays: 2});
	await log(1, 10);
	const first = retention.sweep();
	pass(3);
	t.like(await retention.sweep(), {logs: 1});
	t.like(await first, {logs: 0});
	t.deepEqual(await logsLeft(), []);
});

test('a group with an error, with anything unfinished, or held on its way is kept for ever', async (t) => {
	const {farm, retention, pass} = await setUp(t, {groupsDays: 1});
	const failed = await farm.submitTask('rest', {groups: ['failed']});
	await farm.submit(onEachTask([failed], forceState('error')));
	await farm.submitTask('start', {groups: ['failed']});
	await farm.submitTask('run', {groups: ['ready']});
	await farm.submitTask('start', {groups: ['paused'], paused: true});
	const held = await farm.submitTask('rest', {groups: ['held']});
	await farm.untilState(held, 'done');
	await farm.submit(actOnGroups(['held'], 'archive'));
	await farm.apply({
		nodes: {},
		connections: ['rest -> end'],
	});
	const gone = await farm.submitTask('start', {groups: ['gone']});
	await farm.untilState(gone, 'dead');
	pass(400);
	t.like(await retention.sweep(), {groups: 1, tasks: 1});
	t.deepEqual(groupNames(farm), ['failed', 'ready', 'paused', 'held']);
	t.like(await retention.sweep(), {groups: 0, tasks: 0});
	farm.expectSound();
});

test('a group that was finished and is worked in again counts from its new end', async (t) => {
	const {farm, retention, pass} = await setUp(t, {groupsDays: 2});
	const task = await farm.submitTask('rest', {groups: ['job']});
	await farm.untilState(task, 'done');
	pass(1.5);
	const again = await farm.submitTask('run', {groups: ['job']});
	pass(1.5);
	t.like(await retention.sweep(), {groups: 0, tasks: 0});
	await farm.submit(onEachTask([again], taskActions.kill));
	pass(1.5);
	t.like(await retention.sweep(), {groups: 0, tasks: 0});
	pass(1);
	t.like(await retention.sweep(), {groups: 1, tasks: 2});
	farm.expectSound();
});

test('a task that is in another group too leaves the finished one and stays', async (t) => {
	const {farm, retention, pass} = await setUp(t, {groupsDays: 1});
	const shared = await farm.submitTask('start', {groups: ['a', 'b']});
	await farm.submitTask('run', {groups: ['b']});
	await farm.untilState(shared, 'dead');
	pass(2);
	t.like(await retention.sweep(), {groups: 1});
	t.deepEqual(groupNames(farm), ['b']);
	t.is(farm.row(shared).state, 'dead');
	farm.expectSound();
});

test('what is split and gathered goes whole, and what another group waits for stays', async (t) => {
	const {farm, retention, pass, said} = await setUp(t, {groupsDays: 1});
	const origin = await farm.submitTask('cut', {
		groups: ['whole'],
		attributes: {frames: Array.from({length: 300}, (_, index) => index)},
	});
	await farm.untilState(origin, 'dead');
	await farm.apply({
		nodes: {
			half: {
				type: 'attribute_splitter',
				parameters: {attribute: 'frames', chunk_size: 1},
			},
			stop: {type: 'null'},
		},
		connections: ['half -> stop'],
	});
	const divided = await farm.submitTask('half', {
		groups: ['open'],
		attributes: {frames: [1, 2]},
	});
	await farm.untilState(divided, 'splitted');
	const elements = farm
		.all()
		.filter(({root_id: root, id}) => root === divided && id !== divided);
	for (const {id} of elements) {
		await farm.untilState(id, 'done'); // eslint-disable-line no-await-in-loop -- one after the other
		// eslint-disable-next-line no-await-in-loop -- as above
		await farm.submit(
			setTask({id, groups: ['elements'], attributes: {}, delete: []}, 'tester'),
		);
	}

	t.is(rows(farm, 'splits'), 2);
	pass(2);
	t.like(await retention.sweep(), {groups: 1, tasks: 301});
	t.is(rows(farm, 'splits'), 1);
	t.deepEqual(groupNames(farm), ['open', 'elements']);
	t.regex(said.join('\n'), /Kept for as long again.*: elements\./v);
	t.is(farm.row(divided).state, 'splitted');
	farm.expectSound();
	// Once nobody waits for them any more they go.
	await farm.submit(onEachTask([divided], taskActions.kill));
	pass(2);
	t.like(await retention.sweep(), {groups: 2, tasks: 3});
	t.is(rows(farm, 'splits'), 0);
	farm.expectSound();
});

test('a removal that was cut short goes on after a restart, and leaves no log behind', async (t) => {
	const {farm, make, pass, log, logsLeft} = await setUp(t, {groupsDays: 1});
	const ids = [];
	for (let index = 0; index < 900; index++) {
		ids.push(farm.submitTask('start', {groups: ['large']}));
	}

	const last = (await Promise.all(ids)).at(-1)!;
	await farm.untilState(last, 'dead');
	const worker = await farm.addWorker();
	const task = await farm.submitTask('run', {groups: ['large']});
	const {invocation} = await worker.take();
	await worker.finish(invocation, {kind: 'exited', exit_code: 0});
	await farm.untilState(task, 'dead');
	await log(invocation, 10);
	pass(2);
	const first = make();
	const cut = first.sweep();
	// Some steps were made, and their logs are noted, but not yet gone.
	await farm.submit(() => undefined);
	await farm.submit(() => undefined);
	await first.stop();
	const {tasks} = await cut;
	t.true(tasks > 0 && tasks < 901, String(tasks));
	t.deepEqual(groupNames(farm), ['large']);
	t.deepEqual(await logsLeft(), ['0/1.log']);
	farm.expectSound();
	await farm.restart();
	t.like(await make().sweep(), {groups: 1, tasks: 901 - tasks});
	t.is(rows(farm, 'tasks'), 0);
	t.deepEqual(await logsLeft(), []);
	farm.expectSound();
});

test('the journal keeps its latest entries, and those of its last days', async (t) => {
	const {farm, make, pass} = await setUp(t, {
		journalDays: 2,
		journalEntries: 300,
	});
	const note = async (count: number): Promise<void> => {
		await Promise.all(
			Array.from({length: count}, async () =>
				farm.submit(
					recorded(
						{
							method: 'test',
							params: {},
							requestId: undefined,
							client: 'c',
							user: 'u',
							address: 'a',
						},
						() => undefined,
					),
				),
			),
		);
	};

	await note(1500);
	t.like(await make().sweep(), {journalEntries: 1200});
	// And one that tells of it.
	t.is(rows(farm, 'journal'), 301);
	pass(1);
	await note(10);
	pass(1.5);
	t.like(await make().sweep(), {journalEntries: 301});
	t.is(rows(farm, 'journal'), 11);
	farm.expectSound();
});

test('logs go when they are too old or too many, the oldest first, and never that of a process that runs', async (t) => {
	const {farm, folder, retention, pass, log, logsLeft} = await setUp(t, {
		logsDays: 10,
		logsBytes: 2500,
	});
	const worker = await farm.addWorker();
	await farm.submitTask('run', {groups: ['running']});
	const {invocation} = await worker.take();
	await worker.start(invocation);
	await log(invocation, 100);
	await log(2, 100);
	await log(1500, 100);
	// What is noted of a log is a part of it.
	await writeFile(
		marksPath(path.join(folder, logPath(invocationId(1500)))),
		'noted',
	);
	await utimes(marksPath(path.join(folder, logPath(invocationId(1500)))), 0, 0);
	pass(11);
	for (const id of [1501, 1502, 2600]) {
		await log(id, 1000); // eslint-disable-line no-await-in-loop -- one after the other
	}

	// Two are too old; without them and the oldest of the others the rest is small enough.
	t.like(await retention.sweep(), {logs: 3, logBytes: 1205});
	t.deepEqual(await logsLeft(), ['0/1.log', '1/1502.log', '2/2600.log']);
	t.like(await retention.sweep(), {logs: 0, logBytes: 0});
	// What grew is looked at again once it is told.
	await log(2600, 5000);
	retention.onCommit({
		...noChanges(),
		invocations: new Set([invocationId(2600)]),
	});
	t.like(await retention.sweep(), {logs: 2, logBytes: 6000});
	t.deepEqual(await logsLeft(), ['0/1.log']);
	await retention.stop();
});

test('a task that goes in circles keeps its last thousand turns', async (t) => {
	const {farm} = await setUp(t, {});
	const task = await farm.submitTask('rest');
	await farm.untilState(task, 'done');
	const node = farm.row(task).node_id;
	for (let round = 0; round < 1500; round++) {
		// eslint-disable-next-line no-await-in-loop -- a turn each
		await farm.submit(onEachTask([task], moveTo({node, input: 'main'})));
	}

	const {n} = farm
		.database()
		.writer.prepare<[number], {n: number}>(
			'SELECT count(*) AS n FROM visits WHERE task_id = ?',
		)
		.get(task)!;
	t.true(n >= 1000 && n <= 1127, String(n));
	farm.expectSound();
});

test('a step takes as many tasks as there is time for: more while they are quick, at once fewer when one was slow', (t) => {
	const size = createStepSize({targetMs: 5, least: 4, most: 500, first: 50});
	t.is(size.most(), 50);
	size.took(50, 1);
	t.is(size.most(), 75);
	// Too few to say anything of more.
	size.took(3, 0.01);
	t.is(size.most(), 75);
	size.took(75, 50);
	t.is(size.most(), 7);
	size.took(7, 5000);
	t.is(size.most(), 4);
	for (let round = 0; round < 20; round++) {
		size.took(size.most(), 0.1);
	}

	t.is(size.most(), 500);
});

test('what others ask for has its turn between the steps, none of which is large', async (t) => {
	const {farm, retention, pass} = await setUp(t, {groupsDays: 1});
	const ids = await Promise.all(
		Array.from({length: 3000}, async () =>
			farm.submitTask('start', {groups: ['large']}),
		),
	);
	await farm.untilState(ids.at(-1)!, 'dead');
	pass(2);
	const left: number[] = [];
	const sweep = retention.sweep();
	const watch = async (): Promise<void> => {
		while (left.at(-1) !== 0) {
			await farm.submit(() => undefined); // eslint-disable-line no-await-in-loop -- turn after turn
			left.push(rows(farm, 'tasks'));
		}
	};

	await watch();
	t.like(await sweep, {groups: 1, tasks: 3000});
	const steps = left
		.map((count, index) => (left[index - 1] ?? 3000) - count)
		.filter((removed) => removed > 0);
	t.true(steps.length >= 6 && Math.max(...steps) <= 500, String(steps));
	farm.expectSound();
});
