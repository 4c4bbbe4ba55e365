import {z} from 'zod';
import type {Json} from '../../core/json.js';
import {jsonShape} from '../../net/messages/shapes.js';

/** A parameter's schema as node types tell it; what this version does not know of is ignored. */
const common = {
	label: z.string(),
	description: z.string().optional(),
	/** Shown only where another parameter has one of these values. */
	when: z
		.looseObject({parameter: z.string(), is: z.array(jsonShape)})
		.optional(),
	default: jsonShape,
};

const cellShape = z.discriminatedUnion('type', [
	z.looseObject({
		...common,
		type: z.enum(['int', 'float']),
		min: z.number().optional(),
		max: z.number().optional(),
	}),
	z.looseObject({...common, type: z.literal('bool')}),
	z.looseObject({...common, type: z.literal('string')}),
	z.looseObject({
		...common,
		type: z.literal('text'),
		syntax: z.string().optional(),
	}),
	z.looseObject({
		...common,
		type: z.literal('enum'),
		options: z.array(z.string()),
	}),
	z.looseObject({...common, type: z.literal('json')}),
]);

const fieldShape = z.union([
	z.looseObject({
		...common,
		type: z.literal('list'),
		row: z.record(z.string(), cellShape),
	}),
	cellShape,
]);

export const fieldSchemas = z.record(z.string(), fieldShape);

export type CellSchema = z.output<typeof cellShape>;
export type FieldSchema = z.output<typeof fieldShape>;
export type ListSchema = Extract<FieldSchema, {type: 'list'}>;
export type FieldSchemas = Readonly<Record<string, FieldSchema>>;

/** What stands in place of a value where it is an expression. */
export const expressionIn = (value: Json | undefined): string | undefined => {
	const {data} = expressionShape.safeParse(value);
	return data?.expr;
};

const expressionShape = z.strictObject({expr: z.string()});
