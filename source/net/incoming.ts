import type {z} from 'zod';
import {FarmError} from '../core/errors.js';
import {refusal, type Standing} from './access.js';
import {isTooLong, mebibytes} from './large.js';
import type {Access, Methods} from './messages/method.js';
import {describeMisfits, misfitsOf} from './misfit.js';
import {
	encodeError,
	encodeResult,
	rpcCodes,
	toRpcError,
	type RpcError,
	type RpcId,
} from './rpc.js';

/** Notifications by name, with the schema of their parameters. */
export type Notices = Readonly<Record<string, z.ZodType>>;

/** A request that passed every check, its types known by its name alone. */
export type CheckedCall = {
	readonly name: string;
	readonly params: unknown;
	readonly reply: (result: unknown) => void;
	readonly refuse: (error: FarmError) => void;
};

/** What the other side asks for and tells. */
export type Incoming = {
	readonly takeRequest: (request: {
		readonly id: RpcId;
		readonly name: string;
		readonly params: unknown;
		/** How much memory it is held to take until it is answered. */
		readonly size: number;
	}) => void;
	readonly takeNotification: (name: string, params: unknown) => void;
	readonly unansweredCalls: () => number;
	readonly unansweredBytes: () => number;
};

export type IncomingOptions = {
	readonly local: Methods;
	readonly notices: {readonly access: Access; readonly shapes: Notices};
	readonly maxLineBytes: number;
	readonly standing: () => Standing;
	readonly inspect: (name: string, params: unknown) => FarmError | undefined;
	readonly send: (line: string) => void;
	readonly onCall: (call: CheckedCall) => void;
	readonly onNotice: (notice: {
		readonly name: string;
		readonly params: unknown;
	}) => void;
	readonly onAnswered: () => void;
	readonly onTrouble: (error: Error) => void;
};

export const createIncoming = ({
	local,
	notices,
	maxLineBytes,
	standing,
	inspect,
	send,
	onCall,
	onNotice,
	onAnswered,
	onTrouble,
}: IncomingOptions): Incoming => {
	let unansweredCalls = 0;
	let unansweredBytes = 0;

	const check = ({
		name,
		params,
		access,
		shape,
	}: {
		readonly name: string;
		readonly params: unknown;
		readonly access: Access;
		readonly shape: z.ZodType;
	}):
		| {readonly ok: true; readonly value: unknown}
		| {readonly ok: false; readonly error: RpcError} => {
		const why = refusal(access, standing());
		if (why !== undefined) {
			return {
				ok: false,
				error: toRpcError(
					new FarmError('REFUSED', `Not permitted: ${name}: ${why}.`),
				),
			};
		}

		const objection = inspect(name, params);
		if (objection !== undefined) {
			return {ok: false, error: toRpcError(objection)};
		}

		const parsed = shape.safeParse(params);
		return parsed.success
			? {ok: true, value: parsed.data}
			: {ok: false, error: misfit(name, parsed.error)};
	};

	/** The request as its handler sees it; it can be answered once. */
	const toCall = (
		id: RpcId,
		name: string,
		params: unknown,
		size: number,
	): CheckedCall & {readonly isAnswered: () => boolean} => {
		let isAnswered = false;
		const answer = (line: string): void => {
			if (isAnswered) {
				throw new FarmError(
					'INTERNAL',
					`The request ${name} was answered a second time.`,
				);
			}

			isAnswered = true;
			unansweredCalls -= 1;
			unansweredBytes -= size;
			send(line);
			onAnswered();
		};

		const refuse = (error: FarmError): void => {
			answer(encodeError(id, toRpcError(error)));
		};

		return {
			name,
			params,
			reply(result) {
				const line = encodeResult(id, result);
				if (isTooLong(line, maxLineBytes)) {
					refuse(
						new FarmError(
							'INVALID',
							`The answer to ${name} is larger than ${mebibytes(maxLineBytes)}: ask for less at a time.`,
						),
					);
				} else {
					answer(line);
				}
			},
			refuse,
			isAnswered: () => isAnswered,
		};
	};

	return {
		takeRequest({id, name, params, size}) {
			if (name === 'ping') {
				send(encodeResult(id, {}));
				return;
			}

			const method = Object.hasOwn(local, name) ? local[name] : undefined;
			if (method === undefined) {
				send(encodeError(id, unknownName('method', name)));
				return;
			}

			const checked = check({
				name,
				params,
				access: method.access,
				shape: method.params,
			});
			if (!checked.ok) {
				send(encodeError(id, checked.error));
				return;
			}

			unansweredCalls += 1;
			unansweredBytes += size;
			const call = toCall(id, name, checked.value, size);
			try {
				onCall(call);
			} catch (error) {
				onTrouble(asError(error));
				if (!call.isAnswered()) {
					call.refuse(
						error instanceof FarmError
							? error
							: new FarmError(
									'INTERNAL',
									`${name} failed by a defect of this program; its log says more.`,
								),
					);
				}
			}
		},
		takeNotification(name, params) {
			const shape = Object.hasOwn(notices.shapes, name)
				? notices.shapes[name]
				: undefined;
			if (shape === undefined) {
				send(encodeError(undefined, unknownName('notification', name)));
				return;
			}

			const checked = check({name, params, access: notices.access, shape});
			if (!checked.ok) {
				send(encodeError(undefined, checked.error));
				return;
			}

			try {
				onNotice({name, params: checked.value});
			} catch (error) {
				onTrouble(asError(error));
			}
		},
		unansweredCalls: () => unansweredCalls,
		unansweredBytes: () => unansweredBytes,
	};
};

const longestName = 100;

const unknownName = (
	what: 'method' | 'notification',
	name: string,
): RpcError => ({
	code: rpcCodes.unknownMethod,
	message: `There is no ${what} "${name.slice(0, longestName)}" here. Is this side older than yours?`,
	data: {code: 'VERSION'},
});

const misfit = (name: string, error: z.ZodError): RpcError => {
	const misfits = misfitsOf(error);
	return {
		code: rpcCodes.misfit,
		message: `${name} does not take this: ${describeMisfits(misfits)}`,
		data: {code: 'INVALID', field: misfits[0]?.field ?? '', misfits},
	};
};

const asError = (thrown: unknown): Error =>
	thrown instanceof Error ? thrown : new Error(String(thrown));
