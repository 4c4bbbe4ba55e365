import test from 'ava';
import {
	forceState,
	moveTo,
	onEachTask,
	taskActions,
} from '../source/scheduler/operations/act-on-tasks.js';
import {
	actOnNodes,
	addConnection,
	applyGraph,
	deleteNodes,
	removeConnection,
	setNode,
} from '../source/scheduler/operations/graph.js';
import {setTask} from '../source/scheduler/operations/set-task.js';
import {defineNode} from '../source/nodes/contract.js';
import {createTestFarm} from './helpers/test-farm.js';
import {until} from './helpers/until.js';

test('a task goes through the graph and dies in a killer', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				in: {type: 'null'},
				set: {
					type: 'set_attrib',
					parameters: {attributes: [{name: 'x', value: 3}]},
				},
				end: {type: 'killer'},
			},
			connections: ['in -> set', 'set -> end'],
		},
	});
	const id = await farm.submitTask('in', {attributes: {y: 1}});
	await farm.untilState(id, 'dead');
	t.deepEqual(farm.attributes(id), {x: 3, y: 1});
	t.is(farm.nodeOf(id), 'end');
	farm.expectSound();
});

test('a task rests where no wire leads on, and goes on by itself when one is laid', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {nodes: {a: {type: 'null'}, b: {type: 'killer'}}},
	});
	const id = await farm.submitTask('a');
	await farm.untilState(id, 'done');
	t.is(farm.row(id).queue, null);
	farm.expectSound();
	await farm.submit(
		addConnection({from: 'a', output: 'main', to: 'b', input: 'main'}),
	);
	await farm.untilState(id, 'dead');
	farm.expectSound();
});

test('several wires from one output split the task, one element along each', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {a: {type: 'null'}, b: {type: 'null'}, c: {type: 'null'}},
			connections: ['a -> b', 'a -> c'],
		},
	});
	const id = await farm.submitTask('a', {attributes: {k: 'v'}});
	await farm.untilState(id, 'splitted');
	const elements = farm.all().filter((row) => row.split_id !== null);
	t.deepEqual(
		elements.map((row) => [
			farm.nodeOf(row.id),
			row.state,
			row.split_index,
			row.split_level,
			row.attributes,
		]),
		[
			['b', 'done', 0, 1, '{"k":"v"}'],
			['c', 'done', 1, 1, '{"k":"v"}'],
		],
	);
	farm.expectSound();
});

test('a split is gathered once: its elements die, and the task reappears in the gatherer with what was promoted', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				cut: {type: 'attribute_splitter', parameters: {chunk_size: 3}},
				gather: {
					type: 'split_waiter',
					parameters: {
						promote: [
							{
								attribute: 'frames',
								mode: 'extend',
								as: 'all',
								sort_by: '',
								reversed: false,
							},
						],
					},
				},
			},
			connections: ['cut -> gather'],
		},
	});
	const frames = Array.from({length: 200}, (_, index) => index);
	const id = await farm.submitTask('cut', {attributes: {frames}});
	await farm.untilState(id, 'done');
	t.is(farm.nodeOf(id), 'gather');
	t.deepEqual(farm.attributes(id)['all'], frames);
	t.true(farm.all().every((row) => row.id === id || row.state === 'dead'));
	t.is(farm.all().length, 1 + Math.ceil(200 / 3));
	farm.expectSound();
});

test('splits nest, and a split into one is a split all the same', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				outer: {type: 'attribute_splitter', parameters: {chunk_size: 2}},
				inner: {type: 'attribute_splitter', parameters: {chunk_size: 1}},
				gatherInner: {
					type: 'split_waiter',
					parameters: {
						promote: [{attribute: 'frames', mode: 'extend', as: 'inner'}],
					},
				},
				gatherOuter: {
					type: 'split_waiter',
					parameters: {
						promote: [{attribute: 'inner', mode: 'extend', as: 'outer'}],
					},
				},
			},
			connections: [
				'outer -> inner',
				'inner -> gatherInner',
				'gatherInner -> gatherOuter',
			],
		},
	});
	const id = await farm.submitTask('outer', {
		attributes: {frames: [1, 2, 3, 4, 5]},
	});
	const single = await farm.submitTask('outer', {attributes: {frames: [9]}});
	await farm.untilState(id, 'done');
	await farm.untilState(single, 'done');
	t.deepEqual(farm.attributes(id)['outer'], [1, 2, 3, 4, 5]);
	t.deepEqual(farm.attributes(single)['outer'], [9]);
	t.is(Math.max(...farm.all().map((row) => row.split_level)), 2);
	farm.expectSound();
});

test('a gatherer waits for the living elements only, and says so when none is left', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				cut: {type: 'attribute_splitter', parameters: {chunk_size: 1}},
				hold: {type: 'null'},
				gather: {
					type: 'split_waiter',
					parameters: {
						promote: [{attribute: 'frames', mode: 'extend', as: 'all'}],
					},
				},
			},
			connections: ['cut -> hold'],
		},
	});
	const id = await farm.submitTask('cut', {attributes: {frames: [1, 2, 3]}});
	await farm.untilState(id, 'splitted');
	const elements = farm
		.all()
		.filter((row) => row.split_id !== null)
		.map((row) => row.id);
	t.is(elements.length, 3);
	const [first = id, second = id, third = id] = elements;

	await farm.submit(
		onEachTask(
			[first, second],
			moveTo({
				node:
					farm.books().graph.byName.get('gather')?.id ?? farm.row(id).node_id,
				input: 'main',
			}),
		),
	);
	await farm.untilState(first, 'done').catch(() => undefined);
	await farm.submit(onEachTask([first, second], forceState('waiting')));
	await farm.untilState(first, 'waiting_blocked');
	await farm.untilState(second, 'waiting_blocked');
	farm.expectSound();
	await farm.submit(onEachTask([third], taskActions.kill));
	await farm.untilState(id, 'done');
	t.deepEqual(farm.attributes(id)['all'], [1, 2]);
	farm.expectSound();

	const other = await farm.submitTask('cut', {attributes: {frames: [1, 2]}});
	await farm.untilState(other, 'splitted');
	const theirs = farm
		.all()
		.filter((row) => row.split_id !== null && row.state !== 'dead')
		.map((row) => row.id);
	await farm.submit(onEachTask(theirs, taskActions.kill));
	await farm.untilState(other, 'error');
	t.regex(String(farm.details(other)?.['message']), /2 elements/v);
	farm.expectSound();
});

test('a dead task whose node was deleted lives on only where it is moved to', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {nodes: {old: {type: 'killer'}, rest: {type: 'null'}}},
	});
	const id = await farm.submitTask('old');
	await farm.untilState(id, 'dead');
	const to = farm.books().graph.byName.get('rest')?.id ?? farm.row(id).node_id;
	const move = onEachTask([id], moveTo({node: to, input: 'main'}));
	t.like(await farm.submit(move), {
		changed: 0,
		skipped: [{id, reason: 'it is dead: revive it first'}],
	});
	await farm.submit(deleteNodes(['old']));
	const reason = 'its node was deleted: move it to another one';
	for (const act of [
		taskActions.revive,
		forceState('waiting'),
		forceState('done'),
		forceState('error'),
	]) {
		// eslint-disable-next-line no-await-in-loop -- one after the other
		t.like(await farm.submit(onEachTask([id], act)), {
			changed: 0,
			skipped: [{id, reason}],
		});
	}

	t.like(await farm.submit(move), {changed: 1});
	await farm.untilState(id, 'done');
	t.is(farm.nodeOf(id), 'rest');
	farm.expectSound();
});

test('a parent waits for its children, and gets what they bring', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				spawn: {
					type: 'spawn_children',
					parameters: {count: 3, number_attribute: 'n', child_name: 'kid'},
				},
				wait: {
					type: 'parent_children_waiter',
					parameters: {
						promote: [
							{
								attribute: 'n',
								mode: 'append',
								as: 'ns',
								sort_by: 'n',
								reversed: true,
							},
						],
					},
				},
				end: {type: 'killer'},
			},
			connections: [
				'spawn.main -> wait.main',
				'spawn.spawned -> wait.children',
				'wait.children -> end',
			],
		},
	});
	const id = await farm.submitTask('spawn');
	await farm.untilState(id, 'done');
	t.is(farm.nodeOf(id), 'wait');
	t.deepEqual(farm.attributes(id)['ns'], [2, 1, 0]);
	const children = farm.all().filter((row) => row.parent_id === id);
	t.deepEqual(
		children.map((row) => row.name),
		['kid0', 'kid1', 'kid2'],
	);
	t.true(children.every((row) => row.state === 'dead'));
	t.is(farm.row(id).children_count, 3);
	t.is(farm.row(id).active_children_count, 0);
	farm.expectSound();
});

test('a blocked parent goes on when its last missing child is killed', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				spawn: {type: 'spawn_children', parameters: {count: 2}},
				park: {type: 'null'},
				wait: {type: 'parent_children_waiter'},
			},
			connections: ['spawn.main -> wait.main', 'spawn.spawned -> park'],
		},
	});
	const id = await farm.submitTask('spawn');
	await farm.untilState(id, 'waiting_blocked');
	const children = farm
		.all()
		.filter((row) => row.parent_id === id)
		.map((row) => row.id);
	t.is(children.length, 2);
	farm.expectSound();
	await farm.submit(onEachTask(children, taskActions.kill));
	await farm.untilState(id, 'done');
	farm.expectSound();
});

test('a task passes once all the values that it expects are in the pool', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				wait: {
					type: 'wait_for_task_value',
					parameters: {
						condition_value: {expr: 'attr.is'},
						expected_values: {expr: 'attr.needs'},
					},
				},
				end: {type: 'killer'},
			},
			connections: ['wait -> end'],
		},
	});
	const a = await farm.submitTask('wait', {
		attributes: {is: 'a', needs: 'b c'},
	});
	await farm.untilState(a, 'waiting_blocked');
	const b = await farm.submitTask('wait', {attributes: {is: 'b', needs: ''}});
	await farm.untilState(b, 'dead');
	t.is(farm.row(a).state, 'waiting_blocked');
	const c = await farm.submitTask('wait', {attributes: {is: 'c', needs: ''}});
	await farm.untilState(c, 'dead');
	await farm.untilState(a, 'dead');
	farm.expectSound();
});

test('an expression that fails is the error of its task, and names the node', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				set: {
					type: 'set_attrib',
					parameters: {
						attributes: [{name: 'x', value: {expr: 'attr.nothing.here'}}],
					},
				},
			},
		},
	});
	const id = await farm.submitTask('set');
	await farm.untilState(id, 'error');
	t.regex(String(farm.details(id)?.['message']), /node set/v);
	await farm.submit(
		setTask({id, attributes: {nothing: {here: 5}}, delete: []}, 'tester'),
	);
	await farm.submit(onEachTask([id], taskActions.retry));
	await farm.untilState(id, 'done');
	t.is(farm.attributes(id)['x'], 5);
	farm.expectSound();
});

test('an expression that cannot be read is refused with its node, parameter and place, and nothing of its document is taken', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {nodes: {there: {type: 'switch'}}},
	});
	const {faults} = await farm.submit(
		applyGraph(
			{
				nodes: {
					fine: {type: 'null', parameters: {}},
					route: {type: 'switch', parameters: {output: {expr: 'attr.n ++ 1'}}},
					make: {
						type: 'set_attrib',
						parameters: {
							attributes: [
								{name: 'a', value: {expr: '1 +\n2 3'}},
								{name: 'pre_`task.`', value: 1},
							],
						},
					},
				},
				connections: [],
			},
			{prune: false, dryRun: false},
		),
	);
	t.deepEqual(
		faults.map(({path, message}) => [path.join('.'), message]),
		[
			[
				'nodes.route.parameters.output',
				'Parameter "output" of node route is an expression that cannot be read: it should have ended here, or go on with an operator (line 1, column 11).',
			],
			[
				'nodes.make.parameters.attributes.0.value',
				'Parameter "attributes", row 1, "value" of node make is an expression that cannot be read: it should have ended here, or go on with an operator (line 2, column 3).',
			],
			[
				'nodes.make.parameters.attributes.1.name',
				'Parameter "attributes", row 2, "name" of node make has an expression that cannot be read, `task.`: expecting field name (line 1, column 6).',
			],
		],
	);
	await t.throwsAsync(
		farm.submit(
			setNode('there', {parameters: {output: {expr: 'attr.n ++ 1'}}}),
		),
		{
			code: 'INVALID',
			message: /Parameter "output" of node there is an expression/v,
		},
	);
	t.deepEqual(farm.books().graph.byName.keys().toArray(), ['there']);
});

test('a script that loops forever holds up nobody else', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				loop: {type: 'script', parameters: {process: 'for (;;) {}'}},
				quick: {
					type: 'script',
					parameters: {process: "task['n'] = task['n'] + 1"},
				},
				end: {type: 'killer'},
			},
			connections: ['quick -> end'],
		},
	});
	const looping = await Promise.all(
		Array.from({length: 500}, async () => farm.submitTask('loop')),
	);
	const quick = await Promise.all(
		Array.from({length: 200}, async () =>
			farm.submitTask('quick', {attributes: {n: 1}}),
		),
	);
	for (const id of quick) {
		await farm.untilState(id, 'dead'); // eslint-disable-line no-await-in-loop -- all of them
		t.is(farm.attributes(id)['n'], 2);
	}

	// At 100 ms each they need 50 s.
	t.true(
		looping.some((id) => farm.row(id).state !== 'error'),
		'the quick ones did not wait for the slow ones',
	);
	const cut = await until(
		() => looping.find((id) => farm.row(id).state === 'error'),
		{what: 'a looping script to be cut off', within: 20_000},
	);
	t.regex(String(farm.details(cut)?.['message']), /100 ms/v);
	farm.expectSound();
});

test('a node type that throws is the error of its task; one that awaits does not hold up the turn', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				bad: {type: 'throws'},
				late: {type: 'awaits'},
				end: {type: 'killer'},
			},
			connections: ['late -> end'],
		},
		definitions: [
			defineNode({
				type: 'throws',
				label: 'Throws',
				description: 'Throws.',
				parameters: {},
				process() {
					throw new Error('as it does');
				},
			}),
			defineNode({
				type: 'awaits',
				label: 'Awaits',
				description: 'Awaits.',
				parameters: {},
				async process({memory}) {
					const count = Number(memory.get('count') ?? 0);
					await Promise.resolve();
					memory.set('count', count + 1);
					return {kind: 'pass', set: {count: count + 1}};
				},
			}),
		],
	});
	const bad = await farm.submitTask('bad');
	const late = await farm.submitTask('late');
	await farm.untilState(bad, 'error');
	t.regex(String(farm.details(bad)?.['message']), /as it does/v);
	await farm.untilState(late, 'dead');
	t.is(farm.attributes(late)['count'], 1);
	const later = await farm.submitTask('late');
	await farm.untilState(later, 'dead');
	t.is(farm.attributes(later)['count'], 2);
	farm.expectSound();
});

test('nothing in a paused node is processed until it is resumed', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {a: {type: 'null'}, end: {type: 'killer'}},
			connections: ['a -> end'],
		},
	});
	await farm.submit(actOnNodes(['a'], 'pause'));
	const id = await farm.submitTask('a');
	const other = await farm.submitTask('end');
	await farm.untilState(other, 'dead');
	t.is(farm.row(id).state, 'waiting');
	farm.expectSound();
	await farm.submit(actOnNodes(['a'], 'resume'));
	await farm.untilState(id, 'dead');
	farm.expectSound();
});

test('a paused task stays where it is', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {a: {type: 'null'}, end: {type: 'killer'}},
			connections: ['a -> end'],
		},
	});
	const id = await farm.submitTask('a', {paused: true});
	const other = await farm.submitTask('end');
	await farm.untilState(other, 'dead');
	t.is(farm.row(id).state, 'waiting');
	farm.expectSound();
	await farm.submit(onEachTask([id], taskActions.resume));
	await farm.untilState(id, 'dead');
	farm.expectSound();
});

test('a node with living tasks is not deleted; dead ones keep its name', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {a: {type: 'null'}, end: {type: 'killer'}},
			connections: ['a -> end'],
		},
	});
	const id = await farm.submitTask('a');
	await farm.untilState(id, 'dead');
	await farm.submit(
		removeConnection({from: 'a', output: 'main', to: 'end', input: 'main'}),
	);
	const resting = await farm.submitTask('a');
	await farm.untilState(resting, 'done');
	await t.throwsAsync(farm.submit(deleteNodes(['a'])), {
		message: /1 task that is not dead/v,
	});
	await farm.submit(onEachTask([resting], taskActions.kill));
	await farm.submit(deleteNodes(['a', 'end']));
	t.is(farm.books().graph.nodes.size, 0);
	farm.expectSound();
});

test('killing a divided task kills its elements', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				cut: {type: 'attribute_splitter', parameters: {chunk_size: 1}},
				rest: {type: 'null'},
			},
			connections: ['cut -> rest'],
		},
	});
	const id = await farm.submitTask('cut', {attributes: {frames: [1, 2, 3]}});
	await farm.untilState(id, 'splitted');
	await farm.submit(onEachTask([id], taskActions.kill));
	t.true(farm.all().every((row) => row.state === 'dead'));
	farm.expectSound();
});

test('what was being processed outside of turns is processed anew after a restart', async (t) => {
	let calls = 0;
	const farm = await createTestFarm(t, {
		graph: {nodes: {stuck: {type: 'stuck'}}},
		definitions: [
			defineNode({
				type: 'stuck',
				label: 'Stuck',
				description: 'Never returns the first time.',
				parameters: {},
				async process() {
					calls += 1;
					if (calls === 1) {
						await Promise.withResolvers().promise;
					}

					return {kind: 'pass', set: {calls}};
				},
			}),
		],
	});
	const id = await farm.submitTask('stuck');
	await farm.untilState(id, 'generating');
	await farm.restart();
	await farm.untilState(id, 'done');
	t.is(farm.attributes(id)['calls'], 2);
	farm.expectSound();
});
