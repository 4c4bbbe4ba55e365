import type {z} from 'zod';
import {FarmError} from '../core/errors.js';
import {isTooLong, mebibytes} from './large.js';
import type {Method, Methods} from './messages/method.js';
import {describeMisfits, misfitsOf} from './misfit.js';
import {encodeRequest, fromRpcError, type RpcError, type RpcId} from './rpc.js';

export type RequestOptions = {
	readonly signal?: AbortSignal;
	/** Rejects with `TIMEOUT` after that long. Absent: waits as long as the connection lives. */
	readonly timeoutMs?: number;
};

/** The requests that this side made and that wait for their answers. */
export type Outgoing = {
	/** Resolves to what the method's schema made of the answer. */
	readonly request: (
		name: string,
		params: unknown,
		options: RequestOptions,
	) => Promise<unknown>;
	readonly takeResult: (id: RpcId, result: unknown) => void;
	/** Whether the error was the answer to a request. */
	readonly takeError: (id: RpcId, error: RpcError) => boolean;
	readonly failAll: (error: FarmError) => void;
};

type Pending = {
	readonly name: string;
	readonly shape: z.ZodType;
	readonly resolve: (result: unknown) => void;
	readonly reject: (error: unknown) => void;
};

export const createOutgoing = ({
	remote,
	address,
	maxLineBytes,
	send,
}: {
	readonly remote: Methods;
	readonly address: string;
	readonly maxLineBytes: number;
	readonly send: (line: string) => void;
}): Outgoing => {
	const pending = new Map<RpcId, Pending>();
	let lastId = 0;

	const ask = (
		name: string,
		params: unknown,
		method: Method,
	): {readonly id: RpcId; readonly promise: Promise<unknown>} => {
		lastId += 1;
		const id = lastId;
		const line = encodeRequest(id, name, params);
		if (isTooLong(line, maxLineBytes)) {
			throw new FarmError(
				'INVALID',
				`The request ${name} is larger than ${mebibytes(maxLineBytes)}: send it in parts.`,
			);
		}

		const {promise, resolve, reject} = Promise.withResolvers<unknown>();
		pending.set(id, {name, shape: method.result, resolve, reject});
		send(line);
		return {id, promise};
	};

	const giveUp = (id: RpcId, error: unknown): void => {
		pending.get(id)?.reject(error);
		pending.delete(id);
	};

	return {
		async request(name, params, {signal, timeoutMs}) {
			const method = remote[name];
			if (method === undefined) {
				throw new FarmError(
					'INTERNAL',
					`There is no method ${name} to ask for.`,
				);
			}

			signal?.throwIfAborted();
			const {id, promise} = ask(name, params, method);
			if (signal === undefined && timeoutMs === undefined) {
				return promise;
			}

			const onAbort = (): void => {
				giveUp(id, signal?.reason);
			};

			const timer =
				timeoutMs === undefined
					? undefined
					: setTimeout(() => {
							giveUp(
								id,
								new FarmError(
									'TIMEOUT',
									`${address} did not answer ${name} within ${timeoutMs / 1000} s.`,
								),
							);
						}, timeoutMs);
			signal?.addEventListener('abort', onAbort, {once: true});
			try {
				return await promise;
			} finally {
				clearTimeout(timer);
				signal?.removeEventListener('abort', onAbort);
			}
		},
		takeResult(id, result) {
			const request = pending.get(id);
			// Given up meanwhile, or the answer to a ping.
			if (request === undefined) {
				return;
			}

			pending.delete(id);
			const parsed = request.shape.safeParse(result);
			if (parsed.success) {
				request.resolve(parsed.data);
				return;
			}

			request.reject(
				new FarmError(
					'BAD_MESSAGE',
					`${address} answered ${request.name} with something else than it should: ${describeMisfits(misfitsOf(parsed.error))}. Are both sides of the same version?`,
				),
			);
		},
		takeError(id, error) {
			const request = pending.get(id);
			pending.delete(id);
			request?.reject(fromRpcError(error));
			return request !== undefined;
		},
		failAll(error) {
			const all = [...pending];
			pending.clear();
			for (const [, {reject}] of all) {
				reject(error);
			}
		},
	};
};
