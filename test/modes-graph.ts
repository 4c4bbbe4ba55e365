import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {startCannedScheduler} from './helpers/canned-scheduler.js';
import {runCommand, statusOf, stdoutOf} from './helpers/run-command.js';

const inFolder = async (
	text: string,
	use: (file: string) => Promise<void>,
): Promise<void> => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-graph-'));
	const file = path.join(folder, 'farm.yaml');
	await fs.writeFile(file, text);
	await use(file);
	await fs.rm(folder, {recursive: true});
};

const good = `nodes:
  a: {type: "null"}
  b:
    type: command
    parameters:
      cpus: many
connections:
  - a -> b
`;

const changes = [
	{
		kind: 'add' as const,
		what: 'node' as const,
		name: 'a',
		details: ['type: null'],
	},
	{
		kind: 'change' as const,
		what: 'node' as const,
		name: 'b',
		details: ['cpus: 1 → 2'],
	},
	{
		kind: 'remove' as const,
		what: 'connection' as const,
		name: 'x.main -> y.main',
		details: [],
	},
];

test('applying prints what it changed', async (t) => {
	const scheduler = await startCannedScheduler({
		'graph.apply': () => ({changes, faults: []}),
		'graph.check': () => ({changes, faults: []}),
	});
	const at = ['--scheduler', scheduler.address, '--insecure'];
	await inFolder(good, async (file) => {
		const {status, stdout, stderr} = await runCommand([
			'graph',
			'apply',
			file,
			'--prune',
			...at,
		]);
		t.is(status, 0);
		t.is(
			stdout,
			'+ node a\n    type: null\n~ node b\n    cpus: 1 → 2\n- connection x.main -> y.main\n',
		);
		t.is(stderr, 'lifeblood: 1 added, 1 changed, 1 removed\n');
		t.like(scheduler.calls[0], {
			name: 'graph.apply',
			params: {prune: true, document: {connections: ['a -> b']}},
		});

		const dry = await runCommand(['graph', 'apply', file, '--dry-run', ...at]);
		t.regex(dry.stderr, /1 would be added/v);
		t.like(scheduler.calls[1], {name: 'graph.check', params: {prune: false}});
		t.deepEqual(
			JSON.parse(await stdoutOf(['graph', 'apply', file, '--json', ...at])),
			{changes, faults: []},
		);
	});
	await scheduler.stop();
});

test('a difference is exit status 1, none is 0', async (t) => {
	let answer: typeof changes = [];
	const scheduler = await startCannedScheduler({
		'graph.check': () => ({changes: answer, faults: []}),
	});
	const at = ['--scheduler', scheduler.address, '--insecure'];
	await inFolder(good, async (file) => {
		t.like(await runCommand(['graph', 'diff', file, ...at]), {
			status: 0,
			stdout: '',
		});
		answer = changes;
		t.is(await statusOf(['graph', 'diff', file, ...at]), 1);
	});
	await scheduler.stop();
});

test("the scheduler's faults are told by file and line, in the file's order", async (t) => {
	const faults = [
		{path: ['connections', 0], message: 'no such node'},
		{
			path: ['nodes', 'b', 'parameters', 'cpus'],
			message: 'a number is expected',
		},
		{path: ['nodes'], message: 'something is busy'},
	];
	const scheduler = await startCannedScheduler({
		'graph.check': () => ({changes: [], faults}),
		'graph.apply': () => ({changes: [], faults}),
	});
	const at = ['--scheduler', scheduler.address, '--insecure'];
	await inFolder(good, async (file) => {
		const lines = [
			`${file}:1: something is busy\n`,
			`${file}:6: a number is expected\n`,
			`${file}:8: no such node\n`,
		];
		const told = lines.map((line) => `lifeblood: ${line}`).join('');
		t.like(await runCommand(['graph', 'check', file, ...at]), {
			status: 1,
			stdout: lines.join(''),
		});
		t.like(await runCommand(['graph', 'apply', file, ...at]), {
			status: 2,
			stdout: '',
			stderr: told,
		});
		t.like(await runCommand(['graph', 'diff', file, ...at]), {
			status: 2,
			stdout: '',
			stderr: told,
		});
		const [first] = JSON.parse(
			await stdoutOf(['graph', 'check', file, '--json', ...at]),
		) as unknown[];
		t.deepEqual(first, {
			file,
			line: 1,
			path: ['nodes'],
			message: 'something is busy',
		});
	});
	await scheduler.stop();
});

test('what is no graph file is told without a scheduler', async (t) => {
	await inFolder('nodes:\n  a: {typ: "null"}\n  a: {}\n', async (file) => {
		t.like(await runCommand(['graph', 'check', file]), {
			status: 1,
			stdout: `${file}:3: "a" stands here a second time.\n`,
		});
		t.like(await runCommand(['graph', 'apply', file]), {
			status: 2,
			stderr: `lifeblood: ${file}:3: "a" stands here a second time.\n`,
		});
	});
	t.like(await runCommand(['graph', 'apply', '/nowhere/farm.yaml']), {
		status: 2,
	});
});

test('what is exported applies back as the same document', async (t) => {
	const document = {
		nodes: {
			'a b: c': {
				type: 'null',
				parameters: {},
				position: [1, 2.5] as [number, number],
			},
			b: {
				type: 'command',
				parameters: {command: [{arg: 'x'}, {arg: {expr: '1'}}], cwd: 'yes'},
				enabled: false,
			},
		},
		connections: ['a b: c.main -> b.main'],
	};
	const scheduler = await startCannedScheduler({
		'graph.export': () => document,
		'graph.apply': () => ({changes: [], faults: []}),
	});
	const at = ['--scheduler', scheduler.address, '--insecure'];
	const {stdout} = await runCommand(['graph', 'export', '--node', 'b', ...at]);
	t.like(scheduler.calls[0]?.params, {nodes: ['b']});
	await inFolder(stdout, async (file) => {
		t.like(await runCommand(['graph', 'apply', file, ...at]), {
			status: 0,
			stderr: 'lifeblood: nothing to change\n',
		});
	});
	t.like(scheduler.calls[1]?.params, {
		document: {...document, nodes: document.nodes},
	});
	await scheduler.stop();
});
