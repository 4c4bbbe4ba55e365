import test from 'ava';
import stringWidth from 'string-width';
import {startCannedScheduler} from './helpers/canned-scheduler.js';
import {runCommand, statusOf, stdoutOf} from './helpers/run-command.js';

const group = (id: number, name: string) => ({
	id: id as never,
	name,
	priority: 50,
	archived: false,
	created_at: '2026-01-01T00:00:00.000Z',
	creator: 'a person with a long name',
	counts: {
		total: 1_000_000,
		waiting: 999_000,
		running: 12,
		done: 0,
		error: 988,
		dead: 0,
		paused: 0,
	},
	progress: 12.7,
});

test('groups are listed page after page, each on a line of 80 columns', async (t) => {
	const scheduler = await startCannedScheduler({
		'group.list': ({before}) =>
			before === 0
				? {groups: [group(9, 'shot010'.repeat(20))], more: true}
				: {groups: [group(4, 'b')], more: false},
	});
	const at = ['--scheduler', scheduler.address, '--insecure'];
	const {stdout} = await runCommand(['group', 'list', ...at], {columns: 80});
	const lines = stdout.trimEnd().split('\n');
	t.is(lines.length, 3);
	t.true(
		lines.every((line) => stringWidth(line) <= 80),
		`It said: ${stdout}`,
	);
	t.regex(lines[1]!, /12% +1000000 +999000 +12 +988/v);
	t.like(scheduler.calls[1]?.params, {before: 9});
	t.is(
		(
			JSON.parse(
				await stdoutOf(['group', 'list', '--json', ...at]),
			) as unknown[]
		).length,
		2,
	);
	await scheduler.stop();
});

test('deleting for good needs --yes where nobody can be asked', async (t) => {
	const scheduler = await startCannedScheduler({
		'group.act': () => ({changed: 1, tasks: 30}),
	});
	const at = ['--scheduler', scheduler.address, '--insecure'];
	const refused = await runCommand(['group', 'delete', 'a', ...at]);
	t.is(refused.status, 2);
	t.regex(refused.stderr, /give --yes/v);
	t.is(scheduler.calls.length, 0);
	t.like(await runCommand(['group', 'delete', 'a', '--yes', ...at]), {
		status: 0,
		stdout: '1 group with 30 tasks deleted\n',
	});
	t.like(scheduler.calls[0]?.params, {action: 'delete', names: ['a']});
	await scheduler.stop();
});

test('a priority comes before the groups that it is for', async (t) => {
	const scheduler = await startCannedScheduler({
		'group.set_priority': () => ({changed: 2}),
	});
	const at = ['--scheduler', scheduler.address, '--insecure'];
	t.like(await runCommand(['group', 'priority', '80', 'a', 'b', ...at]), {
		status: 0,
	});
	t.like(scheduler.calls[0]?.params, {priority: 80, names: ['a', 'b']});
	t.like(await runCommand(['group', 'priority', 'a', '80']), {status: 2});
	await scheduler.stop();
});

test("a worker's groups are names, none, or its own; never two of these", async (t) => {
	const worker = {
		id: 1 as never,
		name: 'w',
		host: 'h',
		machine_id: 'm',
		address: '127.0.0.1:1',
		type: 'standard' as const,
		state: 'idle' as const,
		message: null,
		groups: ['a'],
		capabilities: {},
		resources: {
			cpus: {total: 8, free: 7.5},
			memory_bytes: {total: 2 ** 34, free: 2 ** 33},
			gpus: {total: 0, free: 0},
			gpu_memory_bytes: {total: 0, free: 0},
		},
		running: [],
		last_seen: '2026-01-01T00:00:00.000Z',
		version: '1',
	};
	const scheduler = await startCannedScheduler({
		'worker.set_groups': () => worker,
		'worker.list': () => ({workers: [worker]}),
		'worker.get': () => worker,
		'worker.act': () => ({changed: 1}),
	});
	const at = ['--scheduler', scheduler.address, '--insecure'];
	t.like(await runCommand(['worker', 'groups', 'w', 'a', ...at]), {
		status: 0,
		stdout: 'w is in a\n',
	});
	await runCommand(['worker', 'groups', 'w', '--none', ...at]);
	await runCommand(['worker', 'groups', 'w', '--own', ...at]);
	t.deepEqual(
		scheduler.calls.map(({params}) => (params as {groups: unknown}).groups),
		[['a'], [], null],
	);
	for (const more of [[], ['a', '--none'], ['--own', '--none']]) {
		t.is(await statusOf(['worker', 'groups', 'w', ...more]), 2); // eslint-disable-line no-await-in-loop -- one after the other
	}

	t.regex(
		await stdoutOf(['worker', 'list', ...at], {columns: 80}),
		/7\.5\/8 +8\/16G/v,
	);
	t.regex(
		await stdoutOf(['worker', 'show', 'w', ...at]),
		/8 GiB free of 16 GiB/v,
	);
	t.like(await runCommand(['worker', 'drain', 'w', ...at]), {
		status: 0,
		stdout: '1 worker told to take no new work\n',
	});
	await scheduler.stop();
});
