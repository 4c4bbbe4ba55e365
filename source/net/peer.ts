import type {Duplex} from 'node:stream';
import type {z} from 'zod';
import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {Standing} from './access.js';
import {createFrameReader, maxLineBytes, type Frame} from './frame.js';
import {createIncoming, type Notices} from './incoming.js';
import {isTooLong, mebibytes} from './large.js';
import {watchLiveness} from './liveness.js';
import type {
	Access,
	Methods,
	ParamsInput,
	ParamsOf,
	ResultOf,
} from './messages/method.js';
import {createOutbox} from './outbox.js';
import {createOutgoing, type RequestOptions} from './outgoing.js';
import type {ReadingTurns} from './reading-turns.js';
import {
	decodeRpc,
	encodeError,
	encodeNotification,
	encodeRequest,
	fromRpcError,
	rpcCodes,
	type RpcError,
	type RpcId,
} from './rpc.js';

/** A request that the other side made. It is answered once, at once or later; after the connection's end an answer goes nowhere. */
export type Call<Local extends Methods> = {
	[Name in keyof Local & string]: {
		readonly name: Name;
		readonly params: ParamsOf<Local, Name>;
		/** Not checked against its schema again: it is this side's own. */
		readonly reply: (result: z.input<Local[Name]['result']>) => void;
		readonly refuse: (error: FarmError) => void;
	};
}[keyof Local & string];

export type Notice<Received extends Notices> = {
	[Name in keyof Received & string]: {
		readonly name: Name;
		readonly params: z.output<Received[Name]>;
	};
}[keyof Received & string];

/** One connection, both directions. `Remote` is what the other side serves, `Sent` the notifications that it takes. */
export type Peer<Remote extends Methods, Sent extends Notices> = {
	/** Rejects with the `FarmError` that the other side gave, with `CLOSED` when the connection ended first, or with the signal's reason. */
	readonly request: <Name extends keyof Remote & string>(
		name: Name,
		params: ParamsInput<Remote, Name>,
		options?: RequestOptions,
	) => Promise<ResultOf<Remote, Name>>;
	/** After the connection's end: nothing. */
	readonly notify: <Name extends keyof Sent & string>(
		name: Name,
		params: z.input<Sent[Name]>,
	) => void;
	/** Sends what waits, and ends the connection. */
	readonly close: (reason?: string) => void;
	/** Why the connection ended, as soon as it has: from then on nothing comes and nothing is sent. Never rejects. */
	readonly closed: Promise<string>;
	readonly isClosed: () => boolean;
	/** What the other side has not read yet. Where it grows, coalesce notifications. */
	readonly unsentBytes: () => number;
	/** What the other side asked for and was not answered yet. */
	readonly unansweredBytes: () => number;
	/** `address:port` of the other side. */
	readonly address: string;
};

export type PeerLimits = {
	/** Infinite: the other side is never asked, and may be silent for as long as it likes. */
	readonly pingAfterMs: number;
	readonly closeAfterMs: number;
	readonly maxLineBytes: number;
	readonly maxUnsentBytes: number;
	/** With more requests unanswered, or more bytes of them, nothing more is read until half of them are answered. */
	readonly maxUnansweredCalls: number;
	readonly maxUnansweredBytes: number;
	/** How long a closed connection may take to get its last words out. */
	readonly lingerMs: number;
	/** For how long what came is taken before what others sent has its turn. */
	readonly sliceMs: number;
};

const defaultPeerLimits: PeerLimits = {
	pingAfterMs: 5000,
	closeAfterMs: 20_000,
	maxLineBytes,
	maxUnsentBytes: 64 * 1024 * 1024,
	maxUnansweredCalls: 16_384,
	maxUnansweredBytes: 32 * 1024 * 1024,
	lingerMs: 1000,
	sliceMs: 5,
};

/** Enough for a hello; what strangers can make this side hold is bounded by it. */
const strangersLineBytes = 64 * 1024;

export type PeerOptions<
	Remote extends Methods,
	Local extends Methods,
	Received extends Notices,
> = {
	/** Connected; the peer owns it from now on. */
	readonly stream: Duplex;
	readonly address: string;
	/** What the other side serves: its answers are checked. */
	readonly remote: Remote;
	/** What this side serves. `ping` is always served, by the peer itself. */
	readonly local: Local;
	/** Called in the order of arrival, for each request that is permitted and fits its schema. What it throws is the answer. */
	readonly onRequest: (call: Call<Local>) => void;
	/** Notifications that this side takes, and from whom. */
	readonly notices: {readonly access: Access; readonly shapes: Received};
	readonly onNotice: (notice: Notice<Received>) => void;
	/** Asked for every message. Absent: a stranger for good, as a scheduler is to its worker, that may ask for what anyone may. */
	readonly standing?: () => Standing;
	/** Whether whole long lines are held for it; before, a line may have 64 KiB. */
	readonly isTrusted?: () => boolean;
	/** Whether the other side may close its direction when it has asked, as `nc -N` does, and is answered still. */
	readonly answersAfterEnd?: boolean;
	/** Looks at parameters before their schema does; what it returns is the answer. */
	readonly inspect?: (name: string, params: unknown) => FarmError | undefined;
	/** What nobody else is told of: a refused notification, a handler that threw. For a log. */
	readonly onTrouble?: (error: Error) => void;
	/** Where it is read with others by turns; absent: in slices of its own. */
	readonly readingTurns?: ReadingTurns | undefined;
	readonly clock: Clock;
	readonly limits?: Partial<PeerLimits>;
};

/** JSON-RPC over a stream: requests, answers and notifications in both directions, within the limits of the protocol. */
export const createPeer = <
	Remote extends Methods,
	Local extends Methods,
	Received extends Notices,
	Sent extends Notices,
>({
	stream,
	address,
	remote,
	local,
	onRequest,
	notices,
	onNotice,
	standing = () => ({kind: 'stranger'}),
	isTrusted = () => true,
	answersAfterEnd = false,
	inspect = () => undefined,
	onTrouble = () => undefined,
	readingTurns,
	clock,
	limits: ownLimits = {},
}: PeerOptions<Remote, Local, Received>): Peer<Remote, Sent> => {
	const limits = {...defaultPeerLimits, ...ownLimits};
	const frames = createFrameReader(() =>
		isTrusted() ? limits.maxLineBytes : strangersLineBytes,
	);
	const closed = Promise.withResolvers<string>();
	let isOpen = true;
	let isPaused = false;
	/** Nothing more is read until what came is taken. */
	let isHeld = false;
	const afterwards: Array<() => void> = [];
	/** It asks nothing more, and has answers to come. */
	let isLeaving = false;
	let linger: NodeJS.Timeout | undefined;

	const send = (line: string): void => {
		if (isOpen) {
			outbox.send(line);
		}
	};

	/** Once. `farewell`: what the other side said last, which its unanswered requests are told instead of a plain `CLOSED`. */
	const end = (
		reason: string,
		{flush, farewell}: {readonly flush: boolean; readonly farewell?: FarmError},
	): void => {
		if (!isOpen) {
			return;
		}

		isOpen = false;
		liveness.stop();
		if (flush) {
			outbox.flush();
			stream.end();
			// What still comes is thrown away for a moment: a connection closed with bytes unread is reset, and its last words are lost.
			stream.resume();
			linger = setTimeout(() => {
				stream.destroy();
			}, limits.lingerMs).unref();
		} else {
			stream.destroy();
		}

		closed.resolve(reason);
		outgoing.failAll(
			farewell ??
				new FarmError(
					'CLOSED',
					`The connection ended before the answer came: ${reason}`,
				),
		);
	};

	const outbox = createOutbox({
		stream,
		maxUnsentBytes: limits.maxUnsentBytes,
		onOverflow() {
			end(
				`${address} does not read what it is sent: more than ${mebibytes(limits.maxUnsentBytes)} waited for it.`,
				{flush: false},
			);
		},
	});

	const liveness = watchLiveness({
		clock,
		pingAfterMs: limits.pingAfterMs,
		closeAfterMs: limits.closeAfterMs,
		isPaused: () => isPaused || isHeld,
		ping() {
			// Any byte is a sign of life, so nothing waits for this very answer.
			send(encodeRequest('ping', 'ping', {}));
		},
		giveUp() {
			end(
				`Nothing was heard from ${address} for ${limits.closeAfterMs / 1000} s.`,
				{flush: false},
			);
		},
	});

	const outgoing = createOutgoing({
		remote,
		address,
		maxLineBytes: limits.maxLineBytes,
		send,
	});

	const incoming = createIncoming({
		local,
		notices,
		maxLineBytes: limits.maxLineBytes,
		standing,
		inspect,
		send,

		onCall(call) {
			onRequest(call as unknown as Call<Local>);
		},
		onNotice(notice) {
			onNotice(notice as Notice<Received>);
		},

		onAnswered() {
			if (isLeaving && incoming.unansweredCalls() === 0) {
				end(`${address} closed the connection.`, {flush: true});
				return;
			}

			if (!(isPaused && load() <= 0.5)) {
				return;
			}

			isPaused = false;
			liveness.heard();
			if (!isHeld) {
				stream.resume();
			}
		},
		onTrouble,
	});

	/** Over 1: as much as this side wants to hold. */
	const load = (): number =>
		Math.max(
			incoming.unansweredCalls() / limits.maxUnansweredCalls,
			incoming.unansweredBytes() / limits.maxUnansweredBytes,
		);

	const refuseBytes = (error: RpcError, id?: RpcId): void => {
		send(encodeError(id, error));
		end(`${address} sent what is no message: ${error.message}`, {flush: true});
	};

	const takeError = (id: RpcId | undefined, error: RpcError): void => {
		if (id !== undefined) {
			outgoing.takeError(id, error);
			return;
		}

		const told = fromRpcError(error);
		onTrouble(
			new FarmError(told.code, `${address} refused a message: ${told.message}`),
		);
		// After these two the other side reads nothing more.
		if (error.code === rpcCodes.notJson || error.code === rpcCodes.notRpc) {
			end(`${address} closed the connection: ${told.message}`, {
				flush: true,
				farewell: told,
			});
		}
	};

	const takeLine = (text: string): void => {
		const message = decodeRpc(text);
		switch (message.kind) {
			case 'request': {
				incoming.takeRequest({
					id: message.id,
					name: message.method,
					params: message.params,
					size: text.length,
				});
				break;
			}

			case 'notification': {
				incoming.takeNotification(message.method, message.params);
				break;
			}

			case 'result': {
				outgoing.takeResult(message.id, message.result);
				break;
			}

			case 'error': {
				takeError(message.id, message.error);
				break;
			}

			case 'malformed': {
				refuseBytes(message.error, message.id);
				break;
			}
		}
	};

	const takeFrame = (frame: Frame): void => {
		switch (frame.kind) {
			case 'line': {
				takeLine(frame.text);
				break;
			}

			case 'not_text': {
				refuseBytes({
					code: rpcCodes.notJson,
					message: 'This is not JSON: its bytes are not UTF-8.',
					data: {code: 'BAD_MESSAGE'},
				});
				break;
			}

			case 'too_long': {
				refuseBytes({
					code: rpcCodes.notRpc,
					message: `The message is larger than ${mebibytes(isTrusted() ? limits.maxLineBytes : strangersLineBytes)}.`,
					data: {code: 'BAD_MESSAGE'},
				});
				break;
			}
		}
	};

	/** Some of it, at least one; what is left. */
	const takeSome = (
		came: readonly Frame[],
		until: number,
	): readonly Frame[] => {
		for (const [index, frame] of came.entries()) {
			takeFrame(frame);
			if (!isOpen) {
				return [];
			}

			if (clock.monotonic() >= until) {
				return came.slice(index + 1);
			}
		}

		return [];
	};

	const ownTurns: ReadingTurns = {
		enter(step) {
			if (step(clock.monotonic() + limits.sliceMs)) {
				setImmediate(() => {
					ownTurns.enter(step);
				});
			}
		},
	};

	/** Takes what came, for a moment at a time: what others sent has its turn in between. */
	const takeFrames = (came: readonly Frame[]): void => {
		// A part of a line waits for no turn: it would be over in the midst of what comes after it.
		if (came.length === 0) {
			return;
		}

		let rest = came;
		(readingTurns ?? ownTurns).enter((until) => {
			if (!isOpen) {
				return false;
			}

			rest = takeSome(rest, until);
			if (rest.length === 0) {
				release();
			}

			return rest.length > 0;
		});
		if (!(isOpen && rest.length > 0)) {
			return;
		}

		// Until its turn comes.
		isHeld = true;
		stream.pause();
	};

	/** All that came is taken. */
	const release = (): void => {
		if (load() > 1) {
			isPaused = true;
			stream.pause();
		} else if (isHeld && !isPaused) {
			liveness.heard();
			stream.resume();
		}

		isHeld = false;
		for (const act of afterwards.splice(0)) {
			act();
		}
	};

	/** Its end may be seen before what came last is taken. */
	const whenTaken = (act: () => void): void => {
		if (isHeld) {
			afterwards.push(act);
		} else {
			act();
		}
	};

	stream.on('data', (chunk: Uint8Array) => {
		if (!isOpen) {
			return;
		}

		liveness.heard();
		takeFrames(frames.push(chunk));
	});
	stream.on('error', (error: NodeJS.ErrnoException) => {
		end(`The connection to ${address} broke: ${error.code ?? error.message}.`, {
			flush: false,
		});
	});
	stream.on('end', () => {
		whenTaken(() => {
			if (answersAfterEnd && incoming.unansweredCalls() > 0) {
				isLeaving = true;
				return;
			}

			end(`${address} closed the connection.`, {flush: true});
		});
	});
	stream.on('close', () => {
		clearTimeout(linger);
		whenTaken(() => {
			end(`The connection to ${address} is closed.`, {flush: false});
		});
	});

	if (stream.destroyed) {
		end(`The connection to ${address} is closed.`, {flush: false});
	}

	return {
		async request(name, params, options = {}) {
			if (!isOpen) {
				throw new FarmError(
					'CLOSED',
					`The connection to ${address} has ended.`,
				);
			}

			return outgoing.request(name, params, options) as Promise<
				ResultOf<Remote, typeof name>
			>;
		},
		notify(name, params) {
			const line = encodeNotification(name, params);
			if (isTooLong(line, limits.maxLineBytes)) {
				throw new FarmError(
					'INVALID',
					`The notification ${name} is larger than ${mebibytes(limits.maxLineBytes)}: send it in parts.`,
				);
			}

			send(line);
		},
		close(reason = 'This side closed the connection.') {
			end(reason, {flush: true});
		},
		closed: closed.promise,
		isClosed: () => !isOpen,
		unsentBytes: outbox.unsentBytes,
		unansweredBytes: incoming.unansweredBytes,
		address,
	};
};
