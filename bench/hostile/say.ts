import type {Socket} from 'node:net';
import {pause, type AttackContext} from './attacker.js';

/** Sends this. Resolves when more may be sent, or the connection is gone. */
export const say = async (
	{figures, signal}: AttackContext,
	socket: Socket,
	bytes: Uint8Array,
): Promise<void> => {
	figures.bytes += bytes.length;
	if (socket.write(bytes)) {
		return;
	}

	while (socket.writableNeedDrain && !socket.destroyed && !signal.aborted) {
		await pause(5, signal); // eslint-disable-line no-await-in-loop -- until there is room
	}
};

/** Sends this byte by byte, until the connection or the attack ends. */
export const trickle = async (
	context: AttackContext,
	socket: Socket,
	{bytes, beatMs}: {readonly bytes: Uint8Array; readonly beatMs: number},
): Promise<void> => {
	for (const byte of bytes) {
		if (socket.destroyed || context.signal.aborted) {
			return;
		}

		/* eslint-disable no-await-in-loop -- slow is what it is */
		await say(context, socket, Uint8Array.of(byte));
		await pause(beatMs, context.signal);
		/* eslint-enable no-await-in-loop */
	}
};
