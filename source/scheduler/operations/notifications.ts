import {countUntold} from '../notifications/count-untold.js';
import {follow, followsGroups} from '../notifications/note-groups.js';
import type {Operation, Turn} from '../turn-context.js';
import {groupRest} from '../views/group-rest.js';

/** Whether groups were followed, so that it is known what moved before this start. */
const followingKey = 'follows_groups';

/** The rules are these from now on: what waits for others is forgotten. Where groups were not followed before, those that move are from here on; of errors that there are already nobody is told. */
export const takeUpRules = (): Operation<void> => (turn) => {
	const {desk, books, statements, settings} = turn;
	const {rules} = settings.notifications;
	const names = JSON.stringify(rules.map(({name}) => name));
	const follows = followsGroups(rules);
	const followed = statements.farm.get.get(followingKey)?.value === '1';
	desk.touch();
	statements.notifications.removeOfOthers.run(names);
	statements.notifications.forgetOthers.run(names);
	for (const name of books.untold.keys()) {
		if (rules.every((rule) => rule.name !== name)) {
			books.untold.delete(name);
		}
	}

	if (follows === followed) {
		return;
	}

	statements.farm.put.run(followingKey, follows ? '1' : '0');
	if (follows) {
		followUnsettled(turn);
	} else {
		statements.notifications.unfollowAll.run();
		books.followed.clear();
	}
};

const followUnsettled = (turn: Turn): void => {
	const {books, statements} = turn;
	for (const {group_id: id} of statements.notifications.unsettledGroups.all()) {
		const {atRest, errors} = groupRest(
			{rest: statements.rest, books: () => books},
			id,
		);
		follow(turn, id, {moving: !atRest, errors});
	}
};

/** News were delivered: nobody has to send them any more. */
export const notificationsDelivered =
	(rule: string, ids: readonly number[]): Operation<void> =>
	(turn) => {
		turn.desk.touch();
		remove(turn, rule, ids);
		turn.statements.notifications.putDelivered.run(rule, turn.desk.now());
	};

/** News could not be delivered, and will be tried again. */
export const notificationsFailed =
	(
		rule: string,
		{ids, failure}: {readonly ids: readonly number[]; readonly failure: string},
	): Operation<void> =>
	({desk, statements}) => {
		desk.touch();
		for (const id of ids) {
			statements.notifications.countAttempt.run(id);
		}

		statements.notifications.putFailure.run(rule, desk.now(), failure);
	};

/** News could not be delivered, and are given up. */
export const notificationsDropped =
	(
		rule: string,
		{ids, failure}: {readonly ids: readonly number[]; readonly failure: string},
	): Operation<void> =>
	(turn) => {
		const {desk, statements} = turn;
		desk.touch();
		const count = remove(turn, rule, ids);
		statements.notifications.putFailure.run(rule, desk.now(), failure);
		statements.notifications.addDropped.run(rule, count);
	};

const remove = (
	{books, statements}: Turn,
	rule: string,
	ids: readonly number[],
): number => {
	let count = 0;
	for (const id of ids) {
		count += statements.notifications.remove.run(id).changes;
	}

	countUntold(books, rule, -count);
	return count;
};
