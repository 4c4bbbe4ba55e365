import type {GroupId} from '../../core/ids.js';
import type {NotificationRule} from '../../core/notification.js';
import type {GroupRow} from '../../db/queries/groups.js';
import {matchesAny} from '../../graph/patterns.js';
import type {Turn} from '../turn-context.js';
import {groupRest} from '../views/group-rest.js';
import {groupShapeOf} from '../views/group-shape.js';
import {countUntold} from './count-untold.js';
import {firstCauses, type Cause} from './first-causes.js';
import {
	atEase,
	groupNews,
	hasReached,
	type Followed,
	type GroupNews,
} from './group-news.js';
import {tell} from './tell.js';

/** The last thing in a turn: see whether groups that it changed have finished, or have errors now, and note what is to be told of that. Costs nothing where nobody is to be told of groups. */
export const noteGroups = (turn: Turn): void => {
	const {desk, books, settings} = turn;
	if (!followsGroups(settings.notifications.rules)) {
		return;
	}

	const {groups, grown, graph} = desk.changes();
	// A new wire may move finished tasks on, a cut one lets them rest.
	const changed = graph
		? new Set([...groups, ...books.followed.keys()])
		: groups;
	const causes = oncePerTurn(turn);
	for (const id of changed) {
		noteGroup(turn, id, {
			hasGrown: grown.has(id),
			causes: () => causes().get(id) ?? [],
		});
	}
};

const oncePerTurn = (turn: Turn): (() => ReturnType<typeof firstCauses>) => {
	let causes: ReturnType<typeof firstCauses> | undefined;
	return () => {
		causes ??= firstCauses(turn);
		return causes;
	};
};

export const followsGroups = (rules: readonly NotificationRule[]): boolean =>
	rules.some(
		({events}) =>
			events.includes('group_finished') || events.includes('group_errors'),
	);

type Look = {
	readonly hasGrown: boolean;
	readonly causes: () => readonly Cause[];
};

const noteGroup = (turn: Turn, id: GroupId, look: Look): void => {
	const {books, statements} = turn;
	const before = books.followed.get(id) ?? atEase;
	const row = statements.groups.get.get(id);
	if (!row || row.archived === 1) {
		follow(turn, id, atEase);
		return;
	}

	const news = groupNews(before, {
		...groupRest({rest: statements.rest, books: () => books}, id),
		hasGrown: look.hasGrown,
	});
	if (news.isFinished || (news.isMoving && !before.moving)) {
		withdraw(turn, id);
	}

	follow(turn, id, news.after);
	tellOf(turn, {row, before, news, causes: look.causes});
};

/** It had finished, and goes on before anybody was told. */
const withdraw = ({desk, books, statements}: Turn, id: GroupId): void => {
	for (const {rule} of statements.notifications.withdraw.all(
		id,
		'group_finished',
		desk.now(),
	)) {
		countUntold(books, rule, -1);
	}
};

/** Only what moves or has errors has a row. */
export const follow = (
	{books, statements}: Pick<Turn, 'books' | 'statements'>,
	id: GroupId,
	after: Followed,
): void => {
	const before = books.followed.get(id) ?? atEase;
	if (before.moving === after.moving && before.errors === after.errors) {
		return;
	}

	if (after.moving || after.errors > 0) {
		books.followed.set(id, after);
		statements.notifications.follow.run(id, after.moving ? 1 : 0, after.errors);
	} else {
		books.followed.delete(id);
		statements.notifications.unfollow.run(id);
	}
};

const tellOf = (
	turn: Turn,
	{
		row,
		before,
		news: {after, isFinished},
		causes,
	}: {
		readonly row: GroupRow;
		readonly before: Followed;
		readonly news: GroupNews;
		readonly causes: Look['causes'];
	},
): void => {
	if (!isFinished && after.errors === before.errors) {
		return;
	}

	const rules = turn.settings.notifications.rules.filter(
		({groups, creators}) =>
			matchesAny(row.name, groups) && matchesAny(row.creator, creators),
	);
	if (rules.length === 0) {
		return;
	}

	const {id, name, creator, created_at, priority, counts} = groupShapeOf(row);
	const {total, error} = counts;
	const group = {id, name, creator, created_at, priority, counts: {...counts}};
	for (const rule of rules) {
		if (
			rule.events.includes('group_errors') &&
			hasReached(rule.minimumErrors, before, after)
		) {
			const first = causes();
			tell(turn, rule, {
				event: 'group_errors',
				text: errorsText(name, {error, total, cause: first[0]}),
				data: {group, causes: [...first]},
				group: id,
			});
		}

		if (
			isFinished &&
			rule.events.includes('group_finished') &&
			total >= rule.minimumTasks
		) {
			tell(turn, rule, {
				event: 'group_finished',
				text:
					error === 0
						? `Group ${name} has finished: ${tasks(total)}.`
						: `Group ${name} has come to rest, with ${error} of ${tasks(total)} in error.`,
				data: {group},
				group: id,
			});
		}
	}
};

const errorsText = (
	name: string,
	{
		error,
		total,
		cause,
	}: {
		readonly error: number;
		readonly total: number;
		readonly cause: Cause | undefined;
	},
): string => {
	const counted = `Group ${name} has ${error} of ${tasks(total)} in error.`;
	return cause === undefined
		? counted
		: `${counted} Task ${cause.task} in ${cause.node}: ${cause.message.split('\n', 1)[0] ?? ''}`;
};

const tasks = (count: number): string =>
	count === 1 ? '1 task' : `${count} tasks`;
