import type {JsonObject} from './json.js';

/** What people can be told of. */
export const notificationEvents = [
	'group_finished',
	'group_errors',
	'worker_lost',
] as const;

export type NotificationEvent = (typeof notificationEvents)[number];

/** Who is told of what. Patterns are globs over names, one of which must match. */
export type NotificationRule = {
	readonly name: string;
	readonly events: readonly NotificationEvent[];
	/** Of groups' names. */
	readonly groups: readonly string[];
	/** Of the names of those who created the group. */
	readonly creators: readonly string[];
	/** Of workers' names. */
	readonly workers: readonly string[];
	/** Of a group that has finished. */
	readonly minimumTasks: number;
	/** So many tasks of a group must be in error. */
	readonly minimumErrors: number;
};

/** A piece of news, as it is handed to people and programs. */
export type Notification = {
	/** The same whenever the same news is sent again to the same. */
	readonly id: string;
	readonly type: NotificationEvent | 'test';
	/** When it happened: ISO 8601, UTC. */
	readonly timestamp: string;
	readonly farm: string;
	/** One line for people. */
	readonly text: string;
	readonly data: JsonObject;
};
