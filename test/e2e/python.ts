import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {createFarm, type FarmProcess} from '../helpers/farm-process.js';
import {python, startPython} from '../helpers/python.js';
import {program} from '../helpers/program.js';
import {until} from '../helpers/until.js';

/** A command that runs this with the module as `farm`, and waits for gates with `gate(name)`. */
const command = (text: string) => ({
	type: 'command',
	parameters: {
		command: [
			{arg: python},
			{arg: '-c'},
			{
				arg: `
import json, os, sys, time
import lifeblood_connection as farm
def gate(name):
    while not os.path.exists(os.path.join(os.environ['GATES'], name)):
        time.sleep(0.02)
${text}`,
			},
		],
		cpus: 0.1,
		attempts: 1,
	},
});

const script = (text: string) => ({
	type: 'script',
	parameters: {invoke: text, interpreter: python, cpus: 0.1, attempts: 1},
});

/** With a worker that has room for many. */
const startFarm = async (t: ExecutionContext): Promise<FarmProcess> => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.worker({environment: {PYTHONDONTWRITEBYTECODE: '1'}});
	return farm;
};

const logOf = async (farm: FarmProcess, id: number): Promise<string> =>
	farm.printed(['task', 'log', String(id)]);

test.serial(
	'what a job sets, deletes, spawns and tells is on the farm while it runs',
	async (t) => {
		const farm = await startFarm(t);
		await farm.graph(
			{
				works: command(`
assert farm.get_attributes() == {'frames': [1, 2], 'gone': 1, 'stays': 'ü'}
farm.set_attributes({'frames': [3], 'new': {'a': None}}, blocking=True)
farm.delete_attributes(['gone', 'never'], blocking=True)
assert farm.get_attributes() == {'frames': [3], 'new': {'a': None}, 'stays': 'ü'}
child = farm.create_task('child', {'n': 1}, farm.EnvironmentResolverArguments('trivial', {'CHILD': 'yes'}), blocking=True)
other = farm.create_task(None, {'n': 2}, output='main')
farm.set_attributes({'children': [child, other.wait()]}, blocking=True)
farm.set_progress(37.5, 'frame 3 of 8')
gate('go')
`),
				large: command(`
farm.set_attributes({'large': 'x' * 3000000}, blocking=True)
assert farm.get_attributes() == {'large': 'x' * 3000000}
`),
				children: {type: 'null'},
			},
			['works.spawned -> children'],
		);
		const id = await farm.submit('works', {
			attributes: {frames: [1, 2], gone: 1, stays: 'ü'},
		});
		await until(
			async () => ((await farm.task(id)).progress === 37.5 ? true : undefined),
			{what: 'the progress', within: 30_000},
		);
		const running = await farm.task(id);
		const {tasks} = await farm.ask('task.list', {filter: {parent: running.id}});
		t.deepEqual(running.attributes, {
			frames: [3],
			new: {a: null},
			stays: 'ü',
			children: tasks.map((task) => task.id),
		});
		t.like(tasks[0], {
			name: 'child',
			node: 'children',
			attributes: {n: 1},
			environment: {resolver: 'trivial', arguments: {CHILD: 'yes'}},
		});
		t.like(tasks[1], {name: running.name, attributes: {n: 2}});
		t.is((await farm.invocations(id))[0]?.status, 'frame 3 of 8');
		farm.open('go');
		t.like(await farm.rest([id, await farm.submit('large')]), {errors: 0});
	},
);

test.serial(
	'calls in the background are over before the job ends; one that fails makes the job fail',
	async (t) => {
		const farm = await startFarm(t);
		await farm.graph(
			{
				many: command(`
for number in range(200):
    farm.set_attributes({'last': number, 'n%d' % number: number})
    if number % 10 == 0:
        farm.create_task('child %d' % number, {'number': number})
`),
				fails: command(`
farm.set_attributes({'set': True})
farm.create_task('child', {}, output='nowhere')
`),
				children: {type: 'null'},
			},
			['many.spawned -> children'],
		);
		const many = await farm.submit('many');
		t.like(await farm.rest(many), {errors: 0});
		const {attributes, id: parent} = await farm.task(many);
		t.is(attributes['last'], 199);
		t.is(Object.keys(attributes).length, 201);
		const {tasks} = await farm.ask('task.list', {filter: {parent}});
		t.deepEqual(
			tasks.map((task) => task.attributes['number']),
			Array.from({length: 20}, (_, index) => index * 10),
		);

		const fails = await farm.submit('fails');
		await farm.taskIn(fails, 'error');
		const log = await logOf(farm, fails);
		t.regex(log, /create_task\('child'\) in the background failed: .*nowhere/v);
		t.like(await farm.task(fails), {attributes: {set: true}});
		t.is((await farm.invocations(fails))[0]?.exit_code, 120);
	},
);

test.serial(
	"a script's changes of its task come back, and only when it ends well",
	async (t) => {
		const farm = await startFarm(t);
		const changes = `task['changed'] = task['changed'] + 1
task['list'].append(3)
task['new'] = {'ü': None}
task['truth'] = True
del task['gone']
`;
		await farm.graph({
			plain: script(
				`from __future__ import annotations\nimport pickle\nclass Mine: pass\npickle.loads(pickle.dumps(Mine()))\n${changes}`,
			),
			exits: script(`${changes}import sys\nsys.exit(0)`),
			reads: script('print(task["same"], __name__, __file__[-10:])'),
			raises: script(`${changes}raise KeyError('mine')`),
			wrong: script('a = 1\nb = = 2'),
			fails: script(`${changes}import sys\nsys.exit(3)`),
			unfit: script(`${changes}task['unfit'] = {1, 2}`),
			isolated: {
				type: 'script',
				parameters: {
					...script(changes).parameters,
					interpreter: `${python} -I`,
				},
			},
		});
		const before = {changed: 1, list: [1, 2], gone: 1, same: 'x', truth: 1};
		const after = {
			changed: 2,
			list: [1, 2, 3],
			new: {ü: null},
			same: 'x',
			truth: true,
		};
		const run = async (node: string) => {
			const id = await farm.submit(node, {attributes: before});
			await farm.rest(id);
			const {state, attributes} = await farm.task(id);
			const [invocation] = await farm.invocations(id);
			return {
				state,
				attributes,
				exit: invocation?.exit_code,
				log: await logOf(farm, id),
			};
		};

		const good = {state: 'done', exit: 0};
		const bad = {state: 'error', attributes: before};
		t.deepEqual(await run('plain'), {...good, attributes: after, log: ''});
		t.deepEqual(await run('exits'), {...good, attributes: after, log: ''});
		t.deepEqual(await run('reads'), {
			...good,
			attributes: before,
			log: 'x __main__ /script.py',
		});

		const {log: raised, ...raises} = await run('raises');
		t.deepEqual(raises, {...bad, exit: 1});
		t.regex(
			raised,
			/^Traceback[^\n]*\n[^\n]*script\.py", line 6, in <module>\n(?:[^\n]*\n)?(?:[^\n]*\n)?KeyError: 'mine'$/v,
		);
		const {log: misread, ...wrong} = await run('wrong');
		t.deepEqual(wrong, {...bad, exit: 1});
		t.regex(misread, /script\.py", line 2\n[\s\S]*SyntaxError/v);
		t.notRegex(misread, /script_start/v);
		t.deepEqual(await run('fails'), {...bad, exit: 3, log: ''});
		t.deepEqual(await run('unfit'), {
			...bad,
			exit: 1,
			log: "lifeblood: the script ended well, but its changes of task cannot be sent back: The attribute 'unfit' is a set, which JSON cannot hold: make it a string, a number, a list or a dict.",
		});
		const {log: alone, ...isolated} = await run('isolated');
		t.deepEqual(isolated, {...bad, exit: 1});
		t.regex(
			alone,
			/^lifeblood: lifeblood_connection, .* cannot be imported .*-E or -I/v,
		);
	},
);

test.serial(
	'two running jobs exchange messages both ways, and each failure has its name',
	async (t) => {
		const farm = await startFarm(t);
		await farm.graph({
			parent: command(String.raw`
address = farm.generate_addressee()
farm.set_attributes({'iid': farm.get_my_invocation_id(), 'address': address}, blocking=True)
child, message = farm.message_to_invocation_receive(address)
farm.message_to_invocation_send(child, 'reply', message + b'\xff\x00 back')
child, message = farm.message_to_invocation_receive(address)
assert message == bytes(range(256)) * 8192, len(message)
farm.message_to_invocation_send(child, 'reply', b'')
gate('go')
`),
			child: command(String.raw`
task = farm.get_attributes()
farm.message_to_invocation_send(task['iid'], task['address'], b'hello')
assert farm.message_to_invocation_receive('reply') == (task['iid'], b'hello\xff\x00 back')
reply = farm.message_to_invocation_receive('reply', blocking=False)
farm.message_to_invocation_send(task['iid'], task['address'], bytes(range(256)) * 8192)
assert reply.wait(60) == (task['iid'], b'')
outcomes = []
def failing(iid, **options):
    try:
        farm.message_to_invocation_send(iid, 'nobody waits here', b'x', **options)
        outcomes.append('taken')
    except farm.MessageSendError as error:
        outcomes.append(error.outcome)
        print(error)
failing(task['iid'], addressee_timeout=0.3)
failing(task['over'])
failing(987654)
try:
    farm.message_to_invocation_receive('never', timeout=0.3)
except farm.MessageReceiveTimeout as error:
    print(error)
    outcomes.append('timeout')
farm.set_attributes({'outcomes': outcomes})
`),
			over: command('pass'),
		});
		const over = await farm.submit('over');
		await farm.rest(over);
		const parent = await farm.submit('parent');
		const address = await until(
			async () => {
				const {attributes} = await farm.task(parent);
				return 'iid' in attributes ? attributes : undefined;
			},
			{what: 'the parent to wait', within: 30_000},
		);
		const child = await farm.submit('child', {
			attributes: {...address, over: (await farm.invocations(over))[0]!.id},
		});
		await farm.rest(child);
		const {state, attributes} = await farm.task(child);
		t.is(state, 'done', `It said: ${await logOf(farm, child)}`);
		t.deepEqual(attributes['outcomes'], [
			'receiver-timeout',
			'not-running',
			'not-running',
			'timeout',
		]);
		const said = (await logOf(farm, child)).split('\n');
		t.is(new Set(said).size, 4);
		farm.open('go');
		t.like(await farm.rest(parent), {errors: 0});
	},
);

test.serial(
	'a job that is cancelled while it waits for a message ends at once',
	async (t) => {
		const farm = createFarm(t, {killGrace: 60});
		await farm.scheduler();
		await farm.worker({environment: {PYTHONDONTWRITEBYTECODE: '1'}});
		await farm.graph({
			waits: command(`
farm.set_attributes({'waits': True}, blocking=True)
farm.message_to_invocation_receive('never')
`),
		});
		const id = await farm.submit('waits');
		await until(
			async () =>
				(await farm.task(id)).attributes['waits'] === true ? true : undefined,
			{what: 'the job to wait', within: 30_000},
		);
		await farm.printed(['task', 'cancel', String(id)]);
		await farm.taskIn(id, 'error', 20_000);
		// By TERM: it had a minute until KILL.
		t.like((await farm.invocations(id))[0], {state: 'cancelled'});
	},
);

test.serial(
	'a job that waits for a message outlives its worker, and gets it from the next one',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		const worker = await farm.worker({
			environment: {PYTHONDONTWRITEBYTECODE: '1'},
		});
		await farm.graph({
			waits: command(`
farm.set_attributes({'iid': farm.get_my_invocation_id()}, blocking=True)
for number in range(2):
    farm.message_to_invocation_receive('go', 120)
    farm.set_attributes({'got': number})
`),
			sends: command(`
farm.message_to_invocation_send(farm.get_attributes()['iid'], 'go', b'x')
`),
		});
		const waits = await farm.submit('waits');
		const attributes = await until(
			async () => {
				const {attributes: known} = await farm.task(waits);
				return 'iid' in known ? known : undefined;
			},
			{what: 'the job to wait', within: 30_000},
		);
		t.like(await farm.rest(await farm.submit('sends', {attributes})), {
			errors: 0,
		});
		await worker.end('SIGKILL');
		await farm.worker({environment: {PYTHONDONTWRITEBYTECODE: '1'}});
		const again = await farm.submit('sends', {attributes});
		t.like(await farm.rest([again, waits]), {errors: 0});
		t.is((await farm.task(waits)).attributes['got'], 1);
		t.is((await farm.invocations(waits)).length, 1);
	},
);

test.serial(
	'from outside tasks are submitted, waited for and listed, also while the scheduler is started again',
	async (t) => {
		const farm = createFarm(t);
		const first = await farm.scheduler();
		await farm.worker({environment: {PYTHONDONTWRITEBYTECODE: '1'}});
		await farm.graph(
			{
				doubles: script('task["double"] = task["n"] * 2'),
				fails: command('sys.exit("no")'),
				waits: command('gate("go")'),
			},
			['doubles -> fails'],
		);
		const outside = {
			HOME: path.join(farm.folder, 'home'),
			LIFEBLOOD_PROGRAM: program.at(-1) ?? '',
			LIFEBLOOD_CONFIG_LOCATION: path.join(farm.folder, 'config'),
			XDG_STATE_HOME: path.join(farm.folder, 'state'),
			XDG_DATA_HOME: path.join(farm.folder, 'data'),
			LIFEBLOOD_TEST_FARM: farm.folder,
		};
		const done = await startPython(
			`
import lifeblood_client as farm
task = farm.create_task('mine', 'doubles', attributes={'n': 21}, priority=60).submit()
print(task.wait(60), task.state, task.node, task.state_details['reason'], task.get_attributes())
waiting = [farm.create_task('mine', 'waits').submit() for _ in range(3)]
try:
    waiting[0].wait(0.2)
except TimeoutError:
    print('not yet')
print([other.id - task.id for other in farm.get_tasks_by_name('mine')], farm.get_tasks_by_name('min'))
try:
    farm.create_task('x', 'nowhere').submit()
except farm.SchedulerError as error:
    print(error.code)
`,
			outside,
		).ended;
		t.is(done.status, 0, `It said: ${done.stderr}`);
		t.deepEqual(done.stdout.trimEnd().split('\n'), [
			"1 error fails exit {'n': 21, 'double': 42}",
			'not yet',
			'[0, 1, 2, 3] []',
			'NOT_FOUND',
		]);
		const {tasks} = await farm.ask('task.list', {filter: {name: 'mine'}});
		t.deepEqual(
			tasks.map(({priority, environment}) => ({priority, environment})),
			[
				{priority: 10, environment: null},
				...Array.from({length: 3}, () => ({priority: 0, environment: null})),
			],
		);

		const waiter = startPython(
			`
import lifeblood_client as farm
task = farm.get_task_by_id(${tasks[1]?.id})
print(task.state, flush=True)
print(task.wait(), task.state)
`,
			outside,
		);
		await until(() => (waiter.stdout() === '' ? undefined : true), {
			what: 'it to wait',
			within: 30_000,
		});
		await first.end('SIGKILL');
		await farm.scheduler();
		farm.open('go');
		const {status, stdout, stderr} = await waiter.ended;
		t.is(status, 0, `It said: ${stderr}`);
		t.is(stdout, 'in_progress\n0 done\n');
		t.like(await farm.rest(tasks.slice(1).map(({id}) => id)), {errors: 0});
	},
);

test.serial('the examples of the page on jobs do what it says', async (t) => {
	const page = fs.readFileSync(
		new URL('../../docs/jobs.md', import.meta.url),
		'utf8',
	);
	const section = page.slice(
		page.indexOf('\n## In Python\n'),
		page.indexOf('\n## In the shell\n'),
	);
	const [works = '', boss = '', helper = '', graph = '', ...more] = section
		.matchAll(/```(?:python|yaml)\n(?<code>.*?)```/gsv)
		.map(({groups}) => groups!['code']!)
		.toArray();
	t.deepEqual(more, []);
	const farm = await startFarm(t);
	const file = path.join(farm.folder, 'measure.yaml');
	fs.writeFileSync(file, graph);
	await farm.graph(
		{
			works: command(works),
			checks: {type: 'null'},
			boss: command(boss),
			helper: command(helper),
		},
		['works.spawned -> checks', 'boss.spawned -> helper'],
	);
	await farm.printed(['graph', 'apply', file]);
	const attributes = {frames: [1, 2], files: [file]};
	const [worked, asked, measured] = [
		await farm.submit('works', {attributes}),
		await farm.submit('boss'),
		await farm.submit('measure', {attributes}),
	];
	t.like(await farm.rest([worked, asked, measured]), {errors: 0});
	t.deepEqual((await farm.task(worked)).attributes, {
		files: [file],
		rendered: 2,
	});
	const {tasks} = await farm.ask('task.list', {filter: {node: 'checks'}});
	t.deepEqual(
		tasks.map((task) => task.attributes),
		[
			{frame: 1, size: 1024},
			{frame: 2, size: 2048},
		],
	);
	t.regex(await logOf(farm, asked), /^\d+ says ready$/v);
	t.deepEqual((await farm.task(measured)).attributes, {
		frames: [1, 2],
		bytes: fs.statSync(file).size,
	});
});
