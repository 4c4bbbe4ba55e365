import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {invocationId} from '../source/core/ids.js';
import {openCgroup} from '../source/worker/cgroup.js';
import {findCgroup} from '../source/worker/cgroup-place.js';
import {createCgroups} from '../source/worker/cgroups.js';
import {endForMemory, memoryRemark} from '../source/worker/memory-limit.js';
import {isRunning} from './helpers/farm-process.js';
import {testWhere} from './helpers/test-where.js';
import {until} from './helpers/until.js';
import {workerFarm, type WorkerFarm} from './helpers/worker-farm.js';

/** Waits until one of its invocations is told to have used more bytes than this. */
const measured = async (
	{progress}: WorkerFarm['scheduler'],
	bytes: number,
): Promise<true> =>
	until(
		() =>
			progress.some(({peak_memory_bytes: peak}) => (peak ?? 0) > bytes)
				? true
				: undefined,
		{what: `more than ${bytes} bytes to be measured`},
	);

const mounts = (...lines: readonly string[]): string =>
	[
		'22 1 0:21 / /proc rw,nosuid - proc proc rw',
		'31 22 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
		...lines,
	].join('\n');

test('a control group is found wherever it is mounted', (t) => {
	const unified =
		'30 22 0:25 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate';
	t.deepEqual(findCgroup('0::/system.slice/farm.service\n', mounts(unified)), {
		kind: 'found',
		folder: '/sys/fs/cgroup/system.slice/farm.service',
	});
	t.deepEqual(
		findCgroup(
			'4:memory:/elsewhere\n0::/\n',
			mounts(unified.replace('/sys/fs/cgroup', '/sys/fs/cgroup/unified')),
		),
		{kind: 'found', folder: '/sys/fs/cgroup/unified'},
	);
	// A part of the tree, at a place with a space in its name.
	const part = String.raw`30 22 0:25 /box /a\040place rw - cgroup2 cgroup2 rw`;
	t.deepEqual(findCgroup('0::/box/inner\n', mounts(part)), {
		kind: 'found',
		folder: '/a place/inner',
	});
	t.is(findCgroup('0::/boxes\n', mounts(part)).kind, 'none');
	t.is(findCgroup('0::/../outside\n', mounts(unified)).kind, 'none');
	t.is(findCgroup('0::/\n', mounts()).kind, 'none');
	t.is(findCgroup('4:memory:/elsewhere\n', mounts(unified)).kind, 'none');
});

/** A folder with files such as the kernel lays out for a group of version 2, in which the kernel does nothing. */
const laidOut = (
	t: ExecutionContext,
	files: Readonly<Record<string, string>>,
): string => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-cgroup-'));
	t.teardown(() => {
		fs.rmSync(folder, {recursive: true});
	});
	for (const [name, text] of Object.entries(files)) {
		fs.writeFileSync(path.join(folder, name), text);
	}

	return folder;
};

const readFrom = (...parts: readonly string[]): string =>
	fs.readFileSync(path.join(...parts), 'utf8');

test('laid out as the kernel would: a group is given its limit, without swap, below a worker that has left the group it began in', (t) => {
	const base = laidOut(t, {
		'cgroup.type': 'domain\n',
		'cgroup.controllers': 'cpu io memory pids\n',
	});
	const groups = createCgroups({
		digest: 'digest',
		use: () => 'auto',
		entersGroups: () => true,
		ourGroup: () => ({kind: 'found', folder: base}),
	});
	t.regex(groups.describe(), /no control groups/v);
	groups.open();
	t.regex(groups.describe(), /which holds its memory limit$/v);
	t.is(
		readFrom(base, 'lifeblood-worker-digest', 'cgroup.procs'),
		String(process.pid),
	);
	t.is(readFrom(base, 'cgroup.subtree_control'), '+memory');
	t.is(readFrom(base, 'lifeblood-digest', 'cgroup.subtree_control'), '+memory');
	const group = groups.make(invocationId(7), 1.5 * 1024 ** 3);
	t.is(group?.folder, path.join(base, 'lifeblood-digest', '7'));
	t.is(readFrom(group?.folder ?? '', 'memory.max'), '1610612736');
	t.is(readFrom(group?.folder ?? '', 'memory.swap.max'), '0');
	const free = groups.make(invocationId(8), 0);
	t.deepEqual(fs.readdirSync(free?.folder ?? ''), []);
});

test('laid out as the kernel would: a worker that begins in its own group uses the one above', (t) => {
	const base = laidOut(t, {
		'cgroup.type': 'domain\n',
		'cgroup.controllers': 'cpu io memory pids\n',
	});
	const groups = createCgroups({
		digest: 'digest',
		use: () => 'auto',
		entersGroups: () => true,
		ourGroup: () => ({
			kind: 'found',
			folder: path.join(base, 'lifeblood-worker'),
		}),
	});
	groups.open();
	t.regex(groups.describe(), /which holds its memory limit$/v);
	t.deepEqual(fs.readdirSync(base).toSorted(), [
		'cgroup.controllers',
		'cgroup.subtree_control',
		'cgroup.type',
		'lifeblood-digest',
	]);
});

test('laid out as the kernel would: the group of a unit that is named as a worker is not left for what is above', (t) => {
	const above = laidOut(t, {'cgroup.controllers': 'memory\n'});
	const folder = path.join(above, 'lifeblood-worker.service');
	fs.mkdirSync(folder);
	fs.writeFileSync(path.join(folder, 'cgroup.controllers'), 'memory\n');
	const groups = createCgroups({
		digest: 'digest',
		use: () => 'auto',
		entersGroups: () => true,
		ourGroup: () => ({kind: 'found', folder}),
	});
	groups.open();
	t.truthy(groups.make(invocationId(1), 1e9));
	t.deepEqual(fs.readdirSync(above).toSorted(), [
		'cgroup.controllers',
		'lifeblood-worker.service',
	]);
});

test('laid out as the kernel would: what a group notes of its memory is read', (t) => {
	const folder = laidOut(t, {
		'memory.max': '536870912\n',
		'memory.peak': '536875008\n',
		'memory.events':
			'low 0\nhigh 0\nmax 99\noom 9\noom_kill 9\noom_group_kill 0\n',
		'memory.events.local':
			'low 0\nhigh 0\nmax 21\noom 2\noom_kill 1\noom_group_kill 0\n',
	});
	t.deepEqual(openCgroup(folder).memory(), {
		limit: 536_870_912,
		peak: 536_875_008,
		kills: 1,
		timesFull: 2,
	});
	fs.rmSync(path.join(folder, 'memory.events.local'));
	fs.rmSync(path.join(folder, 'memory.peak'));
	fs.writeFileSync(path.join(folder, 'memory.max'), 'max\n');
	t.like(openCgroup(folder).memory(), {limit: 0, peak: 0, kills: 9});
	fs.rmSync(path.join(folder, 'memory.events'));
	t.is(openCgroup(folder).memory(), undefined);
});

test('laid out as the kernel would: what befalls a group for its memory is told at once', async (t) => {
	const folder = laidOut(t, {'memory.events.local': 'oom_kill 0\n'});
	const told = Promise.withResolvers<void>();
	using _watch = openCgroup(folder).watchMemory(told.resolve);
	fs.writeFileSync(path.join(folder, 'memory.events.local'), 'oom_kill 1\n');
	await told.promise;
	using none = openCgroup(path.join(folder, 'gone')).watchMemory(() => {
		t.fail();
	});
	t.truthy(none);
});

test('laid out as the kernel would: a group that others hide in is told with those that can be seen', (t) => {
	const folder = laidOut(t, {'cgroup.procs': '0\n12\n13\n'});
	fs.mkdirSync(path.join(folder, 'below'));
	fs.writeFileSync(path.join(folder, 'below', 'cgroup.procs'), '14\n');
	t.deepEqual(openCgroup(folder).processes(), [12, 13, 14]);
});

test('laid out as the kernel would: where entering a group takes long, only a limit that it holds is worth that', (t) => {
	const base = laidOut(t, {'cgroup.controllers': 'memory\n'});
	let use: 'auto' | 'always' | 'never' = 'auto';
	const groups = createCgroups({
		digest: 'digest',
		use: () => use,
		entersGroups: () => false,
		ourGroup: () => ({kind: 'found', folder: base}),
	});
	groups.open();
	t.is(groups.make(invocationId(1), 0), undefined);
	t.truthy(groups.make(invocationId(2), 1e9));
	use = 'always';
	t.truthy(groups.make(invocationId(3), 0));
	use = 'never';
	t.is(groups.make(invocationId(4), 1e9), undefined);
	const without = createCgroups({
		digest: 'digest',
		use: () => (use === 'never' ? 'auto' : use),
		entersGroups: () => false,
		ourGroup: () => ({
			kind: 'found',
			folder: laidOut(t, {'cgroup.controllers': 'cpu\n'}),
		}),
	});
	without.open();
	t.is(without.make(invocationId(5), 1e9), undefined);
	t.regex(without.describe(), /no control groups: .*cannot hold memory/v);
	// What is wanted may be another thing at a HUP.
	use = 'always';
	t.truthy(without.make(invocationId(6), 1e9));
});

const gibibyte = 1024 ** 3;

test('whoever was killed for memory is told the limit and the peak', (t) => {
	const notes = {limit: gibibyte / 2, peak: 5e8, kills: 1, timesFull: 3};
	const killed = {kind: 'signalled', signal: 'SIGKILL'} as const;
	const use = {limit: gibibyte / 2, peak: 1e8, notes, mode: 'auto'} as const;
	t.deepEqual(endForMemory(use, killed), {
		kind: 'limit',
		limit: 'memory',
		message:
			'It needed more memory than the 0.5 GiB that were reserved for it (memory_gb), and was killed; it had reached 0.47 GiB.',
	});
	// A process of it was killed, whatever the others made of that.
	t.truthy(endForMemory(use, {kind: 'exited', exit_code: 0}));
	t.is(endForMemory({...use, notes: {...notes, kills: 0}}, killed), undefined);
});

test('that a machine ran out of memory is told of those that came to no good end', (t) => {
	const use = {
		limit: 0,
		peak: 3 * gibibyte,
		notes: {limit: 0, peak: 2 * gibibyte, kills: 1, timesFull: 0},
		mode: 'auto',
	} as const;
	t.regex(
		endForMemory(use, {kind: 'exited', exit_code: 137})?.message ?? '',
		/Its machine ran out of memory.*reached 3 GiB; nothing was reserved/v,
	);
	t.is(endForMemory(use, {kind: 'exited', exit_code: 0}), undefined);
});

test('what is only measured is ended where the setting says so, and else noted', (t) => {
	const use = {limit: 1e9, peak: 2e9, notes: undefined} as const;
	const end = {kind: 'exited', exit_code: 0} as const;
	t.regex(
		endForMemory({...use, mode: 'always'}, end)?.message ?? '',
		/more memory than the 0.93 GiB .* was ended; it had reached 1.86 GiB/v,
	);
	for (const mode of ['auto', 'never'] as const) {
		t.is(endForMemory({...use, mode}, end), undefined);
	}

	t.regex(memoryRemark({...use, mode: 'auto'}) ?? '', /used 1.86 GiB/v);
	for (const other of [
		{...use, mode: 'never'},
		{...use, mode: 'auto', limit: 0},
		{...use, mode: 'auto', peak: 1e8},
	] as const) {
		t.is(memoryRemark(other), undefined);
	}
});

// What this machine lets us have decides which of the tests below can be.
const probe = createCgroups({
	digest: 'probe',
	use: () => 'always',
	entersGroups: () => false,
});
probe.open();
const standing = probe.describe();
probe.close();
const noGroups = standing.startsWith('no control groups')
	? standing
	: undefined;
const noLimits = standing.endsWith('which holds its memory limit')
	? undefined
	: standing;

/** Takes well over 100 MB of memory and keeps it until it is told to go on. */
const hungry = (gate: string): readonly string[] => [
	process.execPath,
	'-e',
	'const x = Buffer.alloc(1e8, 1); const timer = setInterval(() => { if (fs.existsSync(process.argv[1])) { clearInterval(timer); console.log(x.length); } }, 50);',
	gate,
];

test('a process that takes more memory than is reserved for it is ended where that is always held', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t, {
		settings: {memory_limit: 'always'},
	});
	worker();
	const gate = path.join(folder, 'gate');
	await scheduler.run(1, hungry(gate), {memory_bytes: 50_000_000});
	await scheduler.run(2, hungry(gate), {memory_bytes: 500_000_000});
	const {outcome, measures} = await scheduler.end(1);
	t.like(outcome, {kind: 'limit', limit: 'memory'});
	t.true((measures.peak_memory_bytes ?? 0) > 40_000_000);
	fs.writeFileSync(gate, '');
	t.deepEqual((await scheduler.end(2)).outcome, {kind: 'exited', exit_code: 0});
});

test('memory that was used between two looks counts', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t, {
		settings: {control_groups: 'never'},
	});
	worker();
	const gate = path.join(folder, 'gate');
	const script = `for (let i = 0; i < 3; i++) { Buffer.alloc(1e8, 1); gc(); }
		setInterval(() => { if (fs.existsSync(process.argv[1])) { process.exit(process.memoryUsage.rss() < 1e8 ? 0 : 1); } }, 50);`;
	await scheduler.run(1, [process.execPath, '--expose-gc', '-e', script, gate]);
	await measured(scheduler, 100_000_000);
	fs.writeFileSync(gate, '');
	const {outcome, measures} = await scheduler.end(1);
	t.deepEqual(outcome, {kind: 'exited', exit_code: 0});
	t.true((measures.peak_memory_bytes ?? 0) > 100_000_000);
});

test('a limit that is held from now on ends what is over it already', async (t) => {
	const farm = await workerFarm(t, {settings: {control_groups: 'never'}});
	const {scheduler, folder} = farm;
	const {worker} = farm.worker();
	const gate = path.join(folder, 'gate');
	await scheduler.run(1, hungry(gate), {memory_bytes: 50_000_000});
	await measured(scheduler, 100_000_000);
	await worker.change({...farm.settings, memory_limit: 'always'});
	t.like((await scheduler.end(1)).outcome, {kind: 'limit', limit: 'memory'});
});

test('a process that takes more memory than is reserved for it, which nobody holds it to, says so in its log', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t, {
		settings: {control_groups: 'never'},
	});
	worker();
	const gate = path.join(folder, 'gate');
	await scheduler.run(1, hungry(gate), {memory_bytes: 50_000_000});

	await measured(scheduler, 100_000_000);
	fs.writeFileSync(gate, '');
	const {outcome, measures} = await scheduler.end(1);
	t.deepEqual(outcome, {kind: 'exited', exit_code: 0});
	const log = await until(() => scheduler.logs.get(1), {what: 'the log'});
	t.regex(
		log.toString(),
		/^100000000\n\[lifeblood: this used 0\.\d+ GiB of memory, more than the 0.047 GiB that were reserved for it \(memory_gb\)\]\n$/v,
	);
	t.is(measures.log_bytes, log.length);
});

testWhere(
	noLimits,
	'a process that takes more memory than is reserved for it is killed by the kernel, and told with what it had reached',
	async (t) => {
		const {scheduler, worker, folder} = await workerFarm(t);
		worker();
		const gate = path.join(folder, 'gate');
		await scheduler.run(1, hungry(gate), {memory_bytes: 50_000_000});
		await scheduler.run(2, hungry(gate), {memory_bytes: 500_000_000});
		// The one that is killed is not the one that the wrapper waits for.
		await scheduler.run(
			3,
			['/bin/sh', '-c', '"$@" & sleep 1000', 'sh', ...hungry(gate)],
			{memory_bytes: 50_000_000},
		);
		for (const invocation of [1, 3]) {
			const {outcome, measures} = await scheduler.end(invocation); // eslint-disable-line no-await-in-loop -- one after the other
			t.like(outcome, {kind: 'limit', limit: 'memory'});
			t.regex(
				outcome.kind === 'limit' ? outcome.message : '',
				/0\.047 GiB .* was killed; it had reached 0\.04\d+ GiB/v,
			);
			t.true((measures.peak_memory_bytes ?? 0) > 40_000_000);
		}

		fs.writeFileSync(gate, '');
		t.deepEqual((await scheduler.end(2)).outcome, {
			kind: 'exited',
			exit_code: 0,
		});
	},
);

/** Leaves behind a process that has left the session, has no parent and does not show whose it is. */
const escape = (file: string, then: string): readonly string[] => [
	'/bin/sh',
	'-c',
	`(setsid env -i /bin/sh -c 'echo $$ > ${file}.new; mv ${file}.new ${file}; exec /bin/sleep 1000' &); until [ -e ${file} ]; do sleep 0.02; done; ${then}`,
];

const groupOf = (pid: number): string =>
	/^0::(?<group>.*)$/mv.exec(readFrom(`/proc/${pid}/cgroup`))?.groups?.[
		'group'
	] ?? '';

testWhere(
	noGroups,
	'what left its session and cleared its environment is ended with its invocation, and its group goes',
	async (t) => {
		const {scheduler, worker, folder} = await workerFarm(t, {
			settings: {control_groups: 'always'},
		});
		worker();
		const gate = path.join(folder, 'gate');
		const files = [1, 2].map((id) => path.join(folder, `escaped-${id}`));
		await scheduler.run(
			1,
			escape(files[0] ?? '', `until [ -e ${gate} ]; do sleep 0.02; done`),
		);
		await scheduler.run(2, escape(files[1] ?? '', 'sleep 1000'));
		const pids = await Promise.all(
			files.map(async (file) =>
				until(
					() => (fs.existsSync(file) ? Number(readFrom(file)) : undefined),
					{
						what: 'the process to escape',
					},
				),
			),
		);
		const groups = pids.map((pid) => groupOf(pid));
		t.regex(groups[0] ?? '', /\/lifeblood-[0-9a-f]+\/1$/v);
		t.regex(groups[1] ?? '', /\/lifeblood-[0-9a-f]+\/2$/v);
		fs.writeFileSync(gate, '');
		t.deepEqual((await scheduler.end(1)).outcome, {
			kind: 'exited',
			exit_code: 0,
		});
		t.false(isRunning(pids[0] ?? 0));
		t.true(isRunning(pids[1] ?? 0));
		await scheduler.cancel(2);
		t.deepEqual((await scheduler.end(2)).outcome, {kind: 'cancelled'});
		t.false(isRunning(pids[1] ?? 0));
		await until(
			() =>
				[1, 2].some((id) => groupFolders(groups[0] ?? '', id).length > 0)
					? undefined
					: true,
			{what: 'the groups to go', within: 10_000},
		);
	},
);

/** Where this group may be mounted; those places that are there. */
const groupFolders = (group: string, invocation: number): string[] =>
	['/sys/fs/cgroup', '/sys/fs/cgroup/unified']
		.map((root) => path.join(root, path.dirname(group), String(invocation)))
		.filter((folder) => fs.existsSync(folder));

testWhere(
	noGroups,
	'a worker that was killed and comes back has the groups of the one before, and ends what is in them',
	async (t) => {
		const farm = await workerFarm(t, {
			settings: {control_groups: 'always'},
		});
		const {scheduler, folder} = farm;
		const first = await farm.process();
		const files = [1, 2].map((id) => path.join(folder, `escaped-${id}`));
		const gate = path.join(folder, 'gate');
		await scheduler.run(1, escape(files[0] ?? '', 'sleep 1000'));
		await scheduler.run(
			2,
			escape(files[1] ?? '', `until [ -e ${gate} ]; do sleep 0.02; done`),
		);
		const pids = await Promise.all(
			files.map(async (file) =>
				until(
					() => (fs.existsSync(file) ? Number(readFrom(file)) : undefined),
					{
						what: 'the process to escape',
					},
				),
			),
		);
		const group = groupOf(pids[0] ?? 0);
		first.kill('SIGKILL');
		await until(() => (first.signalCode === null ? undefined : true), {
			what: 'the worker to be dead',
		});
		// The second ends while nobody looks.
		fs.writeFileSync(gate, '');
		await farm.process();
		t.deepEqual((await scheduler.end(2)).outcome, {
			kind: 'exited',
			exit_code: 0,
		});
		t.false(isRunning(pids[1] ?? 0));
		t.true(isRunning(pids[0] ?? 0));
		await scheduler.cancel(1);
		t.deepEqual((await scheduler.end(1)).outcome, {kind: 'cancelled'});
		t.false(isRunning(pids[0] ?? 0));
		await until(
			() =>
				[1, 2].some((id) => groupFolders(group, id).length > 0)
					? undefined
					: true,
			{what: 'the groups to go', within: 10_000},
		);
	},
);
