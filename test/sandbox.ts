import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {
	createSandbox,
	type Evaluation,
	type Sandbox,
	type Scope,
} from '../source/sandbox/sandbox.js';
import type {Json, JsonObject} from '../source/core/json.js';

const sandbox = await createSandbox();
test.after.always(async () => {
	await sandbox.stop();
});

const scopeWith = (
	attributes: JsonObject = {},
	rest: Partial<Scope> = {},
): Scope => ({
	task: {
		id: 7,
		name: 'shot',
		parent_id: 3,
		groups: ['a', 'b'],
		priority: 50,
		split_index: 2,
		split_count: 5,
		attributes,
	},
	node: {name: 'render', type: 'command', parameters: {}},
	config: {own: {}, globals: {}},
	...rest,
});

const evaluate = (
	expression: string,
	scope = scopeWith(),
): Evaluation | undefined => {
	const evaluations = sandbox.evaluate([expression], () => scope);
	return evaluations === 'slow'
		? {kind: 'failed', message: 'slow'}
		: evaluations[0];
};

const valueOf = (expression: string, scope = scopeWith()): Json | undefined => {
	const evaluation = evaluate(expression, scope);
	return evaluation?.kind === 'value' ? evaluation.value : evaluation?.message;
};

const messageOf = (
	expression: string,
	scope = scopeWith(),
): string | undefined => {
	const evaluation = evaluate(expression, scope);
	return evaluation?.kind === 'failed' ? evaluation.message : undefined;
};

test('every field of a task is in scope, and goes before an attribute of that name', (t) => {
	const scope = scopeWith({name: 'mine', frames: [1, 2]});
	t.deepEqual(
		valueOf(
			'[task.id, task.name, task.parent_id, task.groups, task.priority, task.split_index, task.split_count]',
			scope,
		),
		[7, 'shot', 3, ['a', 'b'], 50, 2, 5],
	);
	t.is(valueOf('attr.name', scope), 'mine');
	t.is(valueOf("task['frames'][1]", scope), 2);
	t.is(valueOf("task.get('frames')[0] + task.get('nothing', 10)", scope), 11);
	t.is(valueOf("task['na' + 'me']", scope), 'shot');
});

test('the node, its other parameters, and the configuration are in scope', (t) => {
	const scope = scopeWith(
		{x: 4},
		{
			node: {
				name: 'render',
				type: 'command',
				parameters: {
					name: 'hidden',
					plain: 'p',
					worked: {expr: "node['plain'] + attr.x"},
					rows: [{arg: {expr: 'attr.x * 2'}}, {arg: 'b'}],
					circle: {expr: 'node.circle'},
					broken: {expr: '1 +'},
				},
			},
			config: {own: {a: 1}, globals: {a: 2, b: 3}},
		},
	);
	t.is(
		valueOf("node.name + node.type + node['worked']", scope),
		'rendercommandp4',
	);
	t.deepEqual(valueOf('node.rows', scope), [{arg: 8}, {arg: 'b'}]);
	t.is(messageOf('node.circle', scope), "node['circle'] depends on itself");
	t.is(
		messageOf('node.broken', scope),
		"node['broken'] is not a valid expression",
	);
	t.deepEqual(
		valueOf(
			"[config['a'], config.b, config.get('b'), config.get('c', 9)]",
			scope,
		),
		[1, 3, 3, 9],
	);
});

test('Math is there by its bare names, and numbers are padded', (t) => {
	t.is(valueOf('ceil(2.1) + floor(PI) + max(1, 2)'), 8);
	t.deepEqual(valueOf('[pad(7, 4), pad(-7, 4), pad(12345, 4)]'), [
		'0007',
		'-007',
		'12345',
	]);
});

test('paths are taken apart and joined as POSIX does it', (t) => {
	const part = fc.constantFrom(
		'a',
		'b.exr',
		'.',
		'..',
		'/',
		'//',
		'.rc',
		'c.tar.gz',
		'',
		'x/y',
		'a/',
		'...',
	);
	fc.assert(
		fc.property(fc.array(part, {maxLength: 5}), part, (parts, one) => {
			const whole = parts.join('/') + one;
			t.deepEqual(
				valueOf(
					'[basename(attr.p), dirname(attr.p), extname(attr.p), join(...attr.parts)]',
					scopeWith({p: whole, parts}),
				),
				[
					path.posix.basename(whole),
					path.posix.dirname(whole),
					path.posix.extname(whole),
					path.posix.join(...parts),
				],
			);
		}),
	);
	t.is(valueOf("basename('/a/b.exr', '.exr')"), 'b');
});

test('any JSON goes through unchanged', (t) => {
	fc.assert(
		fc.property(fc.jsonValue({noUnicodeString: false}), (value) => {
			// -0 is 0 in JSON.
			const text = JSON.stringify(value);
			const json: Json = JSON.parse(text); // eslint-disable-line @typescript-eslint/no-unsafe-assignment -- JSON
			t.deepEqual(valueOf('attr.value', scopeWith({value: json})), json);
		}),
	);
});

test('several expressions are evaluated for one task, and one that fails leaves the others alone', (t) => {
	t.deepEqual(
		sandbox.evaluate(['1 + 1', 'attr.framez[0]', '2 +', 'task.name'], () =>
			scopeWith(),
		),
		[
			{kind: 'value', value: 2},
			{kind: 'failed', message: 'cannot read property of undefined'},
			{kind: 'failed', message: "unexpected token in expression: ''"},
			{kind: 'value', value: 'shot'},
		],
	);
});

test('a scope is not made for expressions that do not look at it', (t) => {
	t.notThrows(() =>
		sandbox.evaluate(['2 * PI'], () => {
			throw new Error('made');
		}),
	);
});

test('what JSON cannot hold is refused in words', (t) => {
	t.is(messageOf('attr.framez'), 'attr.framez is undefined');
	t.is(messageOf('0 / 0'), '0 / 0 is NaN');
	t.is(messageOf('[1 / 0, null]'), '0 is Infinity');
	t.is(messageOf('() => 1'), '() => 1 is a function');
	t.is(valueOf('null'), null);
	t.deepEqual(valueOf('[null]'), [null]);
});

test('a source that is more than one expression is refused', (t) => {
	for (const source of [
		'1; 2',
		'1), (2',
		'',
		'let a = 1',
		'1)); let leak = 0; ((x) => (1',
		'], [',
		'/*',
		'`',
		'return 1',
		'}, {',
		'1,',
		'...[1]',
	]) {
		t.is(`${source}: ${evaluate(source)?.kind}`, `${source}: failed`);
	}

	t.is(valueOf('1 // a comment'), 1);
});

test('a script sets, deletes, spawns, splits, leaves and schedules', (t) => {
	const outcome = sandbox.runScript(
		`task['a'] = task['a'] + 1;
		task.list.push(3);
		delete task['gone'];
		attr.name = 'an attribute';
		spawn(task.name + '_child', {x: [1]});
		spawn('plain');
		split([{i: 0}, {i: 1}]);
		output('aux');
		schedule();
		if (task['a'] === 2) return;
		fail('not reached');`,
		() => scopeWith({a: 1, list: [1], gone: true, kept: {deep: [1]}}),
	);
	t.deepEqual(outcome, {
		kind: 'done',
		set: {a: 2, list: [1, 3], name: 'an attribute'},
		unset: ['gone'],
		spawn: [
			{name: 'shot_child', attributes: {x: [1]}},
			{name: 'plain', attributes: {}},
		],
		split: [{i: 0}, {i: 1}],
		kill: false,
		output: 'aux',
		schedule: true,
	});
});

test('a script that fails says so, with its message and line', (t) => {
	const failure = (source: string): string | undefined => {
		const outcome = sandbox.runScript(source, () => scopeWith({a: 1}));
		return outcome !== 'slow' && outcome.kind === 'failed'
			? outcome.message
			: undefined;
	};

	t.is(failure("try { fail('no licence') } catch {}"), 'no licence');
	t.is(
		failure('const a = 1;\n\na.b.c'),
		"The script failed: cannot read property 'c' of undefined (line 3)",
	);
	t.is(
		failure("task['x'] = () => 1"),
		"The script failed: attribute 'x' cannot be a function",
	);
	t.is(
		failure("task['x'] = NaN"),
		"The script failed: attribute 'x' cannot be NaN",
	);
	t.is(
		failure("task.name = 'x'"),
		"The script failed: task['name'] is not an attribute and cannot be changed here; an attribute of that name is attr['name'] (line 1)",
	);
	t.is(
		failure('split([])'),
		'The script failed: split([...]) needs a list with one object of extra attributes for each element (line 1)',
	);
	t.regex(
		failure('let a = ;') ?? '',
		/^The script cannot be read: unexpected token/v,
	);
	t.is(failure('} {') ?? '', '');
});

test('attributes by odd names are attributes like any other', (t) => {
	const outcome = sandbox.runScript(
		"attr['__proto__'] = 1; attr['constructor'] = 2; attr.toString = 3",
		() => scopeWith(),
	);
	t.true(
		outcome !== 'slow' &&
			outcome.kind === 'done' &&
			Object.hasOwn(outcome.set, 'constructor') &&
			Object.hasOwn(outcome.set, 'toString'),
	);
});

const startOf = (
	outcome: Awaited<ReturnType<Sandbox['evaluateLater']>>,
): Evaluation | undefined => outcome[0];

test('on the other thread, expressions and scripts give the same', async (t) => {
	const scope = scopeWith({frames: [1, 2, 3]});
	t.deepEqual(
		await sandbox.evaluateLater(
			["attr.frames.join('-')", 'nope', 'task.id'],
			scope,
		),
		[
			{kind: 'value', value: '1-2-3'},
			{kind: 'failed', message: "'nope' is not defined"},
			{kind: 'value', value: 7},
		],
	);
	t.deepEqual(
		await sandbox.runScriptLater("task['n'] = task['frames'].length", scope),
		sandbox.runScript("task['n'] = task['frames'].length", () => scope),
	);
	t.is(startOf(await sandbox.evaluateLater(['1 +'], scope))?.kind, 'failed');
});
