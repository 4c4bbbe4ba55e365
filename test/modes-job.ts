import {Buffer} from 'node:buffer';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import fc from 'fast-check';
import {FarmError} from '../source/core/errors.js';
import {askJobInterface} from '../source/modes/ask-job-interface.js';
import {jobCommands} from '../source/modes/job-commands.js';
import {parseCommandLine} from '../source/modes/parse-command-line.js';
import {parseJobLine} from '../source/modes/parse-job-line.js';
import {startJobInterface, type JobInterface} from './helpers/job-interface.js';
import {runCommand} from './helpers/run-command.js';
import {until} from './helpers/until.js';

/** What a parser took, in a form that can be compared. */
const taken = (
	line: ReturnType<typeof parseJobLine>,
): Record<string, unknown> | undefined => {
	if (line === undefined) {
		return undefined;
	}

	const definition = jobCommands.find(({name}) => name === line.command);
	const flags = Object.entries(definition?.flags ?? {}).map(
		([name, {type, isMultiple}]) => [
			name,
			isMultiple === true
				? line.flags.texts(name)
				: type === 'number'
					? line.flags.number(name)
					: line.flags.text(name),
		],
	);
	return {
		command: line.command,
		arguments: line.arguments,
		flags,
		json: line.flags.toggle('json') === true,
	};
};

const takenByTable = (
	words: readonly string[],
): Record<string, unknown> | undefined => {
	try {
		const parsed = parseCommandLine(words);
		return parsed.kind === 'command'
			? taken({
					command: parsed.command.name,
					arguments: parsed.arguments,
					flags: parsed.flags,
				})
			: undefined;
	} catch (error) {
		if (error instanceof FarmError) {
			return undefined;
		}

		throw error;
	}
};

test('every example of the job commands is read without the whole parser, and means the same to both', (t) => {
	for (const {name, examples} of jobCommands) {
		for (const {command} of examples) {
			const words = command
				.split(/ [>\|] /v, 1)[0]!
				.matchAll(/'(?<quoted>[^']*)'|(?<bare>\S+)/gv)
				.map(({groups}) => groups!['quoted'] ?? groups!['bare']!)
				.toArray();
			t.is(parseJobLine(words)?.command, name, command);
			t.deepEqual(taken(parseJobLine(words)), takenByTable(words), command);
		}
	}
});

test('whatever the short parser takes, the whole one takes too, and it means the same', (t) => {
	const word = fc.constantFrom(
		'attr',
		'spawn',
		'progress',
		'send',
		'receive',
		'get',
		'set',
		'delete',
		'a',
		'a=b',
		'n:=1',
		'n:=x',
		'12',
		'37.5',
		'-5',
		'-',
		'--',
		'--json',
		'--json=1',
		'--timeout',
		'--timeout=3',
		'--timeout=-1',
		'--attr',
		'--attr=x=-y',
		'--attrs',
		'--package=a',
		'--resolver',
		'--output',
		'--output=',
		'--frames=1-3',
		'--name',
		'-h',
		'--help',
		'--config-dir=/',
		'--no-json',
		'',
		' ',
		'ä=ü',
		'__proto__=1',
	);
	let count = 0;
	fc.assert(
		fc.property(
			fc.constantFrom('attr', 'spawn', 'progress', 'send', 'receive'),
			fc.array(word, {maxLength: 5}),
			(first, rest) => {
				const words = ['job', first, ...rest];
				const short = taken(parseJobLine(words));
				if (short === undefined) {
					return;
				}

				count++;
				t.deepEqual(short, takenByTable(words), words.join(' '));
			},
		),
		{numRuns: 30_000},
	);
	t.true(count > 2000, `Only ${count} were taken`);
});

test('what is no well written call is left to the whole parser', (t) => {
	for (const words of [
		['job'],
		['job', 'attr'],
		['job', 'attr', '--help'],
		['job', 'attr', 'got', 'x'],
		['job', 'progress'],
		['job', 'progress', '1', 'two', 'three'],
		['job', 'receive', 'x', '--timeout', 'soon'],
		['job', 'receive', 'x', '--timeout', '1', '--timeout', '2'],
		['job', 'send', '1', 'x', '--tiemout', '2'],
		['job', 'spawn', '--attr', ''],
		['job', 'spawn', '--attr', '', '--attr', 'a=b'],
		['--json', 'job', 'attr', 'get'],
		['task', 'list'],
	]) {
		t.is(parseJobLine(words), undefined, words.join(' '));
	}
});

const answers: Parameters<typeof startJobInterface>[1] = {
	'job.get_attributes': () => ({
		attributes: {text: 'a "text"', number: 1.5, list: [1, 'two'], none: null},
	}),
	'job.spawn': () => ({id: 77}),
	'job.send': ({to}) =>
		Number(to) === 3
			? {outcome: 'taken'}
			: {outcome: 'not-running', message: `Invocation ${to} has finished.`},
	'job.receive': ({addressee}) =>
		addressee === 'nobody'
			? {outcome: 'timeout'}
			: {
					outcome: 'received',
					from: 3,
					data: Buffer.from('a line\n').toString('base64'),
				},
};

/** The environment of this process is that of a job: such tests are serial. */
const asJob = async (
	t: ExecutionContext,
	special: typeof answers = answers,
): Promise<JobInterface> => {
	const started = await startJobInterface(t, special);
	Object.assign(process.env, started.environment);
	t.teardown(() => {
		for (const name of Object.keys(started.environment)) {
			delete process.env[name]; // eslint-disable-line @typescript-eslint/no-dynamic-delete -- the environment is such a thing
		}
	});
	return started;
};

const job = async (...words: readonly string[]) =>
	runCommand(['job', ...words]);

test.serial(
	'attributes are printed as text or as JSON, set by kind and deleted',
	async (t) => {
		const {calls} = await asJob(t);
		const printed = async (...words: readonly string[]) => {
			const {status, stdout, stderr} = await job('attr', 'get', ...words);
			t.is(status, 0, `It said: ${stderr}`);
			return stdout;
		};

		t.is(await printed('text'), 'a "text"\n');
		t.is(await printed('number'), '1.5\n');
		t.is(await printed('list'), '[1,"two"]\n');
		t.is(await printed('none'), 'null\n');
		t.is(await printed('text', '--json'), '"a \\"text\\""\n');
		t.deepEqual(JSON.parse(await printed()), {
			text: 'a "text"',
			number: 1.5,
			list: [1, 'two'],
			none: null,
		});
		for (const name of ['toString', 'missing']) {
			const {status, stdout, stderr} = await job('attr', 'get', name); // eslint-disable-line no-await-in-loop -- one after the other
			t.is(status, 1);
			t.is(stdout, '');
			t.regex(stderr, new RegExp(`^lifeblood: .*"${name}"\\.\n$`, 'v'));
		}

		t.is(
			(await job('attr', 'set', 'best=a=b', 'n:=0.5', 'deep:={"x":[1]}'))
				.status,
			0,
		);
		t.like(calls.at(-1), {
			name: 'job.set_attributes',
			params: {set: {best: 'a=b', n: 0.5, deep: {x: [1]}}, delete: []},
		});
		t.is((await job('attr', 'delete', 'best', 'n')).status, 0);
		t.deepEqual(calls.at(-1)?.params, {set: {}, delete: ['best', 'n']});
	},
);

test.serial(
	'a child is spawned with what the flags say, and its id is printed',
	async (t) => {
		const {calls} = await asJob(t);
		const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-job-'));
		t.teardown(async () => {
			await fs.rm(folder, {recursive: true});
		});
		const file = path.join(folder, 'attributes.yaml');
		await fs.writeFile(file, 'scene: a.blend\ntile: 1\n');
		const {stdout, stderr} = await job(
			'spawn',
			'tile 7',
			'--attrs',
			file,
			'--attr',
			'tile:=7',
			'--output',
			'tiles',
			'--package',
			'blender=~3.4',
		);
		t.is(stdout, '77\n', `It said: ${stderr}`);
		t.like(calls.at(-1), {
			name: 'job.spawn',
			params: {
				name: 'tile 7',
				attributes: {scene: 'a.blend', tile: 7},
				output: 'tiles',
				environment: {
					resolver: 'standard',
					arguments: {'package.blender': '~3.4'},
				},
			},
		});
		t.deepEqual(JSON.parse((await job('spawn', 'x', '--json')).stdout), {
			id: 77,
		});
		t.deepEqual(calls.at(-1)?.params, {
			name: 'x',
			attributes: {},
			output: 'spawned',
		});
	},
);

test.serial(
	'progress, messages and what becomes of them reach both sides',
	async (t) => {
		const {calls} = await asJob(t);
		t.is((await job('progress', '37.5', 'frame 3 of 8')).status, 0);
		t.deepEqual(calls.at(-1)?.params, {percent: 37.5, status: 'frame 3 of 8'});
		t.is((await job('progress', '0')).status, 0);
		t.deepEqual(calls.at(-1)?.params, {percent: 0});

		t.is((await job('send', '3', 'here', 'grüße', '--timeout', '2')).status, 0);
		t.deepEqual(calls.at(-1)?.params, {
			to: 3,
			addressee: 'here',
			data: Buffer.from('grüße').toString('base64'),
			timeout_s: 2,
		});
		const unsent = await job('send', '4', 'here', 'x');
		t.is(unsent.status, 1);
		t.is(unsent.stderr, 'lifeblood: not-running: Invocation 4 has finished.\n');

		t.is((await job('receive', 'here')).stdout, 'a line\n');
		t.deepEqual(calls.at(-1)?.params, {addressee: 'here'});
		t.deepEqual(JSON.parse((await job('receive', 'here', '--json')).stdout), {
			from: 3,
			data: Buffer.from('a line\n').toString('base64'),
		});
		const waited = await job('receive', 'nobody', '--timeout', '0.5');
		t.is(waited.status, 1);
		t.is(waited.stdout, '');
		t.regex(waited.stderr, /^lifeblood: timeout: .*"nobody".*\n$/v);
	},
);

test.serial(
	'what is written wrongly is status 2 and asks nobody',
	async (t) => {
		const {calls} = await asJob(t);
		for (const words of [
			['attr', 'set'],
			['attr', 'set', 'x'],
			['attr', 'set', 'x:=nan'],
			['attr', 'delete'],
			['attr', 'get', 'a', 'b'],
			['spawn', 'x', '--attr', 'x'],
			['spawn', 'x', '--attrs', '/nowhere/at/all.json'],
			['progress', '101'],
			['progress', 'half'],
			['progress', ''],
			['send', 'zero', 'x', 'y'],
			['send', '0', 'x', 'y'],
			['send', '3', 'x', 'm'.repeat(4 * 1024 * 1024 + 1)],
		]) {
			const {status, stderr} = await job(...words); // eslint-disable-line no-await-in-loop -- one after the other
			t.is(status, 2, words.join(' ').slice(0, 80));
			t.is(stderr.trimEnd().split('\n').length, 1, stderr.slice(0, 500));
		}

		t.deepEqual(calls, []);
	},
);

test.serial(
	'outside a job and with a wrong token it says so, each with its own status',
	async (t) => {
		const outside = await job('attr', 'get');
		t.is(outside.status, 3);
		t.regex(outside.stderr, /LIFEBLOOD_RUNTIME_SCHEDULER_ADDR.*\n$/v);

		await asJob(t);
		process.env['LIFEBLOOD_RUNTIME_TOKEN'] = 'another';
		const refused = await job('attr', 'get');
		t.is(refused.status, 4);
		t.regex(refused.stderr, /^lifeblood: .*token.*\n$/v);
	},
);

test.serial(
	'a worker that is started again is waited for, and asked again',
	async (t) => {
		const asked: unknown[] = [];
		const answer =
			(last: unknown) =>
			async (params: unknown): Promise<unknown> => {
				asked.push(params);
				return asked.length === 1 ? Promise.withResolvers().promise : last;
			};

		const {stop, start, calls} = await asJob(t, {
			'job.receive': answer({outcome: 'timeout'}),
			'job.spawn': answer({id: 5}),
		});
		const restart = async (): Promise<void> => {
			await until(() => (asked.length === 1 ? true : undefined), {
				what: 'the first request',
			});
			await stop();
			await start();
		};

		const [received] = await Promise.all([
			job('receive', 'here', '--timeout', '60'),
			restart(),
		]);
		t.is(received.status, 1);
		const [first, second] = asked as ReadonlyArray<{timeout_s: number}>;
		t.true(first!.timeout_s > second!.timeout_s && second!.timeout_s > 50);

		asked.length = 0;
		const [spawned] = await Promise.all([job('spawn', 'x'), restart()]);
		t.is(spawned.stdout, '5\n');
		const [once, again] = calls.slice(-2);
		t.deepEqual(once, again);
		t.truthy(once?.requestId);
	},
);

test.serial(
	'a message may have arrived though its worker went: it is not sent twice',
	async (t) => {
		const arrived = Promise.withResolvers<void>();
		const {stop, start, calls} = await asJob(t, {
			async 'job.send'() {
				arrived.resolve();
				return Promise.withResolvers().promise;
			},
		});
		const sending = job('send', '3', 'here', 'x');
		await arrived.promise;
		await stop();
		const {status, stderr} = await sending;
		t.is(status, 3, `It said: ${stderr}`);
		t.regex(stderr, /closed the connection/v);
		await start();
		t.is(calls.length, 1);
	},
);

test.serial('a worker that does not come back is told', async (t) => {
	const {stop} = await asJob(t);
	await stop();
	const error = await t.throwsAsync<FarmError>(
		askJobInterface('job.get_attributes', () => ({}), 200),
	);
	t.is(error.code, 'UNREACHABLE');
	t.regex(error.message, /^Nobody answers .*127\.0\.0\.1:\d+/v);
});

test.serial(
	'the program sends the bytes of its standard input, and writes those of a message',
	async (t) => {
		const bytes = Buffer.from(
			Array.from({length: 70_000}, (_, index) => index % 256),
		);
		const {environment, calls} = await startJobInterface(t, {
			'job.send': () => ({outcome: 'taken'}),
			'job.receive': () => ({
				outcome: 'received',
				from: 3,
				data: bytes.toString('base64'),
			}),
		});
		const run = async (words: readonly string[], input: Uint8Array) =>
			execa(
				process.execPath,
				['--import=tsx', 'source/cli.ts', 'job', ...words],
				{extendEnv: false, env: environment, input, encoding: 'buffer'},
			);
		await run(['send', '3', 'here'], bytes);
		t.deepEqual(calls.at(-1)?.params, {
			to: 3,
			addressee: 'here',
			data: bytes.toString('base64'),
			timeout_s: 90,
		});
		const {stdout} = await run(['receive', 'here'], Buffer.alloc(0));
		t.deepEqual(Buffer.from(stdout), bytes);
		const {exitCode, stderr} = await execa(
			process.execPath,
			['--import=tsx', 'source/cli.ts', 'job', 'send', '3', 'here'],
			{
				extendEnv: false,
				env: environment,
				input: Buffer.alloc(4 * 1024 * 1024 + 1),
				reject: false,
			},
		);
		t.is(exitCode, 2);
		t.regex(stderr, /at most 4 MiB/v);
	},
);
