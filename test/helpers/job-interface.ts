import {once} from 'node:events';
import {createServer, type AddressInfo, type Socket} from 'node:net';
import type {ExecutionContext} from 'ava';
import {systemClock} from '../../source/core/clock.js';
import {FarmError} from '../../source/core/errors.js';
import {jobToWorker} from '../../source/net/messages/job.js';
import type {ParamsOf} from '../../source/net/messages/method.js';
import {createPeer, type Call} from '../../source/net/peer.js';

type JobMethods = typeof jobToWorker;

/** What a method is answered with; a `FarmError` that it throws is the answer too. */
type Answers = {
	readonly [Name in keyof JobMethods]?: (
		params: ParamsOf<JobMethods, Name>,
	) => unknown;
};

type JobCall = {
	readonly name: string;
	/** Without what differs each time: the token and the `request_id`. */
	readonly params: unknown;
	readonly requestId: string | undefined;
};

export type JobInterface = {
	/** What a job's environment says of it. */
	readonly environment: Readonly<Record<string, string>>;
	/** What was asked, in the order of arrival. */
	readonly calls: readonly JobCall[];
	readonly connections: () => number;
	/** Ends every connection and takes no more. */
	readonly stop: () => Promise<void>;
	/** Listens again where it did before. */
	readonly start: () => Promise<void>;
};

/** A job interface on loopback, with the schemas and the wire of the real one; what it answers is what a test says. */
export const startJobInterface = async (
	t: ExecutionContext,
	answers: Answers = {},
): Promise<JobInterface> => {
	const calls: JobCall[] = [];
	const sockets = new Set<Socket>();
	const server = createServer({noDelay: true}, (socket) => {
		sockets.add(socket);
		socket.once('close', () => {
			sockets.delete(socket);
		});
		createPeer({
			stream: socket,
			address: 'job',
			remote: {},
			local: jobToWorker,
			notices: {access: 'anyone', shapes: {}},
			onNotice: () => undefined,
			onRequest(call) {
				const {
					token,
					request_id: requestId,
					...params
				} = {request_id: undefined, ...call.params};
				calls.push({name: call.name, params, requestId});
				void answer(answers, call, token);
			},
			clock: systemClock,
			// Soon enough for a test to see that it is answered.
			limits: {pingAfterMs: 200, closeAfterMs: 2000},
		});
	});
	let port = 0;
	const start = async (): Promise<void> => {
		server.listen(port, '127.0.0.1');
		await once(server, 'listening');
		port = (server.address() as AddressInfo).port;
	};

	const stop = async (): Promise<void> => {
		if (!server.listening) {
			return;
		}

		const closed = once(server, 'close');
		server.close();
		for (const socket of sockets) {
			socket.destroy();
		}

		await closed;
	};

	await start();
	t.teardown(stop);
	return {
		environment: {
			LIFEBLOOD_RUNTIME_SCHEDULER_ADDR: `127.0.0.1:${port}`,
			LIFEBLOOD_RUNTIME_TOKEN: secret,
			LIFEBLOOD_RUNTIME_IID: '17',
			LIFEBLOOD_RUNTIME_TID: '5',
		},
		calls,
		connections: () => sockets.size,
		stop,
		start,
	};
};

const secret = 'the-token';

const answer = async (
	answers: Answers,
	call: Call<JobMethods>,
	token: string,
): Promise<void> => {
	try {
		if (token !== secret) {
			throw new FarmError('REFUSED', 'This token is of no running job.');
		}

		const respond = answers[call.name] as
			((params: unknown) => unknown) | undefined;
		const result = await respond?.(call.params);
		(call.reply as (result: unknown) => void)(result ?? {});
	} catch (error) {
		call.refuse(
			error instanceof FarmError
				? error
				: new FarmError('INTERNAL', String(error)),
		);
	}
};
