import {FarmError} from '../core/errors.js';
import type {InvocationId} from '../core/ids.js';
import type {JobCall, JobConnection} from './job-client.js';
import type {TakenMessages} from './taken-messages.js';

type ReceiveCall = Extract<JobCall, {readonly name: 'job.receive'}>;

export type Expected = {
	readonly from: InvocationId;
	readonly to: InvocationId;
	readonly addressee: string;
	readonly message: string;
};

/** Where messages to the invocations that run here arrive, and are waited for. */
export type Mailboxes = {
	/**
	A process waits for a message to an addressee of its own; its call is answered here.

	@throws {FarmError} `CONFLICT` where something waits for that addressee already, or the invocation is being ended
	*/
	readonly receive: (call: ReceiveCall, connection: JobConnection) => void;
	/** Resolves when a process waits for this message, and it is the first of those that wait for that. The same one again takes the place that it has. */
	readonly expect: (expected: Expected) => Promise<'wanted' | 'taken' | 'gone'>;
	/** Hand over a message that is wanted. */
	readonly deliver: (delivery: {
		readonly to: InvocationId;
		readonly message: string;
		readonly data: string;
	}) => Promise<'taken' | 'again'>;
	readonly drop: (to: InvocationId, message: string) => void;
	/** The scheduler is gone, and with it all that it wanted to know: it will ask again. */
	readonly forgetExpected: () => void;
	/** It is over. */
	readonly close: (invocation: InvocationId) => void;
};

/** Waits for a message. */
type Receiver = {
	readonly call: ReceiveCall;
	readonly connection: JobConnection;
	/** It waits no longer, for whatever reason. */
	readonly leave: () => void;
	/** Its time is over, but what it is promised is on its way. */
	isLate: boolean;
};

/** A message on its way. */
type Entry = {
	readonly expected: Expected;
	/** `called`: it was said that it is wanted. */
	state: 'waiting' | 'called';
	/** Who is to be told when it is wanted; undefined: nobody has asked yet after it was not taken. */
	answer: ((outcome: 'wanted' | 'gone') => void) | undefined;
};

type Box = {
	receiver: Receiver | undefined;
	/** In the order in which they came. */
	readonly entries: Entry[];
};

/** Node's timers take no longer times. */
const longestTimerMs = 2 ** 31 - 1;

export const createMailboxes = ({
	taken,
	isHere,
}: {
	readonly taken: TakenMessages;
	/** Whether an invocation runs here, or is just being started. */
	readonly isHere: (invocation: InvocationId) => boolean;
}): Mailboxes => {
	const boxes = new Map<InvocationId, Map<string, Box>>();
	/** Messages that are being written to their receivers, and whether they came there. */
	const handing = new Map<string, Promise<boolean>>();
	/** Of the scheduler's connections. */
	let generation = 0;

	const boxOf = (invocation: InvocationId, addressee: string): Box => {
		let own = boxes.get(invocation);
		if (own === undefined) {
			own = new Map();
			boxes.set(invocation, own);
		}

		let box = own.get(addressee);
		if (box === undefined) {
			box = {receiver: undefined, entries: []};
			own.set(addressee, box);
		}

		return box;
	};

	const tidy = (invocation: InvocationId, addressee: string): void => {
		const own = boxes.get(invocation);
		const box = own?.get(addressee);
		if (box?.receiver !== undefined || (box?.entries.length ?? 1) > 0) {
			return;
		}

		own?.delete(addressee);
		if (own?.size === 0) {
			boxes.delete(invocation);
		}
	};

	const find = (
		to: InvocationId,
		message: string,
	): {readonly box: Box; readonly entry: Entry} | undefined => {
		for (const box of boxes.get(to)?.values() ?? []) {
			const entry = box.entries.find(
				({expected}) => expected.message === message,
			);
			if (entry !== undefined) {
				return {box, entry};
			}
		}

		return undefined;
	};

	/** Where one waits and a message does, ask for the message. One after the other, in their order: also one that was not taken, and is about to be expected again or dropped, comes before those after it. */
	const match = ({receiver, entries}: Box): void => {
		const [next] = entries;
		if (receiver === undefined || next?.state === 'called') {
			return;
		}

		if (next?.answer !== undefined) {
			next.state = 'called';
			next.answer('wanted');
			next.answer = undefined;
		} else if (receiver.isLate) {
			receiver.leave();
			receiver.call.reply({outcome: 'timeout'});
		}
	};

	const remove = (box: Box, entry: Entry): void => {
		const place = box.entries.indexOf(entry);
		if (place !== -1) {
			box.entries.splice(place, 1);
		}

		match(box);
		tidy(entry.expected.to, entry.expected.addressee);
	};

	return {
		receive(call, connection) {
			const {client, left} = connection;
			const {addressee, timeout_s: seconds} = call.params;
			const {invocation, ending} = client;
			if (boxes.get(invocation)?.get(addressee)?.receiver !== undefined) {
				throw new FarmError(
					'CONFLICT',
					`Something of invocation ${invocation} waits for messages to ${JSON.stringify(addressee)} already: one waits for each addressee at a time.`,
				);
			}

			if (ending.aborted) {
				throw isBeingEnded(invocation);
			}

			if (left.aborted) {
				throw hasLeft();
			}

			const box = boxOf(invocation, addressee);
			let timer: NodeJS.Timeout | undefined;

			const leave = (): void => {
				clearTimeout(timer);
				ending.removeEventListener('abort', onEnding);
				left.removeEventListener('abort', onLeft);
				box.receiver = undefined;
				tidy(invocation, addressee);
			};

			const onEnding = (): void => {
				leave();
				call.refuse(isBeingEnded(invocation));
			};

			const onLeft = (): void => {
				leave();
				call.refuse(hasLeft());
			};

			const onTimeout = (): void => {
				receiver.isLate = true;
				match(box);
			};

			const receiver: Receiver = {call, connection, leave, isLate: false};
			box.receiver = receiver;
			ending.addEventListener('abort', onEnding);
			left.addEventListener('abort', onLeft);
			match(box);
			if (seconds === 0) {
				onTimeout();
			} else if (seconds !== undefined) {
				timer = setTimeout(onTimeout, Math.min(seconds * 1000, longestTimerMs));
			}
		},
		async expect(expected) {
			const {to, addressee, message} = expected;
			const asked = generation;
			await handing.get(message);
			if (taken.has(message)) {
				return 'taken';
			}

			if (asked !== generation || !isHere(to)) {
				return 'gone';
			}

			return new Promise((resolve) => {
				const known = find(to, message);
				const box = known?.box ?? boxOf(to, addressee);
				if (known === undefined) {
					box.entries.push({expected, state: 'waiting', answer: resolve});
				} else {
					known.entry.answer?.('gone');
					known.entry.state = 'waiting';
					known.entry.answer = resolve;
				}

				match(box);
			});
		},
		async deliver({to, message, data}) {
			await handing.get(message);
			if (taken.has(message)) {
				return 'taken';
			}

			const found = find(to, message);
			if (found === undefined) {
				return 'again';
			}

			const {box, entry} = found;
			const {receiver} = box;
			if (receiver === undefined) {
				entry.state = 'waiting';
				return 'again';
			}

			receiver.leave();
			taken.add(message);
			receiver.call.reply({
				outcome: 'received',
				from: entry.expected.from,
				data,
			});
			const written = receiver.connection.whenWritten();
			handing.set(message, written);
			const isTaken = await written;
			handing.delete(message);
			if (isTaken) {
				remove(box, entry);
				return 'taken';
			}

			taken.remove(message);
			entry.state = 'waiting';
			match(box);
			return 'again';
		},
		drop(to, message) {
			const found = find(to, message);
			if (found === undefined) {
				return;
			}

			found.entry.answer?.('gone');
			remove(found.box, found.entry);
		},
		forgetExpected() {
			generation++;
			for (const [invocation, own] of boxes) {
				for (const [addressee, box] of own) {
					box.entries.length = 0;
					match(box);
					tidy(invocation, addressee);
				}
			}
		},
		close(invocation) {
			for (const {entries} of boxes.get(invocation)?.values() ?? []) {
				for (const {answer} of entries) {
					answer?.('gone');
				}
			}

			boxes.delete(invocation);
		},
	};
};

const isBeingEnded = (invocation: InvocationId): FarmError =>
	new FarmError(
		'CONFLICT',
		`Invocation ${invocation} is being ended: there is nothing to wait for any more.`,
	);

const hasLeft = (): FarmError =>
	new FarmError(
		'CLOSED',
		'Keep the connection open in both directions while you wait for a message: only then can it be handed over.',
	);
