import {setTimeout as delay} from 'node:timers/promises';
import type {Clock} from '../core/clock.js';
import type {SchedulerPeer} from '../net/scheduler-methods.js';
import type {Invocations} from './invocations.js';
import type {InvocationEnd} from './record.js';
import type {LogTrimmer} from './trim-log.js';
import {uploadLogs} from './upload-logs.js';

/** What has to get to the scheduler after an invocation: its result, and its log. */
export type Reports = {
	/** Tell a result until it is taken, or the connection ends; then it is told on the next one. */
	readonly tell: (peer: SchedulerPeer, end: InvocationEnd) => void;
	/** All that was not told on connections before. */
	readonly tellAll: (peer: SchedulerPeer) => void;
	/** Wait until all that is being told is told, `isOver` says that it never will be, or the time is over. */
	readonly settle: (options: {
		readonly withinMs: number;
		readonly isOver: () => boolean;
	}) => Promise<void>;
};

const firstPauseMs = 500;
const longestPauseMs = 10_000;

export const createReports = ({
	invocations,
	trimmer,
	clock,
	onTaken,
	say,
}: {
	readonly invocations: () => Invocations;
	readonly trimmer: LogTrimmer;
	readonly clock: Clock;
	/** A result was. */
	readonly onTaken: () => void;
	readonly say: (text: string) => void;
}): Reports => {
	let reporting = 0;
	let uploading: Promise<void> | undefined;
	let onSettled: () => void = () => undefined;

	const isTelling = (): boolean => uploading !== undefined || reporting > 0;

	/** Until it is done, or the connection ends. */
	const persist = async (
		peer: SchedulerPeer,
		{
			action,
			what,
		}: {
			readonly action: () => Promise<void>;
			/** As in "was not taken". */
			readonly what: string;
		},
	): Promise<void> => {
		for (
			let pause = firstPauseMs;
			!peer.isClosed();
			pause = Math.min(pause * 2, longestPauseMs)
		) {
			try {
				await action(); // eslint-disable-line no-await-in-loop -- tried again
				return;
			} catch (error) {
				if (peer.isClosed()) {
					return;
				}

				// As when the scheduler's disk is full.
				say(
					`${what} was not taken: ${error instanceof Error ? error.message : String(error)}`,
				);
				await delay(pause); // eslint-disable-line no-await-in-loop -- as above
			}
		}
	};

	const report = async (
		peer: SchedulerPeer,
		end: InvocationEnd,
	): Promise<void> => {
		reporting++;
		try {
			await persist(peer, {
				what: `the result of invocation ${end.invocation}`,
				async action() {
					const {accepted} = await peer.request('invocation.finished', end);
					invocations().acknowledge(end.invocation, accepted);
					upload(peer);
					onTaken();
				},
			});
		} finally {
			reporting--;
			onSettled();
		}
	};

	const upload = (peer: SchedulerPeer): void => {
		if (uploading !== undefined || invocations().pendingLogs().length === 0) {
			return;
		}

		uploading = (async () => {
			try {
				await persist(peer, {
					what: 'a log',
					action: async () =>
						uploadLogs(peer, {invocations: invocations(), trimmer}),
				});
			} finally {
				uploading = undefined;
				onSettled();
			}
		})();
	};

	return {
		tell(peer, end) {
			void report(peer, end);
		},
		tellAll(peer) {
			for (const end of invocations().unreported()) {
				void report(peer, end);
			}

			upload(peer);
		},
		async settle({withinMs, isOver}) {
			const deadline = clock.monotonic() + withinMs;
			while (!isOver() && isTelling()) {
				const left = deadline - clock.monotonic();
				if (left <= 0) {
					return;
				}

				const settled = Promise.withResolvers<void>();
				onSettled = settled.resolve;
				await Promise.race([settled.promise, delay(Math.min(left, 500))]); // eslint-disable-line no-await-in-loop -- one after the other
			}
		},
	};
};
