import type {GroupId} from '../../core/ids.js';
import type {Connection} from '../open.js';

export type FollowedGroupRow = {
	group_id: GroupId;
	moving: 0 | 1;
	errors: number;
};

export const notificationStatements = (connection: Connection) => ({
	add: connection.prepare<
		[
			{
				rule: string;
				event: string;
				group_id: GroupId | null;
				json: string;
				created_at: number;
				due_at: number;
			},
		]
	>(
		'INSERT INTO notifications (rule, event, group_id, json, created_at, due_at) VALUES (@rule, @event, @group_id, @json, @created_at, @due_at)',
	),
	/** How many wait, by rule. */
	counts: connection.prepare<[], {rule: string; count: number}>(
		'SELECT rule, count(*) AS count FROM notifications GROUP BY rule',
	),
	/** News of a group that are not due yet, and not true any more. */
	withdraw: connection.prepare<
		[group: GroupId, event: string, now: number],
		{rule: string}
	>(
		'DELETE FROM notifications WHERE group_id = ? AND event = ? AND due_at > ? RETURNING rule',
	),
	remove: connection.prepare<[id: number]>(
		'DELETE FROM notifications WHERE id = ?',
	),
	removeOldest: connection.prepare<[rule: string]>(
		'DELETE FROM notifications WHERE id = (SELECT min(id) FROM notifications WHERE rule = ?)',
	),
	/** Of rules that are not among these (a JSON list). */
	removeOfOthers: connection.prepare<[rules: string]>(
		'DELETE FROM notifications WHERE rule NOT IN (SELECT value FROM json_each(?))',
	),
	countAttempt: connection.prepare<[id: number]>(
		'UPDATE notifications SET attempts = attempts + 1 WHERE id = ?',
	),
	putDelivered: connection.prepare<[rule: string, at: number]>(
		`INSERT INTO notification_rules (rule, delivered_at) VALUES (?, ?)
		ON CONFLICT DO UPDATE SET delivered_at = excluded.delivered_at, dropped = 0`,
	),
	putFailure: connection.prepare<[rule: string, at: number, failure: string]>(
		`INSERT INTO notification_rules (rule, failed_at, failure) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET failed_at = excluded.failed_at, failure = excluded.failure`,
	),
	addDropped: connection.prepare<[rule: string, count: number]>(
		`INSERT INTO notification_rules (rule, dropped) VALUES (?, ?)
		ON CONFLICT DO UPDATE SET dropped = dropped + excluded.dropped`,
	),
	forgetOthers: connection.prepare<[rules: string]>(
		'DELETE FROM notification_rules WHERE rule NOT IN (SELECT value FROM json_each(?))',
	),
	followed: connection.prepare<[], FollowedGroupRow>(
		'SELECT group_id, moving, errors FROM followed_groups',
	),
	follow: connection.prepare<[group: GroupId, moving: 0 | 1, errors: number]>(
		`INSERT INTO followed_groups (group_id, moving, errors) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET moving = excluded.moving, errors = excluded.errors`,
	),
	unfollow: connection.prepare<[group: GroupId]>(
		'DELETE FROM followed_groups WHERE group_id = ?',
	),
	unfollowAll: connection.prepare('DELETE FROM followed_groups'),
	/** Groups with a task that moves or is in error, and maybe others. */
	unsettledGroups: connection.prepare<[], {group_id: GroupId}>(
		`SELECT DISTINCT group_id FROM tasks INDEXED BY tasks_in_state CROSS JOIN task_groups ON task_id = tasks.id
		WHERE state NOT IN ('dead', 'done', 'waiting_blocked', 'splitted') AND archived = 0
		UNION SELECT group_id FROM tasks INDEXED BY tasks_queue CROSS JOIN task_groups ON task_id = tasks.id
		WHERE queue IN ('advance', 'slow')`,
	),
});
