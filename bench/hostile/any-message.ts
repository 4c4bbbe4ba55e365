import fc, {type Arbitrary} from 'fast-check';
import {z} from 'zod';
import type {Methods} from '../../source/net/messages/method.js';

/** Values that fit a schema as it is written, by its JSON Schema; what that cannot say may not fit. */
export const anyFitting = (schema: z.ZodType): Arbitrary<unknown> =>
	fitting(
		describedShape.parse(
			z.toJSONSchema(schema, {io: 'input', unrepresentable: 'any'}),
		),
	);

/** Parameters of a method: such as fit, such as nearly do, and anything else. */
export const anyParameters = (schema: z.ZodType): Arbitrary<unknown> => {
	const valid = anyFitting(schema);
	return fc.oneof(
		{weight: 2, arbitrary: valid},
		{
			weight: 3,
			arbitrary: fc
				.tuple(valid, fc.nat(), anyOddValue)
				.map(([value, where, odd]) => spoilt(value, where, odd)),
		},
		{weight: 1, arbitrary: anyOddValue},
	);
};

/** Requests and notifications for methods of this table, and for some that are in none. */
export const anyMessage = (methods: Methods): Arbitrary<string> =>
	fc
		.record({
			id: fc.oneof(fc.nat(), fc.string({maxLength: 8}), anyOddValue),
			call: fc.oneof(
				...Object.entries(methods).map(([method, {params}]) =>
					fc.record({
						method: fc.constant<unknown>(method),
						params: anyParameters(params),
					}),
				),
				fc.record({method: anyOddValue, params: anyOddValue}),
			),
			isNotification: fc.boolean(),
		})
		.map(
			({id, call, isNotification}) =>
				JSON.stringify({
					jsonrpc: '2.0',
					...(!isNotification && {id}),
					...call,
				}) ?? '',
		);

/** What nobody sends who means well. */
const anyOddValue: Arbitrary<unknown> = fc.oneof(
	fc.jsonValue(),
	fc.constantFrom(
		null,
		'',
		-1,
		0.5,
		1e308,
		-1e308,
		2 ** 53,
		-(2 ** 53) - 2,
		[],
		{},
		'__proto__',
		'constructor',
		'\u{0}',
		'\u{D800}',
		'\u{202E}',
		'\u{1B}[2J',
		'../../etc/passwd',
		"'; DROP TABLE tasks; --",
	),
	fc
		.tuple(
			fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty'),
			fc.jsonValue(),
		)
		.map(([key, value]): unknown =>
			JSON.parse(`{"${key}":${JSON.stringify(value)}}`),
		),
	fc.nat({max: 300}).map((depth) => {
		let value: unknown = 1;
		for (let level = 0; level < depth; level += 1) {
			value = level % 2 === 0 ? [value] : {a: value};
		}

		return value;
	}),
	fc.nat({max: 3000}).map((length) => 'x'.repeat(length)),
	fc.nat({max: 3000}).map((length) => Array.from({length}, () => 0)),
);

/** As much of JSON Schema as describes our messages. */
type Described = {
	readonly type?: string | undefined;
	readonly const?: unknown;
	readonly enum?: readonly unknown[] | undefined;
	readonly anyOf?: readonly Described[] | undefined;
	readonly oneOf?: readonly Described[] | undefined;
	readonly properties?: Readonly<Record<string, Described>> | undefined;
	readonly required?: readonly string[] | undefined;
	readonly additionalProperties?: Described | boolean | undefined;
	readonly items?: Described | boolean | undefined;
	readonly prefixItems?: readonly Described[] | undefined;
	readonly minItems?: number | undefined;
	readonly minLength?: number | undefined;
	readonly maxLength?: number | undefined;
	readonly minimum?: number | undefined;
	readonly exclusiveMinimum?: number | undefined;
	readonly maximum?: number | undefined;
	readonly contentEncoding?: string | undefined;
};

const describedShape: z.ZodType<Described> = z.lazy(() =>
	z.looseObject({
		type: z.string().optional(),
		enum: z.array(z.unknown()).optional(),
		anyOf: z.array(describedShape).optional(),
		oneOf: z.array(describedShape).optional(),
		properties: z.record(z.string(), describedShape).optional(),
		required: z.array(z.string()).optional(),
		additionalProperties: z.union([describedShape, z.boolean()]).optional(),
		items: z.union([describedShape, z.boolean()]).optional(),
		prefixItems: z.array(describedShape).optional(),
		minItems: z.number().optional(),
		minLength: z.number().optional(),
		maxLength: z.number().optional(),
		minimum: z.number().optional(),
		exclusiveMinimum: z.number().optional(),
		maximum: z.number().optional(),
		contentEncoding: z.string().optional(),
	}),
);

const fitting = (described: Described): Arbitrary<unknown> => {
	if ('const' in described) {
		return fc.constant(described.const);
	}

	if (described.enum) {
		return fc.constantFrom(...described.enum);
	}

	const choices = described.anyOf ?? described.oneOf;
	if (choices) {
		return fc.oneof(...choices.map((choice) => fitting(choice)));
	}

	// eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- it may be anything
	switch (described.type) {
		case 'object': {
			return fittingObject(described);
		}

		case 'array': {
			return fittingArray(described);
		}

		case 'string': {
			return fittingText(described);
		}

		case 'integer':
		case 'number': {
			return fittingNumber(described);
		}

		case 'boolean': {
			return fc.boolean();
		}

		case 'null': {
			return fc.constant(null);
		}

		default: {
			// A shape of our own, such as a task's attributes.
			return fc.dictionary(fc.string({maxLength: 8}), fc.jsonValue(), {
				maxKeys: 4,
			});
		}
	}
};

const fittingObject = ({
	properties = {},
	required = [],
	additionalProperties,
}: Described): Arbitrary<unknown> => {
	const known = fc.record(
		Object.fromEntries(
			Object.entries(properties).map(([name, one]) => [name, fitting(one)]),
		),
		{requiredKeys: [...required]},
	);
	if (typeof additionalProperties !== 'object') {
		return known;
	}

	return fc
		.tuple(
			known,
			fc.dictionary(
				fc.string({minLength: 1, maxLength: 8}),
				fitting(additionalProperties),
				{maxKeys: 3},
			),
		)
		.map(([own, more]) => ({...more, ...own}));
};

const fittingArray = ({
	prefixItems,
	items,
	minItems = 0,
}: Described): Arbitrary<unknown> =>
	prefixItems
		? fc.tuple(...prefixItems.map((item) => fitting(item)))
		: fc.array(fitting(typeof items === 'object' ? items : {}), {
				minLength: minItems,
				maxLength: minItems + 3,
			});

const fittingText = ({
	minLength = 0,
	maxLength = 32,
	contentEncoding,
}: Described): Arbitrary<unknown> =>
	contentEncoding === 'base64'
		? fc.base64String({maxLength: 64})
		: fc.oneof(
				fc.string({
					unit: 'grapheme',
					minLength,
					maxLength: Math.max(minLength, Math.min(maxLength, 32)),
				}),
				fc.constantFrom('a', 'work', '*', 'a -> b', '1', '**/*[', 'main'),
			);

const fittingNumber = ({
	type,
	minimum,
	exclusiveMinimum,
	maximum,
}: Described): Arbitrary<unknown> => {
	const least = exclusiveMinimum === undefined ? minimum : exclusiveMinimum + 1;
	const min = Math.max(least ?? -1_000_000, -1_000_000);
	const max = Math.min(maximum ?? 1_000_000_000, Number.MAX_SAFE_INTEGER);
	return fc.oneof(
		fc.integer({min, max: Math.min(max, Math.max(min, 0) + 20)}),
		type === 'integer'
			? fc.integer({min, max: Math.min(max, 2 ** 52)})
			: fc.double({min, max, noNaN: true}),
	);
};

/** One part of it, however deep, is something else. */
const spoilt = (value: unknown, where: number, odd: unknown): unknown => {
	if (typeof value !== 'object' || value === null) {
		return odd;
	}

	const keys = Object.keys(value);
	const key = keys[where % (keys.length + 1)];
	const rest = Math.floor(where / (keys.length + 1));
	if (Array.isArray(value)) {
		return key === undefined
			? [...(value as unknown[]), odd]
			: value.map((item: unknown, index) =>
					String(index) === key ? spoilt(item, rest, odd) : item,
				);
	}

	const record = value as Readonly<Record<string, unknown>>;
	return key === undefined
		? {...record, surprise: odd}
		: {
				...record,
				[key]: rest % 2 === 0 ? odd : spoilt(record[key], rest, odd),
			};
};
