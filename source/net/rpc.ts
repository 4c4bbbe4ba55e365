import {FarmError, farmErrorCodes, type FarmErrorCode} from '../core/errors.js';

/** What a request is answered by. Whoever asks chooses it. */
export type RpcId = string | number;

/** `error` of a JSON-RPC response. `data.code` is the farm's word for it, where this program wrote it. */
export type RpcError = {
	readonly code: number;
	readonly message: string;
	readonly data?: unknown;
};

export type RpcMessage =
	| {
			readonly kind: 'request';
			readonly id: RpcId;
			readonly method: string;
			readonly params: unknown;
	  }
	| {
			readonly kind: 'notification';
			readonly method: string;
			readonly params: unknown;
	  }
	| {readonly kind: 'result'; readonly id: RpcId; readonly result: unknown}
	/** Without an id: about something that could not be read as a request. */
	| {
			readonly kind: 'error';
			readonly id: RpcId | undefined;
			readonly error: RpcError;
	  }
	/** What came is no message: to be answered with this error, after which nothing more is read. */
	| {
			readonly kind: 'malformed';
			readonly id: RpcId | undefined;
			readonly error: RpcError;
	  };

export const rpcCodes = {
	notJson: -32_700,
	notRpc: -32_600,
	unknownMethod: -32_601,
	misfit: -32_602,
} as const;

/** Deeper JSON could not be written again without running out of stack. */
export const maxDepth = 256;

const longestIdText = 256;
const longestMessage = 4096;

/** One line from the other side. Never throws. */
export const decodeRpc = (text: string): RpcMessage => {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return malformed(
			rpcCodes.notJson,
			'This is not JSON: one JSON-RPC 2.0 message a line is expected.',
		);
	}

	if (Array.isArray(value)) {
		return malformed(
			rpcCodes.notRpc,
			'Batches are not taken: send one message a line.',
		);
	}

	if (!isRecord(value) || value['jsonrpc'] !== '2.0') {
		return malformed(
			rpcCodes.notRpc,
			'This is not a JSON-RPC 2.0 message: it is no object with "jsonrpc": "2.0".',
		);
	}

	// Depth needs two characters a level, so that short messages, which are nearly all, need no look.
	if (text.length > maxDepth * 2 && isDeeperThan(text, maxDepth)) {
		return malformed(
			rpcCodes.notRpc,
			`The message is nested deeper than ${maxDepth} levels.`,
		);
	}

	return 'method' in value ? decodeCall(value) : decodeAnswer(value);
};

/** `params` and `result` are written as they are: they must be JSON. */
export const encodeRequest = (
	id: RpcId,
	method: string,
	params: unknown,
): string =>
	`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":${JSON.stringify(method)},"params":${toJson(params)}}\n`;

export const encodeNotification = (method: string, params: unknown): string =>
	`{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":${toJson(params)}}\n`;

export const encodeResult = (id: RpcId, result: unknown): string =>
	`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${toJson(result)}}\n`;

export const encodeError = (id: RpcId | undefined, error: RpcError): string =>
	`${JSON.stringify({jsonrpc: '2.0', id: id ?? null, error})}\n`;

/** What the other side is told about a failure. */
export const toRpcError = (error: FarmError): RpcError => ({
	code: numberOf[error.code],
	message: error.message.slice(0, longestMessage),
	data: {code: error.code},
});

/** What the other side told, as the error that it was there. A code that this side does not know becomes `INTERNAL`. */
export const fromRpcError = (error: RpcError): FarmError => {
	const data = isRecord(error.data) ? error.data['code'] : undefined;
	const code =
		farmErrorCodes.find((known) => known === data) ??
		codeOfNumber.get(error.code) ??
		'INTERNAL';
	return new FarmError(code, error.message);
};

/** JSON-RPC leaves −32000 to −32099 to the program. A number, once given, stays. */
const numberOf: Readonly<Record<FarmErrorCode, number>> = {
	INTERNAL: -32_000,
	INVALID: -32_001,
	NOT_FOUND: -32_002,
	CONFLICT: -32_003,
	REFUSED: -32_004,
	UNREACHABLE: -32_005,
	VERSION: -32_006,
	BAD_MESSAGE: -32_007,
	TIMEOUT: -32_008,
	DATABASE_BUSY: -32_009,
	SCHEMA_TOO_NEW: -32_010,
	DATABASE_CORRUPT: -32_011,
	STORAGE: -32_012,
	CLOSED: -32_013,
};

const codeOfNumber: ReadonlyMap<number, FarmErrorCode> = new Map([
	...farmErrorCodes.map((code) => [numberOf[code], code] as const),
	[rpcCodes.notJson, 'BAD_MESSAGE'],
	[rpcCodes.notRpc, 'BAD_MESSAGE'],
	[rpcCodes.unknownMethod, 'VERSION'],
	[rpcCodes.misfit, 'INVALID'],
]);

type JsonRecord = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is JsonRecord =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const isId = (value: unknown): value is RpcId =>
	typeof value === 'string'
		? value.length <= longestIdText
		: Number.isSafeInteger(value);

const decodeCall = (value: JsonRecord): RpcMessage => {
	const {id, method, params = {}} = value;
	const answerTo = isId(id) ? id : undefined;
	if (typeof method !== 'string') {
		return malformed(rpcCodes.notRpc, '"method" must be a string.', answerTo);
	}

	if ('result' in value || 'error' in value) {
		return malformed(
			rpcCodes.notRpc,
			'A message has either "method", or "result", or "error".',
			answerTo,
		);
	}

	if (typeof params !== 'object' || params === null) {
		return malformed(rpcCodes.notRpc, '"params" must be an object.', answerTo);
	}

	if (!('id' in value)) {
		return {kind: 'notification', method, params};
	}

	if (answerTo === undefined) {
		return malformed(
			rpcCodes.notRpc,
			`"id" must be a whole number, or a string of at most ${longestIdText} characters.`,
		);
	}

	return {kind: 'request', id: answerTo, method, params};
};

const decodeAnswer = (value: JsonRecord): RpcMessage => {
	const {id, error} = value;
	if ('result' in value === 'error' in value) {
		return malformed(
			rpcCodes.notRpc,
			'A message has either "method", or "result", or "error".',
		);
	}

	if ('result' in value) {
		return isId(id)
			? {kind: 'result', id, result: value['result']}
			: malformed(rpcCodes.notRpc, 'A result needs the "id" that it answers.');
	}

	if (id !== null && id !== undefined && !isId(id)) {
		return malformed(
			rpcCodes.notRpc,
			'An error needs the "id" that it answers.',
		);
	}

	if (
		!isRecord(error) ||
		!Number.isSafeInteger(error['code']) ||
		typeof error['message'] !== 'string'
	) {
		return malformed(
			rpcCodes.notRpc,
			'"error" must be an object with a whole "code" and a "message".',
		);
	}

	return {
		kind: 'error',
		id: isId(id) ? id : undefined,
		error: {
			code: Number(error['code']),
			message: error['message'].slice(0, longestMessage),
			data: error['data'],
		},
	};
};

const malformed = (code: number, message: string, id?: RpcId): RpcMessage => ({
	kind: 'malformed',
	id,
	error: {code, message, data: {code: 'BAD_MESSAGE'}},
});

/** Undefined, as JSON has none, is written as null instead of a line that is no JSON. */
const toJson = (value: unknown): string => JSON.stringify(value) ?? 'null';

/** For text that is known to be JSON. */
const isDeeperThan = (text: string, limit: number): boolean => {
	let depth = 0;
	let index = 0;
	while (index < text.length) {
		const character = text[index] ?? '';
		if (character === '"') {
			index = endOfString(text, index);
		} else if ('[{'.includes(character)) {
			depth += 1;
		} else if (']}'.includes(character)) {
			depth -= 1;
		}

		if (depth > limit) {
			return true;
		}

		index += 1;
	}

	return false;
};

/** From an opening quote to the closing one: the next that an even number of backslashes precedes. */
const endOfString = (text: string, start: number): number => {
	let end = start;
	for (;;) {
		end = text.indexOf('"', end + 1);
		let before = end - 1;
		while (text[before] === '\\') {
			before -= 1;
		}

		if ((end - before) % 2 === 1) {
			return end;
		}
	}
};
