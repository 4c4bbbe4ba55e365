import {inspect} from 'node:util';
import type {GroupId} from '../../source/core/ids.js';
import {checkDatabase} from '../../source/db/check.js';
import {prepareStatements} from '../../source/db/statements.js';
import {groupRest} from '../../source/scheduler/views/group-rest.js';
import {booksDisagreement, rounded} from './books-agreement.js';
import {expectEqual} from './expect-equal.js';
import type {Stage} from './played-stage.js';

/** The database agrees with itself, no turn broke, and workers were asked for nothing that must never happen. */
export const expectSound = ({farm, fleet}: Stage): void => {
	const {writer} = farm.database();
	expectEqual(
		farm.defects.map((defect) => inspect(defect)),
		[],
		'defects',
	);
	expectEqual(checkDatabase(writer), [], 'the database');
	expectEqual(fleet.faults, [], 'what workers were asked for');
	expectEqual(
		writer
			.prepare(
				"SELECT task_id FROM invocations WHERE state IN ('invoking', 'running') GROUP BY task_id HAVING count(*) > 1",
			)
			.all(),
		[],
		'tasks with two live invocations',
	);
};

/** What is in memory is what would be read from the database. */
export const expectAgreement = ({farm}: Stage): void => {
	expectEqual(farm.disagreement(), [], 'the books');
};

/** Nothing runs, so nothing is held. */
export const expectNothingHeld = ({farm, fleet}: Stage): void => {
	const {live, dying, running, workers, machines, limits} = farm.books().fleet;
	expectEqual(workers.size, fleet.workers.length, 'workers');
	expectEqual(live.values().toArray(), [], 'live invocations at rest');
	expectEqual([...dying], [], 'dying processes at rest');
	expectEqual([...running], [], 'running counts at rest');
	expectEqual(
		[...workers.values(), ...machines.values()].flatMap(({used}) =>
			rounded(used).filter((amount) => amount !== 0),
		),
		[],
		'what workers and machines hold at rest',
	);
	expectEqual(
		limits
			.values()
			.map(({inUse}) => inUse)
			.toArray(),
		[0],
		'limits at rest',
	);
};

/** Groups that move are followed, and no others, but for what is remembered of their errors. */
export const expectFollowed = ({farm}: Stage): void => {
	const statements = prepareStatements(farm.database().writer);
	const moving = farm
		.database()
		.writer.prepare<unknown[], {id: GroupId}>(
			'SELECT id FROM groups ORDER BY id',
		)
		.all()
		.filter(
			({id}) =>
				!groupRest({rest: statements.rest, books: farm.books}, id).atRest,
		)
		.map(({id}) => id);
	expectEqual(
		[...farm.books().followed]
			.filter(([, followed]) => followed.moving)
			.map(([id]) => id)
			.toSorted((a, b) => a - b),
		moving,
		'groups that are followed as they move',
	);
};

/** An element that lives is waited for, or its split is gathered. */
export const expectSplitsAwaited = ({farm}: Stage): void => {
	expectEqual(
		farm
			.database()
			.writer.prepare(
				`SELECT splits.id, tasks.id AS origin, tasks.state FROM splits JOIN tasks ON tasks.id = origin_id
				WHERE sealed = 0 AND dead_count < count AND tasks.state <> 'splitted'`,
			)
			.all(),
		[],
		'open splits whose task does not wait',
	);
};
