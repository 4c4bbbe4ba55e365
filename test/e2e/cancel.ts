import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {
	createFarm,
	isRunning,
	type FarmProcess,
} from '../helpers/farm-process.js';
import {job, waitFor} from '../helpers/run-account.js';
import {until} from '../helpers/until.js';

/** A process whose children and grandchildren ignore TERM, one of them in a session of its own and with nobody above it, one with another name and folder. Each notes its number. */
const stubborn = job(String.raw`
trap "" TERM HUP INT
note() { echo $1 >> "$GATES/pids"; }
note $$
(trap "" TERM HUP INT; sh -c 'echo $$ >> "$GATES/pids"; trap "" TERM; sh -c "trap \"\" TERM; echo \$\$ >> \"\$GATES/pids\"; sleep 1000; sleep 1000"; sleep 1000') &
(setsid sh -c 'trap "" TERM HUP; echo $$ >> "$GATES/pids"; cd /; while :; do sleep 0.2; done' >/dev/null 2>&1 &)
setsid -f sh -c 'trap "" TERM; echo $$ >> "$GATES/pids"; sleep 1000; :' >/dev/null 2>&1
wait
${waitFor('never')}`);

const notedPids = (farm: FarmProcess): readonly number[] => {
	const file = path.join(farm.folder, 'gates', 'pids');
	return fs.existsSync(file)
		? fs
				.readFileSync(file, 'utf8')
				.split('\n')
				.filter((line) => line !== '')
				.map(Number)
		: [];
};

/** The numbers of the five, once they are there. */
const family = async (
	farm: FarmProcess,
	count: number,
): Promise<readonly number[]> =>
	until(
		() => {
			const pids = notedPids(farm);
			return pids.length >= count ? pids : undefined;
		},
		{what: `${count} processes to have noted their number`, within: 20_000},
	);

/** Nothing carries the farm's mark but its own two programs. */
const nothingElseRuns = async (
	farm: FarmProcess,
	own: readonly number[],
): Promise<void> => {
	await until(
		() => (farm.marked().every((pid) => own.includes(pid)) ? true : undefined),
		{what: 'every process of the jobs to be gone', within: 10_000},
	);
};

test.serial(
	'cancelling ends the whole tree: what ignores TERM, and what went into a session of its own',
	async (t) => {
		const farm = createFarm(t);
		const scheduler = await farm.scheduler();
		const worker = await farm.worker();
		await farm.graph({run: {type: 'command', parameters: stubborn}});
		const id = await farm.submit('run');
		const pids = await family(farm, 5);
		t.is(pids.filter((pid) => isRunning(pid)).length, 5);
		t.is(await farm.status(['task', 'cancel', String(id)]), 0);
		t.like(await farm.rest(id), {errors: 1});
		t.like(await farm.task(id), {
			state: 'error',
			state_details: {reason: 'cancelled'},
		});
		t.like(await farm.invocations(id), {0: {state: 'cancelled'}, length: 1});
		await nothingElseRuns(farm, [scheduler.pid, worker.pid]);
		t.deepEqual(
			pids.filter((pid) => isRunning(pid)),
			[],
		);
		// What it held is free again.
		t.like(await farm.workerIn('one', 'idle'), {
			resources: {cpus: {total: 4, free: 4}},
		});
	},
);

test.serial(
	'killing a parent, archiving its group and restarting a task each end what runs',
	async (t) => {
		const farm = createFarm(t, {killGrace: 0.2});
		const scheduler = await farm.scheduler();
		const worker = await farm.worker({cpus: 8});
		await farm.graph({run: {type: 'command', parameters: stubborn}});
		const killed = await farm.submit('run');
		const archived = await farm.submit('run', {groups: ['old']});
		const restarted = await farm.submit('run');
		await family(farm, 15);
		const before = notedPids(farm);
		t.is(await farm.status(['task', 'kill', String(killed)]), 0);
		t.is(await farm.status(['group', 'archive', 'old']), 0);
		t.is(await farm.status(['task', 'restart', String(restarted)]), 0);
		await family(farm, 20);
		await until(
			() => (before.some((pid) => isRunning(pid)) ? undefined : true),
			{what: 'the first fifteen processes to be gone', within: 10_000},
		);
		t.is(await farm.state(killed), 'dead');
		t.like(await farm.task(archived), {archived: true});
		t.like(await farm.task(restarted), {state: 'in_progress'});
		t.like(await farm.invocations(restarted), {length: 2});
		await farm.ask('task.act', {
			action: 'kill',
			select: {ids: [restarted]},
		});
		await nothingElseRuns(farm, [scheduler.pid, worker.pid]);
		await farm.workerIn('one', 'idle');
	},
);

test.serial(
	'what a process daemonised ends with it, when it ends well too',
	async (t) => {
		const farm = createFarm(t);
		const scheduler = await farm.scheduler();
		const worker = await farm.worker();
		await farm.graph({
			run: {
				type: 'command',
				parameters: job(
					'(setsid sh -c \'echo $$ >> "$GATES/pids"; trap "" TERM; while :; do sleep 0.2; done\' >/dev/null 2>&1 &)\n while [ ! -s "$GATES/pids" ]; do sleep 0.02; done',
				),
			},
		});
		const id = await farm.submit('run');
		t.like(await farm.rest(id), {errors: 0});
		t.is(notedPids(farm).length, 1);
		await nothingElseRuns(farm, [scheduler.pid, worker.pid]);
	},
);

test.serial(
	'a worker that is told to stop ends its processes, and their tasks go on elsewhere',
	async (t) => {
		const farm = createFarm(t, {killGrace: 0.2});
		await farm.scheduler();
		const worker = await farm.worker({name: 'first'});
		await farm.graph({
			run: {
				type: 'command',
				parameters: job(`trap "" TERM; ${waitFor('go')}`),
			},
		});
		const id = await farm.submit('run');
		const [first] = await farm.begun(1);
		t.deepEqual(await worker.end('SIGTERM'), {code: 0, signal: null});
		t.false(isRunning(first?.pid ?? 0));
		t.is(await farm.state(id), 'ready');
		await farm.workerIn('first', 'off');
		await farm.worker({name: 'second'});
		await farm.begun(2);
		farm.open('go');
		t.like(await farm.rest(id), {errors: 0});
		t.like(await farm.invocations(id), {
			0: {worker: 'first', state: 'lost'},
			1: {worker: 'second', state: 'finished'},
			length: 2,
		});
	},
);
