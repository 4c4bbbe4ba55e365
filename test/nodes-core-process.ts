import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import type {InvocationRequest} from '../source/core/invocation.js';
import type {ScriptOutcome} from '../source/core/script.js';
import {commandNode} from '../source/nodes/core/command.js';
import {scriptNode} from '../source/nodes/core/script.js';
import type {ProcessResult} from '../source/nodes/contract.js';
import type {ParameterValues} from '../source/nodes/parameters.js';
import {
	exitCodesOf,
	parseCapabilities,
	parseLimits,
	parseWorkerGroups,
} from '../source/nodes/requirements.js';
import {ask, errorOf} from './helpers/node-context.js';
import {pythonFolder} from './helpers/python.js';

const invocationOf = (result: ProcessResult): InvocationRequest | string =>
	result.kind === 'pass' && result.invocation
		? result.invocation
		: errorOf(result);

const done: Extract<ScriptOutcome, {kind: 'done'}> = {
	kind: 'done',
	set: {},
	unset: [],
	spawn: [],
	split: undefined,
	kill: false,
	output: undefined,
	schedule: false,
};

const words = (...list: readonly string[]) => list.map((arg) => ({arg}));

test('a command becomes a process with its arguments as they are, and the defaults', async (t) => {
	t.deepEqual(
		invocationOf(
			await ask(commandNode, {
				parameters: {command: words('echo', '$HOME; rm', '')},
			}),
		),
		{
			process: {
				arguments: ['echo', '$HOME; rm', ''],
				environment: {},
				files: {},
				cwd: '',
				progress_regex: '',
				good_exit_codes: [0],
				retry_exit_codes: [],
				time_limit_s: 0,
				silence_limit_s: 0,
				memory_is_limit: false,
			},
			requirements: {
				minimum: {cpus: 1, memory_bytes: 2 ** 29, gpus: 0, gpu_memory_bytes: 0},
				preferred: {
					cpus: 1,
					memory_bytes: 2 ** 29,
					gpus: 0,
					gpu_memory_bytes: 0,
				},
				groups: [],
				worker_type: 'standard',
				capabilities: {},
				limits: {},
			},
			attempts: 0,
			priority_adjustment: 0,
		},
	);
});

test('everything that a command asks for is in its invocation, in bytes and seconds', async (t) => {
	const invocation = invocationOf(
		await ask(commandNode, {
			parameters: {
				command: words('x'),
				cwd: '/srv',
				environment: [
					{name: 'A', value: '1'},
					{name: 'A', value: '2'},
				],
				progress_regex: String.raw`(\d+)%`,
				good_exit_codes: '0 3-5',
				retry_exit_codes: '9',
				cpus: 2,
				cpus_preferred: 1,
				memory_gb: 1,
				memory_gb_preferred: 4,
				gpus: 0.5,
				gpus_preferred: 1,
				gpu_memory_gb: 8,
				worker_groups: 'render, gpu*',
				worker_type: 'helper',
				capabilities: 'gpu-driver >=550, blender ~=3.4',
				limits: 'nuke:2 houdini-engine',
				attempts: 5,
				priority_adjustment: -2.5,
				time_limit_minutes: 1.5,
				silence_limit_minutes: 10,
			},
		}),
	);
	t.deepEqual(invocation, {
		process: {
			arguments: ['x'],
			environment: {A: '2'},
			files: {},
			cwd: '/srv',
			progress_regex: String.raw`(\d+)%`,
			good_exit_codes: [0, 3, 4, 5],
			retry_exit_codes: [9],
			time_limit_s: 90,
			silence_limit_s: 600,
		},
		requirements: {
			minimum: {
				cpus: 2,
				memory_bytes: 2 ** 30,
				gpus: 0.5,
				gpu_memory_bytes: 8 * 2 ** 30,
			},
			preferred: {
				cpus: 2,
				memory_bytes: 4 * 2 ** 30,
				gpus: 1,
				gpu_memory_bytes: 8 * 2 ** 30,
			},
			groups: ['gpu*', 'render'],
			worker_type: 'helper',
			capabilities: {blender: '~=3.4', 'gpu-driver': '>=550'},
			limits: {'houdini-engine': 1, nuke: 2},
		},
		attempts: 5,
		priority_adjustment: -2.5,
	});
});

test('a command that cannot be run is an error that says what is missing', async (t) => {
	const failing = async (
		parameters: Partial<ParameterValues<typeof commandNode.parameters>>,
	) =>
		errorOf(
			await ask(commandNode, {
				parameters: {command: words('x'), ...parameters},
			}),
		);
	t.regex(await failing({command: []}), /command is empty/v);
	t.regex(await failing({command: words('', 'x')}), /first row/v);
	t.regex(await failing({environment: [{name: 'A=B', value: ''}]}), /"A=B"/v);
	t.regex(await failing({progress_regex: '('}), /progress_regex/v);
	t.regex(await failing({good_exit_codes: ''}), /good_exit_codes is empty/v);
	t.regex(
		await failing({good_exit_codes: 'all'}),
		/good_exit_codes has "all"/v,
	);
	t.regex(
		await failing({retry_exit_codes: '5-3'}),
		/retry_exit_codes has "5-3"/v,
	);
	t.regex(await failing({retry_exit_codes: '0'}), /both/v);
	t.regex(await failing({capabilities: 'blender >>3'}), />>3/v);
	t.regex(await failing({limits: 'nuke:0'}), /nuke:0/v);
	t.regex(await failing({worker_groups: '^slow'}), /\^slow/v);
});

test('capabilities are names with ranges, which may have commas themselves', (t) => {
	const read = (text: string) => {
		const parsed = parseCapabilities(text);
		return parsed.kind === 'ok' ? parsed.value : parsed.message;
	};

	t.deepEqual(read('houdini >=19.5, <21, package.blender~=3.4,python'), {
		houdini: '>=19.5 <21',
		'package.blender': '~=3.4',
		python: '*',
	});
	t.deepEqual(read(' , '), {});
	t.regex(String(read('>=3')), />=3/v);
	t.regex(String(read('blender ~=3.4 gpu-driver >=550')), /commas/v);
});

test('limits, groups and exit codes are read as they are written', (t) => {
	t.deepEqual(parseLimits('a:1, b:20 c'), {
		kind: 'ok',
		value: {a: 1, b: 20, c: 1},
	});
	t.is(parseLimits('a:1 a:2').kind, 'fault');
	t.is(parseLimits('a:').kind, 'fault');
	t.is(parseLimits('a:1.5').kind, 'fault');
	t.deepEqual(parseWorkerGroups('b,a "big ones" a'), {
		kind: 'ok',
		value: ['a', 'b', 'big ones'],
	});
	t.is(parseWorkerGroups('a ""').kind, 'fault');
	t.is(parseWorkerGroups('a ^b').kind, 'fault');
	t.deepEqual(
		exitCodesOf({good_exit_codes: '3-5 4, 0', retry_exit_codes: '255'}),
		{
			kind: 'ok',
			value: {good_exit_codes: [0, 3, 4, 5], retry_exit_codes: [255]},
		},
	);
	t.is(
		exitCodesOf({good_exit_codes: '256', retry_exit_codes: ''}).kind,
		'fault',
	);
});

test('a script does what its process asked for', async (t) => {
	const run = async (outcome: Partial<typeof done>, invoke = '') =>
		ask(scriptNode, {
			outcome: {...done, ...outcome},
			parameters: {process: '…', invoke},
		});
	const spawn = [{name: 'kid', attributes: {a: 1}}];
	t.deepEqual(await run({set: {a: 1}, unset: ['b'], spawn}), {
		kind: 'pass',
		set: {a: 1},
		unset: ['b'],
		spawn,
	});
	t.deepEqual(await run({output: 'spawned'}), {
		kind: 'pass',
		set: {},
		unset: [],
		spawn: [],
		output: 'spawned',
	});
	t.deepEqual(await run({split: [{i: 0}], set: {a: 1}}), {
		kind: 'split',
		elements: [{i: 0}],
		set: {a: 1},
		unset: [],
		spawn: [],
	});
	t.deepEqual(await run({kill: true, spawn}), {kind: 'kill', spawn});
	t.regex(
		errorOf(await run({kill: true, schedule: true}, 'x')),
		/kill\(\) and schedule\(\)/v,
	);
	t.regex(errorOf(await run({schedule: true})), /invoke is empty/v);
	t.is(
		errorOf(
			await ask(scriptNode, {
				outcome: {kind: 'failed', message: 'no licence'},
				parameters: {process: '…'},
			}),
		),
		'no licence',
	);
});

test('an empty process sends what there is to invoke, and passes where there is nothing', async (t) => {
	t.is((await ask(scriptNode)).kind, 'pass');
	const invocation = invocationOf(
		await ask(scriptNode, {
			parameters: {invoke: 'echo hi', interpreter: '"/opt/my tools/bash" -e'},
		}),
	);
	t.true(typeof invocation === 'object');
	t.like(invocation, {
		process: {
			arguments: ['/opt/my tools/bash', '-e', ':/script'],
			files: {script: 'echo hi'},
		},
	});
	t.regex(
		errorOf(
			await ask(scriptNode, {parameters: {invoke: 'x', interpreter: ' '}}),
		),
		/interpreter is empty/v,
	);
});

test("the script's process is taken as it stands: its backticks are JavaScript's", (t) => {
	t.true(scriptNode.parameters.process.literal);
});

test('in Python, the task is a dict, tracebacks show the lines of the author, and future imports work', async (t) => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeblood-script-'));
	t.teardown(async () => rm(folder, {recursive: true}));
	const run = async (invoke: string) => {
		const invocation = invocationOf(
			await ask(scriptNode, {parameters: {invoke}}),
		);
		if (typeof invocation === 'string') {
			throw new TypeError(invocation);
		}

		const {files, arguments: line} = invocation.process;
		const [program = '', ...rest] = line;
		await Promise.all(
			Object.entries(files).map(async ([name, text]) =>
				writeFile(path.join(folder, name), text),
			),
		);
		const attributes = path.join(folder, 'attributes.json');
		await writeFile(attributes, JSON.stringify({frames: [1, 2], näme: 'é'}));
		return execa(
			program,
			rest.map((argument) =>
				argument.startsWith(':') ? `${folder}${argument.slice(1)}` : argument,
			),
			{
				env: {
					LIFEBLOOD_ATTRIBUTES: attributes,
					PYTHONPATH: pythonFolder,
					PYTHONDONTWRITEBYTECODE: '1',
				},
				reject: false,
			},
		);
	};

	const good = await run(
		"from __future__ import annotations\nimport sys\nprint(__name__, len(task['frames']), ascii(task['n\u{E4}me']), len(sys.argv))\n",
	);
	t.is(good.stdout, String.raw`__main__ 2 '\xe9' 1`);
	const bad = await run('x = 1\nraise ValueError(task["frames"])\n');
	t.is(bad.exitCode, 1);
	t.regex(bad.stderr, /script\.py", line 2[\s\S]*ValueError: \[1, 2\]/v);
	t.notRegex(bad.stderr, /script_start/v);
});
