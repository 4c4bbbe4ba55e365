import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {FarmError} from '../source/core/errors.js';
import {taskId} from '../source/core/ids.js';
import {
	cannedNode,
	cannedTask,
	startCannedScheduler,
} from './helpers/canned-scheduler.js';
import {program} from './helpers/program.js';
import {startPython} from './helpers/python.js';
import {until} from './helpers/until.js';

/** Runs a script that has the module as `farm`, with the program in a home where nothing is. */
const run = async (
	t: ExecutionContext,
	script: string,
	environment: Readonly<Record<string, string>> = {},
) => {
	const home = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-client-'));
	const running = startPython(`import lifeblood_client as farm\n${script}`, {
		HOME: home,
		LIFEBLOOD_PROGRAM: program.at(-1) ?? '',
		LIFEBLOOD_VIEWER_CORE_INSECURE: 'true',
		...environment,
	});
	t.teardown(async () => {
		running.signal('SIGKILL');
		await running.ended;
		await fs.rm(home, {recursive: true, force: true});
	});
	return running;
};

const ended = async (...input: Parameters<typeof run>) => {
	const running = await run(...input);
	return running.ended;
};

const start = async (
	t: ExecutionContext,
	answers: Parameters<typeof startCannedScheduler>[0],
) => {
	const scheduler = await startCannedScheduler(answers);
	t.teardown(scheduler.stop);
	return scheduler;
};

test.serial(
	'a task is submitted, waited for and looked at through one program',
	async (t) => {
		let state = 'in_progress';
		const scheduler = await start(t, {
			'task.submit': () => ({id: taskId(12)}),
			'task.get': ({id}) =>
				cannedTask(Number(id), {
					name: 'ü',
					state,
					attributes: {frames: [1, 2]},
					progress: 50,
				}),
			'task.wait'() {
				state = 'error';
				return {at_rest: true, errors: 2, live: 0};
			},
		});
		const {status, stdout, stderr} = await ended(
			t,
			`
task = farm.create_task('ü', 'render', '${scheduler.address}', {'frames': [1, 2]}).submit()
print(task, task.id, task.name, task.state, task.node, task.parent_id, task.progress, task.state_details)
print(task.wait(), task.state)
print(task.get_attributes())
`,
		);
		t.is(status, 0, `It said: ${stderr}`);
		t.is(stderr, '');
		t.deepEqual(stdout.trimEnd().split('\n'), [
			'Task(12) 12 ü in_progress render None 50 None',
			'2 error',
			"{'frames': [1, 2]}",
		]);
		t.deepEqual(
			scheduler.calls.map(({name}) => name),
			['task.submit', 'task.get', 'task.wait', 'task.get', 'task.get'],
		);
		t.is(scheduler.connections.size, 0);
	},
);

test.serial(
	'priority 50 is the usual one, packages mean the standard resolver, and a node goes by its id too',
	async (t) => {
		const scheduler = await start(t, {
			'task.submit': () => ({id: taskId(12)}),
			'node.list': () => ({nodes: [cannedNode], connections: []}),
		});
		const [host = '', port = ''] = scheduler.address.split(':', 2);
		const {status, stdout, stderr} = await ended(
			t,
			`
address = ('${host}', ${port})
farm.create_task('a', 1, address).submit()
farm.create_task('b', 'render', address, priority=72.5, env_arguments={'package.blender': '~=3.4'}).submit()
new = farm.create_task('c', 'render', address, {}, 'trivial', priority=10)
print(new.submit().id, new.submit().id)
try:
    farm.create_task('d', 7, address).submit()
except farm.SchedulerError as error:
    print(error.code, error)
`,
		);
		t.is(status, 0, `It said: ${stderr}`);
		t.is(stdout, '12 12\nNOT_FOUND There is no node with the id 7.\n');
		const submissions = scheduler.calls
			.filter(({name}) => name === 'task.submit')
			.map(({params}) => params as {readonly request_id: string});
		t.like(submissions[0], {name: 'a', node: 'render', priority: 0});
		t.false('environment' in submissions[0]!);
		t.like(submissions[1], {
			priority: 22.5,
			environment: {
				resolver: 'standard',
				arguments: {'package.blender': '~=3.4'},
			},
		});
		t.like(submissions[2], {
			priority: -40,
			environment: {resolver: 'trivial', arguments: {}},
		});
		t.is(new Set(submissions.map((one) => one.request_id)).size, 4);
	},
);

test.serial(
	'tasks are found by their id, and by exactly their name, however many there are',
	async (t) => {
		const all = Array.from({length: 2500}, (_, index) =>
			cannedTask(index + 1, {name: index % 2 === 0 ? 'a[*]' : 'a[*]b'}),
		);
		const scheduler = await start(t, {
			'task.get'({id}) {
				throw new FarmError('NOT_FOUND', `There is no task ${id}.`);
			},
			'task.list'({filter, limit, after}) {
				t.is(filter.name, 'a[[][*]]');
				const rest = all.filter(({id}) => id > after);
				return {tasks: rest.slice(0, limit), more: rest.length > limit};
			},
		});
		const {status, stdout, stderr} = await ended(
			t,
			`
tasks = farm.get_tasks_by_name('a[*]', '${scheduler.address}')
print(len(tasks), tasks[0].id, tasks[-1].id, set(task.name for task in tasks))
try:
    farm.get_task_by_id(7, '${scheduler.address}')
except farm.SchedulerError as error:
    print(error.code, error)
`,
		);
		t.is(status, 0, `It said: ${stderr}`);
		t.is(
			stdout,
			"1250 1 2499 {'a[*]'}\nNOT_FOUND There is no task 7.\n",
			`It said: ${stderr}`,
		);
	},
);

test.serial(
	'a submission that was cut off is sent again as the same one',
	async (t) => {
		let cut = false;
		const scheduler = await start(t, {
			'task.submit'(_, {peer}) {
				if (!cut) {
					cut = true;
					peer.close('The test cuts it off.');
				}

				return {id: taskId(3)};
			},
		});
		const {status, stdout, stderr} = await ended(
			t,
			`print(farm.create_task('a', 'render', '${scheduler.address}').submit().id)`,
		);
		t.is(status, 0, `It said: ${stderr}`);
		t.is(stdout, '3\n');
		const ids = scheduler.calls.map(
			({params}) => (params as {readonly request_id: string}).request_id,
		);
		t.is(ids.length, 2);
		t.is(new Set(ids).size, 1);
	},
);

test.serial(
	'what goes wrong is told in the words of the program, with its code',
	async (t) => {
		const scheduler = await start(t, {
			'task.wait': () => ({at_rest: false, errors: 0, live: 1}),
			'task.get': ({id}) => cannedTask(Number(id)),
		});
		const attempt = (call: string): string => `
try:
    ${call}
    print('no error')
except Exception as error:
    print(type(error).__name__, getattr(error, 'code', None), error)
`;
		const {status, stdout, stderr} = await ended(
			t,
			`
import os
${attempt(`farm.get_task_by_id(1, '${scheduler.address}').wait(0.01)`)}
${attempt("farm.create_task('a', 'render', None, {'x': b''})")}
${attempt("farm.create_task('a', 'render', priority=float('nan'))")}
${attempt("farm.get_task_by_id(1, '127.0.0.1:1')")}
${attempt("farm.get_task_by_id(1, 'nonsense:port')")}
os.environ['LIFEBLOOD_VIEWER_CORE_INSECURE'] = 'false'
farm._pool.close()
${attempt(`farm.get_task_by_id(1, '${scheduler.address}')`)}
os.environ['LIFEBLOOD_PROGRAM'] = '/nowhere/lifeblood'
${attempt("farm.get_task_by_id(1, '127.0.0.1:1')")}
del os.environ['LIFEBLOOD_PROGRAM']
os.environ['PATH'] = '/nowhere'
${attempt("farm.get_task_by_id(1, '127.0.0.1:1')")}
`,
		);
		t.is(status, 0, `It said: ${stderr}`);
		const said = stdout.trimEnd().split('\n');
		const expected = [
			/^TimeoutError None Task 1 is not at rest after 0\.01 s: it is ready\.$/v,
			/^TypeError None The attribute 'x' is a bytes/v,
			/^ValueError None priority is a number, and this is nan\.$/v,
			/^SchedulerError UNREACHABLE Nobody answers at 127\.0\.0\.1:1/v,
			/^SchedulerError INVALID --scheduler/v,
			/^SchedulerError REFUSED There is no farm key in /v,
			/^SchedulerError INVALID \/nowhere\/lifeblood cannot be started: /v,
			/^SchedulerError INVALID The program lifeblood, .* is not on PATH/v,
		];
		t.is(said.length, expected.length);
		for (const [index, pattern] of expected.entries()) {
			t.regex(said[index] ?? '', pattern);
		}
	},
);

test.serial(
	'Ctrl-C ends a wait at once, and its program with it',
	async (t) => {
		const never = Promise.withResolvers<{
			at_rest: boolean;
			errors: number;
			live: number;
		}>();
		const scheduler = await start(t, {'task.wait': async () => never.promise});
		const running = await run(t, `farm.Task(1, '${scheduler.address}').wait()`);
		await until(
			() =>
				scheduler.calls.some(({name}) => name === 'task.wait')
					? true
					: undefined,
			{what: 'the wait', within: 20_000},
		);
		running.signal('SIGINT');
		const {status, stderr} = await running.ended;
		t.not(status, 0);
		t.regex(stderr, /KeyboardInterrupt/v);
		await until(() => (scheduler.connections.size === 0 ? true : undefined), {
			what: 'the connection to end',
		});
		never.resolve({at_rest: true, errors: 0, live: 0});
	},
);
