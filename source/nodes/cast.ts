import type {Json, JsonObject} from '../core/json.js';
import type {CellSchema, ParameterSchema} from './parameters.js';

export type Cast =
	| {readonly kind: 'ok'; readonly value: Json}
	| {
			readonly kind: 'fault';
			/** Where in the value, for a list: `[2, 'arg']`. */
			readonly path: ReadonlyArray<string | number>;
			/** Follows the parameter's name: `must be ..., not ...`. */
			readonly message: string;
	  };

/** What an expression gave, as the parameter's type, where nothing is lost by that: `"5"` and `5.0` as the `int` 5. */
export const cast = (schema: ParameterSchema, value: Json): Cast => {
	switch (schema.type) {
		case 'int':
		case 'float': {
			return check(
				schema,
				typeof value === 'string' ? (numberIn(value) ?? value) : value,
			);
		}

		case 'bool': {
			return check(schema, booleanIn(value) ?? value);
		}

		case 'string':
		case 'text':
		case 'enum': {
			return check(schema, textOf(value) ?? value);
		}

		case 'json': {
			return {kind: 'ok', value};
		}

		case 'list': {
			return rows(schema, value, ({cell, content}) => cast(cell, content));
		}
	}
};

/** The value as it stands, if it is of the parameter's type and within its limits. */
export const check = (schema: ParameterSchema, value: Json): Cast => {
	switch (schema.type) {
		case 'int':
		case 'float': {
			const isNumber =
				typeof value === 'number' &&
				(schema.type === 'float'
					? Number.isFinite(value)
					: Number.isSafeInteger(value));
			if (!isNumber) {
				return wrong(
					value,
					schema.type === 'int' ? 'a whole number' : 'a number',
				);
			}

			const {min, max} = schema;
			return (min !== undefined && value < min) ||
				(max !== undefined && value > max)
				? wrong(value, limits(min, max))
				: {kind: 'ok', value};
		}

		case 'bool': {
			return typeof value === 'boolean'
				? {kind: 'ok', value}
				: wrong(value, 'true or false');
		}

		case 'string':
		case 'text': {
			return typeof value === 'string'
				? {kind: 'ok', value}
				: wrong(value, 'text');
		}

		case 'enum': {
			return typeof value === 'string' && schema.options.includes(value)
				? {kind: 'ok', value}
				: wrong(value, `one of ${schema.options.join(', ')}`);
		}

		case 'json': {
			return {kind: 'ok', value};
		}

		case 'list': {
			return rows(schema, value, ({cell, content}) => check(cell, content));
		}
	}
};

/** Text for people and for templates, where the value has one form of it only. */
export const textOf = (value: Json): string | undefined =>
	typeof value === 'string' ||
	typeof value === 'number' ||
	typeof value === 'boolean'
		? String(value)
		: undefined;

/** A value in a message. */
export const shown = (value: Json): string => {
	const text = JSON.stringify(value);
	return text.length > 80 ? `${text.slice(0, 79)}…` : text;
};

export const isObject = (value: Json | undefined): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** `Array.isArray` that leaves a readonly list's type alone. */
export const isList = (value: Json | undefined): value is readonly Json[] =>
	Array.isArray(value);

const rows = (
	{row}: Extract<ParameterSchema, {type: 'list'}>,
	value: Json,
	cellOf: (of: {readonly cell: CellSchema; readonly content: Json}) => Cast,
): Cast => {
	if (!isList(value)) {
		return wrong(value, 'a list');
	}

	const names = Object.keys(row);
	const made: JsonObject[] = [];
	for (const [index, written] of value.entries()) {
		// A list of plain values does for rows of one cell.
		const cells =
			!isObject(written) && names.length === 1
				? {[names[0] ?? '']: written}
				: written;
		if (!isObject(cells)) {
			return {...wrong(written, `a row of ${names.join(', ')}`), path: [index]};
		}

		const unknown = Object.keys(cells).find(
			(name) => !Object.hasOwn(row, name),
		);
		if (unknown !== undefined) {
			return {
				kind: 'fault',
				path: [index],
				message: `has no cell "${unknown}": a row has ${names.join(', ')}`,
			};
		}

		const filled: Array<[string, Json]> = [];
		for (const [name, cell] of Object.entries(row)) {
			const content = Object.hasOwn(cells, name) ? cells[name] : undefined;
			const result: Cast =
				content === undefined
					? {kind: 'ok', value: cell.default}
					: cellOf({cell, content});
			if (result.kind === 'fault') {
				return {...result, path: [index, name]};
			}

			filled.push([name, result.value]);
		}

		made.push(Object.fromEntries(filled));
	}

	return {kind: 'ok', value: made};
};

const wrong = (
	value: Json,
	allowed: string,
): Extract<Cast, {kind: 'fault'}> => ({
	kind: 'fault',
	path: [],
	message: `must be ${allowed}, not ${shown(value)}`,
});

const limits = (min: number | undefined, max: number | undefined): string => {
	if (max === undefined) {
		return `at least ${min}`;
	}

	return min === undefined ? `at most ${max}` : `between ${min} and ${max}`;
};

const numberIn = (text: string): number | undefined =>
	/^\s*[+\-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+\-]?\d+)?\s*$/iv.test(text)
		? Number(text)
		: undefined;

const booleanIn = (value: Json): boolean | undefined => {
	if (value === 1 || value === 'true') {
		return true;
	}

	return value === 0 || value === 'false' ? false : undefined;
};
