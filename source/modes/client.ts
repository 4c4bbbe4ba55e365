import {randomUUID} from 'node:crypto';
import os from 'node:os';
import {setTimeout as delay} from 'node:timers/promises';
import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {Json} from '../core/json.js';
import {connect, type Welcome} from '../net/connect.js';
import type {clientToScheduler} from '../net/messages/client.js';
import type {ParamsInput, ResultOf} from '../net/messages/method.js';
import type {SchedulerPeer} from '../net/scheduler-methods.js';
import type {CommandContext} from './context.js';
import {findScheduler, type FoundScheduler} from './find-scheduler.js';
import {username} from './username.js';
import {version} from './version.js';
import {createWatchUpdates, type WatchUpdate} from './watch-updates.js';

type Methods = typeof clientToScheduler;
export type MethodName = keyof Methods & string;

/** The methods that take a `request_id`: all that change something. */
export type ChangeName = {
	[Name in MethodName]: 'request_id' extends keyof ParamsInput<Methods, Name>
		? Name
		: never;
}[MethodName];

export type Watch = {
	readonly snapshot: Json;
	/** The connection that it was on has ended: no more updates come, and it has to be asked for anew. */
	readonly isLost: () => boolean;
	readonly lost: Promise<unknown>;
	readonly stop: () => Promise<void>;
};

/** A scheduler, as a command sees it. */
export type Client = AsyncDisposable & {
	/** Rejects with the `FarmError` that the scheduler gave. */
	readonly call: <Name extends MethodName>(
		name: Name,
		params: ParamsInput<Methods, Name>,
	) => Promise<ResultOf<Methods, Name>>;
	/** As `call`, but where the connection ends meanwhile, as at a restart of the scheduler, it is made anew and asked again. Only for what may be asked twice. */
	readonly callPatiently: <Name extends MethodName>(
		name: Name,
		params: () => ParamsInput<Methods, Name>,
	) => Promise<ResultOf<Methods, Name>>;
	/** Changes something once, also where the connection ends before the answer: the request has an id by which the scheduler knows it again. */
	readonly change: <Name extends ChangeName>(
		name: Name,
		params: ParamsInput<Methods, Name>,
	) => Promise<ResultOf<Methods, Name>>;
	/** `onUpdate` is called from the snapshot on until `stop`. */
	readonly watch: (
		params: ParamsInput<Methods, 'watch'>,
		onUpdate: (update: WatchUpdate) => void,
	) => Promise<Watch>;
	/** As `watch`, connecting again first where the connection has ended. */
	readonly watchPatiently: Client['watch'];
	readonly welcome: () => Welcome;
	/** `host:port` */
	readonly address: () => string;
};

/** A scheduler that is gone for longer than this is not waited for. */
const longestAbsenceMs = 10 * 60_000;

/**
Finds the scheduler and says hello. To be closed by `await using`.

@throws FarmError `UNREACHABLE`, `REFUSED`, `VERSION`, or `INVALID` for a faulty configuration
*/
export const openClient = async (context: CommandContext): Promise<Client> => {
	const found = await findScheduler(context);
	return connectClient(found, (text) => {
		context.output.message(text);
	});
};

/** As `openClient`, for a scheduler that is already found. */
export const connectClient = async (
	{address, key}: FoundScheduler,
	tell: (text: string) => void,
): Promise<Client> => {
	const watches = createWatchUpdates();
	const open = async (): Promise<Connected> =>
		connect({
			address,
			key,
			hello: {
				role: 'client',
				version,
				name: os.hostname(),
				user: username(),
			},
			onNotice(notice) {
				watches.take(notice.params);
			},
			clock: systemClock,
		});
	let connected = await open();
	let reconnecting: Promise<void> | undefined;
	let isEnded = false;

	const reconnect = async (): Promise<void> => {
		tell(
			`lifeblood: the connection to ${connected.peer.address} ended; trying again`,
		);
		const deadline = systemClock.monotonic() + longestAbsenceMs;
		for (let pause = 250; ; pause = Math.min(pause * 2, 5000)) {
			try {
				const next = await open(); // eslint-disable-line no-await-in-loop -- one try after the other
				// Its numbers begin anew.
				watches.dropAll();
				connected = next;
				tell(`lifeblood: connected to ${connected.peer.address} again`);
				return;
			} catch (error) {
				if (
					isEnded ||
					!isAbsence(error) ||
					systemClock.monotonic() > deadline
				) {
					throw error;
				}
			}

			await delay(pause); // eslint-disable-line no-await-in-loop -- the pause between tries
		}
	};

	/** All calls that were cut off wait for one new connection. */
	const reconnectTogether = async (): Promise<void> => {
		reconnecting ??= reconnect().finally(() => {
			reconnecting = undefined;
		});
		await reconnecting;
	};

	const call: Client['call'] = async (name, params) =>
		connected.peer.request(name, params);

	const callPatiently: Client['callPatiently'] = async (name, params) => {
		for (;;) {
			const {peer} = connected;
			try {
				return await peer.request(name, params()); // eslint-disable-line no-await-in-loop -- asked again only where the connection ended
			} catch (error) {
				if (isEnded || !isAbsence(error)) {
					throw error;
				}
			}

			// Another call may have connected again already.
			if (connected.peer !== peer) {
				continue;
			}

			await reconnectTogether(); // eslint-disable-line no-await-in-loop -- as above
		}
	};

	const watch: Client['watch'] = async (params, onUpdate) => {
		const {peer} = connected;
		const answer = await watches.hold(
			async () => peer.request('watch', params),
			onUpdate,
		);
		return {
			snapshot: answer.snapshot,
			isLost: () => peer.isClosed(),
			lost: peer.closed,
			async stop() {
				// On another connection the number would be another's.
				if (peer.isClosed()) {
					return;
				}

				watches.drop(answer.watch);
				await peer.request('unwatch', {watch: answer.watch});
			},
		};
	};

	return {
		call,
		callPatiently,
		async change(name, params) {
			const identified = {...params, request_id: randomUUID()};
			return callPatiently(name, () => identified);
		},
		watch,
		async watchPatiently(params, onUpdate) {
			for (;;) {
				/* eslint-disable no-await-in-loop -- again only where the connection ended meanwhile */
				await callPatiently('ping', () => ({}));
				try {
					return await watch(params, onUpdate);
				} catch (error) {
					if (!isAbsence(error)) {
						throw error;
					}
				}
				/* eslint-enable no-await-in-loop */
			}
		},
		welcome: () => connected.welcome,
		address: () => connected.peer.address,
		async [Symbol.asyncDispose]() {
			isEnded = true;
			connected.peer.close('The command has ended.');
			await connected.peer.closed;
		},
	};
};

type Connected = {readonly peer: SchedulerPeer; readonly welcome: Welcome};

const isAbsence = (error: unknown): boolean =>
	error instanceof FarmError &&
	(error.code === 'CLOSED' || error.code === 'UNREACHABLE');
