import {z} from 'zod';
import type {Clock} from '../core/clock.js';
import {notificationEvents, type Notification} from '../core/notification.js';
import type {FarmDatabase} from '../db/open.js';
import {
	notificationReads,
	type NotificationRow,
} from '../db/reads/notifications.js';
import type {Outbox} from '../notify/outbox.js';
import {
	notificationsDelivered,
	notificationsDropped,
	notificationsFailed,
} from '../scheduler/operations/notifications.js';
import type {Submit} from '../scheduler/turn-context.js';

const eventShape = z.enum(notificationEvents);
const newsShape = z.object({
	text: z.string(),
	data: z.record(z.string(), z.json()),
});

/** The outbox that is a table of the farm's database. It is changed in turns, as all of that is. */
export const createNotificationOutbox = ({
	database,
	submit,
	farm,
	clock,
}: {
	readonly database: FarmDatabase;
	readonly submit: Submit;
	readonly farm: string;
	readonly clock: Clock;
}): Outbox => {
	const reads = notificationReads(database.reader);

	/** A number is never given twice in a database, and another copy of it has other times. */
	const newsOf = ({
		id,
		event,
		json,
		created_at,
	}: NotificationRow): Notification => ({
		id: `${database.id}-${id}-${created_at.toString(36)}`,
		type: eventShape.parse(event),
		timestamp: new Date(created_at).toISOString(),
		farm,
		...newsShape.parse(JSON.parse(json)),
	});

	return {
		due(rule, most) {
			const waiting = reads.due.all(rule, clock.now(), most).map((row) => ({
				number: row.id,
				createdAt: row.created_at,
				dueAt: row.due_at,
				attempts: row.attempts,
				news: newsOf(row),
			}));
			return {
				waiting,
				nextAt:
					waiting.length > 0
						? undefined
						: (reads.nextDue.get(rule)?.at ?? undefined),
			};
		},
		async delivered(rule, numbers) {
			await submit(notificationsDelivered(rule, numbers));
		},
		async failed(rule, failure) {
			await submit(notificationsFailed(rule, failure));
		},
		async dropped(rule, failure) {
			await submit(notificationsDropped(rule, failure));
		},
	};
};
