import test from 'ava';
import fc from 'fast-check';
import {FarmError, farmErrorCodes} from '../source/core/errors.js';
import {
	decodeRpc,
	encodeError,
	encodeNotification,
	encodeRequest,
	encodeResult,
	fromRpcError,
	maxDepth,
	toRpcError,
} from '../source/net/rpc.js';

/** What the wire makes of a value, such as 0 of -0. */
const throughJson = (value: unknown): unknown => {
	const text = JSON.stringify(value);
	return JSON.parse(text);
};

const id = fc.oneof(fc.maxSafeInteger(), fc.string({maxLength: 256}));
const json = fc.jsonValue().map((value) => throughJson(value));
const params = fc
	.dictionary(fc.string(), json)
	.map((value) => throughJson(value));

const codeOf = (text: string): number | undefined => {
	const message = decodeRpc(text);
	return message.kind === 'malformed' ? message.error.code : undefined;
};

test('what is encoded is decoded to the same', (t) => {
	fc.assert(
		fc.property(
			id,
			fc.string(),
			params,
			json,
			(number, method, given, result) => {
				t.deepEqual(decodeRpc(encodeRequest(number, method, given)), {
					kind: 'request',
					id: number,
					method,
					params: given,
				});
				t.deepEqual(decodeRpc(encodeNotification(method, given)), {
					kind: 'notification',
					method,
					params: given,
				});
				t.deepEqual(decodeRpc(encodeResult(number, result)), {
					kind: 'result',
					id: number,
					result,
				});
			},
		),
	);
});

test('no JSON makes it throw, and only JSON-RPC passes', (t) => {
	fc.assert(
		fc.property(fc.json(), (text) => {
			t.is(decodeRpc(text).kind, 'malformed');
		}),
	);
	fc.assert(
		fc.property(
			fc.record(
				{
					jsonrpc: fc.constantFrom('2.0', '1.0', 2),
					id: fc.oneof(id, json),
					method: fc.oneof(fc.string(), json),
					params: json,
					result: json,
					error: fc.oneof(json, fc.record({code: json, message: json})),
				},
				{requiredKeys: []},
			),
			(value) => {
				const message = decodeRpc(JSON.stringify(value));
				t.true(message.kind === 'malformed' || value.jsonrpc === '2.0');
			},
		),
	);
});

test('no text makes it throw', (t) => {
	fc.assert(
		fc.property(fc.string({unit: 'binary'}), (text) => {
			decodeRpc(text);
		}),
	);
	t.is(codeOf('{"jsonrpc":"2.0",'), -32_700);
	t.is(codeOf(''), -32_700);
});

const malformed: ReadonlyArray<readonly [string, string]> = [
	['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]'],
	['another version', '{"jsonrpc":"1.0","id":1,"method":"ping"}'],
	['an id that is null', '{"jsonrpc":"2.0","id":null,"method":"ping"}'],
	['an id that is a fraction', '{"jsonrpc":"2.0","id":1.5,"method":"ping"}'],
	['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"ping"}'],
	['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":1}'],
	[
		'parameters that are text',
		'{"jsonrpc":"2.0","id":1,"method":"a","params":"b"}',
	],
	[
		'method and result at once',
		'{"jsonrpc":"2.0","id":1,"method":"a","result":1}',
	],
	[
		'result and error at once',
		'{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}',
	],
	['a result without an id', '{"jsonrpc":"2.0","result":1}'],
	['an error that is text', '{"jsonrpc":"2.0","id":1,"error":"no"}'],
	['nothing', '{"jsonrpc":"2.0"}'],
	['a number', '1'],
	['null', 'null'],
];
for (const [what, text] of malformed) {
	test(`${what} is no message`, (t) => {
		t.is(codeOf(text), -32_600);
	});
}

test('a request without parameters has none', (t) => {
	t.deepEqual(decodeRpc('{"jsonrpc":"2.0","id":"a","method":"ping"}'), {
		kind: 'request',
		id: 'a',
		method: 'ping',
		params: {},
	});
});

test('nesting that could not be written again is refused, and brackets in strings are no nesting', (t) => {
	const nested = (depth: number): string =>
		`{"jsonrpc":"2.0","id":1,"method":"a","params":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
	t.is(decodeRpc(nested(maxDepth - 2)).kind, 'request');
	t.is(codeOf(nested(maxDepth - 1)), -32_600);
	t.is(codeOf(nested(1_000_000)), -32_600);
	fc.assert(
		fc.property(
			fc.array(fc.constantFrom('[', '{', '"', '\\', ']', 'x')),
			(parts) => {
				const text = parts.join('').repeat(200);
				t.is(
					decodeRpc(encodeRequest(1, 'a', {[text]: [text]})).kind,
					'request',
				);
			},
		),
	);
});

test('every error keeps its code and its sentence on the way', (t) => {
	for (const code of farmErrorCodes) {
		const message = decodeRpc(
			encodeError(7, toRpcError(new FarmError(code, 'Why.'))),
		);
		const error = message.kind === 'error' ? message.error : undefined;
		t.like(message, {kind: 'error', id: 7});
		t.like(error && fromRpcError(error), {code, message: 'Why.'});
		// Another program may tell the number alone.
		t.is(error && fromRpcError({code: error.code, message: ''}).code, code);
	}
});

test('an error of a kind that is not known here is an internal one', (t) => {
	const error = fromRpcError({code: 5, message: 'New.', data: {code: 'NEW'}});
	t.is(error.code, 'INTERNAL');
});
