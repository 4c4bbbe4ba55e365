import {z} from 'zod';
import {jsonObjectShape} from '../source/net/messages/shapes.js';

/** Schemas that are shown by a name instead of being spelled out. */
export type NamedShapes = z.core.$ZodRegistry<{id: string}>;

/** A schema as text that reads like a TypeScript type, with limits and defaults: `{name: string, limit?: integer 1… = 1000}`. */
export const shapeText = (schema: z.ZodType, names: NamedShapes): string =>
	text(
		z.toJSONSchema(schema, {
			metadata: names,
			unrepresentable: 'any',
			// As it is on the wire: before ids are branded and defaults filled in.
			io: 'input',
			override({zodSchema, jsonSchema}) {
				Object.assign(
					jsonSchema,
					zodSchema === jsonObjectShape && {
						type: 'object',
						additionalProperties: {},
					},
				);
			},
		}),
		0,
	);

type Schema = z.core.JSONSchema._JSONSchema;

const text = (schema: Schema, depth: number): string => {
	if (typeof schema === 'boolean') {
		return schema ? 'any' : 'nothing';
	}

	if (schema.$ref !== undefined) {
		return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
	}

	if (schema.const !== undefined) {
		return literal(schema.const);
	}

	if (schema.enum) {
		return schema.enum.map((value) => literal(value)).join(' | ');
	}

	const choices = schema.anyOf ?? schema.oneOf;
	if (choices) {
		return choices.map((choice) => text(choice, depth)).join(' | ');
	}

	if (schema.allOf) {
		return schema.allOf.map((part) => text(part, depth)).join(' & ');
	}

	// Zod's types say one word here; for what may be null it writes several.
	const {type} = schema;
	if (Array.isArray(type)) {
		return type.join(' | ');
	}

	if (type === 'object') {
		return objectText(schema, depth);
	}

	if (type === 'array') {
		return arrayText(schema, depth);
	}

	if (type === 'integer' || type === 'number') {
		return type + limitsText(schema);
	}

	if (type === 'string' && schema.contentEncoding === 'base64') {
		return 'string (base64)';
	}

	return typeof type === 'string' ? type : 'any';
};

type ObjectSchema = Exclude<Schema, boolean>;

const objectText = (schema: ObjectSchema, depth: number): string => {
	const properties = Object.entries(schema.properties ?? {});
	if (properties.length === 0) {
		const values = schema.additionalProperties;
		return values === undefined || values === false
			? '{}'
			: `{[name]: ${text(values, depth)}}`;
	}

	const lines = properties.map(([name, property]) => {
		const mark = schema.required?.includes(name) === true ? '' : '?';
		return `${name}${mark}: ${text(property, depth + 1)}${defaultText(property)}`;
	});
	const line = `{${lines.join(', ')}}`;
	if (line.length + depth * 2 <= 90 && !line.includes('\n')) {
		return line;
	}

	const indent = '  '.repeat(depth + 1);
	return `{\n${lines.map((part) => `${indent}${part}`).join('\n')}\n${'  '.repeat(depth)}}`;
};

const arrayText = (schema: ObjectSchema, depth: number): string => {
	if (schema.prefixItems) {
		return `[${schema.prefixItems.map((item) => text(item, depth)).join(', ')}]`;
	}

	const {items} = schema;
	const item =
		items === undefined || Array.isArray(items) ? 'any' : text(items, depth);
	return !/^[\(\{]/v.test(item) && item.includes(' ')
		? `(${item})[]`
		: `${item}[]`;
};

const limitsText = (schema: ObjectSchema): string => {
	const above =
		typeof schema.exclusiveMinimum === 'number'
			? schema.exclusiveMinimum
			: undefined;
	const isWhole = schema.type === 'integer';
	if (above !== undefined && !isWhole) {
		return ` >${above}`;
	}

	const lowest = above === undefined ? safe(schema.minimum) : above + 1;
	const highest = safe(schema.maximum);
	return lowest === undefined && highest === undefined
		? ''
		: ` ${lowest ?? ''}…${highest ?? ''}`;
};

/** Zod states the limits of exact integers on every integer; they say nothing to a reader. */
const safe = (limit: number | undefined): number | undefined =>
	limit === undefined || Number.isSafeInteger(Math.abs(limit) + 1)
		? limit
		: undefined;

const defaultText = (schema: Schema): string =>
	typeof schema === 'boolean' || schema.default === undefined
		? ''
		: ` = ${JSON.stringify(schema.default)}`;

const literal = (value: unknown): string =>
	value === undefined ? 'undefined' : JSON.stringify(value);
