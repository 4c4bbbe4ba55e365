import type {Attributes} from '../core/invocation.js';
import type {NodeId} from '../core/ids.js';
import {kill} from './kill.js';
import {leave} from './route.js';
import {attributesOf, setAttributes, type TaskDraft} from './task-draft.js';
import type {Turn} from './turn-context.js';

/** Elements above this number die by one statement instead of one by one. */
const many = 64;

/** Seal the split that a task is an element of: the elements die, and the task that was divided reappears here, done. */
export const seal = (
	turn: Turn,
	element: TaskDraft,
	{set, output}: {readonly set: Attributes; readonly output: string},
): void => {
	const {desk, statements} = turn;
	const {split_id: id, node_id: node} = element.row;
	if (id === null) {
		return;
	}

	const split = desk.split(id);
	if (split.row.sealed === 1) {
		// The task that was divided has gone on long ago, and may be divided anew.
		kill(turn, element, 'gathered');
		return;
	}

	desk.sealSplit(split);
	kill(turn, element, 'gathered');
	if (split.row.count - split.row.dead_count > many) {
		buryBlocked(turn, element, node);
	}

	desk.writeTasks();
	for (const {id: other} of statements.tasks.elements.all(id)) {
		kill(turn, desk.existingTask(other), 'gathered');
	}

	const origin = desk.task(split.row.origin_id);
	if (origin?.row.state !== 'splitted') {
		return;
	}

	setAttributes(origin, {...attributesOf(origin), ...set});
	leave(turn, origin, output, node);
};

/** Let all elements that are blocked at the gatherer die by one statement; the counters follow by what is counted before. */
const buryBlocked = (
	turn: Turn,
	{row: {split_id: id, root_id: rootId}}: TaskDraft,
	node: NodeId,
): void => {
	const {
		desk,
		statements: {gather},
	} = turn;
	if (id === null) {
		return;
	}

	desk.writeTasks();
	for (const {id: parent} of gather.blockedParents.all(id, node)) {
		kill(turn, desk.existingTask(parent), 'gathered');
	}

	desk.writeTasks();
	for (const {group_id: group, state, count} of gather.blockedByGroup.all(
		id,
		node,
	)) {
		desk.recountGroup(group, {from: state, to: 'dead', count});
	}

	let total = 0;
	for (const {state, count, listed} of gather.blockedByState.all(id, node)) {
		desk.recountNode(node, {from: state, to: 'dead', count: listed});
		total += count;
	}

	const {tasks: changed} = desk.changes();
	for (const {id: buried, state} of gather.blocked.iterate(id, node)) {
		changed.set(buried, {
			id: buried,
			root: rootId,
			node,
			was: state,
			now: 'dead',
		});
	}

	const at = desk.now();
	gather.addVisits.run(
		desk.nextTurn(),
		JSON.stringify([['dead', node, at, 'gathered']]),
		id,
		node,
	);
	gather.bury.run(at, id, node);
	const split = desk.split(id);
	split.row.dead_count += total;
	split.changed = true;
	desk.clearArrivals('split', id, node);
	desk.evict((task) => task.row.split_id === id);
};
