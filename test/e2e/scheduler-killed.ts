import path from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import test from 'ava';
import {openToRead} from '../../source/db/open.js';
import {
	createFarm,
	isRunning,
	type FarmProcess,
	type SchedulerDaemon,
} from '../helpers/farm-process.js';
import {job, notRunOnce, waitFor} from '../helpers/run-account.js';
import {until} from '../helpers/until.js';

/** Kills the scheduler right after the database has changed so often from now on, or when it has not changed for a second. Tells how many tasks were under way. */
const killAfterCommits = async (
	farm: FarmProcess,
	scheduler: SchedulerDaemon,
	count: number,
): Promise<number> => {
	const reader = openToRead(path.join(farm.folder, 'farm.db'));
	const version = () => reader.pragma('data_version', {simple: true});
	try {
		let last = version();
		// The first may take a program's start.
		let changedAt = performance.now() + 20_000;
		for (let seen = 0; seen < count && performance.now() - changedAt < 1000;) {
			const now = version();
			if (now !== last) {
				last = now;
				seen++;
				changedAt = performance.now();
			}

			await nextTurn(); // eslint-disable-line no-await-in-loop -- each look depends on time passing
		}

		await scheduler.end('SIGKILL');
		const row = reader
			.prepare<unknown[], {n: number}>(
				"SELECT count(*) AS n FROM tasks WHERE state NOT IN ('done', 'dead', 'error') OR queue IS NOT NULL",
			)
			.get();
		return row?.n ?? 0;
	} finally {
		reader.close();
		await scheduler.end('SIGKILL');
	}
};

test.serial(
	'a submission that was acknowledged is there after kill -9, and one that was not can be sent again without being there twice',
	async (t) => {
		const farm = createFarm(t);
		let scheduler = await farm.scheduler();
		await farm.graph({start: {type: 'null'}, next: {type: 'null'}}, [
			'start -> next',
		]);
		const sent = new Map<string, number | undefined>();
		for (const commits of [3, 10, 25]) {
			/* eslint-disable no-await-in-loop -- one scheduler after the other */
			const killing = killAfterCommits(farm, scheduler, commits);
			const {peer} = await farm.connect();
			const submitUntilCut = async (who: string): Promise<void> => {
				for (let index = 0; !peer.isClosed(); index++) {
					const name = `${commits} ${who} ${index}`;
					sent.set(name, undefined);
					const {id} = await peer.request('task.submit', {
						node: 'start',
						name,
						groups: ['all'],
						request_id: name,
					});
					sent.set(name, id);
				}
			};

			await Promise.allSettled([
				killing,
				...['a', 'b', 'c', 'd'].map(async (who) => submitUntilCut(who)),
			]);
			await killing;
			scheduler = await farm.scheduler();
			for (const [name, id] of sent) {
				const again = await farm.ask('task.submit', {
					node: 'start',
					name,
					groups: ['all'],
					request_id: name,
				});
				t.true(id === undefined || again.id === id, name);
			}
			/* eslint-enable no-await-in-loop */
		}

		t.true(sent.size > 30, `${sent.size} were sent`);
		t.true(sent.values().toArray().includes(undefined));
		await farm.ask('group.wait', {names: ['all'], timeout_s: 10});
		const {tasks} = await farm.ask('task.list', {limit: 10_000});
		t.deepEqual(
			tasks.map(({name}) => name).toSorted(),
			sent.keys().toArray().toSorted(),
		);
		t.true(tasks.every(({state, node}) => state === 'done' && node === 'next'));
	},
);

test.serial(
	'killed after each of the first commits of a job and started again, a scheduler loses nothing and has nothing run twice',
	async (t) => {
		const farm = createFarm(t);
		let scheduler = await farm.scheduler();
		await farm.worker({cpus: 4});
		await farm.graph(
			{
				chunks: {
					type: 'attribute_splitter',
					parameters: {attribute: 'frames', chunk_size: 1},
				},
				run: {
					type: 'command',
					parameters: {...job('sleep 0.03'), memory_gb: 0},
				},
				gather: {
					type: 'split_waiter',
					parameters: {promote: [{attribute: 'frames', mode: 'extend'}]},
				},
			},
			['chunks -> run', 'run -> gather'],
		);
		for (const commits of [1, 2, 3, 4, 6, 9]) {
			/* eslint-disable no-await-in-loop -- one scheduler after the other */
			// From here on it is the job that makes commits.
			await farm.workerIn('one', 'idle');
			const killing = killAfterCommits(farm, scheduler, commits);
			const submitting = farm.cli([
				'submit',
				'chunks',
				'--name',
				`round ${commits}`,
				'--frames',
				'1-8',
				'--wait',
			]);
			await killing;
			scheduler = await farm.scheduler({
				flags: ['--server-port', String(scheduler.server.port)],
			});
			// The command was cut off, and carried on by itself.
			const {exitCode, stdout, stderr} = await submitting;
			t.is(exitCode, 0, `It said: ${stderr}`);
			t.like(await farm.task(Number(stdout)), {
				name: `round ${commits}`,
				state: 'done',
				node: 'gather',
				attributes: {frames: [1, 2, 3, 4, 5, 6, 7, 8]},
			});
			/* eslint-enable no-await-in-loop */
		}

		t.deepEqual(notRunOnce(farm.runs()), []);
		t.is(farm.runs().length, 6 * 8);
		const {tasks} = await farm.ask('task.list', {});
		t.is(tasks.length, 6);
	},
);

test.serial(
	'fan-ins of 300 that are cut off by kill -9 again and again drain to their end',
	async (t) => {
		const farm = createFarm(t);
		let scheduler = await farm.scheduler();
		await farm.graph(
			{
				chunks: {
					type: 'attribute_splitter',
					parameters: {
						mode: 'range',
						end: 299,
						split_by: 'chunk_size',
						chunk_size: 1,
					},
				},
				double: {
					type: 'set_attrib',
					parameters: {
						attributes: [
							{name: 'twice', value: {expr: 'attr.chunk_start * 2'}},
						],
					},
				},
				gather: {
					type: 'split_waiter',
					parameters: {
						promote: [
							{attribute: 'twice', mode: 'append', as: 'all'},
							{attribute: 'twice', mode: 'sum', as: 'sum'},
						],
					},
				},
			},
			['chunks -> double', 'double -> gather'],
		);
		const ids: number[] = [];
		const cutOff: number[] = [];
		for (const commits of [1, 2, 3]) {
			/* eslint-disable no-await-in-loop -- one scheduler after the other */
			const killing = killAfterCommits(farm, scheduler, commits);
			const submit = async () => {
				const {ids: given} = await farm.ask('task.submit_many', {
					tasks: Array.from({length: 8}, () => ({node: 'chunks'})),
					request_id: `round ${commits}`,
				});
				return given;
			};

			await Promise.allSettled([submit()]);
			cutOff.push(await killing);
			scheduler = await farm.scheduler();
			ids.push(...(await submit()));
			/* eslint-enable no-await-in-loop */
		}

		// Else there was nothing to see.
		t.true(
			cutOff.some((count) => count > 300),
			cutOff.join(' '),
		);
		t.like(await farm.rest(ids), {errors: 0});
		for (const id of ids) {
			// eslint-disable-next-line no-await-in-loop -- few
			t.like(await farm.task(id), {
				state: 'done',
				node: 'gather',
				attributes: {
					sum: 299 * 300,
					all: Array.from({length: 300}, (_, index) => index * 2),
				},
			});
		}

		const {tasks} = await farm.ask('farm.info', {});
		t.like(tasks, {done: 24, dead: 24 * 300});
	},
);

test.serial(
	'what runs goes on without a scheduler, and what ends meanwhile counts',
	async (t) => {
		const farm = createFarm(t);
		const scheduler = await farm.scheduler();
		await farm.worker();
		await farm.graph({
			short: {type: 'command', parameters: job(`${waitFor('short')}; exit 4`)},
			long: {type: 'command', parameters: job(waitFor('long'))},
		});
		const short = await farm.submit('short');
		const long = await farm.submit('long');
		const runs = await farm.begun(2);
		await farm.taskIn(short, 'in_progress');
		await farm.taskIn(long, 'in_progress');
		await scheduler.end('SIGKILL');
		farm.open('short');
		const shortRun = runs.find(({task}) => task === short);
		const longRun = runs.find(({task}) => task === long);
		await until(() => (isRunning(shortRun?.pid ?? 0) ? undefined : true), {
			what: 'the short process to end',
		});
		t.true(isRunning(longRun?.pid ?? 0));
		await farm.scheduler();
		t.like(await farm.taskIn(short, 'error'), {
			attempts: 1,
			state_details: {exit_code: 4},
		});
		t.like(await farm.task(long), {state: 'in_progress', attempts: 1});
		t.true(isRunning(longRun?.pid ?? 0));
		farm.open('long');
		t.like(await farm.rest(long), {errors: 0});
		t.like(await farm.task(long), {state: 'done', attempts: 1});
		t.is(farm.runs().length, 2);
	},
);

test.serial(
	'an offer that was under way when the scheduler was killed is run once',
	async (t) => {
		const farm = createFarm(t);
		const scheduler = await farm.scheduler();
		const worker = await farm.worker();
		await farm.graph({run: {type: 'command', parameters: job('sleep 0.2')}});
		worker.signal('SIGSTOP');
		const id = await farm.submit('run');
		await farm.taskIn(id, 'invoking');
		await scheduler.end('SIGKILL');
		// It finds the offer in its mail, and nobody to answer.
		worker.signal('SIGCONT');
		await farm.scheduler();
		t.like(await farm.rest(id), {errors: 0});
		t.deepEqual(notRunOnce(farm.runs()), []);
		t.is(farm.runs().length, 1);
	},
);

test.serial(
	'a scheduler that is told to stop leaves what runs alone, and starts again where it was',
	async (t) => {
		const farm = createFarm(t);
		const scheduler = await farm.scheduler();
		await farm.worker();
		await farm.graph(
			{
				run: {type: 'command', parameters: job(waitFor('go'))},
				after: {type: 'null'},
			},
			['run -> after'],
		);
		const id = await farm.submit('run');
		const [run] = await farm.begun(1);
		await farm.taskIn(id, 'in_progress');
		t.deepEqual(await scheduler.end('SIGTERM'), {code: 0, signal: null});
		t.true(isRunning(run?.pid ?? 0));
		const nobody = await farm.cli([
			'task',
			'list',
			'--scheduler',
			'127.0.0.1:1',
		]);
		t.is(nobody.exitCode, 3);
		const again = await farm.scheduler();
		await farm.workerIn('one', 'busy');
		t.deepEqual(await again.end('SIGINT'), {code: 0, signal: null});
		farm.open('go');
		await farm.scheduler();
		t.like(await farm.rest(id), {errors: 0});
		t.like(await farm.task(id), {state: 'done', node: 'after'});
		t.like(await farm.invocations(id), {length: 1});
		t.deepEqual(notRunOnce(farm.runs()), []);
	},
);

test.serial(
	'a worker whose scheduler stays away ends its processes after the grace time, and they are run again when it is back',
	async (t) => {
		const farm = createFarm(t, {workerGrace: 1});
		const scheduler = await farm.scheduler();
		const worker = await farm.worker();
		await farm.graph({
			run: {
				type: 'command',
				parameters: job(`trap "" TERM; ${waitFor('go')}`),
			},
		});
		const id = await farm.submit('run');
		const [run] = await farm.begun(1);
		await farm.taskIn(id, 'in_progress');
		await scheduler.end('SIGKILL');
		await until(() => (isRunning(run?.pid ?? 0) ? undefined : true), {
			what: 'the worker to end what it has',
			within: 10_000,
		});
		t.false(worker.hasEnded());
		await farm.scheduler();
		await farm.begun(2);
		farm.open('go');
		t.like(await farm.rest(id), {errors: 0});
		t.deepEqual(
			farm.runs().map(({hasEnded}) => hasEnded),
			[false, true],
		);
	},
);
