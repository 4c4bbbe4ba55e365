import type {InvocationId, WorkerId} from '../core/ids.js';
import type {CallTo, ConnectedPeer} from '../net/scheduler-methods.js';

/** A message that is on offer, until it was taken or nobody waits for that any more. */
export type OfferedMessage = {
	readonly message: string;
	readonly from: InvocationId;
	readonly to: InvocationId;
	readonly addressee: string;
	readonly size: number;
	readonly sender: {readonly peer: ConnectedPeer};
	readonly receiver: WorkerId;
	/** Undefined while its sender has something else to do about it. */
	call: CallTo<'message.offer'> | undefined;
	/** Where it was last said that it is to be expected. */
	over: ConnectedPeer | undefined;
	state:
		/** Its receiver's worker is not there, or does not have that invocation any more. */
		| 'parked'
		/** That worker will say when it is wanted. */
		| 'expected'
		/** It is wanted, and comes when there is room for it. */
		| 'wanted'
		/** There is room, and its sender was told. */
		| 'called'
		/** It is on its way to its receiver. */
		| 'going';
};

/** The messages on offer, by everything that they are looked up by. */
export const createOfferedMessages = () => {
	const entries = new Map<string, OfferedMessage>();
	const byReceiver = new Map<InvocationId, Set<OfferedMessage>>();
	const bySender = new Map<InvocationId, Set<OfferedMessage>>();
	const counts = new Map<WorkerId, number>();
	const wanted = new Set<OfferedMessage>();
	let data = 0;

	const setState = (
		entry: OfferedMessage,
		state: OfferedMessage['state'],
	): void => {
		data -= hasRoom(entry) ? entry.size : 0;
		entry.state = state;
		data += hasRoom(entry) ? entry.size : 0;
		if (state === 'wanted') {
			wanted.add(entry);
		} else {
			wanted.delete(entry);
		}
	};

	return {
		get: (message: string): OfferedMessage | undefined => entries.get(message),
		/** In the order in which they were offered. */
		all: () => entries.values(),
		/** Those in an invocation's name. */
		of: (sender: InvocationId): Iterable<OfferedMessage> =>
			bySender.get(sender) ?? [],
		to: (receiver: InvocationId): Iterable<OfferedMessage> =>
			byReceiver.get(receiver) ?? [],
		/** In the order in which they became that. */
		wanted: () => wanted.values(),
		isEmpty: () => entries.size === 0,
		countFor: (worker: WorkerId): number => counts.get(worker) ?? 0,
		/** Whether it is still on offer, and not another one in its name. */
		holds: (entry: OfferedMessage): boolean =>
			entries.get(entry.message) === entry,
		/** Whether so many characters hold it beside those that were called for; one alone always has room. */
		hasRoomFor: (entry: OfferedMessage, most: number): boolean =>
			data === 0 || data + entry.size <= most,
		setState,
		keep(entry: OfferedMessage): void {
			entries.set(entry.message, entry);
			setOf(byReceiver, entry.to).add(entry);
			setOf(bySender, entry.from).add(entry);
			counts.set(entry.receiver, (counts.get(entry.receiver) ?? 0) + 1);
		},
		remove(entry: OfferedMessage): void {
			setState(entry, 'parked');
			entries.delete(entry.message);
			takeFrom(byReceiver, entry.to, entry);
			takeFrom(bySender, entry.from, entry);
			const left = (counts.get(entry.receiver) ?? 1) - 1;
			if (left === 0) {
				counts.delete(entry.receiver);
			} else {
				counts.set(entry.receiver, left);
			}
		},
	};
};

const hasRoom = ({state}: OfferedMessage): boolean =>
	state === 'called' || state === 'going';

const setOf = (
	sets: Map<InvocationId, Set<OfferedMessage>>,
	id: InvocationId,
): Set<OfferedMessage> => {
	let found = sets.get(id);
	if (found === undefined) {
		found = new Set();
		sets.set(id, found);
	}

	return found;
};

const takeFrom = (
	sets: Map<InvocationId, Set<OfferedMessage>>,
	id: InvocationId,
	entry: OfferedMessage,
): void => {
	const found = sets.get(id);
	found?.delete(entry);
	if (found?.size === 0) {
		sets.delete(id);
	}
};
