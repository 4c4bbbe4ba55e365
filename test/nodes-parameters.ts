import test from 'ava';
import fc from 'fast-check';
import type {Json, JsonObject} from '../source/core/json.js';
import {compileParameters} from '../source/nodes/compile-parameters.js';
import type {ParameterSchemas} from '../source/nodes/parameters.js';
import {parseParameters} from '../source/nodes/parse-parameters.js';
import {createSandbox} from '../source/sandbox/sandbox.js';

const parameters = {
	cpus: {type: 'float', label: 'CPUs', default: 1, min: 0, max: 64},
	count: {type: 'int', label: 'Count', default: 10, min: 1},
	enabled: {type: 'bool', label: 'Enabled', default: true},
	name: {type: 'string', label: 'Name', default: ''},
	note: {type: 'text', label: 'Note', default: ''},
	code: {type: 'text', label: 'Code', default: '', literal: true},
	mode: {
		type: 'enum',
		label: 'Mode',
		default: 'list',
		options: ['list', 'range'],
	},
	anything: {type: 'json', label: 'Anything', default: 0},
	command: {
		type: 'list',
		label: 'Command',
		default: [],
		row: {arg: {type: 'string', label: 'Argument', default: ''}},
	},
	rows: {
		type: 'list',
		label: 'Rows',
		default: [],
		row: {
			name: {type: 'string', label: 'Name', default: ''},
			size: {type: 'int', label: 'Size', default: 1, max: 9},
		},
	},
} as const satisfies ParameterSchemas;

const type = {type: 'command', parameters};

const faultsOf = (written: unknown): readonly string[] => {
	const parsed = parseParameters(type, written);
	return parsed.kind === 'ok' ? [] : parsed.faults.map(({message}) => message);
};

const storedOf = (written: unknown): JsonObject | undefined => {
	const parsed = parseParameters(type, written);
	return parsed.kind === 'ok' ? parsed.stored : undefined;
};

/** What a node gets for what was written, with the results that its expressions came to. */
const assembled = (
	written: JsonObject,
	results: readonly Json[] = [],
): unknown => {
	const {assemble} = compileParameters(parameters, storedOf(written) ?? {});
	return assemble(results);
};

const valueOf = (
	name: string,
	written: Json,
	results: readonly Json[] = [],
): unknown => {
	const outcome = compileParameters(
		parameters,
		storedOf({[name]: written}) ?? {},
	).assemble(results);
	return outcome.kind === 'ok'
		? outcome.values[name]
		: `${outcome.parameter} ${outcome.message}`;
};

test('only what differs from the defaults is stored', (t) => {
	t.deepEqual(
		storedOf({
			cpus: 1,
			count: 5,
			name: '',
			mode: 'range',
			rows: [{name: 'a', size: 1}, {size: 2}],
			command: [],
		}),
		{count: 5, mode: 'range', rows: [{name: 'a'}, {size: 2}]},
	);
});

test('a fault names the type, the parameter and what is allowed, and all are told at once', (t) => {
	t.deepEqual(
		parseParameters(type, {
			cpuss: 1,
			cpus: 'two',
			count: 1.5,
			enabled: 1,
			mode: 'lists',
			rows: [{size: 10}, {colour: 1}, 3],
			command: {},
		}),
		{
			kind: 'faults',
			faults: [
				{
					path: ['cpuss'],
					message:
						'A command node has no parameter "cpuss"; did you mean "cpus"?',
				},
				{
					path: ['cpus'],
					message:
						'Parameter "cpus" of a command node must be a number, not "two".',
				},
				{
					path: ['count'],
					message:
						'Parameter "count" of a command node must be a whole number, not 1.5.',
				},
				{
					path: ['enabled'],
					message:
						'Parameter "enabled" of a command node must be true or false, not 1.',
				},
				{
					path: ['mode'],
					message:
						'Parameter "mode" of a command node must be one of list, range, not "lists".',
				},
				{
					path: ['rows', 0, 'size'],
					message:
						'Parameter "rows", row 1, "size" of a command node must be at most 9, not 10.',
				},
				{
					path: ['rows', 1, 'colour'],
					message:
						'Parameter "rows", row 2, "colour" of a command node is not known: a row has name, size.',
				},
				{
					path: ['rows', 2],
					message:
						'Parameter "rows", row 3 of a command node must be an object with name, size, not 3.',
				},
				{
					path: ['command'],
					message:
						'Parameter "command" of a command node must be a list, not {}.',
				},
			],
		},
	);
	t.deepEqual(faultsOf({cpus: 65}), [
		'Parameter "cpus" of a command node must be between 0 and 64, not 65.',
	]);
	t.deepEqual(faultsOf([]), [
		'The parameters of a command node are an object, not [].',
	]);
});

test('names that every object has are no parameters', (t) => {
	t.is(faultsOf({constructor: 1}).length, 1);
	t.is(faultsOf(JSON.parse('{"__proto__": 1}')).length, 1);
	t.is(faultsOf({rows: [{toString: 1}]}).length, 1);
});

test('any parameter, and any cell, may be an expression', (t) => {
	const written = {
		cpus: {expr: 'task.id'},
		rows: [{name: {expr: 'a'}, size: {expr: 'b'}}],
		command: {expr: 'c'},
		anything: {expr: 'd'},
		code: {expr: 'e'},
	};
	t.deepEqual(storedOf(written), written);
	t.deepEqual(compileParameters(parameters, written).expressions, [
		'task.id',
		'e',
		'd',
		'c',
		'a',
		'b',
	]);
	t.deepEqual(faultsOf({cpus: {expr: ' '}}), [
		'Parameter "cpus" of a command node is an empty expression.',
	]);
	t.deepEqual(storedOf({anything: {expr: 'x', more: 1}}), {
		anything: {expr: 'x', more: 1},
	});
});

test('what expressions give is cast where nothing is lost', (t) => {
	const expression = {expr: 'x'};
	t.is(valueOf('count', expression, ['5']), 5);
	t.is(valueOf('count', expression, [5]), 5);
	t.is(valueOf('count', expression, ['5.0']), 5);
	t.is(valueOf('cpus', expression, [' 2.5 ']), 2.5);
	t.true(valueOf('enabled', expression, ['true']));
	t.false(valueOf('enabled', expression, [0]));
	t.is(valueOf('name', expression, [7]), '7');
	t.is(valueOf('mode', expression, ['range']), 'range');
	t.deepEqual(valueOf('anything', expression, [[null, {a: 1}]]), [
		null,
		{a: 1},
	]);
	t.deepEqual(valueOf('command', expression, [['python3', 7]]), [
		{arg: 'python3'},
		{arg: '7'},
	]);
	t.deepEqual(valueOf('rows', expression, [[{name: 'a', size: '3'}]]), [
		{name: 'a', size: 3},
	]);
});

test('what cannot be cast is told with the parameter, what it must be and what it was', (t) => {
	const expression = {expr: 'x'};
	t.is(
		valueOf('count', expression, [1.5]),
		'count must be a whole number, not 1.5',
	);
	t.is(
		valueOf('count', expression, ['']),
		'count must be a whole number, not ""',
	);
	t.is(valueOf('count', expression, ['0']), 'count must be at least 1, not 0');
	t.is(
		valueOf('cpus', expression, ['Infinity']),
		'cpus must be a number, not "Infinity"',
	);
	t.is(valueOf('cpus', expression, [true]), 'cpus must be a number, not true');
	t.is(
		valueOf('enabled', expression, ['yes']),
		'enabled must be true or false, not "yes"',
	);
	t.is(valueOf('name', expression, [null]), 'name must be text, not null');
	t.is(
		valueOf('mode', expression, ['other']),
		'mode must be one of list, range, not "other"',
	);
	t.is(
		valueOf('command', expression, ['ls']),
		'command must be a list, not "ls"',
	);
	t.is(
		valueOf('rows', expression, [[{}, {size: 'x'}]]),
		'rows[1].size must be a whole number, not "x"',
	);
	t.is(
		valueOf('rows', expression, [[{colour: 1}]]),
		'rows[0] has no cell "colour": a row has name, size',
	);
	t.is(
		valueOf('rows', [{size: expression}], [12]),
		'rows[0].size must be at most 9, not 12',
	);
});

test('parts in backticks are expressions, in texts that are not literal', (t) => {
	t.deepEqual(
		compileParameters(parameters, {
			name: '/r/`task.name`/`attr.f`.png',
			code: '`x`',
		}).expressions,
		['task.name', 'attr.f'],
	);
	t.is(valueOf('name', '/r/`a`/`b`.png', ['shot', 7]), '/r/shot/7.png');
	t.is(valueOf('note', '`a`', [true]), 'true');
	t.is(valueOf('code', '`x` \\`'), '`x` \\`');
	t.is(valueOf('name', 'a \\`b\\` `c`', ['d']), 'a `b` d');
	t.is(valueOf('name', 'plain \\`'), 'plain `');
	t.is(valueOf('name', '`a`', [[1]]), 'name takes text, but `a` gave [1]');
	t.deepEqual(
		compileParameters(parameters, {command: [{arg: '--out=`a`'}]}).assemble([
			'x',
		]),
		{
			kind: 'ok',
			values: {
				...(assembled({}) as {values: JsonObject}).values,
				command: [{arg: '--out=x'}],
			},
		},
	);
	t.regex(faultsOf({name: 'a ` b'})[0] ?? '', /backtick that is not closed/v);
});

test('null is a value of its own where any JSON may stand', (t) => {
	t.deepEqual(storedOf({anything: null}), {anything: null});
	t.is(valueOf('anything', null), null);
	t.is(valueOf('anything', {expr: 'x'}, [null]), null);
	t.is(
		compileParameters(parameters, {anything: null}).visible['anything'],
		null,
	);
});

test('without expressions, the values are worked out once', (t) => {
	const {assemble} = compileParameters(parameters, {count: 3});
	t.is(assemble([]), assemble([]));
});

test('a stored value that does not fit its schema any more is told when a task comes', (t) => {
	t.deepEqual(
		compileParameters(parameters, {count: [], gone: 1}).assemble([]),
		{
			kind: 'fault',
			parameter: 'count',
			message: 'must be a whole number, not []',
		},
	);
});

test('expressions see every parameter of their node, defaults and templates too', (t) => {
	const {visible} = compileParameters(parameters, {
		count: {expr: 'x'},
		name: 'a`b`c',
		note: '\\`',
		command: [{}, {arg: '`d`'}],
	});
	t.like(visible, {
		cpus: 1,
		count: {expr: 'x'},
		name: {expr: '"" + "a" + (b\n) + "c"'},
		note: '`',
	});
	t.deepEqual(visible['command'], [{arg: ''}, {arg: {expr: '"" + (d\n)'}}]);
});

const cell = fc.oneof(
	fc.record({name: fc.string(), size: fc.integer({max: 9})}),
	fc.record({name: fc.string().map((expr) => ({expr: `x${expr}`}))}),
);
const written = fc.record(
	{
		cpus: fc.double({min: 0, max: 64, noNaN: true}).map((value) => value + 0),
		count: fc.integer({min: 1}),
		enabled: fc.boolean(),
		name: fc.string().map((text) => text.replaceAll('`', '')),
		code: fc.string(),
		mode: fc.constantFrom('list', 'range'),
		anything: fc.jsonValue(),
		rows: fc.array(
			cell.map((row) =>
				'name' in row && typeof row.name === 'string'
					? {...row, name: row.name.replaceAll('`', '')}
					: row,
			),
		),
	},
	{requiredKeys: []},
);

test('what was stored is stored the same when it is written again', (t) => {
	fc.assert(
		fc.property(written, (input) => {
			const first = storedOf(input);
			t.truthy(first);
			t.deepEqual(storedOf(first), first);
		}),
	);
});

test('a value that is written is the value that the node gets', (t) => {
	fc.assert(
		fc.property(
			fc.integer({min: 1}),
			fc.string(),
			fc.boolean(),
			(count, code, enabled) => {
				t.like(assembled({count, code, enabled}), {
					kind: 'ok',
					values: {count, code, enabled},
				});
			},
		),
	);
});

test('any JSON is either stored or refused in words', (t) => {
	fc.assert(
		fc.property(
			fc.dictionary(
				fc.constantFrom(...Object.keys(parameters), 'other'),
				fc.jsonValue(),
			),
			(input) => {
				const parsed = parseParameters(type, input);
				if (parsed.kind === 'ok') {
					t.notThrows(() => compileParameters(parameters, parsed.stored));
				} else {
					t.true(
						parsed.faults.length > 0 &&
							parsed.faults.every(
								({message}) => message.endsWith('.') || message.endsWith('?'),
							),
					);
				}
			},
		),
	);
});

test('an expression that cannot be read is refused with the node, the place and what is wrong there', async (t) => {
	const sandbox = await createSandbox();
	t.teardown(async () => sandbox.stop());
	const messages = (given: JsonObject): readonly string[] => {
		const parsed = parseParameters(
			{...type, name: 'render', checkExpression: sandbox.check},
			given,
		);
		return parsed.kind === 'ok'
			? []
			: parsed.faults.map(({message}) => message);
	};

	t.deepEqual(
		messages({
			cpus: {expr: 'attr.cpus * * 2'},
			rows: [{name: 'a'}, {name: {expr: 'attr.names['}}],
			command: [{arg: 'frame_`pad(task.id,, 4)`.png'}],
		}),
		[
			'Parameter "cpus" of node render is an expression that cannot be read: unexpected token in expression: \'*\' (line 1, column 13).',
			'Parameter "rows", row 2, "name" of node render is an expression that cannot be read: it ends where more must follow (line 1, column 12).',
			'Parameter "command", row 1, "arg" of node render has an expression that cannot be read, `pad(task.id,, 4)`: unexpected token in expression: \',\' (line 1, column 13).',
		],
	);
	t.deepEqual(messages({cpus: {expr: 'a b'}}), [
		'Parameter "cpus" of node render is an expression that cannot be read: it should have ended here, or go on with an operator (line 1, column 3).',
	]);
	t.deepEqual(messages({cpus: {expr: '1; 2'}}), [
		'Parameter "cpus" of node render is an expression that cannot be read: it is more than one expression.',
	]);
	t.deepEqual(messages({cpuss: 1}), [
		'Node render (command) has no parameter "cpuss"; did you mean "cpus"?',
	]);
	t.deepEqual(
		messages({
			// What a task lacks is told when a task is there.
			cpus: {expr: 'attr.nothing.at.all'},
			command: [
				{arg: '`task.name`'},
				{arg: {expr: '(() => {\n\treturn 1;\n})()'}},
			],
		}),
		[],
	);
});
