import type {Notification} from '../core/notification.js';

/** News that wait, and how often their delivery failed. */
export type Waiting = {
	readonly number: number;
	/** Milliseconds since 1970, as the following. */
	readonly createdAt: number;
	readonly dueAt: number;
	readonly attempts: number;
	readonly news: Notification;
};

/** Where news wait for delivery, whatever happens to this process. What changes it is durable once its promise is kept. */
export type Outbox = {
	/** What is due for a rule, the oldest first, and when it is worth to look again if nothing is. */
	readonly due: (
		rule: string,
		most: number,
	) => {
		readonly waiting: readonly Waiting[];
		/** Milliseconds since 1970. */
		readonly nextAt: number | undefined;
	};
	readonly delivered: (
		rule: string,
		numbers: readonly number[],
	) => Promise<void>;
	/** They will be tried again. */
	readonly failed: (
		rule: string,
		failure: {readonly ids: readonly number[]; readonly failure: string},
	) => Promise<void>;
	/** They will not. */
	readonly dropped: (
		rule: string,
		failure: {readonly ids: readonly number[]; readonly failure: string},
	) => Promise<void>;
};
