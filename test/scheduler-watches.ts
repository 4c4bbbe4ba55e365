import {appendFile, mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setImmediate as breathe} from 'node:timers/promises';
import process from 'node:process';
import test from 'ava';
import {z} from 'zod';
import {invocationId, taskId, type TaskId} from '../source/core/ids.js';
import {schedulerNotices} from '../source/net/messages/client.js';
import {
	taskFilterShape,
	type TaskFilter,
} from '../source/net/messages/shapes.js';
import {noChanges} from '../source/scheduler/turn-changes.js';
import type {Column} from '../source/ui/list/column.js';
import {groupColumns} from '../source/ui/screens/groups/group-columns.js';
import {taskColumns} from '../source/ui/screens/tasks/task-columns.js';
import {workerColumns} from '../source/ui/screens/workers/worker-columns.js';
import {createLogStore} from '../source/scheduler/views/log-store.js';
import {
	createWatches,
	type Watches,
	type WatchingPeer,
} from '../source/scheduler/watches/watches.js';
import {createShownFarm} from './helpers/shown-farm.js';
import {until} from './helpers/until.js';

type Row = {readonly id: number; readonly [key: string]: unknown};

const snapshotShape = z.object({
	rows: z.array(z.looseObject({id: z.number()})),
	order: z.array(z.number()),
	counts: z.record(z.string(), z.number()),
});

/** What a viewer has: the snapshot, and each update applied to it. */
const createViewer = () => {
	let unsent = 0;
	let isClosed = false;
	let updates = 0;
	let asked = 0;
	const rows = new Map<number, Row>();
	let order: readonly number[] = [];
	let counts: Readonly<Record<string, number>> = {};
	const peer: WatchingPeer = {
		notify(name, params) {
			const {
				rows: changed,
				order: reordered,
				counts: recounted,
			} = schedulerNotices[name].parse(structuredClone(params));
			updates += 1;
			for (const row of z
				.array(z.looseObject({id: z.number()}))
				.parse(changed)) {
				rows.set(row.id, row);
			}

			order = reordered ?? order;
			counts = recounted ?? counts;
		},
		unsentBytes() {
			asked += 1;
			return unsent;
		},
		isClosed: () => isClosed,
	};
	const take = (snapshot: unknown): void => {
		const parsed = snapshotShape.parse(structuredClone(snapshot));
		rows.clear();
		for (const row of parsed.rows) {
			rows.set(row.id, row);
		}

		order = parsed.order;
		counts = parsed.counts;
	};

	return {
		peer,
		async open(
			watches: Watches,
			params: Parameters<Watches['watch']>[1],
		): Promise<number> {
			const {watch, snapshot} = await watches.watch(peer, params);
			take(snapshot);
			return watch;
		},
		async change(
			watches: Watches,
			params: Parameters<Watches['change']>[1],
		): Promise<void> {
			const {snapshot} = await watches.change(peer, params);
			take(snapshot);
		},
		order: () => order,
		rows: () => order.map((id) => rows.get(id)),
		counts: () => counts,
		updates: () => updates,
		/** How often it was looked whether it reads. */
		asked: () => asked,
		stopReading(): void {
			unsent = 10 ** 9;
		},
		readOn(): void {
			unsent = 0;
		},
		close(): void {
			isClosed = true;
		},
	};
};

const setUp = async (t: Parameters<typeof createShownFarm>[0]) => {
	const farm = await createShownFarm(t);
	const node = farm.node('render');
	const group = farm.group('shot', {created_at: farm.context.clock.now()});
	const logs = createLogStore({
		folder: path.join(farm.folder, 'farm.logs'),
		context: farm.context,
		askWorker: {read: async () => undefined, marks: async () => undefined},
	});
	const troubles: unknown[] = [];
	const start = () => {
		farm.load();
		const watches = createWatches({
			context: farm.context,
			logs,
			clock: farm.context.clock,
			onTrouble(error) {
				troubles.push(error);
			},
		});
		t.teardown(async () => {
			watches.stop();
		});
		return watches;
	};

	const add = (
		count: number,
		state: 'waiting' | 'done' | 'dead' | 'error' = 'waiting',
	): TaskId[] =>
		Array.from({length: count}, () =>
			farm.task({state, node_id: node, groups: [group]}),
		);
	return {farm, node, group, logs, add, start, troubles};
};

const filterOf = (fields: Partial<TaskFilter>): TaskFilter =>
	taskFilterShape.parse(fields);
const first = {offset: 0, limit: 100};

/** What the viewer's columns are sorted by. */
const ordersOf = (
	columns: ReadonlyArray<Pick<Column<never>, 'id' | 'order' | 'moreOrders'>>,
): readonly string[] =>
	columns.flatMap(({id, order, moreOrders = []}) => [
		order ?? `nothing: ${id}`,
		...moreOrders.map((more) => more.order),
	]);

test('a window of tasks follows what turns change, and sends only what differs', async (t) => {
	const {farm, node, add, start, troubles} = await setUp(t);
	const ids = add(3);
	const watches = start();
	const viewer = createViewer();
	await viewer.open(watches, {
		what: 'tasks',
		window: {offset: 0, limit: 3},
	});
	t.deepEqual(viewer.order(), ids);
	t.deepEqual(viewer.counts(), {waiting: 3, total: 3, exact: 1});

	const changes = farm.commit(() => {
		farm.set(ids[0] ?? 0, {
			state: 'error',
			state_details: '{"reason":"exit","message":"It broke."}',
			queue: null,
		});
		farm.set(ids[1] ?? 0, {state: 'dead', queue: null});
		add(2);
	});
	watches.onCommit(changes);
	await until(() => viewer.updates() > 0 || undefined, {what: 'an update'});
	t.deepEqual(viewer.order(), [ids[0], ids[2], 4]);
	t.like(viewer.rows()[0], {
		state: 'error',
		node: 'render',
		state_details: {message: 'It broke.'},
	});
	t.false('attributes' in (viewer.rows()[0] ?? {}));
	t.deepEqual(viewer.counts(), {waiting: 3, error: 1, total: 4, exact: 1});

	// Below the window: only the counts change.
	watches.onCommit(
		farm.commit(() => {
			farm.task({state: 'waiting', node_id: node});
		}),
	);
	await until(() => viewer.updates() > 1 || undefined, {
		what: 'another update',
	});
	t.deepEqual(viewer.order(), [ids[0], ids[2], 4]);
	t.is(viewer.counts()['total'], 5);
	t.deepEqual(troubles, []);
});

test.serial('many turns become at most ten updates a second', async (t) => {
	const {farm, add, start} = await setUp(t);
	const [id = 0] = add(1);
	const watches = start();
	const viewer = createViewer();
	await viewer.open(watches, {what: 'tasks', window: first});
	const began = performance.now();
	const update = farm.database.writer.prepare(
		'UPDATE tasks SET attempts = ? WHERE id = ?',
	);
	const turns = 2000;
	for (let turn = 1; turn <= turns; turn += 1) {
		update.run(turn, id);
		watches.onCommit({...noChanges(), manyTasks: true});
		await breathe(); // eslint-disable-line no-await-in-loop -- turns follow each other
	}

	await until(() => viewer.rows()[0]?.['attempts'] === turns || undefined, {
		what: 'the last state',
	});
	const seconds = (performance.now() - began) / 1000;
	t.true(
		viewer.updates() <= seconds * 10 + 2,
		`${viewer.updates()} updates in ${seconds} s`,
	);
});

test.serial(
	'where nothing changes, nothing is sent, and no timer runs',
	async (t) => {
		const {farm, add, start} = await setUp(t);
		add(2);
		const watches = start();
		const viewer = createViewer();
		const timers = (): number =>
			process.getActiveResourcesInfo().filter((name) => name === 'Timeout')
				.length;
		const before = timers();
		for (const what of [
			'tasks',
			'groups',
			'graph',
			'workers',
			'events',
		] as const) {
			await watches.watch(viewer.peer, {what, window: first}); // eslint-disable-line no-await-in-loop -- one after the other
		}

		await watches.watch(viewer.peer, {what: 'task', id: 1, window: first});
		t.is(timers(), before);
		// A turn that changed nothing that is shown is looked at once, and then all is quiet again.
		watches.onCommit({
			...noChanges(),
			tasks: farm.commit(() => undefined).tasks,
			manyTasks: true,
		});
		await until(() => (timers() === before ? true : undefined), {
			what: 'quiet',
		});
		t.is(viewer.updates(), 0);
	},
);

test('a list of what runs on a worker is empty when the worker is gone and others have its name', async (t) => {
	const {farm, add, start, troubles} = await setUp(t);
	const [task = taskId(0), other = taskId(0)] = add(2);
	farm.worker('w1', {machine: 'another'});
	const worker = farm.worker('w1');
	farm.run(task, worker);
	farm.link(worker);
	const watches = start();
	const viewer = createViewer();
	await viewer.open(watches, {
		what: 'tasks',
		filter: filterOf({worker: 'w1'}),
		window: first,
	});
	t.deepEqual(viewer.order(), [task]);
	farm.unlink(worker);
	watches.onCommit(
		farm.commit(() => {
			farm.set(other, {state: 'dead'});
		}),
	);
	await until(() => (viewer.updates() > 0 ? true : undefined), {
		what: 'an update',
	});
	t.deepEqual(viewer.order(), []);
	t.deepEqual(troubles, []);
});

test('a peer that does not read gets one update with the latest state when it reads again', async (t) => {
	const {farm, add, start} = await setUp(t);
	const [id = 0] = add(1);
	const watches = start();
	const viewer = createViewer();
	await viewer.open(watches, {what: 'tasks', window: first});
	viewer.stopReading();
	for (let attempts = 1; attempts <= 5; attempts += 1) {
		watches.onCommit(
			farm.commit(() => {
				farm.set(id, {attempts});
			}),
		);
		const asked = viewer.asked();
		// eslint-disable-next-line no-await-in-loop -- turns follow each other
		await until(() => viewer.asked() > asked || undefined, {
			what: 'the watch to look whether it may send',
		});
	}

	t.is(viewer.updates(), 0);
	viewer.readOn();
	await until(() => viewer.rows()[0]?.['attempts'] === 5 || undefined, {
		what: 'the last state',
	});
	t.is(viewer.updates(), 1);
});

test('a window far down a list is found from where the one before it was, and from the end', async (t) => {
	const {farm, add, start} = await setUp(t);
	const ids = add(500);
	const watches = start();
	const viewer = createViewer();
	const watch = await viewer.open(watches, {
		what: 'tasks',
		window: {offset: 200, limit: 10},
	});
	const show = async (offset: number) => {
		await viewer.change(watches, {watch, window: {offset, limit: 10}});
		return viewer.order();
	};

	t.deepEqual(viewer.order(), ids.slice(200, 210));
	for (const offset of [
		210, 220, 195, 0, 5, 495, 480, 490, 250, 499, 500, 600, 3,
	]) {
		t.deepEqual(
			await show(offset), // eslint-disable-line no-await-in-loop -- one scrolls on from the other
			ids.slice(offset, offset + 10),
			`at ${offset}`,
		);
	}

	t.like(viewer.counts(), {total: 500, exact: 1});
	const down = async (offset: number) => {
		await viewer.change(watches, {
			watch,
			order: {by: 'id', descending: true},
			window: {offset, limit: 10},
		});
		return viewer.order();
	};

	const backwards = ids.toReversed();
	for (const offset of [0, 100, 490, 20]) {
		t.deepEqual(await down(offset), backwards.slice(offset, offset + 10)); // eslint-disable-line no-await-in-loop -- as above
	}

	await show(100);
	farm.load();
});

test('what is shown stays in place while tasks above it go', async (t) => {
	const {farm, add, start} = await setUp(t);
	const ids = add(50);
	const watches = start();
	const viewer = createViewer();
	await viewer.open(watches, {
		what: 'tasks',
		window: {offset: 20, limit: 5},
	});
	watches.onCommit(
		farm.commit(() => {
			farm.set(ids[3] ?? 0, {state: 'dead', queue: null});
		}),
	);
	await until(() => viewer.counts()['total'] === 49 || undefined, {
		what: 'the new total',
	});
	t.deepEqual(viewer.order(), ids.slice(20, 25));
});

test('tasks go in any order, both ways, and unknown orders are refused', async (t) => {
	const {farm, node, add, start} = await setUp(t);
	const ids = add(3);
	const [one, two, three] = ids;
	farm.set(one ?? 0, {name: 'c', changed_at: 3, attempts: 2});
	farm.set(two ?? 0, {name: 'a', changed_at: 1, attempts: 1});
	farm.set(three ?? 0, {
		name: 'b',
		changed_at: 2,
		state: 'error',
		state_details: '{"reason":"exit","message":"a fault"}',
		queue: null,
	});
	const watches = start();
	const viewer = createViewer();
	const by = async (name: string, descending = false) => {
		await viewer.open(watches, {
			what: 'tasks',
			order: {by: name, descending},
			window: first,
		});
		return viewer.order();
	};

	t.deepEqual(await by('name'), [two, three, one]);
	t.deepEqual(await by('name', true), [one, three, two]);
	t.deepEqual(await by('changed_at', true), [one, three, two]);
	t.deepEqual(await by('created_at', true), ids.toReversed());
	t.deepEqual(await by('state'), [three, two, one]);
	t.deepEqual(
		await by('node'),
		ids.toReversed(),
		'of equals, the newest first',
	);
	t.deepEqual(await by('group'), ids.toReversed());
	for (const descending of [false, true]) {
		/* eslint-disable no-await-in-loop -- one after the other */
		const attempts = await by('attempts', descending);
		t.is(attempts[2], three, 'what has none comes last');
		t.deepEqual(await by('details', descending), [three, two, one]);
		/* eslint-enable no-await-in-loop */
	}

	await t.throwsAsync(by('colour'), {
		code: 'INVALID',
		message: /colour.*id, name/v,
	});
	farm.database.writer
		.exec(`INSERT INTO tasks (name, root_id, state, node_id, created_at, changed_at)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT 'x' || (10000 - i), i, 'waiting', ${node}, 1, 1 FROM n`);
	farm.load();
	const byName = await by('name');
	t.deepEqual(byName.slice(0, 4), [two, three, one, 10_003]);
	t.like(viewer.counts(), {total: 10_003, exact: 1});
});

test('what runs is sorted by what it does, and the rest follows', async (t) => {
	const {farm, add, start} = await setUp(t);
	const ids = add(4);
	const workers = [farm.worker('a'), farm.worker('b')];
	for (const worker of workers) {
		farm.link(worker);
	}

	for (const [index, id] of ids.slice(0, 2).entries()) {
		farm.set(id, {
			state: 'ready',
			requirement_id: farm.requirement(),
			queue: null,
		});
		farm.run(id, workers[index]!);
	}

	const watches = start();
	const viewer = createViewer();
	const by = async (name: string, descending = false) => {
		await viewer.open(watches, {
			what: 'tasks',
			order: {by: name, descending},
			window: first,
		});
		return viewer.order();
	};

	const [one, two, three, four] = ids;
	t.deepEqual(await by('worker'), [one, two, four, three]);
	t.deepEqual(await by('worker', true), [two, one, four, three]);
	t.like(viewer.counts(), {total: 4, exact: 1});
	for (const order of ['progress', 'runtime']) {
		const found = await by(order); // eslint-disable-line no-await-in-loop -- one after the other
		t.deepEqual(found.slice(2), [four, three]);
	}
});

test('every list goes by every column that the viewer shows', async (t) => {
	const {farm, group, add, start} = await setUp(t);
	add(3);
	const failed = farm.group('failed');
	const [small, large] = [farm.worker('small'), farm.worker('large')];
	farm.link(large);
	const watches = start();
	farm.database.writer.exec(
		`UPDATE groups SET counts = '{"error":2,"done":1,"total":3}', creator = 'zoe', priority = 60 WHERE id = ${failed}`,
	);
	const viewer = createViewer();
	const by = async (what: 'groups' | 'workers' | 'tasks', name: string) => {
		await viewer.open(watches, {
			what,
			order: {by: name, descending: true},
			window: first,
		});
		return viewer.order();
	};

	for (const order of ['error', 'done', 'creator', 'priority', 'progress']) {
		t.is((await by('groups', order))[0], failed, `by ${order}`); // eslint-disable-line no-await-in-loop -- one after the other
	}

	for (const order of ordersOf(groupColumns)) {
		t.true((await by('groups', order)).includes(group), `by ${order}`); // eslint-disable-line no-await-in-loop -- as above
	}

	for (const order of ['seen', 'cpus', 'memory']) {
		t.is((await by('workers', order))[0], large, `by ${order}`); // eslint-disable-line no-await-in-loop -- as above
	}

	for (const order of ordersOf(workerColumns)) {
		t.true((await by('workers', order)).includes(small), `by ${order}`); // eslint-disable-line no-await-in-loop -- as above
	}

	for (const order of ordersOf(taskColumns)) {
		t.is((await by('tasks', order)).length, 3, `by ${order}`); // eslint-disable-line no-await-in-loop -- as above
	}
});

test('groups, the graph, workers and one task are followed too', async (t) => {
	const {farm, node, group, add, start, troubles} = await setUp(t);
	const [id = 0] = add(2);
	const worker = farm.worker('w1');
	const watches = start();
	const open = async (
		what: 'groups' | 'graph' | 'workers' | 'task',
		more: {id?: number; filter?: TaskFilter} = {},
	) => {
		const viewer = createViewer();
		await viewer.open(watches, {what, window: first, ...more});
		return viewer;
	};

	const [groups, graph, workers, task] = [
		await open('groups'),
		await open('graph'),
		await open('workers'),
		await open('task', {id}),
	];
	t.like(groups.rows()[0], {name: 'shot', counts: {total: 2, waiting: 2}});
	t.like(graph.rows()[0], {name: 'render', counts: {waiting: 2}, wires: []});
	t.like(workers.rows()[0], {name: 'w1', state: 'off'});
	t.like(task.rows()[0], {id, state: 'waiting', attributes: {}});

	farm.link(worker);
	const changes = farm.commit(
		() => {
			farm.set(id, {state: 'ready', requirement_id: farm.requirement()});
			farm.run(task.rows()[0]?.id as TaskId, worker);
			farm.group('later');
			const end = farm.node('end');
			farm.statements.nodes.connect.run({
				from_node: node,
				from_output: 'main',
				to_node: end,
				to_input: 'main',
			});
		},
		{graph: true, workers: new Set([worker])},
	);
	changes.groups.add(group);
	watches.onCommit(changes);
	await until(
		() =>
			[groups, graph, workers, task].every((viewer) => viewer.updates() > 0) ||
			undefined,
		{what: 'four updates'},
	);
	t.deepEqual(
		groups.rows().map((row) => row?.['name']),
		['later', 'shot'],
	);
	t.like(groups.rows()[1], {counts: {running: 1, waiting: 1}});
	t.like(groups.counts(), {total: 2, exact: 1});
	t.like(graph.rows()[0], {
		wires: [{output: 'main', to: 2, input: 'main'}],
		counts: {in_progress: 1, waiting: 1},
	});
	t.like(workers.rows()[0], {state: 'busy', running: [1]});
	t.deepEqual(workers.counts(), {busy: 1, cpus: 8, cpus_free: 7, total: 1});
	t.like(task.rows()[0], {
		state: 'in_progress',
		worker: 'w1',
		invocation_id: 1,
	});

	const live = farm.context.books().fleet.live.get(invocationId(1));
	if (live) {
		live.progress = 50;
		watches.onProgress(live.id);
	}

	await until(() => task.rows()[0]?.['progress'] === 50 || undefined, {
		what: 'progress',
	});
	await t.throwsAsync(open('task', {id: 99}), {code: 'NOT_FOUND'});
	await t.throwsAsync(open('task'), {code: 'INVALID'});
	t.deepEqual(troubles, []);
});

test('a log is told to have grown while its process writes, until it is complete', async (t) => {
	const {farm, logs, add, start} = await setUp(t);
	const [id] = add(1);
	const invocation = farm.run(id!, farm.worker('w1'));
	const watches = start();
	const viewer = createViewer();
	await viewer.open(watches, {
		what: 'log',
		id: invocation,
		window: first,
	});
	t.deepEqual(viewer.rows(), [
		{id: invocation, size: 0, complete: false, marked: 0},
	]);
	const file = logs.file(invocation);
	await mkdir(path.dirname(file), {recursive: true});
	await writeFile(file, 'one\n');
	await until(() => viewer.rows()[0]?.['size'] === 4 || undefined, {
		what: 'the first line',
	});
	await appendFile(file, 'two\n');
	await until(() => viewer.rows()[0]?.['size'] === 8 || undefined, {
		what: 'the second line',
		within: 5000,
	});
	const changes = farm.commit(
		() => {
			farm.database.writer
				.prepare(
					"UPDATE invocations SET state = 'finished', finished_at = 1 WHERE id = ?",
				)
				.run(invocation);
			farm.set(id ?? 0, {state: 'dead', invocation_id: null});
		},
		{invocations: new Set([invocation])},
	);
	watches.onCommit(changes);
	await until(() => viewer.rows()[0]?.['complete'] === true || undefined, {
		what: 'its end',
	});
});

test('events tell of errors, workers that come and go, and groups that finish', async (t) => {
	const {farm, add, start} = await setUp(t);
	const ids = add(2);
	const worker = farm.worker('w1');
	const watches = start();
	const viewer = createViewer();
	await viewer.open(watches, {what: 'events', window: first});
	const messages = () => viewer.rows().map((row) => String(row?.['message']));
	farm.link(worker);
	watches.onCommit(
		farm.commit(
			() => {
				farm.set(ids[0] ?? 0, {
					state: 'error',
					queue: null,
					state_details: '{"reason":"exit","message":"It ended with 3."}',
				});
			},
			{workers: new Set([worker])},
		),
	);
	await until(() => messages().length === 2 || undefined, {what: 'two events'});
	t.deepEqual(messages(), [
		'Task 1 "task 1" in node "render": It ended with 3.',
		'Worker w1 is here.',
	]);
	farm.unlink(worker);
	watches.onCommit(
		farm.commit(
			() => {
				farm.set(ids[1] ?? 0, {state: 'dead', queue: null});
			},
			{workers: new Set([worker])},
		),
	);
	await until(() => messages().length === 4 || undefined, {
		what: 'four events',
	});
	t.deepEqual(messages().slice(2), [
		'Worker w1 is gone.',
		'Group shot is at rest, with 1 task in error.',
	]);
	const late = createViewer();
	await late.open(watches, {
		what: 'events',
		window: {offset: 1, limit: 2},
	});
	t.deepEqual(late.order(), [2, 3]);
	const narrow = createViewer();
	await narrow.open(watches, {
		what: 'events',
		filter: {text: 'WORKER W1', dead: false, archived: false},
		window: {offset: 0, limit: 1},
	});
	t.deepEqual(narrow.order(), [3]);
	t.is(narrow.counts()['total'], 2);
});

test('the pulse counts what happens in a step of time, and tells how the farm stands', async (t) => {
	const {farm, add, start} = await setUp(t);
	const ids = add(3);
	const worker = farm.worker('w1');
	const watches = start();
	const viewer = createViewer();
	await viewer.open(watches, {what: 'pulse', window: first});
	farm.link(worker);
	watches.onCommit(
		farm.commit(
			() => {
				farm.set(ids[0] ?? 0, {
					state: 'error',
					queue: null,
					state_details: '{"reason":"exit","message":"It ended with 3."}',
				});
				farm.set(ids[1] ?? 0, {state: 'dead', queue: null});
			},
			{workers: new Set([worker])},
		),
	);
	const sum = (field: string): number =>
		viewer.rows().reduce((total, row) => total + Number(row?.[field]), 0);
	await until(() => sum('moved') === 2 || undefined, {what: 'two moves'});
	t.is(sum('failed'), 1);
	const now = viewer.rows().at(-1);
	t.like(now, {errors: 1, workers: 1, cpus_used: 0});
	t.true(viewer.rows().length <= 2, 'a row for each step of ten seconds');
});

test('cores that several workers of one machine share count once', async (t) => {
	const {farm, add, start} = await setUp(t);
	const [task = taskId(0)] = add(1);
	const worker = farm.worker('w1');
	for (const id of [
		worker,
		farm.worker('w2', {machine: 'machine-w1', cpus: 4}),
		farm.worker('w3'),
	]) {
		farm.link(id);
	}

	farm.run(task, worker);
	const watches = start();
	const workers = createViewer();
	await workers.open(watches, {what: 'workers', window: first});
	t.like(workers.counts(), {cpus: 16, cpus_free: 15});
	const pulse = createViewer();
	await pulse.open(watches, {what: 'pulse', window: first});
	t.like(pulse.rows().at(-1), {cpus: 16, cpus_used: 1, workers: 3});
});

test('a watch ends with its connection, and when it is told to', async (t) => {
	const {farm, add, start} = await setUp(t);
	const [id = 0] = add(1);
	const watches = start();
	const [one, other] = [createViewer(), createViewer()];
	const {watch} = await watches.watch(one.peer, {what: 'tasks', window: first});
	await watches.watch(one.peer, {what: 'groups', window: first});
	await watches.watch(other.peer, {
		what: 'tasks',
		window: first,
		filter: filterOf({text: 'task'}),
	});
	t.is(watches.size(), 3);
	t.throws(
		() => {
			watches.unwatch(other.peer, {watch});
		},
		{code: 'NOT_FOUND'},
	);
	watches.unwatch(one.peer, {watch});
	t.is(watches.size(), 2);
	watches.drop(one.peer);
	t.is(watches.size(), 1);
	other.close();
	watches.onCommit(
		farm.commit(() => {
			farm.set(id, {attempts: 1});
		}),
	);
	await until(() => (watches.size() === 0 ? true : undefined), {
		what: 'the closed one to be forgotten',
	});
	t.is(one.updates() + other.updates(), 0);
	await t.throwsAsync(
		watches.watch(one.peer, {
			what: 'tasks',
			window: first,
			filter: filterOf({group: 'nowhere'}),
		}),
		{code: 'NOT_FOUND'},
	);
	t.is(watches.size(), 0);
});
