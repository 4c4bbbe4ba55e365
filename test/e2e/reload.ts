import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {
	createFarm,
	type Daemon,
	type FarmProcess,
} from '../helpers/farm-process.js';
import {job, waitFor} from '../helpers/run-account.js';
import {until} from '../helpers/until.js';

const untilSaid = async (daemon: Daemon, what: RegExp): Promise<void> => {
	await until(() => (what.test(daemon.said()) ? true : undefined), {
		what: `it to say ${what.source}`,
		within: 10_000,
	});
};

const configure = (
	farm: FarmProcess,
	component: 'scheduler' | 'worker',
	text: (before: string) => string,
): void => {
	const file = path.join(farm.folder, 'config', component, 'config.toml');
	fs.mkdirSync(path.dirname(file), {recursive: true});
	const before = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
	fs.writeFileSync(file, text(before));
};

test('at a HUP a worker offers what its configuration says now, and what runs goes on', async (t) => {
	const farm = createFarm(t);
	configure(farm, 'worker', () => '[worker]\ngroups = ["old"]\n');
	await farm.scheduler();
	const worker = await farm.worker();
	await farm.graph({
		anywhere: {type: 'command', parameters: job(waitFor('end'))},
		chosen: {
			type: 'command',
			parameters: {...job('true'), worker_groups: 'new*'},
		},
	});
	const running = await farm.submit('anywhere');
	await farm.taskIn(running, 'in_progress');
	const waiting = await farm.submit('chosen');
	await farm.taskIn(waiting, 'ready');

	configure(
		farm,
		'worker',
		() =>
			'[worker]\ngroups = ["newest"]\ntype = "helper"\n[capabilities]\nblender = "4.2.0"\n',
	);
	worker.signal('SIGHUP');
	await farm.rest(waiting);
	await untilSaid(
		worker,
		/in force now: worker\.groups, capabilities; from the next start on: worker\.type\./v,
	);
	const {workers} = await farm.ask('worker.list', {});
	t.like(workers[0], {
		groups: ['newest'],
		capabilities: {blender: '4.2.0'},
		type: 'standard',
		state: 'busy',
	});
	t.is(await farm.state(running), 'in_progress');
	farm.open('end');
	t.like(await farm.rest(running), {errors: 0});
	t.is((await farm.invocations(running)).length, 1);
});

test('at a HUP a scheduler goes by what its configuration says now, and a faulty one changes nothing', async (t) => {
	const farm = createFarm(t, {attempts: 1});
	const scheduler = await farm.scheduler();
	await farm.worker();
	await farm.graph({
		run: {
			type: 'command',
			parameters: {
				command: [{arg: {expr: 'config["program"]'}}, {arg: '2'}],
			},
		},
	});
	const shell = path.join(farm.folder, 'try');
	fs.writeFileSync(shell, '#!/bin/sh\nexit 0\n', {mode: 0o755});
	const first = await farm.submit('run');
	t.is((await farm.taskIn(first, 'error')).state, 'error');

	configure(
		farm,
		'scheduler',
		(before) => `${before}[scheduler.globals]\nprogram = 5 5\n`,
	);
	scheduler.signal('SIGHUP');
	await untilSaid(scheduler, /The configuration stays as it was: /v);

	configure(farm, 'scheduler', (before) =>
		before.replace('program = 5 5', () => `program = ${JSON.stringify(shell)}`),
	);
	scheduler.signal('SIGHUP');
	await untilSaid(scheduler, /in force now: scheduler\.globals/v);
	await farm.printed(['task', 'retry', String(first)]);
	t.like(await farm.rest(first), {errors: 0});
});
