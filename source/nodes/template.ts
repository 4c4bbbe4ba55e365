import type {Json} from '../core/json.js';
import type {ParameterSchema} from './parameters.js';

/** A piece of a text: as it stands, or an expression to put in its place. */
export type TemplatePiece =
	| {readonly kind: 'text'; readonly text: string}
	| {readonly kind: 'expression'; readonly source: string};

/**
Takes a text apart at its backticks: what stands between two of them is an expression. A backslash before a backtick keeps it.

@returns undefined where a backtick is not closed
*/
export const parseTemplate = (
	text: string,
): readonly TemplatePiece[] | undefined => {
	const parts = text
		.split(/(?<!\\)`/v)
		.map((part) => part.replaceAll('\\`', '`'));
	if (parts.length % 2 === 0) {
		return undefined;
	}

	return parts
		.map((part, index): TemplatePiece =>
			index % 2 === 0
				? {kind: 'text', text: part}
				: {kind: 'expression', source: part},
		)
		.filter((piece) => piece.kind === 'expression' || piece.text !== '');
};

/** Whether this parameter's texts have expressions in them. */
export const isTemplate = (schema: ParameterSchema): boolean =>
	schema.type === 'string' ||
	(schema.type === 'text' && schema.literal !== true);

/** The pieces of a parameter that was written as a text with expressions in it; undefined where it is anything else. */
export const templateIn = (
	schema: ParameterSchema,
	written: Json,
): readonly TemplatePiece[] | undefined =>
	typeof written === 'string' && isTemplate(schema)
		? parseTemplate(written)
		: undefined;
