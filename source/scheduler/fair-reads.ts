import type {Clock} from '../core/clock.js';
import type {ConnectedPeer} from '../net/scheduler-methods.js';

/** What is only read for somebody, so that nobody's asking holds up the farm's work, nor others who ask. */
export type FairReads = {
	/** Starts it, at once where there is time, else when it is this connection's turn. `isWait`: it costs nothing once it has begun. */
	readonly enter: (
		peer: AskingPeer,
		read: {readonly isWait: boolean; readonly start: () => Promise<void>},
	) => void;
	readonly stop: () => void;
};

type AskingPeer = Pick<
	ConnectedPeer,
	'address' | 'close' | 'isClosed' | 'unsentBytes'
>;

type Read = {readonly isWait: boolean; readonly start: () => Promise<void>};

type Asker = {
	readonly waiting: Read[];
	/** Begun, and not answered yet. */
	underWay: number;
	/** Since when it takes nothing of what it is sent. */
	stuckSince: number | undefined;
};

/** Milliseconds of reading in one go; then whatever else arrived has its turn, of the scheduler's too. */
const sliceMs = 2;
/** Of one connection at a time: what each of them holds in memory is bounded by it. */
const mostUnderWay = 4;
/** Bytes. Who has not read so much yet is given no more answers. */
const mostUnread = 4 * 1024 * 1024;
const lookAgainMs = 50;
/** Who reads nothing for so long, and has much to read, is gone. */
const patienceMs = 20_000;

/** How much of the time reading may take for long, while the farm has other work to do. */
const share = 0.2;
/** Milliseconds that it may take before that counts. */
const mostCredit = 1000;
/** What waits for somebody else, such as a worker with a log, costs nothing for so long. */
const dearestMs = 50;

/**
Reads for viewers and clients, in slices of a few milliseconds with everything else in between, and by turns among those who ask.

As long as they ask for less than a slice at a time, which is nearly always, everything is started at once. When they ask for more for long, while turns have work to do, reading rests in between.
*/
export const createFairReads = ({
	clock,
	turns,
}: {
	readonly clock: Clock;
	/** How many turns there were. */
	readonly turns: () => number;
}): FairReads => {
	const askers = new Map<AskingPeer, Asker>();
	let sliceEnd: number | undefined;
	let turnsBefore = 0;
	let next: NodeJS.Immediate | undefined;
	let resting: NodeJS.Timeout | undefined;
	let lookAgain: NodeJS.Timeout | undefined;
	let credit = mostCredit;
	let underWay = 0;
	let creditAt = clock.monotonic();

	const hasTime = (): boolean => {
		if (resting !== undefined) {
			return false;
		}

		sliceEnd ??= clock.monotonic() + sliceMs;
		return clock.monotonic() < sliceEnd;
	};

	/** Brings the account up to date, before `underWay` changes. */
	const settle = (): void => {
		const now = clock.monotonic();
		const passed = now - creditAt;
		creditAt = now;
		credit = Math.min(mostCredit, credit + passed * share);
		if (underWay > 0) {
			credit -= Math.min(passed, dearestMs);
		}
	};

	/** What else arrived has its turn; and more than that where reading took more than its share of the time. */
	const endSlice = (): void => {
		if (resting !== undefined) {
			return;
		}

		next ??= setImmediate(() => {
			next = undefined;
			sliceEnd = undefined;
			const isBusy = turns() !== turnsBefore;
			turnsBefore = turns();
			settle();
			if (!isBusy || credit > 0) {
				go();
				return;
			}

			resting = setTimeout(
				() => {
					resting = undefined;
					go();
				},
				Math.ceil((sliceMs - credit) / share),
			);
		});
	};

	const start = (peer: AskingPeer, asker: Asker, read: Read): void => {
		if (!read.isWait) {
			settle();
			underWay += 1;
			asker.underWay += 1;
		}

		void read.start().finally(() => {
			if (!read.isWait) {
				settle();
				underWay -= 1;
				asker.underWay -= 1;
			}

			if (asker.waiting.length > 0) {
				go();
			} else if (asker.underWay === 0 && askers.get(peer) === asker) {
				askers.delete(peer);
			}
		});
	};

	/** Whether it can be given more now. One that has been stuck for long is put out. */
	const isReady = (peer: AskingPeer, asker: Asker): boolean => {
		if (peer.unsentBytes() <= mostUnread) {
			asker.stuckSince = undefined;
			return asker.underWay < mostUnderWay;
		}

		const now = clock.monotonic();
		asker.stuckSince ??= now;
		if (now - asker.stuckSince > patienceMs) {
			asker.waiting.length = 0;
			peer.close(
				`${peer.address} asks, and has not read its answers for ${patienceMs / 1000} s.`,
			);
		}

		lookAgain ??= setTimeout(() => {
			lookAgain = undefined;
			go();
		}, lookAgainMs).unref();
		return false;
	};

	/** One of each that waits, round after round, until the slice is over. */
	const go = (): void => {
		let isAnyReady = true;
		while (isAnyReady) {
			isAnyReady = false;
			for (const [peer, asker] of askers) {
				if (peer.isClosed()) {
					askers.delete(peer);
					continue;
				}

				if (asker.waiting.length === 0 || !isReady(peer, asker)) {
					continue;
				}

				if (!hasTime()) {
					// Who was passed over comes first next time.
					rotate(peer);
					endSlice();
					return;
				}

				const read = asker.waiting.shift();
				if (!read) {
					continue;
				}

				isAnyReady = true;
				start(peer, asker, read);
			}
		}
	};

	/** From this one on the order stays, and those before it go to the end. */
	const rotate = (first: AskingPeer): void => {
		const order = askers.entries().toArray();
		const at = order.findIndex(([peer]) => peer === first);
		for (const [peer, asker] of order.slice(0, Math.max(0, at))) {
			askers.delete(peer);
			askers.set(peer, asker);
		}
	};

	return {
		enter(peer, read) {
			let asker = askers.get(peer);
			if (!asker) {
				asker = {waiting: [], underWay: 0, stuckSince: undefined};
				askers.set(peer, asker);
			}

			if (asker.waiting.length === 0 && hasTime() && isReady(peer, asker)) {
				start(peer, asker, read);
			} else {
				asker.waiting.push(read);
			}

			// A slice lasts until the event loop has gone round.
			endSlice();
		},
		stop() {
			clearImmediate(next);
			clearTimeout(resting);
			clearTimeout(lookAgain);
			askers.clear();
		},
	};
};
