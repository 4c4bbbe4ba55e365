import type {Socket} from 'node:net';

export type Handshakes = {
	/** Counts a new connection among those that have not shown yet who they are; returns what ends that. */
	readonly enter: (socket: Socket) => () => void;
	readonly count: () => number;
	readonly endAll: () => void;
};

/**
The connections that have not shown yet who they are: each may take `timeoutMs`, and there are never more than `most`.

When there would be more, the oldest gives way. A friend is through in milliseconds, so a flood pushes out itself and not the friend.
*/
export const createHandshakes = ({
	most,
	timeoutMs,
}: {
	readonly most: number;
	readonly timeoutMs: number;
}): Handshakes => {
	// In order of arrival.
	const timers = new Map<Socket, NodeJS.Timeout>();

	const leave = (socket: Socket): void => {
		clearTimeout(timers.get(socket));
		timers.delete(socket);
	};

	const end = (socket: Socket): void => {
		leave(socket);
		socket.destroy();
	};

	return {
		enter(socket) {
			const [oldest] = timers.keys();
			if (oldest !== undefined && timers.size >= most) {
				end(oldest);
			}

			timers.set(
				socket,
				setTimeout(() => {
					end(socket);
				}, timeoutMs).unref(),
			);
			return () => {
				leave(socket);
			};
		},
		count: () => timers.size,
		endAll() {
			for (const socket of timers.keys()) {
				end(socket);
			}
		},
	};
};
