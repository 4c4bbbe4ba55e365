import type {Clock} from '../core/clock.js';
import type {Outbox} from './outbox.js';
import {
	createRound,
	type DeliveryLog,
	type DeliverySettings,
	type Round,
} from './round.js';
import type {Target} from './target.js';

export type Courier = {
	/** Deliver by these rules from now on, once what is under way by others has ended. */
	readonly serve: (
		targets: ReadonlyMap<string, Target>,
		settings: DeliverySettings,
	) => Promise<void>;
	/** There are news for these rules. */
	readonly wake: (rules: Iterable<string>) => void;
	/** Breaks off what is under way, which waits then; resolves when it has ended. */
	readonly stop: () => Promise<void>;
};

/** Takes news from the outbox to whom they are for. Each rule goes its own way, one delivery after the other, so that one that is slow or dead holds up nobody else's. */
export const createCourier = ({
	outbox,
	clock,
	chance,
	log,
}: {
	readonly outbox: Outbox;
	readonly clock: Clock;
	/** Gives numbers from 0 to 1. */
	readonly chance: () => number;
	readonly log: DeliveryLog;
}): Courier => {
	const rounds = new Map<string, Round>();
	/** Those that a `serve` still waits for: a `stop` breaks them off as well. */
	const ending = new Set<Round>();
	let orders = 0;

	const end = async (how: {readonly isBrokenOff: boolean}): Promise<void> => {
		for (const round of rounds.values()) {
			ending.add(round);
		}

		rounds.clear();
		await Promise.all(
			Array.from(ending, async (round) => {
				await round.stop(how);
				ending.delete(round);
			}),
		);
	};

	return {
		async serve(targets, settings) {
			orders += 1;
			const order = orders;
			await end({isBrokenOff: false});
			if (order !== orders) {
				// Meanwhile it was told to serve others, or nobody.
				return;
			}

			for (const [rule, target] of targets) {
				const round = createRound({
					rule,
					target,
					settings,
					outbox,
					clock,
					chance,
					log,
				});
				rounds.set(rule, round);
				round.wake();
			}
		},
		wake(rules) {
			for (const rule of rules) {
				rounds.get(rule)?.wake();
			}
		},
		async stop() {
			orders += 1;
			await end({isBrokenOff: true});
		},
	};
};
