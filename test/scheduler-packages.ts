import test from 'ava';
import {FarmError} from '../source/core/errors.js';
import type {EnvironmentRequest} from '../source/core/invocation.js';
import type {JsonObject} from '../source/core/json.js';
import type {Requirements} from '../source/core/requirements.js';
import {setTask} from '../source/scheduler/operations/set-task.js';
import type {TaskId} from '../source/core/ids.js';
import {createTestFarm} from './helpers/test-farm.js';

const running = (parameters: JsonObject = {}) => ({
	nodes: {
		run: {
			type: 'command',
			parameters: {command: [{arg: 'true'}], ...parameters},
		},
		end: {type: 'killer'},
	},
	connections: ['run -> end'],
});

const standard = (packages: JsonObject): EnvironmentRequest => ({
	resolver: 'standard',
	arguments: packages,
});

type Farm = Awaited<ReturnType<typeof createTestFarm>>;

const requiredOf = (farm: Farm, id: TaskId): Requirements =>
	JSON.parse(
		farm
			.database()
			.writer.prepare<[TaskId], string>(
				'SELECT json FROM requirements JOIN tasks ON requirement_id = requirements.id WHERE tasks.id = ?',
			)
			.pluck()
			.get(id) ?? '{}',
	) as Requirements;

const change = (id: TaskId, environment: EnvironmentRequest | undefined) =>
	setTask(
		{id, attributes: {}, delete: [], environment: environment ?? null},
		'tester',
	);

test('packages of the standard resolver are required of a worker by themselves, with what the node asks for', async (t) => {
	const farm = await createTestFarm(t, {
		graph: running({capabilities: 'gpu-driver >=550, package.blender >=3.5'}),
	});
	const id = await farm.submitTask('run', {
		environment: standard({
			'package.blender': '~=3.4',
			'package.arnold': '',
			user: 'mia',
		}),
	});
	await farm.untilState(id, 'ready');
	t.deepEqual(requiredOf(farm, id).capabilities, {
		'gpu-driver': '>=550',
		'package.arnold': '*',
		'package.blender': '>=3.5 ~=3.4',
	});
	const lacking = await farm.addWorker({
		name: 'lacking',
		machine: 'a',
		capabilities: {
			'gpu-driver': '551',
			'package.arnold': '7',
			'package.blender': ['3.4', '4.1'],
		},
	});
	const right = await farm.addWorker({
		name: 'right',
		machine: 'b',
		capabilities: {
			'gpu-driver': '551',
			'package.arnold': '7',
			'package.blender': ['3.4', '3.6'],
		},
	});
	t.is((await right.take()).task, id);
	t.is(lacking.offered.length, 0);
	farm.expectSound();
});

test('another resolver knows its own packages: none are required', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const id = await farm.submitTask('run', {
		environment: {resolver: 'rez', arguments: {'package.maya': '2024'}},
	});
	await farm.untilState(id, 'ready');
	t.deepEqual(requiredOf(farm, id).capabilities, {});
	const worker = await farm.addWorker();
	t.is((await worker.take()).task, id);
	farm.expectSound();
});

test('where no resolver is named, packages are required of those workers whose default is the standard one', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const environment = {resolver: '', arguments: {'package.tool': '2'}};
	const first = await farm.submitTask('run', {environment});
	await farm.untilState(first, 'ready');
	const standardOne = await farm.addWorker({
		name: 'standard',
		machine: 'a',
		resolver: 'standard',
		capabilities: {'package.tool': '1.0'},
	});
	const rezOne = await farm.addWorker({
		name: 'rez',
		machine: 'b',
		resolver: 'rez',
	});
	t.is((await rezOne.take()).task, first);
	t.is(standardOne.offered.length, 0);
	farm.expectSound();
});

test('a task that is ready requires what its environment asks for now', async (t) => {
	const farm = await createTestFarm(t, {graph: running()});
	const id = await farm.submitTask('run', {
		environment: standard({'package.tool': '1'}),
	});
	await farm.untilState(id, 'ready');
	const worker = await farm.addWorker({capabilities: {'package.tool': '2.1'}});
	t.is(worker.offered.length, 0);
	await farm.submit(change(id, standard({'package.tool': '2'})));
	const {invocation} = await worker.take();
	farm.expectSound();

	// While it runs as well: it counts when it is tried again.
	await worker.start(invocation);
	await farm.submit(change(id, undefined));
	t.deepEqual(requiredOf(farm, id).capabilities, {});
	await farm.submit(change(id, standard({'package.tool': '3'})));
	await worker.finish(invocation, {
		kind: 'not_started',
		message: 'It was not there.',
	});
	await farm.untilState(id, 'ready');
	t.deepEqual(requiredOf(farm, id).capabilities, {'package.tool': '3'});
	t.is(worker.offered.length, 1);
	farm.expectSound();
});

test('an environment that an environment_setter changed is what counts', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				choose: {
					type: 'environment_setter',
					parameters: {
						resolver: 'standard',
						arguments: [{name: 'package.tool', value: '~=3.4'}],
					},
				},
				run: {type: 'command', parameters: {command: [{arg: 'true'}]}},
			},
			connections: ['choose -> run'],
		},
	});
	const id = await farm.submitTask('choose');
	await farm.untilState(id, 'ready');
	t.deepEqual(requiredOf(farm, id).capabilities, {'package.tool': '~=3.4'});
	farm.expectSound();
});

test('a range that nobody can read is refused, or is the error of the task that gets it on its way', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				choose: {
					type: 'environment_setter',
					parameters: {
						resolver: 'standard',
						arguments: [{name: 'package.tool', value: '>>3'}],
					},
				},
				run: {type: 'command', parameters: {command: [{arg: 'true'}]}},
			},
			connections: ['choose -> run'],
		},
	});
	const id = await farm.submitTask('choose');
	await farm.untilState(id, 'error');
	t.like(farm.details(id), {reason: 'environment'});
	t.regex(String(farm.details(id)?.['message']), /package\.tool.*>>3/v);

	const wrong = standard({'package.tool': true});
	const refusals = [
		await t.throwsAsync(farm.submitTask('run', {environment: wrong}), {
			instanceOf: FarmError,
		}),
		await t.throwsAsync(farm.submit(change(id, wrong)), {
			instanceOf: FarmError,
		}),
	];
	for (const refusal of refusals) {
		t.is(refusal.code, 'INVALID');
		t.regex(refusal.message, /package\.tool.*must be a version range/v);
	}

	farm.expectSound();
});
