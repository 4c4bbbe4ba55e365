import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {stringify} from 'yaml';
import {z} from 'zod';
import {createFarmKey, toJoinCode} from '../../source/net/key.js';
import {
	invocationShape,
	nodeShape,
	taskShape,
	groupShape,
	workerShape,
} from '../../source/net/messages/shapes.js';
import {createFarm} from '../helpers/farm-process.js';
import {job, shell} from '../helpers/run-account.js';

/** One way through every core node type; the task divides itself twice, and then has children. */
const everyNode = {
	nodes: {
		start: {type: 'null'},
		set: {
			type: 'set_attrib',
			parameters: {
				attributes: [
					{name: 'base', value: 10},
					{name: 'tmp_note', value: 'goes'},
				],
			},
		},
		modify: {
			type: 'mod_attrib',
			parameters: {
				operations: [
					{name: 'base', op: 'mul', value: 3},
					{name: 'base', op: 'add', value: {expr: "attr['frames'].length"}},
				],
			},
		},
		rename: {
			type: 'rename_attrib',
			parameters: {renames: [{from: 'base', to: 'seed'}]},
		},
		clean: {type: 'delete_attrib', parameters: {names: [{name: 'tmp_*'}]}},
		environment: {
			type: 'environment_setter',
			parameters: {
				resolver: 'trivial',
				arguments: [{name: 'FROM_RESOLVER', value: 'resolved'}],
			},
		},
		chunks: {
			type: 'attribute_splitter',
			parameters: {attribute: 'frames', chunk_size: 2},
		},
		wedge: {
			type: 'wedge',
			parameters: {
				wedges: [
					{mode: 'count', attribute: 'quality', from: 0, to: 1, count: 2},
				],
			},
		},
		render: {
			type: 'command',
			parameters: job(
				'[ "$LBATTR_seed" = 34 ] && [ "$FROM_RESOLVER" = resolved ] || exit 9',
			),
		},
		gather_wedge: {
			type: 'split_waiter',
			parameters: {
				promote: [{attribute: 'quality', mode: 'append', as: 'qualities'}],
			},
		},
		gather_chunks: {
			type: 'split_waiter',
			parameters: {
				promote: [
					{attribute: 'frames', mode: 'extend', as: 'rendered'},
					{attribute: 'qualities', mode: 'append', as: 'all_qualities'},
				],
			},
		},
		choose: {
			type: 'switch',
			parameters: {outputs: 3, output: {expr: 'attr.rendered.length - 2'}},
		},
		wrong_way: {type: 'killer'},
		publish: {
			type: 'script',
			parameters: {
				process:
					"task['published'] = task['rendered'].map((frame) => 'f' + frame); schedule()",
				invoke: shell(
					'echo "$LBATTR_seed" > "$GATES/published"; cat "$LIFEBLOOD_ATTRIBUTES" >> "$GATES/published"',
				).command[2]?.arg,
				interpreter: 'sh',
			},
		},
		family: {
			type: 'spawn_children',
			parameters: {count: 3, number_attribute: 'number', inherit: 'seed'},
		},
		square: {
			type: 'mod_attrib',
			parameters: {
				operations: [{name: 'number', op: 'mul', value: {expr: 'attr.number'}}],
			},
		},
		home: {
			type: 'parent_children_waiter',
			parameters: {
				promote: [
					{attribute: 'number', mode: 'append', as: 'squares'},
					{attribute: 'seed', mode: 'sum', as: 'seeds'},
				],
			},
		},
		value: {
			type: 'wait_for_task_value',
			parameters: {condition_value: 'here', expected_values: 'here'},
		},
		leave: {type: 'killer'},
		end: {type: 'null'},
	},
	connections: [
		'start -> set',
		'set -> modify',
		'modify -> rename',
		'rename -> clean',
		'clean -> environment',
		'environment -> chunks',
		'chunks -> wedge',
		'wedge -> render',
		'render -> gather_wedge',
		'gather_wedge -> gather_chunks',
		'gather_chunks -> choose',
		'choose.output0 -> wrong_way',
		'choose.output1 -> wrong_way',
		'choose.output2 -> publish',
		'publish -> family',
		'family.main -> home.main',
		'family.spawned -> square',
		'square -> home.children',
		'home.main -> value',
		'home.children -> leave',
		'value -> end',
	],
};

test.serial(
	'a task goes from submission to its end through every core node, by the command line alone',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		const file = path.join(farm.folder, 'graph.yaml');
		fs.writeFileSync(file, stringify(everyNode));
		const applied = await farm.cli(['graph', 'apply', file]);
		t.is(applied.exitCode, 0, applied.stderr);
		const types = z
			.array(z.object({type: z.string()}))
			.parse(await farm.json(['node', 'types']))
			.map(({type}) => type);
		const used = new Set(Object.values(everyNode.nodes).map(({type}) => type));
		t.deepEqual([...used].toSorted(), types.toSorted());

		const submitted = await farm.cli([
			'submit',
			'start',
			'--name',
			'shot',
			'--frames',
			'1-4',
			'--group',
			'job',
			'--wait',
			'--timeout',
			'60',
		]);
		t.is(submitted.exitCode, 0, submitted.stderr);
		const id = Number(submitted.stdout);

		const shown = taskShape
			.extend({invocations: z.array(invocationShape)})
			.parse(await farm.json(['task', 'show', String(id)]));
		t.like(shown, {
			id,
			name: 'shot',
			state: 'done',
			paused: false,
			node: 'end',
			input: 'main',
			parent_id: null,
			children_count: 3,
			active_children_count: 0,
			split: null,
			groups: ['job'],
			priority: 0,
			attributes: {
				frames: [1, 2, 3, 4],
				seed: 34,
				rendered: [1, 2, 3, 4],
				all_qualities: [
					[0, 1],
					[0, 1],
				],
				published: ['f1', 'f2', 'f3', 'f4'],
				squares: [0, 1, 4],
				seeds: 102,
			},
			state_details: null,
		});
		t.false('tmp_note' in shown.attributes);
		t.like(shown.invocations, {0: {state: 'finished', exit_code: 0}});
		const [seed, ...attributes] = fs
			.readFileSync(path.join(farm.folder, 'gates', 'published'), 'utf8')
			.split('\n');
		t.is(seed, '34');
		t.like(JSON.parse(attributes.join('\n')), {seed: 34});

		// Two chunks of two qualities each.
		t.is(farm.runs().length, 4);
		t.true(farm.runs().every(({hasEnded}) => hasEnded));
		const family = z
			.array(taskShape)
			.parse(await farm.json(['task', 'list', '--group', 'job', '--dead']));
		// The task, two chunks, four wedges and three children.
		t.is(family.length, 10);
		t.deepEqual(
			family
				.filter(({parent_id: parent}) => parent === id)
				.map(({name, state}) => [name, state]),
			[
				['shot_child0', 'dead'],
				['shot_child1', 'dead'],
				['shot_child2', 'dead'],
			],
		);
		const [group] = z
			.array(groupShape)
			.parse(await farm.json(['group', 'list']));
		t.like(group, {name: 'job', counts: {total: 10, dead: 9, done: 1}});
		t.true(
			z.array(nodeShape).parse(await farm.json(['node', 'list'])).length > 0,
		);
		t.like(z.array(workerShape).parse(await farm.json(['worker', 'list'])), {
			0: {name: 'one', state: 'idle', resources: {cpus: {total: 4, free: 4}}},
		});
		t.true(
			z
				.array(z.object({node: z.string()}))
				.parse(await farm.json(['task', 'history', String(id)]))
				.some(({node}) => node === 'home'),
		);
	},
);

test.serial('applying the same graph again changes nothing', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	const file = path.join(farm.folder, 'graph.json');
	fs.writeFileSync(file, JSON.stringify(everyNode));
	t.is(await farm.status(['graph', 'apply', file]), 0);
	t.deepEqual(await farm.json(['graph', 'apply', file]), {
		changes: [],
		faults: [],
	});
	t.is(await farm.status(['graph', 'diff', file]), 0);
	const exported = await farm.cli(['graph', 'export']);
	const copy = path.join(farm.folder, 'copy.yaml');
	fs.writeFileSync(copy, exported.stdout);
	t.deepEqual(await farm.json(['graph', 'apply', copy, '--prune']), {
		changes: [],
		faults: [],
	});

	// All or nothing: the good node of a faulty document is not there afterwards.
	fs.writeFileSync(
		file,
		JSON.stringify({
			nodes: {
				extra: {type: 'null'},
				wrong: {type: 'split_waiter', parameters: {wait_for_al: false}},
			},
			connections: ['extra -> nowhere'],
		}),
	);
	const refused = await farm.cli(['graph', 'apply', file]);
	t.is(refused.exitCode, 2);
	t.regex(refused.stderr, /wait_for_all/v);
	t.regex(refused.stderr, /nowhere/v);
	t.is(await farm.status(['node', 'show', 'extra']), 2);
});

test.serial(
	'the exit status tells apart what failed, what was wrong, who is away and what is refused',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		await farm.graph({
			good: {type: 'command', parameters: shell('exit 0')},
			bad: {type: 'command', parameters: shell('exit 3')},
			slow: {type: 'command', parameters: shell('sleep 60')},
		});
		const status = async (...words: readonly string[]) => {
			const {exitCode, stderr} = await farm.cli(words);
			// A sentence, and no trace.
			t.notRegex(stderr, /\n +at /v);
			return exitCode;
		};

		t.is(await status('submit', 'good', '--wait'), 0);
		t.is(await status('submit', 'bad', '--wait'), 1);
		t.is(await status('submit', 'missing'), 2);
		t.is(await status('submit', 'good', '--priority', 'high'), 2);
		t.is(await status('submit', 'good', '--attr', 'x:={'), 2);
		t.is(await status('task', 'show', '99'), 2);
		t.is(await status('task', 'show', 'first'), 2);
		t.is(await status('tasks'), 2);
		t.is(await status('task', 'list', '--scheduler', '127.0.0.1:1'), 3);

		const other = path.join(farm.folder, 'other.key');
		fs.writeFileSync(other, `${toJoinCode(createFarmKey())}\n`, {mode: 0o600});
		t.is(await status('task', 'list', '--key-file', other), 4);

		// What is waited for and does not come in time has not worked.
		t.is(await status('submit', 'slow', '--wait', '--timeout', '0.3'), 1);
	},
);

test.serial(
	'splits within splits are gathered from the inside out, in order',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.graph(
			{
				outer: {
					type: 'attribute_splitter',
					parameters: {attribute: 'rows', chunk_size: 1},
				},
				unpack: {
					type: 'mod_attrib',
					parameters: {
						operations: [
							{name: 'cells', op: 'concat', value: {expr: 'attr.rows[0]'}},
						],
					},
				},
				inner: {
					type: 'attribute_splitter',
					parameters: {attribute: 'cells', chunk_size: 1},
				},
				innermost: {
					type: 'wedge',
					parameters: {
						wedges: [
							{mode: 'count', attribute: 'x', from: 0, to: 2, count: 3},
							{mode: 'count', attribute: 'y', from: 0, to: 1, count: 2},
						],
					},
				},
				gather3: {
					type: 'split_waiter',
					parameters: {promote: [{attribute: 'x', mode: 'sum', as: 'sum_x'}]},
				},
				gather2: {
					type: 'split_waiter',
					parameters: {
						promote: [
							{attribute: 'cells', mode: 'extend'},
							{attribute: 'sum_x', mode: 'sum'},
						],
					},
				},
				gather1: {
					type: 'split_waiter',
					parameters: {
						promote: [
							{attribute: 'cells', mode: 'append', as: 'table'},
							{attribute: 'sum_x', mode: 'sum'},
						],
					},
				},
			},
			[
				'outer -> unpack',
				'unpack -> inner',
				'inner -> innermost',
				'innermost -> gather3',
				'gather3 -> gather2',
				'gather2 -> gather1',
			],
		);
		const rows = Array.from({length: 6}, (_, row) =>
			Array.from({length: 5}, (__, cell) => row * 10 + cell),
		);
		const id = await farm.submit('outer', {attributes: {rows}});
		t.like(await farm.rest(id), {errors: 0});
		t.like(await farm.task(id), {
			state: 'done',
			node: 'gather1',
			attributes: {
				rows,
				table: rows,
				// Each cell: x of 0, 1, 2, each twice.
				sum_x: 30 * 6,
			},
		});
		const {tasks} = await farm.ask('task.list', {
			filter: {tree: id, dead: true},
		});
		t.is(tasks.length, 1 + 6 + 30 + 180);
		t.is(tasks.filter(({state}) => state === 'dead').length, 216);
	},
);

test.serial(
	'a parent waits for its children and their children, and an error among them keeps it waiting',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		await farm.graph(
			{
				parents: {
					type: 'spawn_children',
					parameters: {count: 2, number_attribute: 'n'},
				},
				children: {
					type: 'spawn_children',
					parameters: {count: 2, number_attribute: 'm'},
				},
				work: {
					type: 'command',
					parameters: job(
						'[ "$LBATTR_n$LBATTR_m" != 11 ] || [ -e "$GATES/mended" ] || exit 5',
					),
				},
				home: {
					type: 'parent_children_waiter',
					parameters: {
						recursive: true,
						promote: [{attribute: 'm', mode: 'append', sort_by: 'm'}],
					},
				},
				bye: {type: 'killer'},
			},
			[
				'parents.main -> home.main',
				'parents.spawned -> children',
				'children.main -> home.children',
				'children.spawned -> work',
				'work -> home.children',
				'home.children -> bye',
			],
		);
		const id = await farm.submit('parents');
		t.like(await farm.rest(id), {at_rest: true, errors: 1});
		t.like(await farm.task(id), {state: 'waiting_blocked', node: 'home'});
		const {tasks: failed} = await farm.ask('task.list', {
			filter: {states: ['error']},
		});
		t.is(failed.length, 1);
		t.like(failed[0], {
			attributes: {n: 1, m: 1},
			state_details: {reason: 'exit', exit_code: 5},
		});
		farm.open('mended');
		const retried = await farm.cli([
			'task',
			'retry',
			'--all',
			'--state',
			'error',
		]);
		t.is(retried.exitCode, 0, retried.stderr);
		t.like(await farm.rest(id), {at_rest: true, errors: 0});
		t.like(await farm.task(id), {
			state: 'done',
			node: 'home',
			active_children_count: 0,
			attributes: {m: [0, 0, 1, 1]},
		});
		t.is(farm.runs().length, 5);
	},
);

test.serial(
	'a task waits for the values of others, wherever they come from',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.graph({
			pool: {
				type: 'wait_for_task_value',
				parameters: {
					condition_value: '`attr.value`',
					expected_values: '`attr.expects`',
				},
			},
		});
		const first = await farm.submit('pool', {
			attributes: {value: 'a', expects: '"b b" c'},
		});
		await farm.taskIn(first, 'waiting_blocked');
		const second = await farm.submit('pool', {
			attributes: {value: 'b b', expects: ''},
		});
		await farm.taskIn(second, 'done');
		t.like(await farm.task(first), {state: 'waiting_blocked'});
		const why = await farm.cli(['task', 'explain', String(first)]);
		t.regex(why.stdout, /"c"/v);
		const third = await farm.submit('pool', {
			attributes: {value: 'c', expects: 'a'},
		});
		t.like(await farm.rest([first, second, third]), {errors: 0, live: 0});
		t.is(await farm.state(first), 'done');
	},
);
