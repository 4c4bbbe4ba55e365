import type {Notification} from '../core/notification.js';

/** What became of a delivery. */
export type Delivery =
	| {readonly kind: 'delivered'}
	/** It may go better later; not before so many seconds, where the other side says so. */
	| {
			readonly kind: 'failed';
			readonly reason: string;
			readonly afterS?: number | undefined;
	  }
	/** This will never be taken. */
	| {readonly kind: 'refused'; readonly reason: string}
	/** Nothing will be taken any more: whoever was told does not want to be. */
	| {readonly kind: 'gone'; readonly reason: string};

/** A way to tell somebody. */
export type Target = {
	/** For the log: `the webhook https://pipeline.example`, without what is secret. */
	readonly name: string;
	/** How many pieces of news are told at once. */
	readonly most: number;
	/** Milliseconds in which more is waited for, to tell it together. */
	readonly gatherMs: number;
	/** Ends early, as failed, once the signal is aborted. */
	readonly deliver: (
		news: readonly Notification[],
		signal: AbortSignal,
	) => Promise<Delivery>;
};
