import test from 'ava';
import {parseParameters} from '../source/modes/parse-parameter.js';
import {startCannedScheduler} from './helpers/canned-scheduler.js';
import {runCommand} from './helpers/run-command.js';

const types = new Map([
	['cpus', 'float'],
	['count', 'int'],
	['on', 'bool'],
	['text', 'string'],
	['any', 'json'],
	['rows', 'list'],
]);

const parse = (...texts: string[]) =>
	parseParameters(texts, (name) => types.get(name));

test('a value is read as its parameter wants it', (t) => {
	t.deepEqual(
		parse(
			'cpus=1.5',
			'count=-2',
			'on=yes',
			'text=12',
			'any={"a":1}',
			'rows=[{"x":1}]',
		),
		{
			cpus: 1.5,
			count: -2,
			on: true,
			text: '12',
			any: {a: 1},
			rows: [{x: 1}],
		},
	);
	t.deepEqual(parse('any=plain', 'text=a=b', 'text2:=null'), {
		any: 'plain',
		text: 'a=b',
		text2: null,
	});
});

test('a leading equals sign makes an expression', (t) => {
	t.deepEqual(parse('cpus==attr.n * 2', 'text=='), {
		cpus: {expr: 'attr.n * 2'},
		text: {expr: ''},
	});
	t.deepEqual(parse('text:="=not one"'), {text: '=not one'});
});

test('what does not fit is left for the scheduler to refuse', (t) => {
	t.deepEqual(parse('cpus=many', 'on=maybe', 'unknown=1'), {
		cpus: 'many',
		on: 'maybe',
		unknown: '1',
	});
	t.throws(() => parse('rows=x'), {
		code: 'INVALID',
		message: /write it as JSON/v,
	});
	t.throws(() => parse('cpus'), {code: 'INVALID'});
});

const node = {
	id: 1 as never,
	name: 'render',
	type: 'command',
	parameters: {cpus: 2},
	inputs: ['main'],
	outputs: ['main', 'spawned'],
	enabled: true,
	x: 0,
	y: 0,
	counts: {ready: 3, error: 1, dead: 9},
};

test('setting a parameter looks up its type, and sends it with that type', async (t) => {
	const scheduler = await startCannedScheduler({
		'node.get': () => node,
		'node.types': () => ({
			types: [
				{
					type: 'command',
					label: 'Command',
					tags: [],
					description: 'Runs it.',
					inputs: ['main'],
					outputs: ['main'],
					parameters: {
						cpus: {type: 'float', label: 'CPUs', default: 1, min: 0},
					},
					plugin: null,
				},
			],
			broken: [{file: 'x.js', message: 'it throws'}],
		}),
		'node.set': () => node,
		'node.list': () => ({
			nodes: [node],
			connections: [
				{id: 1, from: 'render', output: 'main', to: 'end', input: 'main'},
			],
		}),
	});
	const at = ['--scheduler', scheduler.address, '--insecure'];
	t.like(await runCommand(['node', 'set', 'render', 'cpus=4', ...at]), {
		status: 0,
		stdout: 'node render (command) changed\n',
	});
	t.like(scheduler.calls.at(-1)?.params, {
		name: 'render',
		parameters: {cpus: 4},
	});

	const {stdout} = await runCommand(['node', 'show', 'render', ...at]);
	t.regex(stdout, /render\.main -> end\.main/v);
	t.regex(stdout, /3 ready, 1 error\n/v);
	t.regex(stdout, /cpus: 2/v);

	const list = await runCommand(['node', 'list', ...at], {columns: 80});
	t.regex(list.stdout, /^NODE +TYPE +WAITING/v);

	const shown = await runCommand(['node', 'types', 'command', ...at]);
	t.regex(shown.stdout, /cpus +float +1 +from 0/v);
	t.regex(shown.stderr, /the plugin x\.js is not loaded: it throws/v);
	t.like(await runCommand(['node', 'types', 'comand', ...at]), {status: 2});
	await scheduler.stop();
});

test('a node is not given an empty name', async (t) => {
	const {status, stderr} = await runCommand(['node', 'rename', 'x', '']);
	t.is(status, 2);
	t.regex(stderr, /A node needs a name: write the new one after the old/v);
});

test('a wire that is none is refused without a scheduler', async (t) => {
	const {status, stderr} = await runCommand(['node', 'connect', 'a']);
	t.is(status, 2);
	t.regex(stderr, /no "->" in it/v);
});
