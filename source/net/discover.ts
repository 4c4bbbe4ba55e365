import {FarmError} from '../core/errors.js';
import {
	decodePacket,
	encodeQuestion,
	insecureFarmId,
	type Announcement,
	type Packet,
} from './announcement.js';
import {closeSocket, openBroadcastSocket} from './broadcast-socket.js';
import {broadcastTargets, type BroadcastTarget} from './broadcast-targets.js';
import type {FarmKey} from './key.js';

/** Whose announcements count. */
export type Sought =
	/** The farm of this key, and proven to be it. */
	| {readonly kind: 'farm'; readonly key: FarmKey}
	/** A scheduler without a key. */
	| {readonly kind: 'insecure'}
	/** Any; nothing is proven. For joining a farm of which one has no key yet. */
	| {readonly kind: 'any'};

export type DiscoverOptions = {
	/** UDP. */
	readonly port: number;
	readonly sought: Sought;
	readonly timeoutMs: number;
	readonly signal?: AbortSignal;
	/** With this one in hand the rest need not be waited for. Absent: the first is enough. */
	readonly isEnough?: (announcement: Announcement) => boolean;
	readonly targets?: () => readonly BroadcastTarget[];
};

/**
The schedulers that are heard on the network, each address of each once, in the order in which they were heard. Asks them to announce themselves, so that the answer comes at once and not at their next interval.

Rejects with `CONFLICT` where the port cannot be shared with the program that has it, or with the signal's reason. None heard: an empty list.
*/
export const discover = async ({
	port,
	sought,
	timeoutMs,
	signal,
	isEnough = () => true,
	targets = broadcastTargets,
}: DiscoverOptions): Promise<readonly Announcement[]> => {
	signal?.throwIfAborted();
	const socket = await openSocket(port);
	const heard: Announcement[] = [];
	const known = new Set<string>();
	const done = Promise.withResolvers<undefined>();
	const ask = (): void => {
		const question = encodeQuestion(farmIdOf(sought));
		for (const {broadcast} of targets()) {
			// One that is not sent is made good by the next, or by the scheduler's interval.
			socket.send(question, port, broadcast, () => undefined);
		}
	};

	const onAbort = (): void => {
		done.reject(signal?.reason);
	};

	socket.on('message', (bytes) => {
		const packet = decodePacket(bytes);
		if (packet?.kind !== 'announcement' || !counts(packet, sought)) {
			return;
		}

		const {announcement} = packet;
		const text = JSON.stringify(announcement);
		if (known.has(text)) {
			return;
		}

		known.add(text);
		heard.push(announcement);
		if (isEnough(announcement)) {
			done.resolve(undefined);
		}
	});
	const timer = setTimeout(() => {
		done.resolve(undefined);
	}, timeoutMs);
	const asking = setInterval(ask, askEveryMs);
	signal?.addEventListener('abort', onAbort, {once: true});
	try {
		signal?.throwIfAborted();
		ask();
		await done.promise;
		return heard;
	} finally {
		clearTimeout(timer);
		clearInterval(asking);
		signal?.removeEventListener('abort', onAbort);
		await closeSocket(socket);
	}
};

const askEveryMs = 1000;

const openSocket = async (port: number) => {
	try {
		return await openBroadcastSocket(port);
	} catch (error) {
		throw new FarmError(
			'CONFLICT',
			`Schedulers cannot be heard on UDP port ${port}, which another program has: set another broadcast_port, or name the scheduler.`,
			{cause: error},
		);
	}
};

const farmIdOf = (sought: Sought): string | undefined => {
	switch (sought.kind) {
		case 'farm': {
			return sought.key.farmId;
		}

		case 'insecure': {
			return insecureFarmId;
		}

		case 'any': {
			return undefined;
		}
	}
};

const counts = (
	packet: Packet & {readonly kind: 'announcement'},
	sought: Sought,
): boolean => {
	switch (sought.kind) {
		case 'farm': {
			return packet.isFrom(sought.key);
		}

		case 'insecure': {
			return packet.announcement.farm_id === insecureFarmId;
		}

		case 'any': {
			return true;
		}
	}
};
