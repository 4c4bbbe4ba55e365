import type {Connection} from '../open.js';

export type NotificationRow = {
	readonly id: number;
	readonly event: string;
	readonly json: string;
	readonly created_at: number;
	readonly due_at: number;
	readonly attempts: number;
};

/** How a rule does. */
export type NotificationRuleRow = {
	readonly rule: string;
	readonly waiting: number;
	/** When the oldest of those came to be. */
	readonly oldest: number | null;
	readonly delivered_at: number | null;
	readonly failed_at: number | null;
	readonly failure: string | null;
	/** Given up since the last one that was delivered. */
	readonly dropped: number;
};

export const notificationReads = (reader: Connection) => ({
	/** What is due, the oldest first. */
	due: reader.prepare<
		[rule: string, now: number, most: number],
		NotificationRow
	>(
		'SELECT id, event, json, created_at, due_at, attempts FROM notifications WHERE rule = ? AND due_at <= ? ORDER BY id LIMIT ?',
	),
	nextDue: reader.prepare<[rule: string], {at: number | null}>(
		'SELECT min(due_at) AS at FROM notifications WHERE rule = ?',
	),
	rules: reader.prepare<[], NotificationRuleRow>(
		`SELECT rule, count(id) AS waiting, min(created_at) AS oldest, delivered_at, failed_at, failure, coalesce(dropped, 0) AS dropped FROM (
			SELECT rule FROM notification_rules UNION SELECT rule FROM notifications
		) LEFT JOIN notifications USING (rule) LEFT JOIN notification_rules USING (rule) GROUP BY rule ORDER BY rule`,
	),
});
