import test from 'ava';
import {noResources} from '../source/core/requirements.js';
import {taskId} from '../source/core/ids.js';
import {clientToScheduler} from '../source/net/messages/client.js';
import {
	taskFilterShape,
	type TaskFilter,
} from '../source/net/messages/shapes.js';
import {
	taskQuery,
	type TaskConditions,
	type TaskSource,
} from '../source/db/reads/task-runs.js';
import {selectTasks} from '../source/scheduler/views/task-list.js';
import {createViews} from '../source/scheduler/views/views.js';
import {avoid} from '../source/scheduler/books.js';
import {createShownFarm, type ShownFarm} from './helpers/shown-farm.js';
import {anyWorker, storedAt} from './helpers/stored-farm.js';

const filterOf = (fields: Partial<TaskFilter>): TaskFilter =>
	taskFilterShape.parse(fields);

/** Two nodes, three groups, tasks in many states. */
const fill = (farm: ShownFarm) => {
	const render = farm.node('render');
	const gather = farm.node('gather', {type: 'split_waiter'});
	farm.statements.nodes.connect.run({
		from_node: render,
		from_output: 'main',
		to_node: gather,
		to_input: 'main',
	});
	const shot = farm.group('shot');
	const old = farm.group('old', {archived: 1});
	const other = farm.group('other', {priority: 10});
	const ids = {
		dead: farm.task({state: 'dead', node_id: render, groups: [shot]}),
		waiting: farm.task({
			state: 'waiting',
			node_id: render,
			groups: [shot],
			name: 'alpha_1',
		}),
		error: farm.task({
			state: 'error',
			node_id: render,
			groups: [shot],
			name: 'alpha_2',
		}),
		done: farm.task({
			state: 'done',
			node_id: gather,
			groups: [other],
			name: '100%_beta',
		}),
		archived: farm.task({state: 'done', node_id: gather, groups: [old]}),
		paused: farm.task({
			state: 'ready',
			node_id: gather,
			groups: [other],
			paused: 1,
		}),
		ready: farm.task({
			state: 'ready',
			node_id: render,
			groups: [shot, other],
			attributes: '{"frames":[1,2]}',
		}),
		child: farm.task({
			state: 'waiting',
			node_id: render,
			parent_id: taskId(2),
			root_id: taskId(2),
			groups: [shot],
		}),
	};
	return {render, gather, shot, old, other, ids};
};

test('a listing leaves out dead and archived tasks unless they are asked for', async (t) => {
	const farm = await createShownFarm(t);
	const {ids} = fill(farm);
	const views = createViews(farm.context);
	const list = async (fields: Partial<TaskFilter>): Promise<number[]> => {
		const {tasks, more} = await views['task.list']({
			filter: filterOf(fields),
			limit: 100,
			after: 0,
		});
		t.false(more);
		return tasks.map(({id}) => id);
	};

	farm.load();
	const living = [
		ids.waiting,
		ids.error,
		ids.done,
		ids.paused,
		ids.ready,
		ids.child,
	];
	t.deepEqual(await list({}), living);
	t.deepEqual(await list({dead: true}), [ids.dead, ...living]);
	t.deepEqual(
		await list({archived: true}),
		[...living, ids.archived].toSorted((a, b) => a - b),
	);
	t.deepEqual(
		await list({dead: true, archived: true}),
		[1, 2, 3, 4, 5, 6, 7, 8],
	);
	t.deepEqual(await list({states: ['dead']}), [ids.dead]);
	t.deepEqual(await list({group: 'old'}), []);
	t.deepEqual(await list({group: 'old', archived: true}), [ids.archived]);
});

test('every field of a filter narrows the list', async (t) => {
	const farm = await createShownFarm(t);
	const {ids} = fill(farm);
	const views = createViews(farm.context);
	farm.load();
	const list = async (fields: Partial<TaskFilter>): Promise<number[]> => {
		const {tasks} = await views['task.list']({
			filter: filterOf(fields),
			limit: 100,
			after: 0,
		});
		return tasks.map(({id}) => id);
	};

	t.deepEqual(await list({node: 'gather'}), [ids.done, ids.paused]);
	t.deepEqual(await list({group: 'shot'}), [
		ids.waiting,
		ids.error,
		ids.ready,
		ids.child,
	]);
	t.deepEqual(await list({group: 'shot', states: ['error']}), [ids.error]);
	t.deepEqual(await list({group: 'other', node: 'render'}), [ids.ready]);
	t.deepEqual(await list({states: ['error', 'ready']}), [
		ids.error,
		ids.paused,
		ids.ready,
	]);
	t.deepEqual(await list({name: 'alpha_?'}), [ids.waiting, ids.error]);
	t.deepEqual(await list({text: 'ALPHA_'}), [ids.waiting, ids.error]);
	t.deepEqual(await list({text: '100%'}), [ids.done]);
	t.deepEqual(await list({text: 'ended with'}), [ids.error]);
	t.deepEqual(await list({text: 'othe'}), [ids.done, ids.paused, ids.ready]);
	t.deepEqual(await list({parent: ids.waiting}), [ids.child]);
	t.deepEqual(await list({tree: ids.waiting}), [ids.waiting, ids.child]);
	t.deepEqual(await list({tree: ids.child}), [ids.child]);
	await t.throwsAsync(list({node: 'rendre'}), {
		code: 'NOT_FOUND',
		message: /render/v,
	});
	await t.throwsAsync(list({group: 'nowhere'}), {code: 'NOT_FOUND'});
	await t.throwsAsync(list({tree: taskId(99)}), {code: 'NOT_FOUND'});
});

test('a filter by worker means the one that is connected, where several machines have one of that name', async (t) => {
	const farm = await createShownFarm(t);
	const {ids} = fill(farm);
	farm.worker('w1');
	const worker = farm.worker('w1', {machine: 'another'});
	farm.run(ids.ready, worker);
	farm.link(worker);
	const {'task.list': listTasks} = createViews(farm.context);
	const list = async (name: string): Promise<number[]> => {
		const {tasks} = await listTasks({
			filter: filterOf({worker: name}),
			limit: 100,
			after: 0,
		});
		return tasks.map(({id}) => id);
	};

	t.deepEqual(await list('w1'), [ids.ready]);
	t.deepEqual(await list(String(worker)), [ids.ready]);
	await t.throwsAsync(list('w2'), {
		code: 'NOT_FOUND',
		message: /did you mean "w1"/v,
	});
});

test('pages go on behind the last id, and selections too', async (t) => {
	const farm = await createShownFarm(t);
	const {ids} = fill(farm);
	const views = createViews(farm.context);
	farm.load();
	const pages: number[][] = [];
	let after = 0;
	for (let more = true; more;) {
		// eslint-disable-next-line no-await-in-loop -- one page after the other
		const page = await views['task.list']({
			filter: filterOf({}),
			limit: 4,
			after,
		});
		pages.push(page.tasks.map(({id}) => id));
		after = page.tasks.at(-1)?.id ?? 0;
		more = page.more;
	}

	t.deepEqual(pages, [
		[ids.waiting, ids.error, ids.done, ids.paused],
		[ids.ready, ids.child],
	]);
	const selected: number[] = [];
	let next: number | undefined = 0;
	while (next !== undefined) {
		const page: ReturnType<typeof selectTasks> = selectTasks(
			farm.context,
			filterOf({group: 'shot'}),
			{after: next, limit: 3},
		);
		selected.push(...page.ids);
		next = page.next;
	}

	t.deepEqual(selected, [ids.waiting, ids.error, ids.ready, ids.child]);
});

test('what is shown fits the shapes of the wire', async (t) => {
	const farm = await createShownFarm(t);
	const {ids, render} = fill(farm);
	const origin = farm.task({state: 'splitted', node_id: render, groups: []});
	const element = farm.task({
		state: 'waiting_blocked',
		node_id: render,
		root_id: origin,
		split_id: farm.split(origin, 1),
		split_index: 0,
		environment: '{"resolver":"","arguments":{}}',
	});
	const worker = farm.worker('w1', {
		groups: ['fast'],
		capabilities: {blender: '3.4.1'},
	});
	const invocation = farm.run(ids.ready, worker);
	farm.statements.tasks.addVisit.run(
		ids.ready,
		1,
		JSON.stringify([
			['waiting', render, storedAt, null],
			['ready', render, storedAt + 1],
		]),
	);
	farm.statements.tasks.addVisit.run(
		ids.ready,
		2,
		JSON.stringify([['invoking', render, storedAt + 2, 'w1']]),
	);
	farm.statements.farm.putLimit.run('nuke', 3);
	for (const method of ['node.set', 'node.rename', 'task.act']) {
		farm.statements.farm.addToJournal.run({
			at: storedAt,
			client: 'cli',
			user: 'mia',
			address: '10.0.0.1:1',
			method,
			params: '{"a":1}',
			before: null,
		});
	}

	farm.link(worker);
	const live = farm.context.books().fleet.live.get(invocation);
	t.truthy(live);
	Object.assign(live ?? {}, {
		progress: 42,
		status: 'pass 2',
		peakMemory: 1024,
		logBytes: 77,
	});
	const views = createViews(farm.context);
	const fits = <Name extends keyof typeof clientToScheduler>(
		name: Name,
		result: unknown,
	): void => {
		const parsed = clientToScheduler[name].result.safeParse(result);
		t.true(parsed.success, `${name}: ${parsed.error?.message ?? ''}`);
	};

	fits('farm.info', views['farm.info']());
	fits(
		'task.list',
		await views['task.list']({
			filter: filterOf({dead: true, archived: true}),
			limit: 100,
			after: 0,
		}),
	);
	for (const id of [...Object.values(ids), origin, element]) {
		fits('task.get', views['task.get']({id}));
		fits('task.explain', views['task.explain']({id}));
		fits('task.invocations', views['task.invocations']({id}));
		fits('task.history', views['task.history']({id, limit: 10}));
	}

	fits(
		'group.list',
		await views['group.list']({archived: true, limit: 100, before: 0}),
	);
	fits('group.get', views['group.get']({name: 'shot'}));
	fits('worker.list', views['worker.list']());
	fits('worker.get', views['worker.get']({worker: 'w1'}));
	fits('node.list', views['node.list']());
	fits('node.get', views['node.get']({name: 'render'}));
	fits('limit.list', views['limit.list']());
	fits('journal.list', views['journal.list']({limit: 2, before: 0}));
	fits('graph.export', views['graph.export']({}));

	t.like(views['task.get']({id: ids.ready}), {
		progress: 42,
		worker: 'w1',
		invocation_id: invocation,
		attributes: {frames: [1, 2]},
		groups: ['shot', 'other'],
	});
	t.like(views['task.get']({id: element}), {
		split: {origin_id: origin, index: 0, count: 1},
	});
	t.like(views['task.invocations']({id: ids.ready}).invocations[0], {
		progress: 42,
		status: 'pass 2',
		log_bytes: 77,
		state: 'running',
		runtime_s: 60,
	});
	t.deepEqual(
		views['task.history']({id: ids.ready, limit: 2}).steps.map(
			({state, detail}) => [state, detail],
		),
		[
			['ready', null],
			['invoking', 'w1'],
		],
	);
	t.like(views['group.get']({name: 'shot'}).counts, {
		total: 5,
		running: 1,
		dead: 1,
		error: 1,
		waiting: 2,
	});
	t.like(views['worker.get']({worker: '1'}), {
		state: 'busy',
		running: [invocation],
		groups: ['fast'],
		resources: {cpus: {total: 8, free: 7}},
		last_seen: new Date(storedAt + 30_000).toISOString(),
	});
	t.deepEqual(
		views['graph.export']({nodes: ['render', 'gather']}).connections,
		['render.main -> gather.main'],
	);
	t.deepEqual(views['graph.export']({nodes: ['render']}).connections, []);
	const journal = views['journal.list']({limit: 2, before: 0});
	t.deepEqual(
		journal.entries.map(({method}) => method),
		['task.act', 'node.rename'],
	);
	t.true(journal.more);
	t.deepEqual(views['farm.info']().tasks, {
		waiting: 2,
		waiting_blocked: 1,
		ready: 1,
		in_progress: 1,
		done: 1,
		splitted: 1,
		error: 1,
		dead: 1,
	});
	t.throws(() => views['task.get']({id: taskId(999)}), {code: 'NOT_FOUND'});
	t.throws(() => views['worker.get']({worker: 'w2'}), {
		code: 'NOT_FOUND',
		message: /w1/v,
	});
});

test('groups are listed newest first, by name, and page by page', async (t) => {
	const farm = await createShownFarm(t);
	for (let index = 1; index <= 5; index += 1) {
		farm.group(`g${index}`, {archived: index === 3 ? 1 : 0});
	}

	farm.load();
	const views = createViews(farm.context);
	const names = async (params: {
		archived?: boolean;
		name?: string;
		limit?: number;
		before?: number;
	}) => {
		const {groups, more} = await views['group.list']({
			archived: false,
			limit: 100,
			before: 0,
			...params,
		});
		return [groups.map(({name}) => name), more];
	};

	t.deepEqual(await names({}), [['g5', 'g4', 'g2', 'g1'], false]);
	t.deepEqual(await names({archived: true}), [
		['g5', 'g4', 'g3', 'g2', 'g1'],
		false,
	]);
	t.deepEqual(await names({limit: 2}), [['g5', 'g4'], true]);
	t.deepEqual(await names({limit: 2, before: 4}), [['g2', 'g1'], false]);
	t.deepEqual(await names({name: 'g[25]'}), [['g5', 'g2'], false]);
});

test('explain tells each worker what a ready task needs there', async (t) => {
	const farm = await createShownFarm(t);
	const node = farm.node('render');
	const group = farm.group('shot');
	const busy = farm.group('busy', {priority: 90});
	const [small, drained, off] = [
		farm.worker('small', {cpus: 2}),
		farm.worker('drained', {cpus: 16}),
		farm.worker('off', {cpus: 16}),
	];
	const requirement_id = farm.requirement({
		...anyWorker,
		minimum: {...noResources, cpus: 4},
		limits: {nuke: 1},
	});
	const ready = farm.task({
		state: 'ready',
		node_id: node,
		groups: [group],
		requirement_id,
	});
	farm.task({state: 'ready', node_id: node, groups: [busy]});
	farm.statements.workers.setDraining.run(1, drained);
	farm.link(small);
	farm.link(drained);
	const views = createViews(farm.context);
	const told = views['task.explain']({id: ready});
	t.deepEqual(told.workers, [
		{
			worker: 'small',
			unmet: [
				'has 2 cores in all, 4 cores needed',
				'the farm has no limit "nuke"',
			],
		},
		{
			worker: 'drained',
			unmet: [
				'is draining: it takes no new work',
				'the farm has no limit "nuke"',
			],
		},
		{worker: 'off', unmet: ['is off', 'the farm has no limit "nuke"']},
	]);
	t.regex(told.summary, /limit "nuke"/v);

	farm.statements.farm.putLimit.run('nuke', 2);
	farm.load();
	t.regex(
		views['task.explain']({id: ready}).summary,
		/drained, cannot now: it is draining.*1 task comes before it/v,
	);

	farm.statements.workers.setDraining.run(0, drained);
	farm.load();
	t.deepEqual(views['task.explain']({id: ready}).workers[1], {
		worker: 'drained',
		unmet: [],
	});
	avoid(farm.context.books().fleet, ready, {
		machine: 'machine-drained',
		until: storedAt + 3_600_000,
	});
	t.regex(
		views['task.explain']({id: ready}).workers[1]?.unmet[0] ?? '',
		/avoided until 2026-01-02T04/v,
	);
	farm.unlink(drained);
	t.regex(
		views['task.explain']({id: ready}).summary,
		/None of the 2 workers that could run it is connected/v,
	);
	t.truthy(off);
});

test('explain says in a sentence why a task is where it is', async (t) => {
	const farm = await createShownFarm(t);
	const {statements} = farm;
	const {ids, render, gather} = fill(farm);
	const closed = farm.node('closed', {enabled: 0});
	const join = farm.node('join', {type: 'parent_children_waiter'});
	const origin = farm.task({state: 'splitted', node_id: render});
	const split = farm.split(origin, 3);
	const [first, second] = (['waiting_blocked', 'waiting', 'dead'] as const).map(
		(state, index) =>
			farm.task({
				state,
				node_id: index === 0 ? gather : render,
				split_id: split,
				split_index: index,
				root_id: origin,
			}),
	);
	const parent = farm.task({state: 'waiting_blocked', node_id: join});
	const child = farm.task({
		state: 'error',
		node_id: render,
		parent_id: parent,
		root_id: parent,
		name: 'kid',
	});
	const pool = farm.task({
		state: 'waiting_blocked',
		node_id: render,
		state_details:
			'{"reason":"not_ready","message":"It waits for the values a, b."}',
	});
	const there = farm.task({state: 'waiting', node_id: closed});
	const leaving = farm.task({state: 'done', node_id: render, output: 'main'});
	const stays = farm.task({state: 'done', node_id: render, output: 'spawned'});
	const generating = farm.task({state: 'generating', node_id: render});
	const worker = farm.worker('w1');
	const running = farm.task({state: 'ready', node_id: render});
	farm.run(running, worker);
	const failed = farm.task({state: 'ready', node_id: render});
	const invocation = farm.run(failed, worker);
	farm.end(invocation, {exit_code: 1, reason: 'exit'});
	farm.set(failed, {
		state: 'error',
		invocation_id: null,
		state_details: '{"reason":"exit","message":"It ended with exit code 1"}',
	});
	farm.link(worker);
	const views = createViews(farm.context);
	const explain = (id: number | undefined) =>
		views['task.explain']({id: taskId(id ?? 0)});

	t.is(
		explain(first).summary,
		`In node "gather" it waits for element 1 (task ${second}), waiting in node "render".`,
	);
	t.deepEqual(explain(parent).waits_for, [
		`child ${child} "kid", in error in node "render"`,
	]);
	t.is(
		explain(pool).summary,
		'In node "render" it waits: It waits for the values a, b.',
	);
	t.regex(explain(origin).summary, /divided into 3 .*; 2 of them live/v);
	t.deepEqual(explain(origin).waits_for, [
		`element 0 (task ${first}), blocked in node "gather"`,
		`element 1 (task ${second}), waiting in node "render"`,
	]);
	t.regex(explain(there).summary, /Node "closed" is paused/v);
	t.regex(explain(ids.paused).summary, /It is paused/v);
	t.regex(explain(ids.archived).summary, /archived, as old is/v);
	t.regex(
		explain(leaving).summary,
		/leaves node "render" by output "main" in a moment/v,
	);
	t.regex(explain(stays).summary, /output "spawned" has no wire/v);
	t.regex(explain(generating).summary, /works on it since 2026/v);
	t.regex(explain(running).summary, /runs on worker w1, attempt 1/v);
	t.is(
		explain(failed).summary,
		'In node "render": It ended with exit code 1. That was attempt 1 on worker w1.',
	);
	t.regex(explain(ids.dead).summary, /finished for good/v);
	t.is(explain(failed).since, new Date(storedAt).toISOString());
	t.throws(() => explain(999), {code: 'NOT_FOUND'});
});

test('of many that a task waits for explain names the first and counts them all', async (t) => {
	const farm = await createShownFarm(t);
	const {render, gather} = fill(farm);
	const origin = farm.task({state: 'splitted', node_id: render});
	const split = farm.split(origin, 31);
	const [first = origin, ...others] = Array.from({length: 31}, (_, index) =>
		farm.task({
			state: index === 0 ? 'waiting_blocked' : index === 30 ? 'dead' : 'ready',
			node_id: index === 0 ? gather : render,
			split_id: split,
			split_index: index,
			root_id: origin,
		}),
	);
	farm.load();
	const {'task.explain': explain} = createViews(farm.context);
	const nameOf = (index: number): string =>
		`element ${index} (task ${others[index - 1]}), ready for a worker in node "render"`;
	const blocked = explain({id: first});
	t.is(
		blocked.summary,
		`In node "gather" it waits for ${nameOf(1)}; ${nameOf(2)}; ${nameOf(3)} and 26 more.`,
	);
	t.deepEqual(blocked.waits_for.slice(19), [nameOf(20), '9 more']);
	const divided = explain({id: origin});
	t.deepEqual(divided.waits_for.slice(19), [nameOf(19), '10 more']);
});

test('no listing scans a table: every way to look up tasks runs on an index, in its order', async (t) => {
	const farm = await createShownFarm(t);
	const {render, shot} = fill(farm);
	const sources: TaskSource[] = [
		{from: 'all'},
		{from: 'node', node: render, state: 'done'},
		{from: 'state', state: 'error'},
		{from: 'children', parent: taskId(1)},
		{from: 'family', root: taskId(1)},
		{from: 'group', group: shot},
		{from: 'ids', ids: [1]},
	];
	const conditions: TaskConditions = {
		group: shot,
		node: render,
		states: ['done'],
		name: '*',
		text: 'x',
		parent: taskId(1),
		dead: false,
		archived: false,
	};
	for (const source of sources) {
		for (const descending of [false, true]) {
			const {sql, values} = taskQuery(source, conditions, {descending});
			const plan = farm.database.reader
				.prepare<[unknown], {detail: string}>(`EXPLAIN QUERY PLAN ${sql}`)
				.all({...values, from: 0, limit: 10, ids: '[]'})
				.map(({detail}) => detail);
			t.false(
				plan.some((line) =>
					/TEMP B-TREE|SCAN (?:tasks|groups|task_groups|own)/v.test(line),
				),
				`${source.from}: ${plan.join('; ')}`,
			);
			t.true(source.from === 'ids' || sql.includes('LIMIT @limit'));
		}
	}
});
