import {once} from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';

export type LoopbackServer = {
	readonly port: number;
	/** Takes no more connections, and waits for those there are. */
	readonly close: () => Promise<void>;
};

const host = '127.0.0.1';
/** What a killed worker was just starting holds its port until it executes its program. */
const patienceMs = 1000;

/** Listen on loopback at the port that was taken the last time, so that processes which were told of it still find it; at another one where somebody else has that now. Rejects with `CONFLICT` where no port can be had. */
export const listenOnLoopback = async ({
	portFile,
	onConnection,
	clock,
}: {
	/** Where the port is written down. */
	readonly portFile: string;
	readonly onConnection: (socket: net.Socket) => void;
	readonly clock: Clock;
}): Promise<LoopbackServer> => {
	// A client may say all it has to say and close its direction.
	const server = net.createServer(
		{noDelay: true, allowHalfOpen: true},
		onConnection,
	);
	const before = readPort(portFile);
	if (before !== undefined) {
		const deadline = clock.monotonic() + patienceMs;
		/* eslint-disable no-await-in-loop -- one try after the other */
		while (!(await listen(server, before)) && clock.monotonic() < deadline) {
			await delay(20);
		}
		/* eslint-enable no-await-in-loop */
	}

	if (!server.listening && !(await listen(server, 0))) {
		throw new FarmError(
			'CONFLICT',
			`No port on ${host} can be listened on, which processes need to talk to the worker: there may be too many open files.`,
		);
	}

	// Too many open files, for instance: those who wait are taken when there is room again.
	server.on('error', () => undefined);
	server.unref();
	const address = server.address();
	const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
	if (port !== before) {
		try {
			fs.writeFileSync(portFile, String(port), {mode: 0o600});
		} catch {
			// As on a full disk: it is missed only if this worker is killed.
		}
	}

	return {
		port,
		close: async () =>
			new Promise((resolve) => {
				server.close(() => {
					resolve();
				});
			}),
	};
};

const listen = async (server: net.Server, port: number): Promise<boolean> => {
	try {
		server.listen({host, port});
		await once(server, 'listening');
		return true;
	} catch {
		return false;
	}
};

const readPort = (file: string): number | undefined => {
	try {
		const port = Number(fs.readFileSync(file, 'utf8'));
		return Number.isSafeInteger(port) && port > 0 && port < 65_536
			? port
			: undefined;
	} catch {
		return undefined;
	}
};
