import {Buffer} from 'node:buffer';
import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import {FarmError} from '../source/core/errors.js';
import {startJobInterface, type JobInterface} from './helpers/job-interface.js';
import {startPython} from './helpers/python.js';
import {until} from './helpers/until.js';

/** A script that has the module as `farm`. */
const script = (text: string): string =>
	`import lifeblood_connection as farm\n${text}`;

const asked = ({calls}: JobInterface) =>
	calls.map(({name, params}) => ({name, params}));

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test.serial('blocking calls are carried out when they return', async (t) => {
	const job = await startJobInterface(t, {
		'job.spawn': () => ({id: 41}),
		'job.get_attributes': () => ({attributes: {a: [1, {b: 'ü'}], c: null}}),
	});
	const {status, stdout, stderr} = await startPython(
		script(`
print(farm.create_task('child', {'x': (1, 2)}, blocking=True))
print(farm.set_attributes({'a': None, 'ü': 'ü', 'deep': {'k': [1.5, True]}}, blocking=True))
print(farm.delete_attributes(['b', 'c'], blocking=True), farm.delete_attributes('d', True))
print(farm.get_attributes())
print(farm.get_my_invocation_id(), len(farm.generate_addressee()) > 20)
`),
		job.environment,
	).ended;
	t.is(stderr, '');
	t.is(status, 0);
	t.deepEqual(stdout.trimEnd().split('\n'), [
		'41',
		'None',
		'None None',
		"{'a': [1, {'b': 'ü'}], 'c': None}",
		'17 True',
	]);
	t.deepEqual(asked(job), [
		{
			name: 'job.spawn',
			params: {name: 'child', attributes: {x: [1, 2]}, output: 'spawned'},
		},
		{
			name: 'job.set_attributes',
			params: {
				set: {a: null, ü: 'ü', deep: {k: [1.5, true]}},
				delete: [],
			},
		},
		{name: 'job.set_attributes', params: {set: {}, delete: ['b', 'c']}},
		{name: 'job.set_attributes', params: {set: {}, delete: ['d']}},
		{name: 'job.get_attributes', params: {}},
	]);
});

test.serial(
	'more names than a request takes are deleted in several',
	async (t) => {
		const job = await startJobInterface(t);
		const {status, stderr} = await startPython(
			script(`
farm.set_attributes({'a': 1}, True, ['n%d' % i for i in range(25_000)])
`),
			job.environment,
		).ended;
		t.is(status, 0, `It said: ${stderr}`);
		const requests = asked(job).map(({params}) => params) as Array<{
			readonly set: unknown;
			readonly delete: readonly string[];
		}>;
		t.deepEqual(
			requests.map((request) => [request.set, request.delete.length]),
			[
				[{a: 1}, 10_000],
				[{}, 10_000],
				[{}, 5000],
			],
		);
		t.is(new Set(requests.flatMap((request) => request.delete)).size, 25_000);
	},
);

test.serial(
	'an environment is a resolver with its arguments, or the arguments of the standard one',
	async (t) => {
		const job = await startJobInterface(t, {'job.spawn': () => ({id: 1})});
		const {status, stderr} = await startPython(
			script(`
Arguments = farm.EnvironmentResolverArguments
farm.create_task('a', {}, Arguments('trivial', {'X': '1'}), output='main')
farm.create_task('b', {}, Arguments())
farm.create_task(None, {}, {'package.blender': '~=3.4'}, True)
`),
			job.environment,
		).ended;
		t.is(status, 0, `It said: ${stderr}`);
		t.deepEqual(
			job.calls.map(({params}) => params),
			[
				{
					name: 'a',
					attributes: {},
					environment: {resolver: 'trivial', arguments: {X: '1'}},
					output: 'main',
				},
				{
					name: 'b',
					attributes: {},
					environment: {resolver: '', arguments: {}},
					output: 'spawned',
				},
				{
					attributes: {},
					environment: {
						resolver: 'standard',
						arguments: {'package.blender': '~=3.4'},
					},
					output: 'spawned',
				},
			],
		);
	},
);

test.serial(
	'what runs in the background keeps its order, is over before the interpreter ends, and holds what it was given',
	async (t) => {
		const job = await startJobInterface(t, {
			'job.set_attributes': async () => delay(5),
			'job.spawn': () => ({id: 3}),
			'job.get_attributes': () => ({attributes: {}}),
		});
		const {status, stdout, stderr} = await startPython(
			script(`
import threading
values = {'n': 0}
for number in range(20):
    values['n'] = number
    farm.set_attributes(values)
values['n'] = 'later'
child = farm.create_task('child', {})
farm.set_attributes({'blocking': 1}, blocking=True)
print(child.is_done(), child.wait())
farm.set_attributes({'n': 20})
farm.get_attributes()
farm.wait_for_currently_running_async_operations()
print('waited')
for number in range(21, 40):
    farm.set_attributes({'n': number})
print('end')
`),
			job.environment,
		).ended;
		t.is(stderr, '');
		t.is(status, 0);
		t.is(stdout, 'True 3\nwaited\nend\n');
		const n = (from: number, to: number) =>
			Array.from({length: to - from}, (_, index) => ({
				name: 'job.set_attributes',
				params: {set: {n: from + index}, delete: []},
			}));
		t.deepEqual(asked(job), [
			...n(0, 20),
			{
				name: 'job.spawn',
				params: {name: 'child', attributes: {}, output: 'spawned'},
			},
			{
				name: 'job.set_attributes',
				params: {set: {blocking: 1}, delete: []},
			},
			...n(20, 21),
			{name: 'job.get_attributes', params: {}},
			...n(21, 40),
		]);
	},
);

for (const [end, expected] of [
	['sys.exit(3)', 3],
	['raise KeyError("mine")', 1],
	['threading.Thread(target=late).start()', 0],
	['atexit.register(late)', 0],
	['multiprocessing_child()', 0],
	['forked_child()', 0],
] as const) {
	test.serial(
		`background calls are finished where a program ends by ${end}`,
		async (t) => {
			const job = await startJobInterface(t, {
				'job.set_attributes': async () => delay(50),
			});
			const {status, stderr} = await startPython(
				`
import atexit, multiprocessing, os, sys, threading
early = []
atexit.register(lambda: [call() for call in early])
import lifeblood_connection as farm
def late():
    if threading.current_thread() is not threading.main_thread():
        threading.main_thread().join()
    for number in range(3):
        farm.set_attributes({'late': number})
def child():
    farm.set_attributes({'child': 1})
    farm.set_attributes({'child': 2})
def multiprocessing_child():
    process = multiprocessing.get_context('fork').Process(target=child)
    process.start()
    process.join()
    assert process.exitcode == 0
def forked_child():
    pid = os.fork()
    if pid == 0:
        child()
        farm.wait_for_currently_running_async_operations()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
for number in range(5):
    farm.set_attributes({'n': number})
early.append(lambda: farm.set_attributes({'last': True}))
${end}
`,
				job.environment,
			).ended;
			t.is(status, expected, `It said: ${stderr}`);
			const told = job.calls.map(
				({params}) => (params as {set: Record<string, unknown>}).set,
			);
			const of = (name: string) =>
				told.filter((set) => Object.hasOwn(set, name)).map((set) => set[name]);
			t.deepEqual(of('n'), [0, 1, 2, 3, 4]);
			t.deepEqual(of('last'), [true]);
			t.deepEqual(of('late'), end.includes('late') ? [0, 1, 2] : []);
			t.deepEqual(of('child'), end.includes('child') ? [1, 2] : []);
		},
	);
}

test.serial(
	'a background call that fails is told, and makes the exit status non-zero; others are carried out still',
	async (t) => {
		const job = await startJobInterface(t, {
			'job.set_attributes'({set}) {
				if ('bad' in set) {
					throw new FarmError('CONFLICT', 'The task is gone.');
				}
			},
		});
		const {status, stdout, stderr} = await startPython(
			`
import atexit
atexit.register(lambda: print('registered before'))
${script(String.raw`
farm.set_attributes({'bad': 1})
farm.set_attributes({'good': 1})
atexit.register(lambda: print('registered after'))
import os
unclosed = os.fdopen(os.dup(1), 'w')
unclosed.write('written at the very end\n')
`)}`,
			job.environment,
		).ended;
		t.is(status, 120, `It said: ${stderr}`);
		t.regex(
			stderr,
			/^lifeblood_connection: set_attributes\('bad'\) in the background failed: The task is gone\.$/mv,
		);
		t.regex(
			stderr,
			/^lifeblood_connection: one call in the background failed, and nobody asked for the outcome$/mv,
		);
		t.notRegex(stderr, /Traceback/v);
		t.deepEqual(stdout.trimEnd().split('\n').toSorted(), [
			'registered after',
			'registered before',
			'written at the very end',
		]);
		t.is(job.calls.length, 2);
	},
);

test.serial(
	'a failure that somebody asked for is an exception with the reason, and nothing more',
	async (t) => {
		const job = await startJobInterface(t, {
			'job.spawn'() {
				throw new FarmError('NOT_FOUND', 'There is no output "x".');
			},
		});
		const {status, stdout, stderr} = await startPython(
			script(`
def failing(call):
    try:
        call()
    except farm.JobError as error:
        print(type(error).__name__, error.code, error)
failing(lambda: farm.create_task('a', {}, blocking=True, output='x'))
failing(lambda: farm.create_task('a', {}, output='x').wait())
operation = farm.create_task('a', {}, output='x')
failing(farm.wait_for_currently_running_async_operations)
failing(operation.wait)
farm.wait_for_currently_running_async_operations()
`),
			job.environment,
		).ended;
		t.is(status, 0, `It said: ${stderr}`);
		t.is(stdout, 'JobError NOT_FOUND There is no output "x".\n'.repeat(4));
	},
);

test.serial(
	'what JSON cannot hold is refused at once, by the name of the attribute',
	async (t) => {
		const job = await startJobInterface(t);
		const {status, stdout, stderr} = await startPython(
			script(`
import decimal
loop = []
loop.append(loop)
for value in [{1}, b'x', decimal.Decimal(1), [0, {'k': float('nan')}], {1: 2}, 2**53 + 1, loop, float('inf'), object]:
    try:
        farm.set_attributes({'fine': 1, 'x': value})
        print('no error')
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
for call in [
    lambda: farm.set_attributes({1: 2}),
    lambda: farm.set_attributes(['a']),
    lambda: farm.delete_attributes([1]),
    lambda: farm.set_attributes({'x': 'x' * 9000000}),
    lambda: farm.message_to_invocation_send(1, 'a', 'text'),
    lambda: farm.message_to_invocation_send(1, 'a', bytes(4 * 1024 * 1024 + 1)),
    lambda: farm.message_to_invocation_receive('a', -1),
    lambda: farm.set_progress(float('nan')),
]:
    try:
        call()
        print('no error')
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
farm.set_attributes({'fine': [2**53, -2**53, 1e300, '', [], {}, None]}, True)
`),
			job.environment,
		).ended;
		t.is(status, 0, `It said: ${stderr}`);
		t.deepEqual(stdout.trimEnd().split('\n'), [
			"TypeError The attribute 'x' is a set, which JSON cannot hold: make it a string, a number, a list or a dict.",
			"TypeError The attribute 'x' is a bytes, which JSON cannot hold: make it a string, a number, a list or a dict.",
			"TypeError The attribute 'x' is a decimal.Decimal, which JSON cannot hold: make it a string, a number, a list or a dict.",
			"ValueError The attribute 'x'[1]['k'] is nan, which JSON cannot hold: make it a string or None.",
			"TypeError The attribute 'x' has the key 1, and JSON has only strings as keys.",
			"ValueError The attribute 'x' is 9007199254740993, and the farm keeps whole numbers up to 2**53 only: make it a string.",
			"ValueError The attribute 'x'[0][0][0][0][0][0][0][0] is nested deeper than 200 levels, or in itself.",
			"ValueError The attribute 'x' is inf, which JSON cannot hold: make it a string or None.",
			"TypeError The attribute 'x' is a type, which JSON cannot hold: make it a string, a number, a list or a dict.",
			'TypeError The name of an attribute is a string, and 1 is none.',
			'TypeError A dict of attributes is expected, and this is a list.',
			'TypeError The name of an attribute is a string, and 1 is none.',
			"ValueError This is 8.6 MiB as JSON, and a message to the farm has at most 8 MiB: put it into a file, and the file's path into an attribute.",
			'TypeError A message is bytes, and this is a str: encode it first.',
			'ValueError A message has at most 4 MiB, and this one has 4194305 bytes: put it into a file that both jobs can read, and send its path.',
			'ValueError timeout is a number of seconds from 0 on, and this is -1.',
			'ValueError percent must be a number from 0 to 100, and this is NaN.',
		]);
		t.is(job.calls.length, 1);
	},
);

test.serial(
	'progress is cut to what it may be, and a worker that is away does not stop the job',
	async (t) => {
		const job = await startJobInterface(t);
		const running = startPython(
			script(`
farm.set_progress(-3, 'begins')
farm.set_progress(100.5)
farm.set_progress(None, 'x' * 5000)
print('told')
import time
while True:
    time.sleep(0.02)
    farm.set_progress(50)
`),
			job.environment,
		);
		await until(() => (running.stdout() === 'told\n' ? true : undefined), {
			within: 20_000,
			what: 'the reports',
		});
		await job.stop();
		await until(
			() => /could not be told/v.exec(running.stderr()) ?? undefined,
			{
				within: 20_000,
				what: 'word of a worker that is away',
			},
		);
		const before = job.calls.length;
		await job.start();
		await until(() => (job.calls.length > before ? true : undefined), {
			within: 20_000,
			what: 'progress again',
		});
		running.signal('SIGTERM');
		t.is((await running.ended).status, 'SIGTERM');
		t.deepEqual(
			job.calls.slice(0, 3).map(({params}) => params),
			[
				{percent: 0, status: 'begins'},
				{percent: 100},
				{status: 'x'.repeat(2000)},
			],
		);
	},
);

test.serial(
	'messages are bytes, and every outcome has its exception',
	async (t) => {
		const job = await startJobInterface(t, {
			'job.send'({addressee}) {
				return addressee === 'there'
					? {outcome: 'taken'}
					: {
							outcome:
								addressee === 'late' ? 'receiver-timeout' : 'not-running',
							message: `About ${addressee}.`,
						};
			},
			'job.receive': ({timeout_s: timeout}) =>
				timeout === undefined
					? {outcome: 'received', from: 9, data: base64('\0ü')}
					: {outcome: 'timeout'},
		});
		const {status, stdout, stderr} = await startPython(
			script(String.raw`
farm.message_to_invocation_send(12, 'there', b'\x00\xff')
farm.message_to_invocation_send(12, 'there', bytearray(b''), 0.5)
farm.message_to_invocation_send(12, 'there', bytes(4 * 1024 * 1024), addressee_timeout=float('inf'))
for addressee in ['late', 'nobody']:
    try:
        farm.message_to_invocation_send(12, addressee, b'x', addressee_timeout=0)
    except farm.MessageSendError as error:
        print(error.outcome, error)
print(farm.message_to_invocation_receive('a'), farm.message_to_invocation_receive('a', float('inf')))
try:
    farm.message_to_invocation_receive('a', timeout=0)
except farm.MessageReceiveTimeout as error:
    print(error)
`),
			job.environment,
		).ended;
		t.is(status, 0, `It said: ${stderr}`);
		t.deepEqual(stdout.trimEnd().split('\n'), [
			'receiver-timeout About late.',
			'not-running About nobody.',
			String.raw`(9, b'\x00\xc3\xbc') (9, b'\x00\xc3\xbc')`,
			"No message to 'a' came within 0 s.",
		]);
		const sent = job.calls
			.filter(({name}) => name === 'job.send')
			.map(({params}) => params as {readonly data: string});
		t.deepEqual(sent.slice(0, 2), [
			{to: 12, addressee: 'there', data: 'AP8=', timeout_s: 90},
			{to: 12, addressee: 'there', data: '', timeout_s: 0.5},
		]);
		t.like(sent[2], {to: 12, addressee: 'there', timeout_s: 2_678_400});
		t.true(sent[2]?.data === Buffer.alloc(4 * 1024 * 1024).toString('base64'));
	},
);

test.serial(
	'a message is waited for in the background: its future tells it, gives it up, or is waited for at the end',
	async (t) => {
		const gates = new Map(
			['first', 'last'].map((name) => [name, Promise.withResolvers<void>()]),
		);
		const job = await startJobInterface(t, {
			async 'job.receive'({addressee}) {
				await (gates.get(addressee) ?? Promise.withResolvers<void>()).promise;
				return {outcome: 'received', from: 9, data: base64(addressee)};
			},
		});
		const running = startPython(
			script(`
receive = farm.message_to_invocation_receive
first = receive('first', blocking=False)
given_up = receive('never', blocking=False)
last = receive('last', blocking=False)
print(first.is_done())
try:
    first.wait(0.01)
except TimeoutError as error:
    print('not yet')
print(first.wait())
print(first.cancel(), given_up.cancel())
try:
    given_up.wait()
except farm.MessageReceiveTimeout:
    print('given up')
print('end')
`),
			job.environment,
		);
		await until(() => /not yet/v.exec(running.stdout()) ?? undefined, {
			within: 20_000,
			what: 'the script to wait',
		});
		gates.get('first')?.resolve();
		await until(() => /end/v.exec(running.stdout()) ?? undefined, {
			within: 20_000,
			what: 'the end of the script',
		});
		await until(() => (job.connections() === 1 ? true : undefined), {
			within: 20_000,
			what: 'only the last to be waited for',
		});
		gates.get('last')?.resolve();
		const {status, stdout, stderr} = await running.ended;
		t.is(status, 0, `It said: ${stderr}`);
		t.is(stderr, '');
		t.deepEqual(stdout.trimEnd().split('\n'), [
			'False',
			'not yet',
			"(9, b'first')",
			'False True',
			'given up',
			'end',
		]);
	},
);

for (const [waits, call] of [
	['for a message', "farm.message_to_invocation_receive('never')"],
	[
		'for a message of the background',
		"farm.message_to_invocation_receive('never', blocking=False).wait()",
	],
	['for a blocking call', "farm.set_attributes({'never': 1}, blocking=True)"],
	[
		'for background calls',
		"farm.set_attributes({'never': 1}); farm.wait_for_currently_running_async_operations()",
	],
	['at its end for background calls', "farm.set_attributes({'never': 1})"],
] as const) {
	test.serial(
		`TERM and Ctrl-C end a job at once that waits ${waits}`,
		async (t) => {
			const never = Promise.withResolvers<void>();
			t.teardown(never.resolve);
			const job = await startJobInterface(t, {
				'job.receive': async () => never.promise,
				'job.set_attributes': async () => never.promise,
			});
			const start = async () => {
				const before = job.calls.length;
				const running = startPython(
					script(`import atexit\natexit.register(print, 'end')\n${call}`),
					job.environment,
				);
				await until(() => (job.calls.length > before ? true : undefined), {
					within: 20_000,
					what: 'the call',
				});
				return running;
			};

			const terminated = await start();
			terminated.signal('SIGTERM');
			t.is((await terminated.ended).status, 'SIGTERM');

			const interrupted = await start();
			// One for the script, and one for the wait at its end, if the call goes on in the background.
			const again = setInterval(() => {
				interrupted.signal('SIGINT');
			}, 300);
			interrupted.signal('SIGINT');
			const {status, stdout, stderr} = await interrupted.ended;
			clearInterval(again);
			t.not(status, 0, `It said: ${stderr}`);
			t.is(stdout, 'end\n');
		},
	);
}

test.serial('threads may call at the same time', async (t) => {
	const job = await startJobInterface(t, {
		async 'job.get_attributes'() {
			await delay(2);
			return {attributes: {x: 1}};
		},
		'job.set_attributes': async () => delay(1),
		'job.spawn': () => ({id: 1}),
		'job.receive': ({addressee}) => ({
			outcome: 'received',
			from: 1,
			data: base64(addressee),
		}),
		'job.send': () => ({outcome: 'taken'}),
	});
	const {status, stdout, stderr} = await startPython(
		script(`
import threading
wrong = []
def work(thread):
    for number in range(15):
        operation = farm.set_attributes({'t': thread, 'n': number})
        if farm.get_attributes() != {'x': 1} or not operation.is_done():
            wrong.append('attributes')
        name = '%d.%d' % (thread, number)
        if farm.message_to_invocation_receive(name) != (1, name.encode()):
            wrong.append('message')
        farm.message_to_invocation_send(1, name, b'x')
        farm.set_progress(number)
        farm.create_task(name, {}, blocking=number % 2 == 0)
        farm.set_attributes({'t': thread, 'n': number}, blocking=True)
threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(wrong)
`),
		job.environment,
	).ended;
	t.is(status, 0, `It said: ${stderr}`);
	t.is(stdout, '[]\n');
	const count = (name: string) =>
		job.calls.filter((call) => call.name === name).length;
	t.is(count('job.set_attributes'), 240);
	t.is(count('job.spawn'), 120);
	t.true(job.connections() === 0);
});

test.serial(
	'a job lives on while its worker is started again: what it asked is asked again, but for a message, which might come twice',
	async (t) => {
		const gate = Promise.withResolvers<void>();
		t.teardown(gate.resolve);
		let isAgain = false;
		const later = async (): Promise<void> => {
			if (!isAgain) {
				await gate.promise;
			}
		};

		const job = await startJobInterface(t, {
			async 'job.receive'() {
				await later();
				return {outcome: 'received', from: 4, data: base64('late')};
			},
			async 'job.spawn'() {
				await later();
				return {id: 8};
			},
			async 'job.send'() {
				await later();
				return {outcome: 'taken'};
			},
		});
		const running = startPython(
			script(`
import threading
def send():
    try:
        farm.message_to_invocation_send(1, 'a', b'x')
    except farm.JobError as error:
        print(type(error).__name__, error.code)
sender = threading.Thread(target=send)
sender.start()
spawned = farm.create_task('once', {})
message = farm.message_to_invocation_receive('a', 60)
sender.join()
print(message, spawned.wait())
`),
			job.environment,
		);
		await until(() => (job.calls.length === 3 ? true : undefined), {
			within: 20_000,
			what: 'all calls',
		});
		await job.stop();
		isAgain = true;
		await job.start();
		const {status, stdout, stderr} = await running.ended;
		t.is(status, 0, `It said: ${stderr}`);
		t.is(stdout, "JobError CLOSED\n(4, b'late') 8\n");
		t.deepEqual(job.calls.map(({name}) => name).toSorted(), [
			'job.receive',
			'job.receive',
			'job.send',
			'job.spawn',
			'job.spawn',
		]);
		const ids = job.calls
			.filter(({name}) => name === 'job.spawn')
			.map(({requestId}) => requestId);
		t.is(new Set(ids).size, 1);
		t.truthy(ids[0]);
	},
);

test.serial(
	'a worker that is gone for good is told, and so is a wrong token',
	async (t) => {
		const job = await startJobInterface(t);
		const impatient = script(`
farm._PATIENCE_S = 0.2
try:
    farm.get_attributes()
except farm.JobError as error:
    print(error.code, error)
`);
		const refused = await startPython(impatient, {
			...job.environment,
			LIFEBLOOD_RUNTIME_TOKEN: 'wrong',
		}).ended;
		t.is(refused.stdout, 'REFUSED This token is of no running job.\n');
		await job.stop();
		const gone = await startPython(impatient, job.environment).ended;
		t.regex(
			gone.stdout,
			/^UNREACHABLE The worker of this job cannot be reached at 127\.0\.0\.1:\d+: .+\.$/mv,
		);
	},
);

test.serial('outside of a job every call says so', async (t) => {
	const {status, stdout, stderr} = await startPython(
		script(`
for call in [
    lambda: farm.create_task('a', {}),
    lambda: farm.set_attributes({}),
    lambda: farm.delete_attributes('a'),
    farm.get_attributes,
    lambda: farm.set_progress(1),
    lambda: farm.message_to_invocation_send(1, 'a', b''),
    lambda: farm.message_to_invocation_receive('a'),
    lambda: farm.message_to_invocation_receive('a', blocking=False),
    farm.get_my_invocation_id,
]:
    try:
        call()
        print('no error')
    except farm.NotInJobError as error:
        text = str(error)
        print('not a job of a lifeblood worker' in text and 'is not set' in text)
farm.wait_for_currently_running_async_operations()
`),
	).ended;
	t.is(status, 0, `It said: ${stderr}`);
	t.is(stderr, '');
	t.is(stdout, 'True\n'.repeat(9));
});

test.serial(
	"this machine's address and a free port of it are found",
	async (t) => {
		const {status, stdout, stderr} = await startPython(
			script(`
import socket
ip = farm.get_host_ip()
with socket.socket() as taken:
    taken.bind((ip, 0))
    port = taken.getsockname()[1]
    free = farm.get_free_tcp_port(ip, port)
    print(free > port)
    with socket.socket() as probe:
        probe.bind((ip, free))
print(farm.get_free_tcp_port('127.0.0.1') >= 20001)
for call in [lambda: farm.get_free_tcp_port('203.0.113.7', 20001), lambda: farm.get_free_tcp_port(ip, 65536)]:
    try:
        call()
    except OSError:
        print('OSError')
`),
		).ended;
		t.is(status, 0, `It said: ${stderr}`);
		t.is(stdout, 'True\nTrue\nOSError\nOSError\n');
	},
);
