import test from 'ava';
import type {TaskId} from '../source/core/ids.js';
import {
	moveTo,
	onEachTask,
	taskActions,
} from '../source/scheduler/operations/act-on-tasks.js';
import {
	actOnNodes,
	deleteNodes,
	existingNode,
} from '../source/scheduler/operations/graph.js';
import {
	actOnGroups,
	deleteGroupStep,
} from '../source/scheduler/operations/groups.js';
import {setTask} from '../source/scheduler/operations/set-task.js';
import {createTestFarm, type TestFarm} from './helpers/test-farm.js';
import {until} from './helpers/until.js';

/** Elements wait before `hold`, which is paused. */
const held = {
	nodes: {
		cut: {type: 'attribute_splitter', parameters: {chunk_size: 1}},
		hold: {type: 'null', enabled: false},
		gather: {type: 'split_waiter'},
	},
	connections: ['cut -> hold', 'hold -> gather'],
};

const elementsOf = (farm: TestFarm): TaskId[] =>
	farm
		.all()
		.filter((row) => row.split_id !== null)
		.map(({id}) => id);

test('an element that is revived after all had died is waited for again', async (t) => {
	const farm = await createTestFarm(t, {graph: held});
	const id = await farm.submitTask('cut', {attributes: {frames: [1, 2]}});
	const elements = elementsOf(farm);
	await farm.submit(onEachTask(elements, taskActions.kill));
	t.is(farm.row(id).state, 'error');
	await farm.submit(onEachTask(elements.slice(0, 1), taskActions.revive));
	t.is(farm.row(id).state, 'splitted');
	await farm.submit(actOnNodes(['hold'], 'resume'));
	t.is((await farm.untilState(id, 'done')).state, 'done');
	t.is(farm.nodeOf(id), 'gather');
	farm.expectSound();
});

test('an element of a split that was given up does not gather the task out of a later one', async (t) => {
	const farm = await createTestFarm(t, {graph: held});
	const id = await farm.submitTask('cut', {attributes: {frames: [1, 2]}});
	const elements = elementsOf(farm);
	await farm.submit(onEachTask(elements, taskActions.kill));
	await farm.submit(onEachTask([id], taskActions.retry));
	await farm.untilState(id, 'splitted');
	await farm.submit(onEachTask(elements.slice(0, 1), taskActions.revive));
	await farm.submit((turn) => {
		const {id: node} = existingNode(turn, 'gather');
		onEachTask(elements.slice(0, 1), moveTo({node, input: 'main'}))(turn);
	});
	await farm.untilState(elements[0] ?? id, 'dead');
	t.is(farm.row(id).state, 'splitted');
	await farm.submit(actOnNodes(['hold'], 'resume'));
	await farm.untilState(id, 'done');
	farm.expectSound();
});

test('deleting a group for good leaves nothing of its splits', async (t) => {
	const farm = await createTestFarm(t, {graph: held});
	await farm.submitTask('cut', {
		groups: ['job'],
		attributes: {frames: [1, 2, 3]},
	});
	await farm.submit(actOnGroups(['job'], 'archive'));
	await farm.submit(deleteGroupStep('job'));
	await farm.submit(deleteGroupStep('job'));
	t.deepEqual(farm.all(), []);
	t.is(
		farm
			.database()
			.writer.prepare<unknown[], {count: number}>(
				'SELECT count(*) AS count FROM splits',
			)
			.get()?.count,
		0,
	);
	farm.expectSound();
});

test('elements of a divided task that is deleted for good are not left to go on for nobody', async (t) => {
	const farm = await createTestFarm(t, {graph: held});
	const id = await farm.submitTask('cut', {
		groups: ['job'],
		attributes: {frames: [1, 2]},
	});
	const elements = elementsOf(farm);
	await Promise.all(
		elements.map(async (element) =>
			farm.submit(
				setTask(
					{id: element, attributes: {}, delete: [], groups: ['kept']},
					'me',
				),
			),
		),
	);
	await farm.submit(actOnGroups(['job'], 'archive'));
	await farm.submit(deleteGroupStep('job'));
	t.deepEqual(
		farm.all().map(({id: left, state}) => [left, state]),
		elements.map((element) => [element, 'dead']),
	);
	t.false(farm.all().some((row) => row.id === id));
	farm.expectSound();
});

test('children of elements that are gathered in great number learn that their parents died', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				cut: {type: 'attribute_splitter', parameters: {chunk_size: 1}},
				spawn: {type: 'spawn_children', parameters: {count: 1}},
				family: {type: 'parent_children_waiter'},
				gather: {type: 'split_waiter', enabled: false},
			},
			connections: [
				'cut -> spawn',
				'spawn.spawned -> family.children',
				'spawn -> gather',
			],
		},
	});
	const id = await farm.submitTask('cut', {
		attributes: {frames: Array.from({length: 70}, (_, index) => index)},
	});
	const blocked = () =>
		farm.all().filter(({state}) => state === 'waiting_blocked').length;
	await until(() => blocked() === 70 || undefined, {
		what: 'the children to wait',
		within: 20_000,
	});
	await farm.submit(actOnNodes(['gather'], 'resume'));
	await farm.untilState(id, 'done');
	await until(() => blocked() === 0 || undefined, {
		what: 'the children to go on',
	});
	t.is(farm.all().filter(({state}) => state === 'done').length, 71);
	farm.expectSound();
});

test('a dead task that is revived in the turn that archives its group stays archived', async (t) => {
	const farm = await createTestFarm(t, {graph: held});
	const id = await farm.submitTask('hold', {groups: ['job']});
	await Promise.all([
		farm.submit(onEachTask([id], taskActions.kill)),
		farm.submit(actOnGroups(['job'], 'archive')),
		farm.submit(onEachTask([id], taskActions.revive)),
	]);
	t.like(farm.row(id), {state: 'waiting', archived: 1});
	farm.expectSound();
});

test('a task is not moved to a node that was deleted meanwhile', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {nodes: {here: {type: 'null'}, there: {type: 'null'}}},
	});
	const id = await farm.submitTask('here');
	const {node} = await farm.submit((turn) => ({
		node: existingNode(turn, 'there').id,
	}));
	await farm.submit(deleteNodes(['there']));
	const {changed, skipped} = await farm.submit(
		onEachTask([id], moveTo({node, input: 'main'})),
	);
	t.is(changed, 0);
	t.is(skipped[0]?.id, id);
	t.is(farm.nodeOf(id), 'here');
	farm.expectSound();
});
