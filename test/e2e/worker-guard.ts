import test from 'ava';
import {createFarm, isRunning} from '../helpers/farm-process.js';
import {job, waitFor} from '../helpers/run-account.js';
import {until} from '../helpers/until.js';

const untilGone = async (pid: number, what: string): Promise<void> => {
	await until(() => (isRunning(pid) ? undefined : true), {
		what,
		within: 15_000,
	});
};

test.serial(
	'what a worker ran that was killed and never started again is ended when its grace time is over',
	async (t) => {
		const farm = createFarm(t, {workerGrace: 1});
		await farm.scheduler();
		const worker = await farm.worker();
		await farm.graph({
			run: {
				type: 'command',
				parameters: {
					...job(`trap "" TERM; ${waitFor('never')}`),
					attempts: 1,
				},
			},
		});
		const id = await farm.submit('run');
		const [run] = await farm.begun(1);
		await farm.taskIn(id, 'in_progress');
		t.is(farm.guards().length, 1);
		await worker.end('SIGKILL');
		await untilGone(run?.pid ?? 0, 'the process to be ended');
		await until(() => (farm.guards().length === 0 ? true : undefined), {
			what: 'the guard to be gone too',
			within: 15_000,
		});
		t.is(await farm.state(id), 'error');
		// What it ended is still there to be told, and changes nothing any more.
		await farm.worker();
		await farm.workerIn('one', 'idle');
		t.is(await farm.state(id), 'error');
		t.is(farm.runs().length, 1);
	},
);

test.serial(
	'a worker that is back within the grace time keeps its processes, and has the only guard',
	async (t) => {
		const farm = createFarm(t, {workerGrace: 10});
		await farm.scheduler();
		const first = await farm.worker();
		await farm.graph({
			run: {type: 'command', parameters: job(waitFor('go'))},
		});
		const id = await farm.submit('run');
		const [run] = await farm.begun(1);
		await farm.taskIn(id, 'in_progress');
		const [before = 0] = farm.guards();
		await first.end('SIGKILL');
		const second = farm.start(['worker', '--name', 'one', '--cpus', '4']);
		await untilGone(before, 'the first guard to be relieved');
		await farm.workerIn('one', 'busy');
		t.is(farm.guards().length, 1);
		t.true(isRunning(run?.pid ?? 0));
		farm.open('go');
		await farm.rest(id);
		await second.end('SIGTERM');
		await until(() => (farm.guards().length === 0 ? true : undefined), {
			what: 'the guard to go with its worker',
		});
	},
);

test.serial(
	'what a killed worker left is ended at once by a command, which lets one alone that runs',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		const worker = await farm.worker();
		await farm.graph({
			run: {type: 'command', parameters: job(waitFor('never'))},
		});
		await farm.submit('run');
		const [run] = await farm.begun(1);
		const words = ['worker', 'sweep', '--name', 'one'];
		const refused = await farm.cli(words);
		t.is(refused.exitCode, 1);
		t.regex(refused.stderr, /runs on this machine already/v);
		t.true(isRunning(run?.pid ?? 0));
		await worker.end('SIGKILL');
		const done = await farm.cli(words);
		t.is(
			done.stderr,
			'lifeblood: ended 1 invocation of the worker "one"\n'.trim(),
		);
		t.false(isRunning(run?.pid ?? 0));
	},
);
