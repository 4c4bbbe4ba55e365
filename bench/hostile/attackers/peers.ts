import {Buffer} from 'node:buffer';
import type {Socket} from 'node:net';
import {openSocket} from '../../../source/net/open-socket.js';
import {protocol} from '../../../source/net/protocol.js';
import {encodeRequest} from '../../../source/net/rpc.js';
import {paced, pause, type AttackContext, type Attacker} from '../attacker.js';
import {mutate} from '../mutate.js';

/** What the farm's people may have done by mistake or spite: everything here has the view-only key. */
const enter = async (context: AttackContext): Promise<Socket | undefined> => {
	const {random, ports, viewKey, signal, hold, figures} = context;
	figures.connections += 1;
	try {
		return hold(await openSocket(random.pick(ports), viewKey, signal));
	} catch {
		// Pushed out by a flood of its own side, or paused.
		await pause(50, signal);
		return undefined;
	}
};

const hello = Buffer.from(
	encodeRequest(0, 'hello', {
		role: 'viewer',
		protocol: [...protocol],
		version: '0',
		name: 'hostile',
	}),
);

/** Resolves when it may write more, or the connection is gone. */
const say = async (
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

/** Says hello, and then everything there is to say, whole or spoilt, a hundred messages a second on each of a few connections. */
export const spoiltMessages: Attacker = async (context) => {
	const {random, messages, figures, signal} = context;
	while (!signal.aborted) {
		/* eslint-disable no-await-in-loop -- one connection after the other */
		const socket = await enter(context);
		if (!socket) {
			continue;
		}

		socket.resume();
		await say(context, socket, hello);
		while (!socket.destroyed && !signal.aborted) {
			const message = random.pick(messages);
			figures.messages += 1;
			await say(
				context,
				socket,
				random.next() < 0.9
					? Buffer.concat([message, Buffer.from('\n')])
					: mutate(message, random),
			);
			await pause(10, signal);
		}
		/* eslint-enable no-await-in-loop */
	}
};

/** Asks as fast as the connection takes it, and reads no answer. */
export const asksAndNeverReads: Attacker = async (context) => {
	const {figures, signal} = context;
	const ask = Buffer.from(
		encodeRequest(1, 'task.list', {limit: 10_000}).repeat(100),
	);
	while (!signal.aborted) {
		/* eslint-disable no-await-in-loop -- one connection after the other */
		const socket = await enter(context);
		if (!socket) {
			continue;
		}

		socket.pause();
		await say(context, socket, hello);
		while (!socket.destroyed && !signal.aborted) {
			figures.messages += 100;
			await say(context, socket, ask);
		}
		/* eslint-enable no-await-in-loop */
	}
};

/** Asks as fast as the connection takes it, and reads all answers. */
export const asksWithoutEnd: Attacker = async (context) => {
	const {figures, signal} = context;
	const ask = Buffer.from(
		encodeRequest(1, 'farm.info', {}).repeat(20) +
			encodeRequest(2, 'task.list', {limit: 200}),
	);
	while (!signal.aborted) {
		/* eslint-disable no-await-in-loop -- one connection after the other */
		const socket = await enter(context);
		if (!socket) {
			continue;
		}

		socket.resume();
		await say(context, socket, hello);
		while (!socket.destroyed && !signal.aborted) {
			figures.messages += 21;
			await say(context, socket, ask);
			await pause(0, signal);
		}
		/* eslint-enable no-await-in-loop */
	}
};

const watches = Buffer.from(
	['tasks', 'groups', 'workers', 'graph', 'events', 'pulse']
		.map((what, index) =>
			encodeRequest(index + 1, 'watch', {
				what,
				...(what !== 'pulse' && {window: {offset: 0, limit: 500}}),
			}),
		)
		.join(''),
);

/** Watches everything, and takes what is sent a little at a time. */
export const slowReaders: Attacker = async (context) => {
	const {signal} = context;
	while (!signal.aborted) {
		/* eslint-disable no-await-in-loop -- one connection after the other */
		const socket = await enter(context);
		if (!socket) {
			continue;
		}

		await say(context, socket, hello);
		await say(context, socket, watches);
		while (!socket.destroyed && !signal.aborted) {
			socket.read(100);
			await pause(50, signal);
		}
		/* eslint-enable no-await-in-loop */
	}
};

/** Says its messages byte by byte. */
export const slowWriters: Attacker = async (context) => {
	const {signal, random, messages} = context;
	while (!signal.aborted) {
		/* eslint-disable no-await-in-loop -- one connection after the other */
		const socket = await enter(context);
		if (!socket) {
			continue;
		}

		socket.resume();
		const text = Buffer.concat([hello, random.pick(messages)]);
		for (const byte of text) {
			if (socket.destroyed || signal.aborted) {
				break;
			}

			await say(context, socket, Uint8Array.of(byte));
			await pause(10, signal);
		}

		socket.destroy();
		/* eslint-enable no-await-in-loop */
	}
};

/** Has the key, and never says a word; or breaks off in the middle of one. */
export const neverGreets: Attacker = async (context) => {
	const {signal, random} = context;
	await paced(10, signal, () => {
		void enter(context).then((socket) => {
			if (random.next() < 0.5) {
				socket?.write(hello.subarray(0, random.below(hello.length)));
			}
		});
	});
};

/** One line that does not end. */
export const endlessLines: Attacker = async (context) => {
	const {signal} = context;
	const piece = Buffer.alloc(65_536, 'x');
	while (!signal.aborted) {
		/* eslint-disable no-await-in-loop -- one connection after the other */
		const socket = await enter(context);
		if (!socket) {
			continue;
		}

		socket.resume();
		await say(context, socket, hello);
		for (let count = 0; count < 160 && !socket.destroyed; count += 1) {
			await say(context, socket, piece);
		}

		await pause(500, signal);
		socket.destroy();
		/* eslint-enable no-await-in-loop */
	}
};
