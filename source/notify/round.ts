import type {Clock} from '../core/clock.js';
import {backoffMs} from './backoff.js';
import type {Outbox, Waiting} from './outbox.js';
import type {Delivery, Target} from './target.js';

export type DeliverySettings = {
	/** How often one delivery is tried. */
	readonly attempts: number;
	/** Until the second attempt. */
	readonly retryMs: number;
	/** After this nothing is tried any more. */
	readonly keepMs: number;
};

/** Where it is told how deliveries go, a line each. */
export type DeliveryLog = {
	readonly info: (message: string) => void;
	readonly warn: (message: string) => void;
};

export type Round = {
	/** Look whether something is due. */
	readonly wake: () => void;
	/** Begin nothing more; resolves when what is under way has ended. To break that off makes it wait. */
	readonly stop: (how: {readonly isBrokenOff: boolean}) => Promise<void>;
};

/** A timer cannot take more milliseconds. */
const longestTimer = 2 ** 31 - 1;
/** Until it is tried again to note what was done, while the database cannot be written. */
const noteAgainMs = 1000;

/** The deliveries by one rule, one after the other, the oldest first. After a failure nothing more is sent there for a while, and each time for longer. */
export const createRound = ({
	rule,
	target,
	settings,
	outbox,
	clock,
	chance,
	log,
}: {
	readonly rule: string;
	readonly target: Target;
	readonly settings: DeliverySettings;
	readonly outbox: Outbox;
	readonly clock: Clock;
	readonly chance: () => number;
	readonly log: DeliveryLog;
}): Round => {
	const breaking = new AbortController();
	let isStopping = false;
	let timer: NodeJS.Timeout | undefined;
	let underWay: Promise<void> | undefined;
	let isGone = false;
	/** Somebody came by while a delivery was under way. */
	let isAskedAgain = false;
	/** Failures in a row. */
	let failures = 0;
	let notBefore = 0;
	/** What was done and could not be noted: it comes before anything else is done, or the same would be sent again and again. */
	let unnoted: (() => Promise<void>) | undefined;

	const wakeAt = (at: number): void => {
		clearTimeout(timer);
		if (isStopping) {
			return;
		}

		timer = setTimeout(
			wake,
			Math.min(longestTimer, Math.max(1, at - clock.now())),
		);
	};

	const wake = (): void => {
		if (isGone || isStopping) {
			return;
		}

		if (underWay !== undefined) {
			isAskedAgain = true;
			return;
		}

		underWay = goOn()
			.catch(() => {
				// The database cannot be written now, or the scheduler stops.
				wakeAt(clock.now() + noteAgainMs);
			})
			.finally(() => {
				underWay = undefined;
				if (!isAskedAgain) {
					return;
				}

				isAskedAgain = false;
				wake();
			});
	};

	const goOn = async (): Promise<void> => {
		for (;;) {
			await unnoted?.(); // eslint-disable-line no-await-in-loop -- one after the other
			unnoted = undefined;
			const next = look();
			if (next.kind === 'later') {
				if (next.at !== undefined) {
					wakeAt(next.at);
				}

				return;
			}

			await deliver(next.waiting); // eslint-disable-line no-await-in-loop -- likewise
		}
	};

	const look = ():
		| {readonly kind: 'later'; readonly at: number | undefined}
		| {readonly kind: 'now'; readonly waiting: readonly Waiting[]} => {
		if (isStopping || isGone) {
			return {kind: 'later', at: undefined};
		}

		const now = clock.now();
		if (now < notBefore) {
			return {kind: 'later', at: notBefore};
		}

		const {waiting, nextAt} = outbox.due(rule, target.most);
		const [first] = waiting;
		if (first === undefined) {
			return {kind: 'later', at: nextAt};
		}

		const complete = first.dueAt + target.gatherMs;
		return waiting.length < target.most &&
			first.attempts === 0 &&
			now < complete
			? {kind: 'later', at: complete}
			: {kind: 'now', waiting};
	};

	const deliver = async (waiting: readonly Waiting[]): Promise<void> => {
		const old = waiting.filter(
			({createdAt}) => createdAt + settings.keepMs < clock.now(),
		);
		if (old.length > 0) {
			await giveUp(old, 'it could not be delivered in time');
			return;
		}

		const delivery = await target
			.deliver(
				waiting.map(({news}) => news),
				breaking.signal,
			)
			.catch((error: unknown): Delivery => ({
				kind: 'failed',
				reason: error instanceof Error ? error.message : String(error),
			}));
		// What was broken off has not failed.
		if (delivery.kind === 'delivered' || !breaking.signal.aborted) {
			await conclude(waiting, delivery);
		}
	};

	const conclude = async (
		waiting: readonly Waiting[],
		delivery: Delivery,
	): Promise<void> => {
		const ids = waiting.map(({number}) => number);
		switch (delivery.kind) {
			case 'delivered': {
				if (failures > 0) {
					log.info(
						`Notifications by ${rule}: ${target.name} takes them again.`,
					);
				}

				failures = 0;
				await note(async () => outbox.delivered(rule, ids));
				return;
			}

			case 'failed': {
				await postpone(waiting, delivery);
				return;
			}

			case 'refused': {
				// Others may be taken, but not in a hurry.
				failures += 1;
				await giveUp(waiting, delivery.reason);
				pause(undefined);
				return;
			}

			case 'gone': {
				isGone = true;
				log.warn(
					`Notifications by ${rule}: ${target.name} wants none any more (${delivery.reason}), and gets none until the scheduler starts again or reads its configuration again: take the rule out of it.`,
				);
				await giveUp(waiting, delivery.reason);
			}
		}
	};

	const postpone = async (
		waiting: readonly Waiting[],
		{reason, afterS}: Extract<Delivery, {kind: 'failed'}>,
	): Promise<void> => {
		failures += 1;
		const isSpent = ({attempts}: Waiting): boolean =>
			attempts + 1 >= settings.attempts;
		const spent = waiting.filter((one) => isSpent(one));
		const rest = waiting.filter((one) => !isSpent(one));
		const wait = pause(afterS);
		if (rest.length > 0) {
			log.warn(
				`Notifications by ${rule}: ${target.name} did not take ${count(rest)}: ${reason}. It is tried again in ${Math.ceil(wait / 1000)} s.`,
			);
			await note(async () =>
				outbox.failed(rule, {
					ids: rest.map(({number}) => number),
					failure: reason,
				}),
			);
		}

		if (spent.length > 0) {
			await giveUp(spent, reason);
		}
	};

	/** Milliseconds until anything is sent there again. */
	const pause = (afterS: number | undefined): number => {
		const wait = Math.max(
			backoffMs(failures, {firstMs: settings.retryMs, chance: chance()}),
			Math.min(settings.keepMs, longestAsked, (afterS ?? 0) * 1000),
		);
		notBefore = clock.now() + wait;
		return wait;
	};

	const giveUp = async (
		waiting: readonly Waiting[],
		failure: string,
	): Promise<void> => {
		log.warn(
			`Notifications by ${rule}: ${count(waiting)} given up, as ${target.name} did not take it: ${failure}. ${waiting.map(({news}) => news.text).join(' ')}`,
		);
		await note(async () =>
			outbox.dropped(rule, {ids: waiting.map(({number}) => number), failure}),
		);
	};

	const note = async (noting: () => Promise<void>): Promise<void> => {
		const before = unnoted;
		unnoted = async () => {
			await before?.();
			await noting();
		};

		await unnoted();
		unnoted = undefined;
	};

	return {
		wake,
		async stop({isBrokenOff}) {
			isStopping = true;
			if (isBrokenOff) {
				breaking.abort();
			}

			clearTimeout(timer);
			await underWay;
		},
	};
};

/** A receiver may ask to be left alone for an hour at most. */
const longestAsked = 3_600_000;

const count = (waiting: readonly Waiting[]): string =>
	waiting.length === 1
		? `"${waiting[0]?.news.text}"`
		: `${waiting.length} events`;
