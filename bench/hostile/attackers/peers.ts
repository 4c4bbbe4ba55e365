import {Buffer} from 'node:buffer';
import type {Socket} from 'node:net';
import {openSocket} from '../../../source/net/open-socket.js';
import {protocol} from '../../../source/net/protocol.js';
import {encodeRequest} from '../../../source/net/rpc.js';
import {paced, pause, type AttackContext, type Attacker} from '../attacker.js';
import {mutate} from '../mutate.js';
import {say, trickle} from '../say.js';

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

/** One connection after the other, each used until it or the attack ends. */
const again = async (
	context: AttackContext,
	use: (socket: Socket) => Promise<void>,
): Promise<void> => {
	while (!context.signal.aborted) {
		/* eslint-disable no-await-in-loop -- one connection after the other */
		const socket = await enter(context);
		if (socket) {
			await use(socket);
		}
		/* eslint-enable no-await-in-loop */
	}
};

/** Says hello on one connection after the other, and then the same sort of thing until the connection or the attack ends. */
const harass = async (
	context: AttackContext,
	{
		isReading,
		begin = async () => undefined,
		step,
	}: {
		/** Whether it takes what it is answered. */
		readonly isReading: boolean;
		readonly begin?: (socket: Socket) => Promise<void>;
		readonly step: (socket: Socket) => Promise<void>;
	},
): Promise<void> =>
	again(context, async (socket) => {
		if (isReading) {
			socket.resume();
		} else {
			socket.pause();
		}

		await say(context, socket, hello);
		await begin(socket);
		while (!socket.destroyed && !context.signal.aborted) {
			await step(socket); // eslint-disable-line no-await-in-loop -- as fast as it is
		}
	});

/** Says hello, and then everything there is to say, whole or spoilt, a hundred messages a second on each of a few connections. */
export const spoiltMessages: Attacker = async (context) => {
	const {random, messages, figures, signal} = context;
	await harass(context, {
		isReading: true,
		async step(socket) {
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
		},
	});
};

/** Asks as fast as the connection takes it, and reads no answer. */
export const asksAndNeverReads: Attacker = async (context) => {
	const ask = Buffer.from(
		encodeRequest(1, 'task.list', {limit: 10_000}).repeat(100),
	);
	await harass(context, {
		isReading: false,
		async step(socket) {
			context.figures.messages += 100;
			await say(context, socket, ask);
		},
	});
};

/** Asks as fast as the connection takes it, and reads all answers. */
export const asksWithoutEnd: Attacker = async (context) => {
	const ask = Buffer.from(
		encodeRequest(1, 'farm.info', {}).repeat(20) +
			encodeRequest(2, 'task.list', {limit: 200}),
	);
	await harass(context, {
		isReading: true,
		async step(socket) {
			context.figures.messages += 21;
			await say(context, socket, ask);
			await pause(0, context.signal);
		},
	});
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
	await harass(context, {
		isReading: false,
		begin: async (socket) => say(context, socket, watches),
		async step(socket) {
			socket.read(100);
			await pause(50, context.signal);
		},
	});
};

/** Says its messages byte by byte. */
export const slowWriters: Attacker = async (context) => {
	const {random, messages} = context;
	await again(context, async (socket) => {
		socket.resume();
		await trickle(context, socket, {
			bytes: Buffer.concat([hello, random.pick(messages)]),
			beatMs: 10,
		});
		socket.destroy();
	});
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
	const piece = Buffer.alloc(65_536, 'x');
	await again(context, async (socket) => {
		socket.resume();
		await say(context, socket, hello);
		for (let count = 0; count < 160 && !socket.destroyed; count += 1) {
			await say(context, socket, piece); // eslint-disable-line no-await-in-loop -- piece by piece
		}

		await pause(500, context.signal);
		socket.destroy();
	});
};
