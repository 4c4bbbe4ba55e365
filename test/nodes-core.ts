import test from 'ava';
import {coreNodes} from '../source/nodes/core-nodes.js';
import {deleteAttribNode} from '../source/nodes/core/delete-attrib.js';
import {environmentSetterNode} from '../source/nodes/core/environment-setter.js';
import {killerNode} from '../source/nodes/core/killer.js';
import {modAttribNode} from '../source/nodes/core/mod-attrib.js';
import {nullNode} from '../source/nodes/core/null.js';
import {renameAttribNode} from '../source/nodes/core/rename-attrib.js';
import {setAttribNode} from '../source/nodes/core/set-attrib.js';
import {spawnChildrenNode} from '../source/nodes/core/spawn-children.js';
import {switchNode} from '../source/nodes/core/switch.js';
import type {Attributes} from '../source/core/invocation.js';
import type {Json} from '../source/core/json.js';
import type {ProcessResult} from '../source/nodes/contract.js';
import type {ParameterValues} from '../source/nodes/parameters.js';
import {ask, errorOf} from './helpers/node-context.js';

/** What the task's attributes are after a result. */
const after = (
	attributes: Attributes,
	result: ProcessResult,
): Attributes | string => {
	if (result.kind !== 'pass') {
		return errorOf(result);
	}

	const unset = new Set(result.unset);
	return Object.fromEntries(
		Object.entries({...attributes, ...result.set}).filter(
			([name]) => !unset.has(name),
		),
	);
};

type Operation = ParameterValues<
	typeof modAttribNode.parameters
>['operations'][number];

const nothing = {value: null, start: null, end: null, step: null};
const modify = async (
	attributes: Attributes,
	...operations: ReadonlyArray<
		Pick<Operation, 'name' | 'op'> & Partial<Operation>
	>
) =>
	after(
		attributes,
		await ask(modAttribNode, {
			attributes,
			parameters: {
				operations: operations.map((operation) => ({...nothing, ...operation})),
			},
		}),
	);

test('the core nodes are those of the contract, with its inputs and outputs', (t) => {
	const shape = Object.fromEntries(
		coreNodes.map(({type, inputs, outputs}) => [
			type,
			`${inputs.join(' ')} > ${(typeof outputs === 'function' ? outputs({}) : outputs).join(' ')}`,
		]),
	);
	t.deepEqual(shape, {
		null: 'main > main',
		killer: 'main > ',
		set_attrib: 'main > main',
		mod_attrib: 'main > main',
		rename_attrib: 'main > main',
		delete_attrib: 'main > main',
		switch: 'main > output0 output1',
		spawn_children: 'main > main spawned',
		attribute_splitter: 'main > main',
		wedge: 'main > main',
		split_waiter: 'main > main',
		parent_children_waiter: 'main children > main children',
		wait_for_task_value: 'main aux1 aux2 aux3 > main aux1 aux2 aux3',
		environment_setter: 'main > main',
		script: 'main > main spawned',
		command: 'main > main spawned',
	});
});

test('null passes, killer kills', async (t) => {
	t.deepEqual(await ask(nullNode), {kind: 'pass'});
	t.deepEqual(await ask(killerNode), {kind: 'kill'});
});

test('attributes are set, by odd names too, and a row without a name is an error', async (t) => {
	const set = await ask(setAttribNode, {
		parameters: {
			attributes: [
				{name: 'a', value: [1]},
				{name: '__proto__', value: 2},
			],
		},
	});
	t.true(set.kind === 'pass' && Object.hasOwn(set.set ?? {}, '__proto__'));
	t.regex(
		errorOf(
			await ask(setAttribNode, {
				parameters: {attributes: [{name: '', value: 1}]},
			}),
		),
		/Row 1/v,
	);
});

test('each operation changes what the rows above made', async (t) => {
	t.deepEqual(
		await modify(
			{x: 4},
			{name: 'x', op: 'add', value: 2},
			{name: 'x', op: 'mul', value: 3},
			{name: 'x', op: 'sub', value: 3},
			{name: 'x', op: 'div', value: 2},
		),
		{x: 7.5},
	);
	t.deepEqual(
		await modify(
			{s: 'v'},
			{name: 's', op: 'concat', value: 3},
			{name: 's', op: 'concat', value: 'x'},
		),
		{s: 'v3x'},
	);
	t.deepEqual(
		await modify(
			{l: [1]},
			{name: 'l', op: 'append', value: [2]},
			{name: 'l', op: 'concat', value: [3]},
		),
		{l: [1, [2], 3]},
	);
});

test('a missing attribute starts as the operation asks', async (t) => {
	t.deepEqual(
		await modify(
			{},
			{name: 'n', op: 'sub', value: 2},
			{name: 's', op: 'concat', value: 'a'},
			{name: 'l', op: 'append', value: 1},
			{name: 'p', op: 'pop'},
			{name: 'c', op: 'slice'},
		),
		{n: -2, s: 'a', l: [1], p: [], c: []},
	);
});

test('pop takes the last item, or the one at an index', async (t) => {
	t.deepEqual(await modify({l: [1, 2, 3]}, {name: 'l', op: 'pop'}), {
		l: [1, 2],
	});
	t.deepEqual(await modify({l: [1, 2, 3]}, {name: 'l', op: 'pop', value: 0}), {
		l: [2, 3],
	});
	t.deepEqual(await modify({l: [1, 2, 3]}, {name: 'l', op: 'pop', value: -2}), {
		l: [1, 3],
	});
});

test('slices are those of Python', async (t) => {
	const slice = async (whole: Json, start: Json, end: Json, step: Json) =>
		modify({w: whole}, {name: 'w', op: 'slice', start, end, step});
	t.deepEqual(await slice([0, 1, 2, 3, 4], 1, 4, null), {w: [1, 2, 3]});
	t.deepEqual(await slice([0, 1, 2, 3, 4], null, null, 2), {w: [0, 2, 4]});
	t.deepEqual(await slice([0, 1, 2, 3, 4], null, null, -1), {
		w: [4, 3, 2, 1, 0],
	});
	t.deepEqual(await slice([0, 1, 2, 3, 4], -2, null, null), {w: [3, 4]});
	t.deepEqual(await slice([0, 1, 2, 3, 4], 3, 0, -2), {w: [3, 1]});
	t.deepEqual(await slice([0, 1, 2], 5, 9, null), {w: []});
	t.deepEqual(await slice('héllo', 1, 3, null), {w: 'él'});
});

test('what cannot be done is an error that names the row', async (t) => {
	t.regex(
		String(
			await modify(
				{x: 1},
				{name: 'x', op: 'add', value: 1},
				{name: 'x', op: 'div', value: 0},
			),
		),
		/Row 2.*zero/v,
	);
	t.regex(
		String(await modify({x: 'a'}, {name: 'x', op: 'add', value: 1})),
		/"a", which is no number/v,
	);
	t.regex(
		String(await modify({x: 1}, {name: 'x', op: 'append', value: 1})),
		/no list/v,
	);
	t.regex(
		String(await modify({x: 1e308}, {name: 'x', op: 'mul', value: 10})),
		/too large/v,
	);
	t.regex(
		String(await modify({x: [1]}, {name: 'x', op: 'slice', step: 0})),
		/step is zero/v,
	);
	t.regex(
		String(await modify({}, {name: '', op: 'add', value: 1})),
		/names no attribute/v,
	);
});

test('attributes are renamed in order, over what is there, and missing ones passed over', async (t) => {
	const rename = async (
		attributes: Attributes,
		...renames: Array<{from: string; to: string}>
	) =>
		after(
			attributes,
			await ask(renameAttribNode, {attributes, parameters: {renames}}),
		);
	t.deepEqual(
		await rename(
			{a: 1, b: 2},
			{from: 'a', to: 'b'},
			{from: 'nothing', to: 'x'},
		),
		{b: 1},
	);
	t.deepEqual(
		await rename({a: 1}, {from: 'a', to: 'b'}, {from: 'b', to: 'c'}),
		{c: 1},
	);
	t.deepEqual(await rename({a: 1}, {from: 'a', to: 'a'}), {a: 1});
	t.deepEqual(
		await rename({a: 1}, {from: 'a', to: 'b'}, {from: 'b', to: 'a'}),
		{a: 1},
	);
	t.regex(String(await rename({a: 1}, {from: 'a', to: ''})), /no new name/v);
});

test('attributes are deleted by name, pattern and exclusion', async (t) => {
	const attributes = {a: 1, tmp_a: 2, tmp_b: 3, 'odd [name]': 4};
	const remove = async (...names: readonly string[]) =>
		after(
			attributes,
			await ask(deleteAttribNode, {
				attributes,
				parameters: {names: names.map((name) => ({name}))},
			}),
		);
	t.deepEqual(await remove('tmp_* ^tmp_b', 'nothing'), {
		a: 1,
		tmp_b: 3,
		'odd [name]': 4,
	});
	t.deepEqual(await remove('odd [name]', 'a'), {tmp_a: 2, tmp_b: 3});
	t.regex(String(await remove('"a')), /Row 1.*not closed/v);
});

test('a switch leaves by an output that there is', async (t) => {
	const outputs: Array<string | undefined> = [];
	for (const output of [-5, 0, 2, 9]) {
		const result = await ask(switchNode, {parameters: {outputs: 3, output}}); // eslint-disable-line no-await-in-loop -- one after the other
		outputs.push(result.kind === 'pass' ? result.output : result.kind);
	}

	t.deepEqual(outputs, ['output0', 'output0', 'output2', 'output2']);
	t.deepEqual(
		typeof switchNode.outputs === 'function'
			? switchNode.outputs({outputs: 3})
			: [],
		['output0', 'output1', 'output2'],
	);
	t.is(
		typeof switchNode.outputs === 'function'
			? switchNode.outputs({outputs: {expr: 'attr.n'}}).length
			: 0,
		2,
	);
});

test('children carry a number and what matches of the attributes', async (t) => {
	const result = await ask(spawnChildrenNode, {
		attributes: {keep: 1, tmp_x: 2},
		parameters: {
			count: 2,
			number_attribute: 'n',
			child_name: 'kid',
			inherit: '* ^tmp_*',
		},
	});
	t.deepEqual(result, {
		kind: 'pass',
		spawn: [
			{name: 'kid0', attributes: {keep: 1, n: 0}},
			{name: 'kid1', attributes: {keep: 1, n: 1}},
		],
	});
	t.deepEqual(
		await ask(spawnChildrenNode, {
			attributes: {a: 1},
			parameters: {count: 1, child_name: 'k'},
		}),
		{
			kind: 'pass',
			spawn: [{name: 'k0', attributes: {a: 1}}],
		},
	);
});

test('the environment is set anew, or changed in parts', async (t) => {
	const environment = {resolver: 'standard', arguments: {a: '1', b: '2'}};
	const parameters = {
		resolver: '',
		arguments: [{name: 'c', value: '3'}],
		delete: [{name: 'a'}, {name: 'nothing'}],
	};
	t.deepEqual(
		await ask(environmentSetterNode, {
			task: {environment},
			parameters: {...parameters, mode: 'modify'},
		}),
		{
			kind: 'pass',
			environment: {resolver: 'standard', arguments: {b: '2', c: '3'}},
		},
	);
	t.deepEqual(
		await ask(environmentSetterNode, {
			task: {environment},
			parameters: {...parameters, mode: 'set', resolver: 'rez'},
		}),
		{
			kind: 'pass',
			environment: {resolver: 'rez', arguments: {c: '3'}},
		},
	);
	t.regex(
		errorOf(
			await ask(environmentSetterNode, {
				parameters: {arguments: [{name: '', value: 1}]},
			}),
		),
		/no name/v,
	);
});
