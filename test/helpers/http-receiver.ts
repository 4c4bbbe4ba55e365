import http from 'node:http';
import https from 'node:https';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';
import type {ExecutionContext} from 'ava';
import {until} from './until.js';

export type Received = {
	readonly path: string;
	readonly headers: http.IncomingHttpHeaders;
	readonly body: string;
};

export type Receiver = {
	readonly url: string;
	readonly received: readonly Received[];
	/** Waits until so many have come. */
	readonly has: (count: number) => Promise<readonly Received[]>;
	readonly close: () => Promise<void>;
};

/** A server that takes what is posted to it, and answers as the test wants. `count` is 1 for the first request. */
export const createReceiver = async (
	t: ExecutionContext,
	answer: (count: number, response: http.ServerResponse) => void = (
		_count,
		response,
	) => {
		response.writeHead(204).end();
	},
	{
		port = 0,
		tls,
	}: {
		readonly port?: number;
		readonly tls?: {readonly key: string; readonly cert: string};
	} = {},
): Promise<Receiver> => {
	const received: Received[] = [];
	const take = async (
		request: http.IncomingMessage,
		response: http.ServerResponse,
	): Promise<void> => {
		const body = await text(request);
		received.push({path: request.url ?? '', headers: request.headers, body});
		answer(received.length, response);
	};

	const onRequest: http.RequestListener = (request, response) => {
		take(request, response).catch(() => undefined);
	};

	const server = tls
		? https.createServer(tls, onRequest)
		: http.createServer(onRequest);
	const {promise, resolve} = Promise.withResolvers<undefined>();
	server.listen(port, '127.0.0.1', () => {
		resolve(undefined);
	});
	await promise;
	const close = async (): Promise<void> =>
		new Promise((done) => {
			server.closeAllConnections();
			server.close(() => {
				done();
			});
		});
	t.teardown(close);
	const {port: given} = server.address() as AddressInfo;
	return {
		url: `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${given}/`,
		received,
		has: async (count) =>
			until(() => (received.length >= count ? received : undefined), {
				what: `${count} requests; there were ${received.length}`,
			}),
		close,
	};
};
