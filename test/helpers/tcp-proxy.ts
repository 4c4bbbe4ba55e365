import {once} from 'node:events';
import net from 'node:net';
import type {ExecutionContext} from 'ava';
import type {Address} from '../../source/net/address.js';

/** A cable that can be cut, and that can be made to carry nothing while it seems whole. */
export type TcpProxy = {
	readonly address: string;
	/** Ends every connection; new ones are refused until `mend`. */
	readonly cut: () => void;
	/** What is sent arrives nowhere, in both directions, until `mend`. */
	readonly stall: () => void;
	readonly mend: () => void;
	/** How many connections were made so far. */
	readonly count: () => number;
};

export const startTcpProxy = async (
	t: ExecutionContext,
	target: () => Address,
): Promise<TcpProxy> => {
	let state: 'whole' | 'cut' | 'stalled' = 'whole';
	let count = 0;
	const sockets = new Set<net.Socket>();
	const server = net.createServer((near) => {
		if (state === 'cut') {
			near.resetAndDestroy();
			return;
		}

		count += 1;
		const far = net.connect(target());
		const carry = (from: net.Socket, to: net.Socket): void => {
			sockets.add(from);
			from.on('data', (bytes) => {
				to.write(bytes);
			});
			from.on('error', () => undefined);
			from.on('close', () => {
				sockets.delete(from);
				to.destroy();
			});
			if (state === 'stalled') {
				from.pause();
			}
		};

		carry(near, far);
		carry(far, near);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const cut = (): void => {
		state = 'cut';
		for (const socket of sockets) {
			socket.destroy();
		}
	};

	t.teardown(async () => {
		cut();
		server.close();
		await once(server, 'close');
	});
	const bound = server.address();
	if (bound === null || typeof bound === 'string') {
		throw new Error('The proxy listens nowhere.');
	}

	return {
		address: `127.0.0.1:${bound.port}`,
		cut,
		stall() {
			state = 'stalled';
			for (const socket of sockets) {
				socket.pause();
			}
		},
		mend() {
			state = 'whole';
			for (const socket of sockets) {
				socket.resume();
			}
		},
		count: () => count,
	};
};
