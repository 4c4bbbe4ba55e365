import type {GroupId} from '../../core/ids.js';
import type {JsonObject} from '../../core/json.js';
import type {
	NotificationEvent,
	NotificationRule,
} from '../../core/notification.js';
import type {Turn} from '../turn-context.js';
import {countUntold} from './count-untold.js';

export type News = {
	readonly event: NotificationEvent;
	/** One line for people. */
	readonly text: string;
	readonly data: JsonObject;
	readonly group?: GroupId;
};

/** Put news for a rule into the outbox, with this turn: it is delivered after the commit, or after the next start. Of a full outbox the oldest goes. */
export const tell = (turn: Turn, rule: NotificationRule, news: News): void => {
	const {desk, books, statements, settings} = turn;
	const {notifications} = settings;
	const now = desk.now();
	const waiting = books.untold.get(rule.name) ?? 0;
	statements.notifications.add.run({
		rule: rule.name,
		event: news.event,
		group_id: news.group ?? null,
		json: JSON.stringify({text: news.text, data: news.data}),
		created_at: now,
		due_at:
			news.event === 'group_finished'
				? now + notifications.settleS * 1000
				: now,
	});
	if (waiting < notifications.queue) {
		countUntold(books, rule.name, 1);
	} else {
		statements.notifications.removeOldest.run(rule.name);
		statements.notifications.addDropped.run(rule.name, 1);
	}

	desk.changes().told.add(rule.name);
};
