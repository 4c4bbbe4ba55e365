import type {Clock} from '../../core/clock.js';
import {FarmError} from '../../core/errors.js';
import type {InvocationId} from '../../core/ids.js';
import type {Json} from '../../core/json.js';
import type {clientToScheduler} from '../../net/messages/client.js';
import type {ParamsOf} from '../../net/messages/method.js';
import type {LogStore} from '../views/log-store.js';
import type {ViewContext} from '../views/view-context.js';
import type {TurnChanges} from '../turn-changes.js';
import {createEventLog} from './event-log.js';
import {eventWindow} from './event-window.js';
import {graphWindow} from './graph-window.js';
import {groupWindow} from './group-window.js';
import {oneLog} from './one-log.js';
import {oneTask} from './one-task.js';
import {placeWindow} from './place-window.js';
import {createPulseLog} from './pulse-log.js';
import {pulseWindow} from './pulse-window.js';
import {
	createSentWindow,
	type WatchedWindow,
	type WatchUpdate,
} from './sent-window.js';
import type {Source, SourceContext, WatchParams} from './source.js';
import {taskWindow} from './task-window.js';
import {workerWindow} from './worker-window.js';

type Client = typeof clientToScheduler;
type WatchKind = ParamsOf<Client, 'watch'>['what'];

/** Whoever watches, as far as a watch needs it. */
export type WatchingPeer = {
	readonly notify: (
		name: 'watch.update',
		params: WatchUpdate & {readonly watch: number},
	) => void;
	/** What it has not read yet. */
	readonly unsentBytes: () => number;
	readonly isClosed: () => boolean;
};

export type Watches = {
	/** Rejects with `NOT_FOUND` or `INVALID` where the parameters are wrong. */
	readonly watch: (
		peer: WatchingPeer,
		params: ParamsOf<Client, 'watch'>,
	) => Promise<{readonly watch: number; readonly snapshot: Json}>;
	/** What is absent stays as it is. After a rejection the watch is as it was. */
	readonly change: (
		peer: WatchingPeer,
		params: ParamsOf<Client, 'watch.change'>,
	) => Promise<{readonly snapshot: Json}>;
	readonly unwatch: (
		peer: WatchingPeer,
		params: {readonly watch: number},
	) => void;
	/** The peer is gone. */
	readonly drop: (peer: WatchingPeer) => void;
	readonly onCommit: (changes: TurnChanges) => void;
	/** A process told how far it is. */
	readonly onProgress: (invocation: InvocationId) => void;
	readonly stop: () => void;
	readonly size: () => number;
};

/** Milliseconds between two updates of a watch. */
const updateMs = 100;
/** A watch whose window is expensive to read is read less often: reading takes a tenth of the time, and it rests no longer than this. */
const restFactor = 9;
const mostRestMs = 5000;
/** A peer with this much unread is sent nothing new until it has read; by then only the latest state is sent. */
const mostUnsent = 256 * 1024;
const mostWatches = 64;

type Watch = {
	readonly id: number;
	readonly peer: WatchingPeer;
	readonly what: WatchKind;
	params: WatchParams;
	source: Source;
	/** Takes its place when it was read for the first time. */
	coming: Source | undefined;
	sent: ReturnType<typeof createSentWindow>;
	stopListening: (() => void) | undefined;
	/** Something changed since it was read last. */
	isDirty: boolean;
	isReading: boolean;
	timer: NodeJS.Timeout | undefined;
	/** Not to be read before, by the monotonic clock. */
	nextAt: number;
	isEnded: boolean;
};

/**
Windows that viewers keep open. After a commit each watch only asks itself whether the turn may concern it; then its window is read again, at most ten times a second, and what differs from what was sent goes out. A farm in which nothing happens costs nothing: no watch has a timer.
*/
export const createWatches = ({
	context,
	logs,
	clock,
	onTrouble = () => undefined,
}: {
	readonly context: ViewContext;
	readonly logs: LogStore;
	readonly clock: Clock;
	/** A window that could not be read: for the log. */
	readonly onTrouble?: (error: unknown) => void;
}): Watches => {
	const peers = new Map<WatchingPeer, Map<number, Watch>>();
	const events = createEventLog(context);
	const pulse = createPulseLog(context);
	let lastId = 0;

	const sourceOf = (
		what: WatchKind,
		params: WatchParams,
		near?: SourceContext['near'],
	): Source =>
		sources[what]({context, logs, events, pulse, ...(near && {near})}, params);

	const touch = (watch: Watch): void => {
		watch.isDirty = true;
		schedule(watch);
	};

	const schedule = (watch: Watch): void => {
		if (watch.timer !== undefined || watch.isReading || watch.isEnded) {
			return;
		}

		watch.timer = setTimeout(
			() => {
				watch.timer = undefined;
				void refresh(watch);
			},
			Math.max(0, watch.nextAt - clock.monotonic()),
		);
	};

	const refresh = async (watch: Watch): Promise<void> => {
		if (watch.peer.isClosed()) {
			end(watch);
			return;
		}

		if (watch.peer.unsentBytes() > mostUnsent) {
			watch.nextAt = clock.monotonic() + updateMs;
			schedule(watch);
			return;
		}

		watch.isDirty = false;
		watch.isReading = true;
		const {source, sent} = watch;
		const began = clock.monotonic();
		try {
			const window = await source.read();
			// Changed or ended meanwhile: the answer to that has its own snapshot.
			if (source === watch.source && !watch.isEnded) {
				const update = sent.difference(window);
				if (update) {
					watch.peer.notify('watch.update', {watch: watch.id, ...update});
				}
			}
		} catch (error) {
			onTrouble(error);
		} finally {
			watch.isReading = false;
			pause(watch, began);
			if (watch.isDirty) {
				schedule(watch);
			}
		}
	};

	/** From the beginning of a read, or longer where it took long. */
	const pause = (watch: Watch, began: number): void => {
		const now = clock.monotonic();
		// A look at a file waits for others; it is no work.
		const rest = watch.what === 'log' ? 0 : restFactor * (now - began);
		watch.nextAt = Math.max(began + updateMs, now + Math.min(mostRestMs, rest));
	};

	const listen = (watch: Watch): void => {
		watch.stopListening = watch.source.listen?.(() => {
			touch(watch);
		});
	};

	const end = (watch: Watch): void => {
		watch.isEnded = true;
		clearTimeout(watch.timer);
		watch.timer = undefined;
		watch.stopListening?.();
		const own = peers.get(watch.peer);
		own?.delete(watch.id);
		if (own?.size === 0) {
			peers.delete(watch.peer);
		}
	};

	const find = (peer: WatchingPeer, id: number): Watch => {
		const watch = peers.get(peer)?.get(id);
		if (!watch) {
			throw new FarmError(
				'NOT_FOUND',
				`There is no watch ${id} on this connection.`,
			);
		}

		return watch;
	};

	function* all(): Generator<Watch> {
		for (const own of peers.values()) {
			yield* own.values();
		}
	}

	return {
		async watch(peer, {what, filter, id, order, window}) {
			const own = peers.get(peer) ?? new Map<number, Watch>();
			if (own.size >= mostWatches) {
				throw new FarmError(
					'CONFLICT',
					`A connection can have ${mostWatches} watches: end one with unwatch.`,
				);
			}

			const params: WatchParams = {filter, id, order, window};
			lastId += 1;
			const watch: Watch = {
				id: lastId,
				peer,
				what,
				params,
				source: sourceOf(what, params),
				coming: undefined,
				sent: createSentWindow(),
				stopListening: undefined,
				isDirty: false,
				// Until the first read is answered, updates wait: the snapshot comes first.
				isReading: true,
				timer: undefined,
				nextAt: 0,
				isEnded: false,
			};
			peers.set(peer, own.set(watch.id, watch));
			const began = clock.monotonic();
			try {
				const snapshot = watch.sent.reset(await watch.source.read());
				pause(watch, began);
				if (!watch.isEnded) {
					listen(watch);
				}

				return {watch: watch.id, snapshot};
			} catch (error) {
				end(watch);
				throw error;
			} finally {
				watch.isReading = false;
				if (watch.isDirty) {
					schedule(watch);
				}
			}
		},
		async change(peer, {watch: id, filter, order, window}) {
			const watch = find(peer, id);
			const params: WatchParams = {
				...watch.params,
				...(filter && {filter}),
				...(order && {order}),
				...(window && {window}),
			};
			const isSameList = !filter && !order;
			const source = sourceOf(
				watch.what,
				params,
				isSameList ? watch.source.near?.() : undefined,
			);
			const began = clock.monotonic();
			watch.coming = source;
			let first: WatchedWindow;
			try {
				first = await source.read();
			} finally {
				watch.coming = watch.coming === source ? undefined : watch.coming;
			}

			if (watch.isEnded) {
				throw new FarmError('NOT_FOUND', `Watch ${id} has ended meanwhile.`);
			}

			watch.stopListening?.();
			watch.params = params;
			watch.source = source;
			watch.sent = createSentWindow();
			const snapshot = watch.sent.reset(first);
			// Another part of a list that was dear to sort does not make it be sorted anew at once.
			const restUntil = isSameList ? watch.nextAt : 0;
			pause(watch, began);
			watch.nextAt = Math.max(watch.nextAt, restUntil);
			listen(watch);
			// What happened while it was read may be missing from it.
			touch(watch);
			return {snapshot};
		},
		unwatch(peer, {watch: id}) {
			end(find(peer, id));
		},
		drop(peer) {
			for (const watch of peers.get(peer)?.values() ?? []) {
				end(watch);
			}
		},
		onCommit(changes) {
			events.onCommit(changes);
			pulse.onCommit(changes);
			for (const watch of all()) {
				watch.source.note?.(changes);
				watch.coming?.note?.(changes);
				if (!watch.isDirty && watch.source.isTouchedBy(changes)) {
					touch(watch);
				}
			}
		},
		onProgress(invocation) {
			for (const watch of all()) {
				if (!watch.isDirty && watch.source.isTouchedByProgress(invocation)) {
					touch(watch);
				}
			}
		},
		stop() {
			events.stop();
			for (const watch of all()) {
				end(watch);
			}
		},
		size() {
			let size = 0;
			for (const own of peers.values()) {
				size += own.size;
			}

			return size;
		},
	};
};

const sources: Readonly<
	Record<WatchKind, (context: SourceContext, params: WatchParams) => Source>
> = {
	groups: groupWindow,
	graph: graphWindow,
	tasks: taskWindow,
	workers: workerWindow,
	task: oneTask,
	log: oneLog,
	events: eventWindow,
	pulse: pulseWindow,
	places: placeWindow,
};
