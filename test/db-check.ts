import test from 'ava';
import {checkDatabase} from '../source/db/check.js';
import {createStoredFarm, type StoredFarm} from './helpers/stored-farm.js';

/** A little of everything that is kept twice. */
const fill = (farm: StoredFarm): void => {
	const {statements} = farm;
	const start = farm.node('start');
	const end = farm.node('end');
	statements.nodes.connect.run({
		from_node: start,
		from_output: 'main',
		to_node: end,
		to_input: 'main',
	});
	const group = farm.group('shot');
	const urgent = farm.group('urgent', {priority: 90});
	const old = farm.group('old', {archived: 1});
	const worker = farm.worker('w1');
	const parent = farm.task({
		state: 'waiting_blocked',
		node_id: end,
		groups: [group],
	});
	farm.task({
		state: 'waiting_blocked',
		node_id: end,
		parent_id: parent,
		root_id: parent,
		groups: [group],
	});
	farm.task({
		state: 'dead',
		node_id: end,
		parent_id: parent,
		root_id: parent,
		groups: [group],
	});
	const origin = farm.task({
		state: 'splitted',
		node_id: start,
		groups: [group],
	});
	const split = farm.split(origin, 3);
	for (const [split_index, state] of (
		['waiting_blocked', 'waiting', 'dead'] as const
	).entries()) {
		farm.task({
			state,
			node_id: end,
			split_id: split,
			split_index,
			root_id: origin,
			groups: [group],
		});
	}

	farm.task({state: 'done', node_id: start, groups: [group, old]});
	farm.task({state: 'done', node_id: end, groups: [old], paused: 1});
	farm.task({
		state: 'ready',
		node_id: end,
		groups: [group, urgent],
		priority: 0.3,
	});
	farm.run(farm.task({state: 'ready', node_id: end, groups: [urgent]}), worker);
	farm.task({state: 'error', node_id: end, groups: [group], paused: 1});
	farm.settle();
};

test('a sound farm has no faults', async (t) => {
	const farm = await createStoredFarm(t);
	fill(farm);
	t.deepEqual(checkDatabase(farm.database.reader), []);
});

const damages: ReadonlyArray<readonly [what: string, sql: string]> = [
	['finished', "UPDATE groups SET finished_at = 1 WHERE name = 'shot'"],
	['finished', "UPDATE groups SET finished_at = NULL WHERE name = 'old'"],
	[
		'node_counts',
		"UPDATE node_counts SET count = count + 1 WHERE state = 'error'",
	],
	['node_counts', "DELETE FROM node_counts WHERE state = 'error'"],
	['node_counts', "INSERT INTO node_counts VALUES (1, 'error', 2)"],
	[
		'group_counts',
		"UPDATE groups SET counts = json_set(counts, '$.total', 99) WHERE name = 'shot'",
	],
	[
		'group_counts',
		"UPDATE groups SET counts = json_remove(counts, '$.paused') WHERE name = 'shot'",
	],
	[
		'negative_counts',
		"UPDATE groups SET counts = json_set(counts, '$.ready', -1) WHERE name = 'old'",
	],
	['references', 'INSERT INTO task_groups VALUES (1, 999)'],
	['references', 'INSERT INTO task_groups VALUES (999, 1)'],
	['arrivals', "DELETE FROM arrivals WHERE kind = 'split'"],
	['arrivals', "UPDATE arrivals SET count = count + 1 WHERE kind = 'parent'"],
	['dead_count', 'UPDATE splits SET dead_count = dead_count + 1'],
	['dead_count', 'DELETE FROM tasks WHERE split_index = 1'],
	['open_split', 'UPDATE splits SET sealed = 1'],
	[
		'children_count',
		'UPDATE tasks SET active_children_count = 2 WHERE children_count = 2',
	],
	[
		'root',
		"UPDATE tasks SET root_id = 4 WHERE parent_id IS NOT NULL AND state = 'dead'",
	],
	['queue', "UPDATE tasks SET queue = NULL WHERE state = 'ready'"],
	[
		'queue',
		"UPDATE tasks SET queue = 'advance' WHERE state = 'error' AND paused = 0 OR state = 'splitted'",
	],
	['queue', "UPDATE nodes SET enabled = 0 WHERE name = 'end'"],
	['queue', 'DELETE FROM connections'],
	['deleted_node', "UPDATE nodes SET deleted = 1 WHERE name = 'end'"],
	['invocation', "UPDATE invocations SET state = 'lost', finished_at = 1"],
	['invocation', "UPDATE invocations SET state = 'invoking'"],
	[
		'invocation',
		"UPDATE tasks SET state = 'dead', invocation_id = NULL WHERE state = 'in_progress'",
	],
	['work', 'DELETE FROM works'],
	[
		'effective_priority',
		"UPDATE tasks SET effective_priority = 50 WHERE state = 'ready'",
	],
	[
		'effective_priority',
		"UPDATE tasks SET queue_group_id = 1 WHERE state = 'ready'",
	],
	[
		'effective_priority',
		"UPDATE groups SET priority = 80 WHERE name = 'urgent'",
	],
	['archived', "UPDATE groups SET archived = 1 WHERE name = 'shot'"],
	['archived', 'UPDATE tasks SET archived = 0 WHERE archived = 1'],
];

test('each thing that is kept twice is found where it differs', async (t) => {
	const farm = await createStoredFarm(t);
	fill(farm);
	const {writer} = farm.database;
	writer.pragma('foreign_keys = OFF');
	for (const [what, sql] of damages) {
		writer.exec('BEGIN');
		writer.exec(sql);
		const faults = checkDatabase(writer);
		t.true(
			faults.some((fault) => fault.what === what),
			`${what}: ${sql} gave ${JSON.stringify(faults)}`,
		);
		t.true(
			faults.every(
				({message}) => typeof message === 'string' && message.endsWith('.'),
			),
			JSON.stringify(faults),
		);
		writer.exec('ROLLBACK');
	}

	t.deepEqual(checkDatabase(writer), []);
});
