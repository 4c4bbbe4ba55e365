import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
} from 'node:http';
import {once} from 'node:events';
import type {Socket} from 'node:net';
import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {Service} from '../core/service.js';
import {formatAddress, type Address} from './address.js';
import type {Place} from './listener.js';

export type StatusPage = {
	readonly status: 200 | 503;
	readonly type: string;
	readonly body: string;
	/** True of the moment in which it was made, and of no later one; what it costs to make is bounded elsewhere. */
	readonly isMomentary?: boolean;
};

export type StatusServer = Service & {
	/** Undefined before the start. */
	readonly address: () => Address | undefined;
};

type Made = {
	readonly page: Promise<StatusPage>;
	/** When another one may be made. */
	until: number;
};

/** Whoever connects has so much time and room, and there are no more than so many of them: they only look, and work comes first. */
const limits = {
	connections: 64,
	headerBytes: 8192,
	headersMs: 5000,
	requestMs: 5000,
	/** Without a byte going either way. */
	silenceMs: 10_000,
	/** How often it is looked whether somebody has taken too long. */
	lookMs: 1000,
	requestsPerConnection: 10_000,
};

/** Making a page takes no more than this part of the time: until then the last one is given. */
const makingShare = 0.1;

/**
Serves pages to programs that watch, over plain HTTP: GET only, no parameters, no bodies. A page is made once for all who ask meanwhile, and, but for a momentary one, for nine times as long after that: who asks without end gets answers, and takes no more than a tenth of the time.

When there would be more connections than there may be, the one gives way that asked for nothing for the longest time. A program that watches is through in milliseconds, so a flood pushes out itself.

`start` rejects with `CONFLICT` or `INVALID` where the place cannot be listened on.
*/
export const createStatusServer = ({
	place,
	pages,
	onDefect,
	clock,
}: {
	readonly place: Place;
	/** By their paths. */
	readonly pages: Readonly<Record<string, () => Promise<StatusPage>>>;
	/** A page threw: for the log. */
	readonly onDefect: (error: unknown, path: string) => void;
	readonly clock: Clock;
}): StatusServer => {
	const made = new Map<string, Made>();
	/** The one that asked last comes last. */
	const connections = new Set<Socket>();

	const make = async (
		path: string,
		page: () => Promise<StatusPage>,
	): Promise<StatusPage> => {
		const last = made.get(path);
		if (last && clock.monotonic() < last.until) {
			return last.page;
		}

		const began = clock.monotonic();
		const next: Made = {page: page(), until: Infinity};
		made.set(path, next);
		let isMomentary = false;
		try {
			const found = await next.page;
			isMomentary = found.isMomentary ?? false;
			return found;
		} finally {
			const now = clock.monotonic();
			next.until = isMomentary
				? now
				: now + (now - began) * (1 / makingShare - 1);
		}
	};

	const answer = async (
		request: IncomingMessage,
		response: ServerResponse,
	): Promise<void> => {
		// Nothing is wanted of a body; its end is the end of the connection.
		if (
			request.headers['transfer-encoding'] !== undefined ||
			(request.headers['content-length'] ?? '0') !== '0'
		) {
			send(response, 413, plain('A request has no body here.'), {
				connection: 'close',
			});
			return;
		}

		const [path = ''] = (request.url ?? '').split('?', 1);
		if (!Object.hasOwn(pages, path)) {
			send(
				response,
				404,
				plain(`There is no such page, only ${Object.keys(pages).join(', ')}.`),
			);
			return;
		}

		if (request.method !== 'GET') {
			send(response, 405, plain('Only GET is answered.'), {allow: 'GET'});
			return;
		}

		const page = pages[path];
		try {
			if (page) {
				const found = await make(path, page);
				send(response, found.status, found);
			}
		} catch (error) {
			onDefect(error, path);
			send(
				response,
				500,
				plain("It could not be made; the scheduler's log says why."),
			);
		}
	};

	const server = createServer(
		{
			maxHeaderSize: limits.headerBytes,
			headersTimeout: limits.headersMs,
			requestTimeout: limits.requestMs,
			keepAliveTimeout: limits.silenceMs,
			connectionsCheckingInterval: limits.lookMs,
			noDelay: true,
		},
		(request, response) => {
			const {socket} = request;
			if (connections.delete(socket)) {
				connections.add(socket);
			}

			void answer(request, response);
		},
	);
	server.on('connection', (socket: Socket) => {
		const [idlest] = connections;
		if (idlest && connections.size >= limits.connections) {
			connections.delete(idlest);
			idlest.destroy();
		}

		connections.add(socket);
		socket.once('close', () => {
			connections.delete(socket);
		});
	});
	server.maxHeadersCount = 64;
	server.maxRequestsPerSocket = limits.requestsPerConnection;
	// A reader that takes nothing: what is made for it is not kept for long.
	server.setTimeout(limits.silenceMs);
	// Nobody may ask for another protocol, or for a way through.
	server.on('connect', (_request, socket) => {
		socket.destroy();
	});

	const stop = async (): Promise<void> =>
		new Promise((resolve) => {
			// With an error where it never listened: it is closed either way.
			server.close(() => {
				resolve();
			});
			server.closeAllConnections();
		});

	return {
		address() {
			const address = server.address();
			return address === null || typeof address === 'string'
				? undefined
				: {host: address.address, port: address.port};
		},
		async start(signal) {
			signal.throwIfAborted();
			try {
				server.listen({
					port: place.port,
					...(place.host !== undefined && {host: place.host}),
				});
				await once(server, 'listening');
			} catch (error) {
				throw new FarmError(
					'CONFLICT',
					`${formatAddress({host: place.host ?? '*', port: place.port})} cannot be listened on for metrics (${error instanceof Error ? error.message : String(error)}): choose others in [scheduler.metrics].`,
					{cause: error},
				);
			}

			// Too many open files, for instance: those who wait are taken when there is room again.
			server.on('error', () => undefined);
			signal.addEventListener(
				'abort',
				() => {
					void stop();
				},
				{once: true},
			);
		},
		stop,
	};
};

const plain = (sentence: string): Omit<StatusPage, 'status'> => ({
	type: 'text/plain; charset=utf-8',
	body: `${sentence}\n`,
});

const send = (
	response: ServerResponse,
	status: number,
	{type, body}: Omit<StatusPage, 'status'>,
	headers: Readonly<Record<string, string>> = {},
): void => {
	response.writeHead(status, {
		'content-type': type,
		'content-length': new TextEncoder().encode(body).length,
		'cache-control': 'no-store',
		'x-content-type-options': 'nosniff',
		...headers,
	});
	response.end(body);
};
