import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {callJob, runCallable} from './helpers/job-caller.js';
import {until} from './helpers/until.js';
import {workerFarm} from './helpers/worker-farm.js';

test('a process asks for attributes, changes them and spawns, in the name of its invocation', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const place = await runCallable(scheduler, {invocation: 5, folder});
	t.regex(place.address, /^127\.0\.0\.1:\d+$/v);
	const job = await callJob(place);
	t.deepEqual(await job.call('job.get_attributes'), {
		jsonrpc: '2.0',
		id: 1,
		result: {attributes: {of: 5}},
	});
	t.like(await job.call('job.set_attributes', {set: {a: [1]}, delete: ['b']}), {
		result: {},
	});
	t.like(await job.call('job.spawn', {name: 'child', attributes: {frame: 1}}), {
		result: {id: 77},
	});
	t.like(scheduler.asked, {
		0: {params: {invocation: 5}},
		1: {params: {invocation: 5, set: {a: [1]}, delete: ['b']}},
		2: {
			params: {
				invocation: 5,
				name: 'child',
				attributes: {frame: 1},
				output: 'spawned',
			},
		},
		length: 3,
	});
});

test('what a process says of its progress goes out as what its output says of it', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const place = await runCallable(scheduler, {invocation: 1, folder});
	const job = await callJob(place);
	await job.call('job.progress', {percent: 12.5, status: 'warming up'});
	await until(
		() =>
			scheduler.progress.some(
				({percent, status}) => percent === 12.5 && status === 'warming up',
			)
				? true
				: undefined,
		{what: 'the notice'},
	);
	await job.call('job.progress', {percent: 50});
	await until(
		() =>
			scheduler.progress.some(
				({percent, status}) => percent === 50 && status === 'warming up',
			)
				? true
				: undefined,
		{what: 'the next notice'},
	);
	t.like(await job.call('job.progress', {percent: 101}), {
		error: {code: -32_602, data: {field: 'percent'}},
	});
});

test('the folders for programs and for Python are found first, whatever a task sets', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t, {
		settings: {
			runtime: {bin: '/lifeblood/bin', python: '/lifeblood/python'},
		},
	});
	worker();
	const file = path.join(folder, 'seen');
	await scheduler.run(
		1,
		['/bin/sh', '-c', `echo "$PATH $PYTHONPATH" > ${file}`],
		{environment: {PATH: '/usr/bin:/bin', PYTHONPATH: '/mine'}},
	);
	await scheduler.end(1);
	t.is(
		fs.readFileSync(file, 'utf8'),
		'/lifeblood/bin:/usr/bin:/bin /lifeblood/python:/mine\n',
	);
});
