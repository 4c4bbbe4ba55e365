import type {Json, JsonObject} from '../core/json.js';

/** What an expression or script may see of the farm: JSON, made for one task. */
export type Scope = {
	readonly task: {
		readonly id: number;
		readonly name: string;
		readonly parent_id: number | undefined;
		readonly groups: readonly string[];
		readonly priority: number;
		readonly split_index: number | undefined;
		readonly split_count: number | undefined;
		readonly attributes: JsonObject;
	};
	readonly node: {
		readonly name: string;
		readonly type: string;
		/** Every parameter's value. One that is an expression, or has cells that are, holds `{"expr": "..."}` there; it is worked out when it is looked at. */
		readonly parameters: JsonObject;
	};
	readonly config: {
		/** Of this node type. */
		readonly own: JsonObject;
		/** Of the farm; `own` goes before. */
		readonly globals: JsonObject;
	};
};

export const scopeParts = ['task', 'attributes', 'node', 'config'] as const;
export type ScopePart = (typeof scopeParts)[number];

/** What of the scope a piece of JavaScript may look at; everything, where that cannot be told from its text. */
export const partsSeenBy = (source: string): ReadonlySet<ScopePart> => {
	// An identifier may be written with escapes.
	if (source.includes(String.raw`\u`)) {
		return new Set(scopeParts);
	}

	const seesNode = /\bnode\b/v.test(source);
	// Another parameter of the node that is an expression may look at anything.
	const sees: Readonly<Record<ScopePart, boolean>> = {
		task: seesNode || /\btask\b/v.test(source),
		attributes:
			seesNode || /\b(?:attr|task)\b/v.test(source.replaceAll(taskField, '')),
		node: seesNode,
		config: seesNode || /\bconfig\b/v.test(source),
	};
	return new Set(scopeParts.filter((part) => sees[part]));
};

/** A scope as text. */
export type EncodedScope = {
	readonly text: string;
	/** The node's parameters, and cells of them, that are expressions. */
	readonly expressions: readonly string[];
};

/** The scope as text, with what is not in `parts` left out. */
export const encodeScope = (
	scope: Scope,
	parts: ReadonlySet<ScopePart>,
): EncodedScope => {
	const expressions: string[] = [];
	const {attributes, ...fields} = scope.task;
	const text = JSON.stringify({
		...(parts.has('task') && {task: fields}),
		...(parts.has('attributes') && {attributes}),
		...(parts.has('node') && {
			node: {name: scope.node.name, type: scope.node.type},
			parameters: scope.node.parameters,
			lazy: lazyPlaces(scope.node.parameters, expressions),
		}),
		...(parts.has('config') && {config: scope.config}),
	});
	return {text, expressions};
};

const taskField =
	/\btask\s*\??\.\s*(?:id|name|parent_id|groups|priority|split_index|split_count)\b/gv;

/** Where expressions stand among parameters: `[parameter]`, or `[parameter, row, cell]`. */
const lazyPlaces = (
	parameters: JsonObject,
	expressions: string[],
): ReadonlyArray<ReadonlyArray<string | number>> => {
	const places: Array<Array<string | number>> = [];
	const look = (value: Json, place: Array<string | number>): boolean => {
		const source = expressionOf(value);
		if (source !== undefined) {
			places.push(place);
			expressions.push(source);
		}

		return source !== undefined;
	};

	for (const [name, value] of Object.entries(parameters)) {
		if (look(value, [name]) || !isList(value)) {
			continue;
		}

		for (const [index, row] of value.entries()) {
			for (const [cell, content] of isObject(row) ? Object.entries(row) : []) {
				look(content, [name, index, cell]);
			}
		}
	}

	return places;
};

const expressionOf = (value: Json): string | undefined => {
	if (!isObject(value)) {
		return undefined;
	}

	const {expr} = value;
	return typeof expr === 'string' && Object.keys(value).length === 1
		? expr
		: undefined;
};

const isObject = (value: Json): value is JsonObject =>
	typeof value === 'object' && value !== null && !isList(value);

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
