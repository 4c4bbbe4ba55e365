import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {
	createFarm,
	isRunning,
	type FarmProcess,
} from '../helpers/farm-process.js';
import {job, notRunOnce, waitFor} from '../helpers/run-account.js';
import {until} from '../helpers/until.js';

/** What the worker of this name has written down of an invocation; empty while there is nothing. */
const recordOf = (farm: FarmProcess, invocation: number): string => {
	const root = path.join(farm.folder, 'state', 'lifeblood', 'worker');
	const file = fs
		.globSync(`${root}/*/one/invocations/${invocation}`)
		.find((name) => fs.existsSync(name));
	return file === undefined ? '' : fs.readFileSync(file, 'utf8');
};

/** Resolves at the first moment at which the worker's record says this. */
const untilRecorded = async (
	farm: FarmProcess,
	invocation: number,
	word: string,
): Promise<void> => {
	await until(
		() => (recordOf(farm, invocation).includes(word) ? true : undefined),
		{what: `the record to say ${word}`, within: 10_000},
	);
};

test.serial(
	'a worker that is killed while its process runs is missed at once, and adopts the process when it is back',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		const worker = await farm.worker();
		await farm.graph({
			run: {
				type: 'command',
				parameters: job(
					`echo before; ${waitFor('go')}; echo after; echo "ALF_PROGRESS 60%"; ${waitFor('end')}`,
				),
			},
		});
		const id = await farm.submit('run');
		const [run] = await farm.begun(1);
		await farm.taskIn(id, 'in_progress');
		await worker.end('SIGKILL');
		await farm.workerIn('one', 'unreachable', 2000);
		t.is(await farm.state(id), 'in_progress');
		t.true(isRunning(run?.pid ?? 0));
		farm.open('go');
		await farm.worker();
		await until(
			async () => {
				const {progress} = await farm.task(id);
				return progress === 60 ? true : undefined;
			},
			{what: 'the adopted process to be listened to', within: 10_000},
		);
		farm.open('end');
		t.like(await farm.rest(id), {errors: 0});
		t.like(await farm.task(id), {state: 'done', attempts: 1});
		t.deepEqual(notRunOnce(farm.runs()), []);
		t.is(
			await farm.printed(['task', 'log', String(id)]),
			'before\nafter\nALF_PROGRESS 60%',
		);
	},
);

test.serial(
	'what a killed worker had been offered and did not start is run once, by whoever comes',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		const worker = await farm.worker();
		await farm.graph({run: {type: 'command', parameters: job()}});
		// It is there and answers nothing, so the offer is on its way for ever.
		worker.signal('SIGSTOP');
		const id = await farm.submit('run');
		await farm.taskIn(id, 'invoking');
		await worker.end('SIGKILL');
		t.deepEqual(farm.runs(), []);
		await farm.worker();
		t.like(await farm.rest(id), {errors: 0});
		t.deepEqual(notRunOnce(farm.runs()), []);
		t.like(await farm.invocations(id), {
			0: {state: 'lost'},
			1: {state: 'finished', exit_code: 0},
			length: 2,
		});
	},
);

test.serial(
	'what ended while its worker was dead counts, with its own exit code',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		const worker = await farm.worker();
		await farm.graph({
			good: {type: 'command', parameters: job(waitFor('go'))},
			bad: {
				type: 'command',
				parameters: job(`${waitFor('go')}; echo "last words"; exit 7`),
			},
		});
		const good = await farm.submit('good');
		const bad = await farm.submit('bad');
		const runs = await farm.begun(2);
		await worker.end('SIGKILL');
		farm.open('go');
		await until(
			() => (runs.some(({pid}) => isRunning(pid)) ? undefined : true),
			{what: 'both processes to end'},
		);
		await farm.worker();
		t.like(await farm.rest([good, bad]), {errors: 1});
		t.like(await farm.task(good), {state: 'done', attempts: 1});
		t.like(await farm.task(bad), {
			state: 'error',
			attempts: 1,
			state_details: {exit_code: 7},
		});
		t.is(await farm.printed(['task', 'log', String(bad)]), 'last words');
		t.is(farm.runs().length, 2);
	},
);

test.serial(
	'a result that was not yet acknowledged when the worker was killed is told again and counts once',
	async (t) => {
		const farm = createFarm(t);
		const scheduler = await farm.scheduler();
		const worker = await farm.worker();
		await farm.graph({run: {type: 'command', parameters: job(waitFor('go'))}});
		const id = await farm.submit('run');
		const [run] = await farm.begun(1);
		await farm.taskIn(id, 'in_progress');
		scheduler.signal('SIGSTOP');
		farm.open('go');
		await untilRecorded(farm, run?.invocation ?? 0, '\nended ');
		await worker.end('SIGKILL');
		const again = farm.start(['worker', '--name', 'one', '--cpus', '4']);
		scheduler.signal('SIGCONT');
		t.like(await farm.rest(id), {errors: 0});
		t.like(await farm.task(id), {state: 'done', attempts: 1});
		t.deepEqual(notRunOnce(farm.runs()), []);
		await until(
			() => (recordOf(farm, run?.invocation ?? 0) === '' ? true : undefined),
			{what: 'the worker to forget what is acknowledged', within: 10_000},
		);
		t.false(again.hasEnded());
	},
);

test.serial(
	'killed at every step of an invocation and started again, a worker loses nothing and runs nothing twice',
	async (t) => {
		const farm = createFarm(t);
		const scheduler = await farm.scheduler();
		await farm.graph({
			run: {
				type: 'command',
				parameters: {...job('sleep 0.2'), cpus: 0.5, memory_gb: 0},
			},
		});
		const steps = [
			{word: 'job ', held: undefined},
			{word: '\npid ', held: undefined},
			// Whoever would go on from here is made to stand still, so that the step lasts.
			{word: '\nexit ', held: 'worker'},
			{word: '\nended ', held: 'scheduler'},
		] as const;
		let invocation = 0;
		for (const [index, {word, held}] of steps.entries()) {
			/* eslint-disable no-await-in-loop -- one worker after the other */
			const worker = await farm.worker();
			const {ids} = await farm.ask('task.submit_many', {
				tasks: Array.from({length: 6}, () => ({node: 'run'})),
			});
			if (held !== undefined) {
				await farm.begun(6 * (index + 1));
				(held === 'worker' ? worker : scheduler).signal('SIGSTOP');
			}

			await untilRecorded(farm, invocation + 1, word);
			await worker.end('SIGKILL');
			scheduler.signal('SIGCONT');
			const next = await farm.worker();
			t.like(await farm.rest(ids), {errors: 0});
			await next.end('SIGTERM');
			const all = await Promise.all(
				ids.map(async (id) => farm.invocations(id)),
			);
			invocation = Math.max(...all.flat().map(({id}) => id));
			/* eslint-enable no-await-in-loop */
		}

		t.is(farm.runs().length, 24);
		t.deepEqual(notRunOnce(farm.runs()), []);
	},
);

test.serial(
	'after the grace time the task goes on elsewhere, and the worker that comes back ends what was given up',
	async (t) => {
		const farm = createFarm(t, {workerGrace: 1});
		await farm.scheduler();
		const first = await farm.worker({name: 'one'});
		await farm.graph({
			run: {
				type: 'command',
				parameters: job(`trap "" TERM; ${waitFor('go')}`),
			},
		});
		const id = await farm.submit('run');
		const [run] = await farm.begun(1);
		await first.end('SIGKILL');
		await farm.worker({name: 'two'});
		await farm.begun(2);
		await farm.taskIn(id, 'in_progress');
		t.like(await farm.invocations(id), {
			0: {worker: 'one', state: 'lost'},
			1: {worker: 'two', state: 'running'},
			length: 2,
		});
		t.true(isRunning(run?.pid ?? 0));
		await farm.worker({name: 'one'});
		await until(() => (isRunning(run?.pid ?? 0) ? undefined : true), {
			what: 'the process that was given up to be gone',
			within: 10_000,
		});
		farm.open('go');
		t.like(await farm.rest(id), {errors: 0});
		t.like(await farm.task(id), {state: 'done', attempts: 2});
		// The one that was given up did not come to its end.
		t.deepEqual(
			farm.runs().map(({hasEnded}) => hasEnded),
			[false, true],
		);
		await farm.workerIn('one', 'idle');
	},
);

test.serial(
	'a result that comes after the grace time changes nothing',
	async (t) => {
		const farm = createFarm(t, {workerGrace: 1});
		await farm.scheduler();
		const first = await farm.worker({name: 'one'});
		await farm.graph({
			run: {
				type: 'command',
				parameters: job(
					`mkdir "$GATES/first" 2>/dev/null && { ${waitFor('go')}; exit 9; }; ${waitFor('end')}`,
				),
			},
		});
		const id = await farm.submit('run');
		const [run] = await farm.begun(1);
		await first.end('SIGKILL');
		await farm.worker({name: 'two'});
		await farm.begun(2);
		farm.open('go');
		await until(() => (isRunning(run?.pid ?? 0) ? undefined : true), {
			what: 'the first process to end',
		});
		await farm.worker({name: 'one'});
		t.is(await farm.state(id), 'in_progress');
		farm.open('end');
		t.like(await farm.rest(id), {errors: 0});
		t.like(await farm.invocations(id), {
			0: {state: 'lost', exit_code: null},
			1: {state: 'finished', exit_code: 0},
			length: 2,
		});
	},
);

test.serial(
	'a process that was killed together with its worker is run again; one that was killed alone is an error that says so',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		const worker = await farm.worker();
		await farm.graph({
			run: {type: 'command', parameters: job(waitFor('go'))},
		});
		const together = await farm.submit('run');
		const [run] = await farm.begun(1);
		await worker.end('SIGKILL');
		process.kill(parentOf(run?.pid ?? 0), 'SIGKILL');
		process.kill(run?.pid ?? 0, 'SIGKILL');
		await farm.worker();
		const [, second] = await farm.begun(2);
		t.is(second?.task, together);

		const alone = await farm.submit('run');
		const third = (await farm.begun(3))[2];
		t.is(third?.task, alone);
		process.kill(third?.pid ?? 0, 'SIGKILL');
		await farm.taskIn(alone, 'error');
		t.like(await farm.task(alone), {
			attempts: 1,
			state_details: {reason: 'signal', signal: 'SIGKILL'},
		});

		// Without what stands between worker and process nobody would know how it ends, so it is ended.
		const orphaned = await farm.submit('run');
		const fourth = await until(
			() => farm.runs().find(({task}) => task === orphaned),
			{what: 'the fourth process'},
		);
		process.kill(parentOf(fourth.pid), 'SIGKILL');
		await until(() => (isRunning(fourth.pid) ? undefined : true), {
			what: 'the process without its wrapper to be gone',
			within: 10_000,
		});
		farm.open('go');
		await farm.rest([together, alone, orphaned]);
		t.is(await farm.state(together), 'done');
	},
);

test.serial(
	'of two workers of one name on one machine the second says so and ends',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker({name: 'one'});
		const second = await farm.cli(['worker', '--name', 'one']);
		t.is(second.exitCode, 1);
		t.regex(second.stderr, /runs on this machine already/v);
		await farm.workerIn('one', 'idle');
	},
);

const parentOf = (pid: number): number => {
	const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
	const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ', 2);
	return Number(parent);
};
