import {Buffer} from 'node:buffer';
import {connect, type Socket} from 'node:net';
import {paced, pause, type AttackContext, type Attacker} from '../attacker.js';
import {mutate} from '../mutate.js';
import {say, trickle} from '../say.js';

const dial = ({figures, hold, statusPort}: AttackContext): Socket => {
	figures.connections += 1;
	return hold(connect({...statusPort, noDelay: true}));
};

const get = (path: string): string =>
	`GET ${path} HTTP/1.1\r\nHost: farm\r\n\r\n`;

const requests = [
	get('/metrics'),
	get('/healthz'),
	get('/../../etc/passwd'),
	get(`/${'x'.repeat(7000)}`),
	get(`/${'x'.repeat(20_000)}`),
	'POST /metrics HTTP/1.1\r\nHost: farm\r\nContent-Length: 1000000\r\n\r\nx',
	'GET /metrics HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n',
	'CONNECT farm:22 HTTP/1.1\r\nHost: farm\r\n\r\n',
	'GET / HTTP/1.1\r\nHost: farm\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
	`GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(1000)}\r\n`,
	'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
].map((text) => Buffer.from(text));

/** Two hundred connections a second where programs watch: whole requests, spoilt ones and noise, some with nobody who waits for the answer. */
export const statusFloods: Attacker = async (context) => {
	const {random, signal, figures} = context;
	await paced(200, signal, () => {
		const socket = dial(context);
		const request = random.pick(requests);
		const bytes =
			random.next() < 0.1
				? random.bytes(random.below(4096))
				: random.next() < 0.5
					? mutate(request, random)
					: request;
		figures.messages += 1;
		figures.bytes += bytes.length;
		socket.resume();
		if (random.next() < 0.5) {
			socket.end(bytes);
		} else {
			socket.write(bytes);
		}
	});
};

/** Forty requests at a time, each of which comes byte by byte. */
export const statusSlowWriters: Attacker = async (context) => {
	const {random, signal} = context;
	const one = async (): Promise<void> => {
		while (!signal.aborted) {
			const socket = dial(context);
			socket.resume();
			/* eslint-disable no-await-in-loop -- one after the other */
			await trickle(context, socket, {
				bytes: random.pick(requests),
				beatMs: 200,
			});
			await pause(20, signal);
			/* eslint-enable no-await-in-loop */
			socket.destroy();
		}
	};

	await Promise.all(Array.from({length: 40}, one));
};

/** Asks for the largest page again and again, and reads nothing of it. */
export const statusNeverReads: Attacker = async (context) => {
	const {signal} = context;
	const ask = Buffer.from(get('/metrics').repeat(100));
	while (!signal.aborted) {
		const socket = dial(context);
		socket.pause();
		/* eslint-disable no-await-in-loop -- as fast as the connection takes it */
		while (!socket.destroyed && !signal.aborted) {
			context.figures.messages += 100;
			await say(context, socket, ask);
			await pause(1, signal);
		}

		await pause(20, signal);
		/* eslint-enable no-await-in-loop */
	}
};
