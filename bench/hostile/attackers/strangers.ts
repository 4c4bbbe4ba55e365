import {Buffer} from 'node:buffer';
import {connect, type Socket} from 'node:net';
import type {Address} from '../../../source/net/address.js';
import {createFarmKey} from '../../../source/net/key.js';
import {openSocket} from '../../../source/net/open-socket.js';
import {paced, type AttackContext, type Attacker} from '../attacker.js';
import {clientHello} from '../client-hello.js';
import {mutate} from '../mutate.js';
import {trickle} from '../say.js';

const mostOpen = 200;

const dial = (context: AttackContext): Socket => {
	const {random, ports, hold, figures} = context;
	figures.connections += 1;
	return hold(connect({...random.pick(ports), noDelay: true}));
};

const send = ({figures}: AttackContext, socket: Socket, bytes: Uint8Array) => {
	figures.bytes += bytes.length;
	socket.write(bytes);
};

/** A thousand connects a second: some reset at once, some say something, the last hundreds stay open and say nothing. */
export const connectsByTheThousand: Attacker = async (context) => {
	const {random, signal} = context;
	const open: Socket[] = [];
	await paced(1000, signal, () => {
		const socket = dial(context);
		if (random.next() < 0.2) {
			send(context, socket, random.bytes(1 + random.below(64)));
		}

		if (random.next() < 0.3) {
			socket.once('connect', () => {
				socket.resetAndDestroy();
			});
			return;
		}

		open.push(socket);
		if (open.length > mostOpen) {
			open.shift()?.destroy();
		}
	});
};

const plainTexts = [
	'GET / HTTP/1.1\r\nHost: farm\r\n\r\n',
	'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
	'SSH-2.0-x\r\n',
	'\n'.repeat(4),
	'x'.repeat(100_000),
].map((text) => Buffer.from(text));

/** What belongs to other protocols, what is noise, and our own messages without encryption. */
export const noise: Attacker = async (context) => {
	const {random, signal, messages} = context;
	await paced(50, signal, () => {
		const socket = dial(context);
		send(
			context,
			socket,
			random.next() < 0.3
				? random.bytes(random.below(4096))
				: mutate(random.pick([...plainTexts, ...messages]), random),
		);
		if (random.next() < 0.5) {
			socket.end();
		}
	});
};

/** Handshakes that are abandoned where the scheduler waits for an answer, broken ones, and ones that go on with nonsense. */
export const brokenHandshakes: Attacker = async (context) => {
	const {random, signal, viewKey} = context;
	const hellos = await Promise.all(
		[viewKey, createFarmKey()].map(async (key) => clientHello(key)),
	);
	await paced(100, signal, () => {
		const socket = dial(context);
		const hello = random.pick(hellos);
		send(context, socket, random.next() < 0.5 ? hello : mutate(hello, random));
		if (random.next() < 0.5) {
			send(context, socket, random.bytes(random.below(512)));
		}
	});
};

/** Whoever is let in is a defect, which ends the attack. */
const tryKey = async (port: Address, signal: AbortSignal): Promise<void> => {
	let socket: Socket;
	try {
		socket = await openSocket(port, createFarmKey(), signal);
	} catch {
		return;
	}

	throw new Error(`A wrong key was let in at ${String(socket.remotePort)}.`);
};

/** Whole handshakes with a key that is not the farm's. */
export const wrongKeys: Attacker = async (context) => {
	const {random, signal, ports, figures} = context;
	await paced(20, signal, () => {
		figures.connections += 1;
		void tryKey(random.pick(ports), signal);
	});
};

/** A handshake that comes byte by byte. */
export const slowHandshake: Attacker = async (context) => {
	const {signal, viewKey} = context;
	const hello = await clientHello(viewKey);
	while (!signal.aborted) {
		const socket = dial(context);
		await trickle(context, socket, {bytes: hello, beatMs: 20}); // eslint-disable-line no-await-in-loop -- one after the other
		socket.destroy();
	}
};
