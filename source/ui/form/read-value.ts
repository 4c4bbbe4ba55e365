import type {Json} from '../../core/json.js';
import {jsonShape} from '../../net/messages/shapes.js';
import {expressionIn, type CellSchema} from './field-schema.js';

/** What was typed, as the field's type; or what is wrong with it. */
export const readValue = (
	schema: CellSchema,
	text: string,
):
	| {readonly kind: 'value'; readonly value: Json}
	| {readonly kind: 'fault'; readonly message: string} => {
	switch (schema.type) {
		case 'int':
		case 'float': {
			const value = Number(text.trim());
			if (text.trim() === '' || !Number.isFinite(value)) {
				return fault('a number is wanted');
			}

			if (schema.type === 'int' && !Number.isSafeInteger(value)) {
				return fault('a whole number is wanted');
			}

			if (schema.min !== undefined && value < schema.min) {
				return fault(`at least ${schema.min}`);
			}

			return schema.max !== undefined && value > schema.max
				? fault(`at most ${schema.max}`)
				: {kind: 'value', value};
		}

		case 'bool': {
			return {kind: 'value', value: text === 'yes' || text === 'true'};
		}

		case 'string':
		case 'text': {
			return {kind: 'value', value: text};
		}

		case 'enum': {
			return schema.options.includes(text)
				? {kind: 'value', value: text}
				: fault(`one of ${schema.options.join(', ')}`);
		}

		case 'json': {
			try {
				return {kind: 'value', value: jsonShape.parse(JSON.parse(text))};
			} catch {
				return fault('this is no JSON');
			}
		}
	}
};

/** A value as it is typed. */
export const writeValue = (schema: CellSchema, value: Json): string => {
	const expression = expressionIn(value);
	if (expression !== undefined) {
		return expression;
	}

	if (schema.type === 'bool') {
		return value === true ? 'yes' : 'no';
	}

	return typeof value === 'string' && schema.type !== 'json'
		? value
		: JSON.stringify(value);
};

const fault = (message: string) => ({kind: 'fault', message}) as const;
