import test from 'ava';
import {createFarm} from '../helpers/farm-process.js';
import {job, mostAtOnce, startOrder, waitFor} from '../helpers/run-account.js';
import {until} from '../helpers/until.js';

const each = (ids: readonly number[]): ReadonlyMap<number, number> =>
	new Map(ids.map((id) => [id, 1]));

test.serial(
	'a limit is never exceeded, as the processes themselves tell, and is used to the full',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await Promise.all([
			farm.worker({name: 'one', cpus: 6}),
			farm.worker({name: 'two', cpus: 6}),
		]);
		t.is(await farm.status(['limit', 'set', 'renderer', '3']), 0);
		const node = (limits: string) => ({
			type: 'command',
			parameters: {...job('sleep 0.05'), cpus: 0.5, memory_gb: 0, limits},
		});
		await farm.graph({
			single: node('renderer:1'),
			double: node('renderer:2'),
			unlimited: node(''),
		});
		const {ids} = await farm.ask('task.submit_many', {
			tasks: Array.from({length: 45}, (_, index) => ({
				node: ['single', 'double', 'unlimited'][index % 3] ?? '',
			})),
		});
		t.like(await farm.rest(ids), {errors: 0});
		const only = (kind: number) =>
			new Set<number>(ids.filter((_, index) => index % 3 === kind));
		const weights = new Map([
			...[...only(0)].map((id) => [id, 1] as const),
			...[...only(1)].map((id) => [id, 2] as const),
		]);
		t.is(mostAtOnce(farm.accountFile, weights), 3);
		t.true(mostAtOnce(farm.accountFile, each(ids)) > 3);
		t.like(await farm.ask('limit.list', {}), {
			limits: {0: {name: 'renderer', total: 3, in_use: 0}},
		});
	},
);

test.serial(
	'the higher priority runs first, and what nobody can run holds nobody back',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker({cpus: 1});
		await farm.graph({
			blocker: {type: 'command', parameters: job(waitFor('go'))},
			run: {type: 'command', parameters: job()},
			urgent: {
				type: 'command',
				parameters: {...job(), priority_adjustment: 100},
			},
			huge: {
				type: 'command',
				parameters: {...job(), cpus: 64, priority_adjustment: 1000},
			},
			elsewhere: {
				type: 'command',
				parameters: {
					...job(),
					capabilities: 'blender ~=3.4',
					worker_groups: 'gpu*',
					limits: 'missing:1',
					priority_adjustment: 1000,
				},
			},
		});
		const blocker = await farm.submit('blocker');
		await farm.begun(1);
		const huge = await farm.submit('huge');
		const elsewhere = await farm.submit('elsewhere');
		const low = await farm.submit('run', {priority: -5});
		const usual = await farm.submit('run');
		const high = await farm.submit('run', {priority: 5});
		const grouped = await farm.submit('run', {groups: ['vip']});
		const urgent = await farm.submit('urgent');
		t.is(await farm.status(['group', 'priority', '90', 'vip']), 0);
		await farm.taskIn(urgent, 'ready');
		farm.open('go');
		t.like(await farm.rest([blocker, low, usual, high, grouped, urgent]), {
			errors: 0,
		});
		t.deepEqual(startOrder(farm.accountFile), [
			blocker,
			urgent,
			grouped,
			high,
			usual,
			low,
		]);
		t.is(await farm.state(huge), 'ready');
		const why = await farm.printed(['task', 'explain', String(huge)]);
		t.regex(why, /64/v);
		const whyElsewhere = await farm.printed([
			'task',
			'explain',
			String(elsewhere),
		]);
		t.regex(whyElsewhere, /blender/v);
		t.regex(whyElsewhere, /gpu/v);
	},
);

test.serial('two workers of one machine share its cores', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await Promise.all([
		farm.worker({name: 'one', cpus: 3}),
		farm.worker({name: 'two', cpus: 3}),
	]);
	await farm.graph({
		run: {type: 'command', parameters: {...job('sleep 0.05'), memory_gb: 0}},
	});
	const {ids} = await farm.ask('task.submit_many', {
		tasks: Array.from({length: 12}, () => ({node: 'run'})),
	});
	t.like(await farm.rest(ids), {errors: 0});
	t.is(mostAtOnce(farm.accountFile, each(ids)), 3);
});

test.serial(
	'a draining worker finishes what it has, takes nothing new until it is resumed, and stays drained over its restart',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		const first = await farm.worker({name: 'one', cpus: 2});
		await farm.graph({
			held: {type: 'command', parameters: job(waitFor('go'))},
			run: {type: 'command', parameters: job()},
		});
		const held = await farm.submit('held');
		await farm.begun(1);
		t.is(await farm.status(['worker', 'drain', 'one']), 0);
		const later = await farm.submit('run');
		farm.open('go');
		await farm.rest(held);
		t.is(await farm.state(later), 'ready');
		t.like(await farm.workerIn('one', 'draining'), {running: []});
		await first.end('SIGTERM');
		const again = farm.start(['worker', '--name', 'one', '--cpus', '2']);
		await farm.workerIn('one', 'draining');
		t.is(await farm.state(later), 'ready');
		t.is(await farm.status(['worker', 'resume', 'one']), 0);
		t.like(await farm.rest(later), {errors: 0});
		t.is(await farm.status(['worker', 'stop', 'one']), 0);
		t.deepEqual(await again.ended, {code: 0, signal: null});
		await farm.workerIn('one', 'off');
	},
);

test.serial(
	'a worker with --once ends after one invocation, of which there is no second',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.graph({run: {type: 'command', parameters: job()}});
		const ids = [await farm.submit('run'), await farm.submit('run')];
		const once = farm.start(['worker', '--once', '--cpus', '4']);
		t.deepEqual(await once.ended, {code: 0, signal: null});
		t.is(farm.runs().length, 1);
		const states = await Promise.all(ids.map(async (id) => farm.state(id)));
		t.deepEqual(states.toSorted(), ['done', 'ready']);
	},
);

test.serial(
	'a paused task, node or group is not run until it is resumed, and what runs is left alone',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		await farm.graph({
			run: {type: 'command', parameters: job()},
			other: {type: 'command', parameters: job(waitFor('go'))},
		});
		const running = await farm.submit('other', {groups: ['g']});
		await farm.begun(1);
		t.is(await farm.status(['group', 'pause', 'g']), 0);
		t.is(await farm.status(['node', 'pause', 'run']), 0);
		const byNode = await farm.submit('run');
		const paused = await farm.submit('other', {paused: true});
		farm.open('go');
		await until(
			async () => (farm.runs()[0]?.hasEnded === true ? true : undefined),
			{what: 'the running process to end'},
		);
		t.is(await farm.status(['group', 'resume', 'g']), 0);
		t.like(await farm.rest(running), {errors: 0});
		t.is(farm.runs().length, 1);
		t.is(await farm.status(['node', 'resume', 'run']), 0);
		t.is(await farm.status(['task', 'resume', String(paused)]), 0);
		t.like(await farm.rest([byNode, paused]), {errors: 0, live: 0});
		t.is(farm.runs().length, 3);
	},
);
