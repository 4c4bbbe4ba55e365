import type {Json, JsonObject} from '../core/json.js';
import {cast, isList, isObject, shown, textOf} from './cast.js';
import {expressionIn} from './expression.js';
import type {ParameterSchema, ParameterSchemas} from './parameters.js';
import {templateIn, type TemplatePiece} from './template.js';

export type Assembled =
	| {readonly kind: 'ok'; readonly values: JsonObject}
	| {
			readonly kind: 'fault';
			/** `cpus`, or `command[0].arg`. */
			readonly parameter: string;
			/** Follows the parameter's name: `must be ..., not ...`. */
			readonly message: string;
	  };

/** A node's parameters, made ready for its tasks. */
export type CompiledParameters = {
	/** To be evaluated for each task. */
	readonly expressions: readonly string[];
	/** The parameter that each of them is in. */
	readonly places: readonly string[];
	/** Every parameter's value, from what the expressions came to, in their order. Where there are none, it is worked out once. */
	readonly assemble: (results: readonly Json[]) => Assembled;
	/** What expressions see as `node[...]`: every parameter's value, defaults included; those that are expressions as `{"expr": "..."}`. */
	readonly visible: JsonObject;
};

/** Makes a node's stored parameters ready. What does not fit its schema any more, as after a plugin was changed, is told by `assemble`. */
export const compileParameters = (
	schemas: ParameterSchemas,
	stored: JsonObject,
): CompiledParameters => {
	const expressions: string[] = [];
	const places: string[] = [];
	const makers = Object.entries(schemas).map(([name, schema]) => {
		const written = ownIn(stored, name, schema.default);
		const make = makerOf(schema, written, expressions);
		places.push(
			...Array.from({length: expressions.length - places.length}, () => name),
		);
		return [name, schema, make] as const;
	});

	const assemble = (results: readonly Json[]): Assembled => {
		const values: Array<readonly [string, Json]> = [];
		for (const [name, schema, make] of makers) {
			const made = make(results);
			const result = made.kind === 'ok' ? cast(schema, made.value) : made;
			if (result.kind === 'fault') {
				return {
					kind: 'fault',
					parameter: name + placeOf(result.path),
					message: result.message,
				};
			}

			values.push([name, result.value]);
		}

		return {kind: 'ok', values: Object.fromEntries(values)};
	};

	const visible = Object.fromEntries(
		Object.entries(schemas).map(([name, schema]) => [
			name,
			visibleOf(schema, ownIn(stored, name, schema.default)),
		]),
	);
	if (expressions.length > 0) {
		return {expressions, places, assemble, visible};
	}

	const once = assemble([]);
	return {expressions, places, assemble: () => once, visible};
};

type Made =
	| {readonly kind: 'ok'; readonly value: Json}
	| {
			readonly kind: 'fault';
			readonly path: ReadonlyArray<string | number>;
			readonly message: string;
	  };
type Maker = (results: readonly Json[]) => Made;

const makerOf = (
	schema: ParameterSchema,
	written: Json,
	expressions: string[],
): Maker => {
	const source = expressionIn(written);
	if (source !== undefined) {
		const index = expressions.length;
		expressions.push(source);
		return (results) => ({kind: 'ok', value: results[index] ?? null});
	}

	if (schema.type === 'list') {
		return rowsMaker(schema, written, expressions);
	}

	const template = templateIn(schema, written);
	if (template === undefined) {
		return constant(written);
	}

	const plain = plainTextOf(template);
	if (plain !== undefined) {
		return constant(plain);
	}

	const first = expressions.length;
	const sources = template.flatMap((piece) =>
		piece.kind === 'expression' ? [piece.source] : [],
	);
	expressions.push(...sources);

	return (results) => {
		let whole = '';
		let index = first;
		for (const piece of template) {
			const value =
				piece.kind === 'text' ? piece.text : (results[index++] ?? null);
			const text = textOf(value);
			if (text === undefined) {
				return {
					kind: 'fault',
					path: [],
					message: `takes text, but \`${sources[index - 1 - first] ?? ''}\` gave ${shown(value)}`,
				};
			}

			whole += text;
		}

		return {kind: 'ok', value: whole};
	};
};

const rowsMaker = (
	schema: Extract<ParameterSchema, {type: 'list'}>,
	written: Json,
	expressions: string[],
): Maker => {
	if (!isList(written)) {
		return constant(written);
	}

	const rows = written.map((row) =>
		Object.entries(schema.row).map(([name, cell]) => {
			const content = ownIn(row, name, cell.default);
			return [name, makerOf(cell, content, expressions)] as const;
		}),
	);
	return (results) => {
		const made: JsonObject[] = [];
		for (const [index, row] of rows.entries()) {
			const cells: Array<readonly [string, Json]> = [];
			for (const [name, make] of row) {
				const cell = make(results);
				if (cell.kind === 'fault') {
					return {...cell, path: [index, name]};
				}

				cells.push([name, cell.value]);
			}

			made.push(Object.fromEntries(cells));
		}

		return {kind: 'ok', value: made};
	};
};

const constant =
	(value: Json): Maker =>
	() => ({kind: 'ok', value});

/** A value, or an expression that gives it. */
const visibleOf = (schema: ParameterSchema, written: Json): Json => {
	if (expressionIn(written) !== undefined) {
		return written;
	}

	if (schema.type === 'list') {
		return isList(written)
			? written.map((row) =>
					Object.fromEntries(
						Object.entries(schema.row).map(([name, cell]) => [
							name,
							visibleOf(cell, ownIn(row, name, cell.default)),
						]),
					),
				)
			: written;
	}

	const template = templateIn(schema, written);
	if (template === undefined) {
		return written;
	}

	return (
		plainTextOf(template) ?? {
			expr: [
				'""',
				...template.map((piece) =>
					piece.kind === 'text'
						? JSON.stringify(piece.text)
						: `(${piece.source}\n)`,
				),
			].join(' + '),
		}
	);
};

/** The whole of a text that has no expressions in it. */
const plainTextOf = (
	template: readonly TemplatePiece[],
): string | undefined => {
	let whole = '';
	for (const piece of template) {
		if (piece.kind === 'expression') {
			return undefined;
		}

		whole += piece.text;
	}

	return whole;
};

/** What an object has by this name itself. */
const ownIn = (object: Json, name: string, otherwise: Json): Json => {
	const own =
		isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined;
	return own === undefined ? otherwise : own;
};

const placeOf = ([index, cell]: ReadonlyArray<string | number>): string =>
	index === undefined
		? ''
		: `[${index}]${cell === undefined ? '' : `.${cell}`}`;
