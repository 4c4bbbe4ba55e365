import {FarmError} from '../core/errors.js';
import type {InvocationId, WorkerId} from '../core/ids.js';
import type {InvocationRow} from '../db/queries/invocations.js';
import type {CallTo, ConnectedPeer} from '../net/scheduler-methods.js';
import type {Books} from './books.js';
import {
	createOfferedMessages,
	type OfferedMessage,
} from './offered-messages.js';
import type {TurnChanges} from './turn-changes.js';
import {whatBecameOf} from './what-became-of.js';

export type MessageCall = CallTo<
	'message.offer' | 'message.send' | 'message.withdraw'
>;

/** A worker's connection, as far as messages need it. */
type Port = {readonly worker: WorkerId; readonly peer: ConnectedPeer};

/**
Where messages between running invocations change over from one worker to another. Nothing of them is in the database, and no turn waits for them.

A message is first offered: its receiver's worker is told to expect it, and says when a process waits for it. Only then does its data come, so that what waits lies with its sender, and here are never more than a few messages at a time. A worker that comes back is told again what to expect; it knows what was taken already.
*/
export type MessageExchange = {
	/** What it throws is the answer. */
	readonly answer: (port: Port, call: MessageCall) => void;
	/** A worker has registered: what waited for it goes on. */
	readonly registered: (port: Port) => void;
	/** A worker's connection is gone, and with it what it had offered. It offers that again when it is back. */
	readonly lost: (peer: ConnectedPeer) => void;
	/** Whoever waits for an invocation that has ended, or had something to say in its name, waits no longer. */
	readonly onCommit: (changes: TurnChanges) => void;
};

/** Characters of data that are here at a time; a single message may always come. */
const mostData = 16 * 1024 * 1024;
/** Messages that are offered to one worker at a time. */
const mostOffered = 8192;

export const createMessageExchange = ({
	books,
	invocation: rowOf,
}: {
	readonly books: () => Books;
	/** As it was committed last. */
	readonly invocation: (id: InvocationId) => InvocationRow | undefined;
}): MessageExchange => {
	const offered = createOfferedMessages();
	const ports = new Map<WorkerId, ConnectedPeer>();

	const portOf = (worker: WorkerId): ConnectedPeer | undefined => {
		const peer = ports.get(worker);
		return peer?.isClosed() === true ? undefined : peer;
	};

	/** The worker that runs it; undefined where nobody does. */
	const workerOf = (invocation: InvocationId): WorkerId | undefined => {
		const live = books().fleet.live.get(invocation);
		return live === undefined || live.ending === 'dead'
			? undefined
			: live.worker;
	};

	const remove = (entry: OfferedMessage): void => {
		offered.remove(entry);
		callWanted();
	};

	/** Its sender is gone, or does not want it delivered any more. */
	const drop = (entry: OfferedMessage): void => {
		remove(entry);
		entry.call?.refuse(new FarmError('CONFLICT', 'The message was withdrawn.'));
		portOf(entry.receiver)
			?.request('message.drop', {to: entry.to, message: entry.message})
			.catch(() => undefined);
	};

	const refuse = (entry: OfferedMessage, error: unknown): void => {
		remove(entry);
		entry.call?.refuse(asFarmError(error));
	};

	/** Ask its receiver's worker to say when it is wanted. */
	const expect = async (entry: OfferedMessage): Promise<void> => {
		const peer = portOf(entry.receiver);
		if (peer === undefined) {
			offered.setState(entry, 'parked');
			return;
		}

		offered.setState(entry, 'expected');
		entry.over = peer;
		const {from, to, addressee, message} = entry;
		const isStill = (): boolean =>
			offered.holds(entry) && entry.state === 'expected' && entry.over === peer;
		try {
			const {outcome} = await peer.request('message.expect', {
				from,
				to,
				addressee,
				message,
			});
			if (!isStill()) {
				return;
			}

			switch (outcome) {
				case 'wanted': {
					offered.setState(entry, 'wanted');
					callWanted();
					break;
				}

				case 'taken': {
					remove(entry);
					entry.call?.reply({outcome});
					break;
				}

				case 'gone': {
					// How it ended is on its way.
					offered.setState(entry, 'parked');
					break;
				}
			}
		} catch (error) {
			if (!isStill()) {
				return;
			}

			if (isClosed(error)) {
				offered.setState(entry, 'parked');
			} else {
				refuse(entry, error);
			}
		}
	};

	/** Let those come that are wanted, as far as there is room. */
	const callWanted = (): void => {
		for (const entry of offered.wanted()) {
			if (entry.call === undefined) {
				continue;
			}

			if (!offered.hasRoomFor(entry, mostData)) {
				return;
			}

			offered.setState(entry, 'called');
			entry.call.reply({outcome: 'wanted'});
			entry.call = undefined;
		}
	};

	const offer = (sender: Port, call: CallTo<'message.offer'>): void => {
		const {from, to, addressee, message, size} = call.params;
		if (workerOf(from) !== sender.worker) {
			throw new FarmError(
				'CONFLICT',
				`Invocation ${from} does not run any more: it sends no messages.`,
			);
		}

		const known = offered.get(message);
		if (known?.sender.peer === sender.peer && known.call === undefined) {
			// It was not taken after all, and is offered again.
			known.call = call;
			void expect(known);
			return;
		}

		if (known !== undefined) {
			// By a connection before this one, whose end was not noticed yet.
			drop(known);
		}

		const receiver = workerOf(to);
		if (receiver === undefined) {
			call.reply({
				outcome: 'not-running',
				message: whatBecameOf(to, rowOf(to)),
			});
			return;
		}

		if (offered.countFor(receiver) >= mostOffered) {
			throw new FarmError(
				'CONFLICT',
				`As many messages as there may be, ${mostOffered}, wait for processes on the worker that runs invocation ${to}. Send it when some of them are gone.`,
			);
		}

		const entry: OfferedMessage = {
			message,
			from,
			to,
			addressee,
			size,
			sender,
			receiver,
			call,
			over: undefined,
			state: 'parked',
		};
		offered.keep(entry);
		void expect(entry);
	};

	const send = async (
		{peer: sender}: Port,
		call: CallTo<'message.send'>,
	): Promise<void> => {
		const {message, data: text} = call.params;
		const entry = offered.get(message);
		const receiver = entry && portOf(entry.receiver);
		if (entry?.sender.peer !== sender || entry.state !== 'called') {
			call.reply({outcome: 'again'});
			return;
		}

		if (receiver === undefined || text.length > entry.size) {
			settle(entry, false);
			call.reply({outcome: 'again'});
			return;
		}

		offered.setState(entry, 'going');
		try {
			const {outcome} = await receiver.request('message.deliver', {
				to: entry.to,
				message,
				data: text,
			});
			settle(entry, outcome === 'taken');
			call.reply({outcome});
		} catch (error) {
			settle(entry, false);
			if (isClosed(error)) {
				// Whether it was taken its worker says when it is back and is told to expect it again.
				call.reply({outcome: 'again'});
			} else {
				call.refuse(asFarmError(error));
			}
		}
	};

	const settle = (entry: OfferedMessage, isTaken: boolean): void => {
		if (!offered.holds(entry)) {
			return;
		}

		if (isTaken) {
			remove(entry);
		} else {
			offered.setState(entry, 'parked');
			callWanted();
		}
	};

	return {
		answer(port, call) {
			switch (call.name) {
				case 'message.offer': {
					offer(port, call);
					break;
				}

				case 'message.send': {
					void send(port, call);
					break;
				}

				case 'message.withdraw': {
					const entry = offered.get(call.params.message);
					if (entry?.sender.peer === port.peer) {
						drop(entry);
					}

					call.reply({});
					break;
				}
			}
		},
		registered({worker, peer}) {
			ports.set(worker, peer);
			for (const entry of offered.all()) {
				// Not over this connection: a worker forgets with a connection what it was to expect.
				const isUntold = entry.over !== peer || entry.state === 'parked';
				if (isUntold && entry.receiver === worker && entry.call !== undefined) {
					void expect(entry);
				}
			}
		},
		lost(peer) {
			for (const [worker, current] of ports) {
				if (current === peer) {
					ports.delete(worker);
				}
			}

			for (const entry of offered.all()) {
				if (entry.sender.peer === peer) {
					drop(entry);
				}
			}
		},
		onCommit({invocations}) {
			if (offered.isEmpty()) {
				return;
			}

			for (const id of invocations) {
				if (workerOf(id) !== undefined) {
					continue;
				}

				for (const entry of offered.of(id)) {
					drop(entry);
				}

				for (const entry of offered.to(id)) {
					remove(entry);
					entry.call?.reply({
						outcome: 'not-running',
						message: whatBecameOf(id, rowOf(id)),
					});
				}
			}
		},
	};
};

const isClosed = (error: unknown): boolean =>
	error instanceof FarmError && error.code === 'CLOSED';

const asFarmError = (error: unknown): FarmError =>
	error instanceof FarmError
		? error
		: new FarmError('INTERNAL', 'The message could not be passed on.', {
				cause: error,
			});
