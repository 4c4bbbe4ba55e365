import path from 'node:path';
import test from 'ava';
import {nodeId, taskId} from '../source/core/ids.js';
import {noChanges, type TurnChanges} from '../source/scheduler/turn-changes.js';
import {taskFilterShape} from '../source/net/messages/shapes.js';
import {createLogStore} from '../source/scheduler/views/log-store.js';
import {
	createWatches,
	type WatchingPeer,
} from '../source/scheduler/watches/watches.js';
import {createGroupPlaces} from '../source/scheduler/watches/group-places.js';
import {until} from './helpers/until.js';
import {createShownFarm} from './helpers/shown-farm.js';

const plain = (
	places: ReadonlyMap<number, ReadonlyMap<string, number>> | undefined,
): Record<string, Record<string, number>> | undefined =>
	places &&
	Object.fromEntries(
		Array.from(places, ([node, states]) => [node, Object.fromEntries(states)]),
	);

test("where a group's tasks are is counted whole, and follows what turns change", async (t) => {
	const farm = await createShownFarm(t);
	const [render, comp] = [farm.node('render'), farm.node('comp')];
	const [shot, other] = [farm.group('shot'), farm.group('other')];
	const add = (
		state: 'waiting' | 'done' | 'dead',
		groups: ReadonlyArray<typeof shot>,
	) => farm.task({state, node_id: render, groups});
	const moving = add('waiting', [shot]);
	add('waiting', [shot, other]);
	add('dead', [shot]);
	add('waiting', [other]);
	const regrouped = add('done', [shot]);
	farm.load();
	const places = createGroupPlaces(farm.context, shot);
	t.deepEqual(plain(await places.read()), {
		[render]: {waiting: 2, done: 1},
	});

	places.note(
		farm.commit(() => {
			farm.set(moving, {node_id: comp});
			farm.database.writer
				.prepare('DELETE FROM task_groups WHERE task_id = ? AND group_id = ?')
				.run(regrouped, shot);
			farm.set(regrouped, {priority: 1});
			add('waiting', [shot]);
			add('dead', [shot]);
		}),
	);
	t.deepEqual(plain(await places.read()), {
		[render]: {waiting: 2},
		[comp]: {waiting: 1},
	});

	places.note(
		farm.commit(() => {
			farm.set(moving, {state: 'dead', queue: null});
		}),
	);
	t.deepEqual(plain(await places.read()), {[render]: {waiting: 2}});
	places.note({
		...farm.commit(() => {
			farm.database.writer.prepare('UPDATE groups SET archived = 1').run();
		}),
		manyTasks: true,
	});
	t.deepEqual(plain(await places.read()), {});
	farm.database.writer.prepare('DELETE FROM groups WHERE id = ?').run(shot);
	t.is(await places.read(), undefined);
});

test('of a group of 100,000 tasks all are counted, other work goes on meanwhile, and a change costs what it changes', async (t) => {
	const farm = await createShownFarm(t);
	const render = farm.node('render');
	const shot = farm.group('shot');
	farm.database.writer.exec(`
		INSERT INTO tasks (id, name, root_id, state, node_id, created_at, changed_at)
			WITH RECURSIVE numbers (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)
			SELECT n, 'task', n, iif(n % 10 = 0, 'dead', 'done'), ${render}, 1, 1 FROM numbers;
		INSERT INTO task_groups (group_id, task_id) SELECT ${shot}, id FROM tasks;
	`);
	farm.load();
	const places = createGroupPlaces(farm.context, shot);
	let turns = 0;
	let isRead = false;
	const counting = (): void => {
		turns += 1;
		// In the middle of the search: one above it, one below it.
		if (turns === 5) {
			for (const id of [1, 99_999]) {
				farm.set(id, {state: 'dead'});
			}

			farm.load();
			places.note(changesOf([1, 99_999]));
		}

		if (!isRead) {
			setImmediate(counting);
		}
	};

	setImmediate(counting);
	const all = plain(await places.read());
	isRead = true;
	t.deepEqual(all, {[nodeId(render)]: {done: 89_998}});
	t.true(turns > 20, `other work had ${turns} turns`);

	farm.set(7, {state: 'dead'});
	farm.load();
	places.note(changesOf([7]));
	let isOthersTurn = false;
	setImmediate(() => {
		isOthersTurn = true;
	});
	t.deepEqual(plain(await places.read()), {[render]: {done: 89_997}});
	t.false(isOthersTurn, 'one task is looked at, not all');
});

test('whoever watches places is told of what changes, and needs a group that is there', async (t) => {
	const farm = await createShownFarm(t);
	const [render, comp] = [farm.node('render'), farm.node('comp')];
	const [shot, other] = [farm.group('shot'), farm.group('other')];
	const task = farm.task({
		state: 'waiting',
		node_id: render,
		groups: [shot],
	});
	farm.task({state: 'done', node_id: comp, groups: [other]});
	farm.load();
	const watches = createWatches({
		context: farm.context,
		logs: createLogStore({
			folder: path.join(farm.folder, 'farm.logs'),
			context: farm.context,
			askWorker: {read: async () => undefined, marks: async () => undefined},
		}),
		clock: farm.context.clock,
	});
	t.teardown(() => {
		watches.stop();
	});
	const told: unknown[] = [];
	const peer: WatchingPeer = {
		notify(_, update) {
			told.push(update);
		},
		unsentBytes: () => 0,
		isClosed: () => false,
	};
	const ask = (filter: Readonly<Record<string, unknown>>) =>
		({
			what: 'places',
			filter: taskFilterShape.parse(filter),
			window: {offset: 0, limit: 100},
		}) as const;

	const {watch, snapshot} = await watches.watch(peer, ask({group: 'shot'}));
	t.deepEqual(snapshot, {
		rows: [{id: render, counts: {waiting: 1}}],
		order: [render],
		counts: {total: 1},
	});
	watches.onCommit(
		farm.commit(() => {
			farm.set(task, {node_id: comp});
		}),
	);
	await until(() => (told.length > 0 ? true : undefined), {what: 'an update'});
	t.deepEqual(told, [
		{watch, rows: [{id: comp, counts: {waiting: 1}}], order: [comp]},
	]);
	const changed = await watches.change(peer, {
		watch,
		filter: taskFilterShape.parse({group: 'other'}),
	});
	t.like(changed.snapshot, {rows: [{id: comp, counts: {done: 1}}]});
	await t.throwsAsync(watches.watch(peer, ask({group: 'nothing'})), {
		code: 'NOT_FOUND',
	});
	await t.throwsAsync(watches.watch(peer, ask({})), {code: 'INVALID'});
});

/** As a turn tells it. */
const changesOf = (ids: readonly number[]): TurnChanges => ({
	...noChanges(),
	tasks: new Map(
		ids.map((id) => [
			taskId(id),
			{
				id: taskId(id),
				root: taskId(id),
				node: nodeId(1),
				was: 'done',
				now: 'dead',
			},
		]),
	),
});
