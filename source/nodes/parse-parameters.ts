import type {Json, JsonObject} from '../core/json.js';
import {didYouMean} from '../core/nearest.js';
import {check, isList, isObject, shown} from './cast.js';
import {expressionIn} from './expression.js';
import type {
	CellSchema,
	ParameterSchema,
	ParameterSchemas,
} from './parameters.js';
import {isTemplate, parseTemplate} from './template.js';

export type ParameterFault = {
	/** From the parameters on: `['cpus']`, `['command', 0, 'arg']`. */
	readonly path: ReadonlyArray<string | number>;
	readonly message: string;
};

/** What of a node type is needed to read parameters. */
export type ParameterOwner = {
	readonly type: string;
	readonly parameters: ParameterSchemas;
	/** Of the node that they are read for, where there is one. */
	readonly name?: string;
	/** What is wrong with an expression's syntax; absent: expressions are taken as they are. */
	readonly checkExpression?: (source: string) => string | undefined;
};

/**
Reads parameters as they were written. Any of them, and any cell of a list, may be an expression, `{"expr": "..."}`; what that gives is looked at when it is evaluated.

@returns what is to be stored: those that differ from their defaults; or all that is wrong, each in a sentence that says what is allowed
*/
export const parseParameters = (
	{type, parameters, name: node, checkExpression}: ParameterOwner,
	written: unknown,
):
	| {readonly kind: 'ok'; readonly stored: JsonObject}
	| {readonly kind: 'faults'; readonly faults: readonly ParameterFault[]} => {
	const owner = node === undefined ? `a ${type} node` : `node ${node}`;
	if (!isPlainObject(written)) {
		return {
			kind: 'faults',
			faults: [
				{
					path: [],
					message: `The parameters of ${owner} are an object, not ${shown(asJson(written))}.`,
				},
			],
		};
	}

	const faults: ParameterFault[] = [];
	const stored: Array<readonly [string, Json]> = [];
	for (const [name, content] of Object.entries(written)) {
		const schema = Object.hasOwn(parameters, name)
			? parameters[name]
			: undefined;
		if (schema === undefined) {
			faults.push({
				path: [name],
				message: `${node === undefined ? `A ${type} node` : `Node ${node} (${type})`} has no parameter "${name}"${didYouMean(name, Object.keys(parameters))}`,
			});
			continue;
		}

		const parsed = parseParameter(schema, asJson(content), checkExpression);
		if (parsed.kind === 'ok') {
			if (!isSame(parsed.value, schema.default)) {
				stored.push([name, parsed.value]);
			}
		} else {
			for (const {path, message} of parsed.faults) {
				const subject =
					path.length === 0
						? `Parameter "${name}"`
						: `Parameter "${name}", ${placeOf(path)}`;
				faults.push({
					path: [name, ...path],
					message: `${subject} of ${owner} ${message}.`,
				});
			}
		}
	}

	return faults.length > 0
		? {kind: 'faults', faults}
		: {kind: 'ok', stored: Object.fromEntries(stored)};
};

type Parsed =
	| {readonly kind: 'ok'; readonly value: Json}
	| {readonly kind: 'faults'; readonly faults: readonly ParameterFault[]};

type CheckExpression = NonNullable<ParameterOwner['checkExpression']>;

const parseParameter = (
	schema: ParameterSchema,
	value: Json,
	checkExpression: CheckExpression = () => undefined,
): Parsed => {
	const source = expressionIn(value);
	if (source !== undefined) {
		if (source.trim() === '') {
			return faulty('is an empty expression');
		}

		const fault = checkExpression(source);
		return fault === undefined
			? {kind: 'ok', value}
			: faulty(`is an expression that cannot be read: ${fault}`);
	}

	if (schema.type === 'list') {
		return parseRows(schema.row, value, checkExpression);
	}

	const checked = check(schema, value);
	if (checked.kind === 'fault') {
		return faulty(checked.message);
	}

	if (typeof value !== 'string' || !isTemplate(schema)) {
		return checked;
	}

	const template = parseTemplate(value);
	if (template === undefined) {
		return faulty(
			'has a backtick that is not closed; one that is to stay is written \\`',
		);
	}

	for (const piece of template) {
		if (piece.kind === 'text') {
			continue;
		}

		const fault = checkExpression(piece.source);
		if (fault !== undefined) {
			return faulty(
				`has an expression that cannot be read, \`${piece.source}\`: ${fault}`,
			);
		}
	}

	return checked;
};

/** Of each row, those cells that differ from their defaults. */
const parseRows = (
	row: Readonly<Record<string, CellSchema>>,
	value: Json,
	checkExpression: CheckExpression,
): Parsed => {
	if (!isList(value)) {
		return faulty(`must be a list, not ${shown(value)}`);
	}

	const names = Object.keys(row);
	const faults: ParameterFault[] = [];
	const rows: JsonObject[] = [];
	for (const [index, written] of value.entries()) {
		if (!isObject(written)) {
			faults.push({
				path: [index],
				message: `must be an object with ${names.join(', ')}, not ${shown(written)}`,
			});
			continue;
		}

		const cells: Array<readonly [string, Json]> = [];
		for (const [name, content] of Object.entries(written)) {
			const schema = Object.hasOwn(row, name) ? row[name] : undefined;
			if (schema === undefined) {
				faults.push({
					path: [index, name],
					message: `is not known: a row has ${names.join(', ')}`,
				});
				continue;
			}

			const parsed = parseParameter(schema, content, checkExpression);
			if (parsed.kind === 'faults') {
				faults.push(
					...parsed.faults.map(({message}) => ({path: [index, name], message})),
				);
			} else if (!isSame(parsed.value, schema.default)) {
				cells.push([name, parsed.value]);
			}
		}

		rows.push(Object.fromEntries(cells));
	}

	return faults.length > 0
		? {kind: 'faults', faults}
		: {kind: 'ok', value: rows};
};

const faulty = (message: string): Parsed => ({
	kind: 'faults',
	faults: [{path: [], message}],
});

const placeOf = ([index, cell]: ReadonlyArray<string | number>): string =>
	`row ${Number(index) + 1}${cell === undefined ? '' : `, "${cell}"`}`;

/** Whether two JSON values say the same. Keys may be in any order. */
const isSame = (a: Json | undefined, b: Json | undefined): boolean => {
	if (isList(a)) {
		return (
			isList(b) &&
			a.length === b.length &&
			a.every((item, index) => isSame(item, b[index]))
		);
	}

	if (isObject(a)) {
		return (
			isObject(b) &&
			Object.keys(a).length === Object.keys(b).length &&
			Object.entries(a).every(
				([key, value]) => Object.hasOwn(b, key) && isSame(value, b[key]),
			)
		);
	}

	return a === b;
};

const isPlainObject = (
	value: unknown,
): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** What comes from files and the wire is JSON already; what a program passes may be more, and is cut down to it. */
const asJson = (value: unknown): Json => {
	const text = JSON.stringify(value) as string | undefined;
	return text === undefined ? null : (JSON.parse(text) as Json);
};
