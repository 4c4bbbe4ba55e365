import {randomUUID} from 'node:crypto';
import {setTimeout as delay} from 'node:timers/promises';
import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {Welcome} from '../net/connect.js';
import type {SchedulerPeer} from '../net/scheduler-methods.js';
import type {
	ChangeName,
	Connection,
	Farm,
	FarmIdentity,
	WatchSpec,
} from '../ui/farm.js';
import {createWatchUpdates} from './watch-updates.js';

type Connected = {readonly peer: SchedulerPeer; readonly welcome: Welcome};

export type ViewerFarm = Farm & {readonly stop: () => Promise<void>};

const shortestPauseMs = 200;
const longestPauseMs = 5000;

/** The farm for a viewer: one connection that is made anew for as long as it takes, and watches that come back with it. Rejects where the first connection cannot be made. */
export const openViewerFarm = async ({
	connect,
	clock,
}: {
	/** Finds the scheduler and says hello. */
	readonly connect: (options: {
		readonly onNotice: (notice: {readonly params: unknown}) => void;
		readonly signal: AbortSignal;
	}) => Promise<Connected>;
	readonly clock: Clock;
}): Promise<ViewerFarm> => {
	const ending = new AbortController();
	const updates = createWatchUpdates();
	const listeners = new Set<(connection: Connection) => void>();
	const pumps = new Set<() => void>();
	const open = async (): Promise<Connected> =>
		connect({
			onNotice({params}) {
				updates.take(params as Parameters<typeof updates.take>[0]);
			},
			signal: ending.signal,
		});

	let connected: Connected | undefined = await open();
	let identity = identityOf(connected);
	let state: Connection = {kind: 'connected', identity};
	let returned = Promise.withResolvers<undefined>();
	returned.resolve(undefined);

	const tell = (next: Connection): void => {
		state = next;
		for (const listener of listeners) {
			listener(next);
		}
	};

	const learn = async ({peer}: Connected): Promise<void> => {
		try {
			const {database} = await peer.request('farm.info', {});
			if (connected?.peer === peer) {
				identity = {...identity, database};
				tell({kind: 'connected', identity});
			}
		} catch {
			// The connection ended meanwhile: the next one asks again.
		}
	};

	const hold = async (): Promise<void> => {
		while (!ending.signal.aborted) {
			/* eslint-disable no-await-in-loop -- one connection after the other */
			if (connected) {
				const current: Connected = connected;
				void learn(current);
				const reason = await current.peer.closed;
				connected = undefined;
				updates.dropAll();
				returned = Promise.withResolvers();
				if (!ending.signal.aborted) {
					tell({kind: 'lost', identity, since: clock.now(), reason});
				}
			}

			await reconnect();
			/* eslint-enable no-await-in-loop */
		}
	};

	const reconnect = async (): Promise<void> => {
		let pause = shortestPauseMs;
		while (!ending.signal.aborted) {
			try {
				connected = await open(); // eslint-disable-line no-await-in-loop -- one try after the other
				identity = {...identityOf(connected), database: identity.database};
				tell({kind: 'connected', identity});
				returned.resolve(undefined);
				for (const pump of pumps) {
					pump();
				}

				return;
			} catch (error) {
				if (state.kind === 'lost') {
					tell({
						...state,
						reason: error instanceof Error ? error.message : String(error),
					});
				}
			}

			// Many viewers that lost the same scheduler do not come back in one moment.
			// eslint-disable-next-line no-await-in-loop -- the pause between tries
			await delay(pause * (0.5 + Math.random()), undefined, {
				signal: ending.signal,
			}).catch(() => undefined);
			pause = Math.min(pause * 1.7, longestPauseMs);
		}
	};

	void hold();

	const request: Farm['request'] = async (name, params) => {
		if (!connected) {
			throw new FarmError(
				'UNREACHABLE',
				'The scheduler is away: this can be asked when it is back.',
			);
		}

		return connected.peer.request(name, params);
	};

	return {
		connection: () => state,
		onConnection(listener) {
			listeners.add(listener);
			return () => {
				listeners.delete(listener);
			};
		},
		request,
		async change(name, params) {
			const identified: typeof params = {...params, request_id: randomUUID()};
			for (;;) {
				/* eslint-disable no-await-in-loop -- asked again only where the connection ended before the answer */
				try {
					if (connected) {
						return await connected.peer.request<ChangeName & typeof name>(
							name,
							identified,
						);
					}
				} catch (error) {
					if (!(error instanceof FarmError && error.code === 'CLOSED')) {
						throw error;
					}
				}

				await returned.promise;
				/* eslint-enable no-await-in-loop */
			}
		},
		watch(first, onEvent) {
			let wanted: WatchSpec | undefined = first;
			/** What it is asked for with, and on which connection. */
			let asked:
				| {
						readonly peer: SchedulerPeer;
						readonly id: number | undefined;
						readonly spec: WatchSpec;
				  }
				| undefined;
			let isBusy = false;

			const step = async (
				peer: SchedulerPeer,
				spec: WatchSpec,
			): Promise<void> => {
				const before = asked?.peer === peer ? asked : undefined;
				if (before?.id !== undefined && canChange(before.spec, spec)) {
					const {snapshot} = await peer.request('watch.change', {
						watch: before.id,
						...(differs(before.spec.filter, spec.filter) && {
							filter: spec.filter ?? {},
						}),
						...(differs(before.spec.order, spec.order) &&
							spec.order && {order: spec.order}),
						...(spec.window && {window: spec.window}),
					});
					asked = {peer, id: before.id, spec};
					onEvent({kind: 'snapshot', spec, snapshot});
					return;
				}

				if (before?.id !== undefined) {
					updates.drop(before.id);
					await peer.request('unwatch', {watch: before.id});
				}

				asked = {peer, id: undefined, spec};
				const answer = await updates.hold(
					async () => peer.request('watch', spec),
					(update) => {
						onEvent({kind: 'update', update});
					},
					({snapshot}) => {
						onEvent({kind: 'snapshot', spec, snapshot});
					},
				);
				asked = {peer, id: answer.watch, spec};
			};

			/** What is to be asked and was not yet. */
			const due = ():
				{readonly peer: SchedulerPeer; readonly spec: WatchSpec} | undefined =>
				connected &&
				wanted &&
				(asked?.peer !== connected.peer || asked.spec !== wanted)
					? {peer: connected.peer, spec: wanted}
					: undefined;

			const pump = async (): Promise<void> => {
				if (isBusy) {
					return;
				}

				isBusy = true;
				try {
					for (let next = due(); next; next = due()) {
						const {peer, spec} = next;
						try {
							await step(peer, spec); // eslint-disable-line no-await-in-loop -- the next one may replace it
						} catch (error) {
							if (peer.isClosed()) {
								return;
							}

							asked = {
								peer,
								id: asked?.peer === peer ? asked.id : undefined,
								spec,
							};
							onEvent({
								kind: 'failed',
								spec,
								error:
									error instanceof FarmError
										? error
										: new FarmError('INTERNAL', String(error)),
							});
						}
					}

					if (
						connected &&
						!wanted &&
						asked?.peer === connected.peer &&
						asked.id !== undefined
					) {
						updates.drop(asked.id);
						await connected.peer.request('unwatch', {watch: asked.id});
					}
				} catch {
					// Ended with its connection.
				} finally {
					isBusy = false;
				}
			};

			const start = (): void => {
				void pump();
			};

			pumps.add(start);
			start();
			return {
				change(spec) {
					wanted = spec;
					start();
				},
				stop() {
					wanted = undefined;
					pumps.delete(start);
					start();
				},
			};
		},
		async stop() {
			ending.abort();
			connected?.peer.close('The viewer has ended.');
			await connected?.peer.closed;
		},
	};
};

const identityOf = ({peer, welcome}: Connected): FarmIdentity => ({
	farm: welcome.farm,
	database: undefined,
	databaseId: welcome.database_id,
	version: welcome.version,
	access: welcome.access,
	isInsecure: welcome.insecure,
	address: peer.address,
});

const differs = (one: unknown, other: unknown): boolean =>
	JSON.stringify(one) !== JSON.stringify(other);

/** The order that a kind has by itself can only be had by asking anew. */
const canChange = (before: WatchSpec, after: WatchSpec): boolean =>
	before.what === after.what &&
	before.id === after.id &&
	!(before.order && !after.order);
