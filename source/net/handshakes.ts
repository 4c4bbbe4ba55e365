import type {Socket} from 'node:net';

export type Handshake = {
	/** It has begun to show who it is. */
	readonly speaks: () => void;
	/** It has shown it, or is gone. */
	readonly leave: () => void;
};

export type Handshakes = {
	/** Counts a new connection among those that have not shown yet who they are. */
	readonly enter: (socket: Socket) => Handshake;
	readonly endAll: () => void;
};

/** So many places are left to those that have said nothing yet: a friend is one of them for a moment. */
const silentShare = 0.1;

/**
The connections that have not shown yet who they are: each may take `timeoutMs`, and there are never more than `most`.

When there would be more, one gives way: the oldest of those that have said nothing, or, where they are few, the oldest of those that speak. A friend speaks at once and is through in milliseconds, so a flood pushes out itself and not the friend: neither one that says nothing, even while hundreds of friends come together, nor one that begins to speak and goes no further.
*/
export const createHandshakes = ({
	most,
	timeoutMs,
}: {
	readonly most: number;
	readonly timeoutMs: number;
}): Handshakes => {
	// Both in order of arrival.
	const silent = new Map<Socket, NodeJS.Timeout>();
	const speaking = new Map<Socket, NodeJS.Timeout>();

	const leave = (socket: Socket): void => {
		clearTimeout(silent.get(socket) ?? speaking.get(socket));
		silent.delete(socket);
		speaking.delete(socket);
	};

	const end = (socket: Socket): void => {
		leave(socket);
		socket.destroy();
	};

	const giveWay = (): void => {
		if (silent.size + speaking.size < most) {
			return;
		}

		const [oldest] = (
			silent.size > Math.floor(most * silentShare) ? silent : speaking
		).keys();
		if (oldest !== undefined) {
			end(oldest);
		}
	};

	return {
		enter(socket) {
			giveWay();
			silent.set(
				socket,
				setTimeout(() => {
					end(socket);
				}, timeoutMs).unref(),
			);
			return {
				speaks() {
					const timer = silent.get(socket);
					if (timer === undefined) {
						return;
					}

					silent.delete(socket);
					speaking.set(socket, timer);
				},
				leave() {
					leave(socket);
				},
			};
		},
		endAll() {
			for (const socket of [...silent.keys(), ...speaking.keys()]) {
				end(socket);
			}
		},
	};
};
