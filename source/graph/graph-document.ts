import type {Json, JsonObject} from '../core/json.js';

/** A graph file as data. */
export type GraphDocument = {
	readonly nodes: Readonly<Record<string, DocumentNode>>;
	/** Each as `parseWire` reads it. */
	readonly connections: readonly string[];
};

export type DocumentNode = {
	readonly type: string;
	readonly parameters: JsonObject;
	/** Absent: as it is; enabled, where the node is new. */
	readonly enabled?: boolean | undefined;
	/** Absent: as it is. */
	readonly position?: readonly [number, number] | undefined;
};

/** A connection, both ends named in full. */
export type Wire = {
	readonly from: string;
	readonly output: string;
	readonly to: string;
	readonly input: string;
};

/** A connection as it was written: an end that was left out means the node's first. */
export type WrittenWire = {
	readonly kind: 'wire';
	readonly from: string;
	readonly output: string | undefined;
	readonly to: string;
	readonly input: string | undefined;
};

/**
Reads `from.output -> to.input`. The output and the input may be left out. What stands behind the last dot is the output or input, so a name with dots, arrows or quotes in it stands in double quotes, as in JSON: `"shot.v2" -> end`; behind such a name the output or input may stand in quotes too.
*/
export const parseWire = (
	text: string,
): WrittenWire | {readonly kind: 'fault'; readonly message: string} => {
	const from = readEnd(text, 0);
	if (typeof from === 'string') {
		return fault(text, from);
	}

	if (!text.startsWith(arrow, from.next)) {
		return fault(text, 'there is no "->" in it');
	}

	const to = readEnd(text, from.next + arrow.length);
	if (typeof to === 'string') {
		return fault(text, to);
	}

	if (to.next < text.length) {
		return fault(
			text,
			text.startsWith(arrow, to.next)
				? 'it has more than one "->"; a connection has two ends, and a name with an arrow in it stands in double quotes'
				: `"${text.slice(to.next)}" stands behind its end`,
		);
	}

	return {
		kind: 'wire',
		from: from.node,
		output: from.port,
		to: to.node,
		input: to.port,
	};
};

/** What `parseWire` reads back as exactly this wire. */
export const printWire = ({from, output, to, input}: Wire): string =>
	`${printEnd(from, output)} -> ${printEnd(to, input)}`;

/** Whether two values say the same in JSON; the order of keys says nothing. */
export const isSameJson = (
	left: Json | undefined,
	right: Json | undefined,
): boolean => {
	if (left === right) {
		return true;
	}

	if (isList(left) || isList(right)) {
		return (
			isList(left) &&
			isList(right) &&
			left.length === right.length &&
			left.every((value, index) => isSameJson(value, right[index]))
		);
	}

	if (!isObject(left) || !isObject(right)) {
		return false;
	}

	const keys = Object.keys(left);
	return (
		keys.length === Object.keys(right).length &&
		keys.every(
			(key) => Object.hasOwn(right, key) && isSameJson(left[key], right[key]),
		)
	);
};

const arrow = '->';

const fault = (
	text: string,
	reason: string,
): {readonly kind: 'fault'; readonly message: string} => ({
	kind: 'fault',
	message: `"${text}" is no connection: ${reason}. One is written from.output -> to.input.`,
});

type End = {
	readonly node: string;
	readonly port: string | undefined;
	/** Where reading goes on: at an arrow, at the text's end, or at what does not belong there. */
	readonly next: number;
};

/** One end of a connection, or why it is none. */
const readEnd = (text: string, start: number): End | string => {
	const begin = skipSpaces(text, start);
	if (text[begin] === '"') {
		const name = readQuoted(text, begin);
		if (name === undefined) {
			return 'a double quote is not closed';
		}

		if (text[name.next] !== '.') {
			return finish(name.value, undefined, skipSpaces(text, name.next));
		}

		const portBegin = name.next + 1;
		if (text[portBegin] === '"') {
			const port = readQuoted(text, portBegin);
			return port === undefined
				? 'a double quote is not closed'
				: finish(name.value, port.value, skipSpaces(text, port.next));
		}

		const end = endOfBare(text, portBegin);
		return finish(name.value, text.slice(portBegin, end).trimEnd(), end);
	}

	const end = endOfBare(text, begin);
	const written = text.slice(begin, end).trimEnd();
	const dot = written.lastIndexOf('.');
	return dot === -1
		? finish(written, undefined, end)
		: finish(written.slice(0, dot), written.slice(dot + 1), end);
};

const finish = (
	node: string,
	port: string | undefined,
	next: number,
): End | string => {
	if (node === '') {
		return 'a node is missing';
	}

	return port === ''
		? `nothing stands behind the dot of "${node}."`
		: {node, port, next};
};

const skipSpaces = (text: string, start: number): number => {
	let index = start;
	while (text[index] === ' ' || text[index] === '\t') {
		index += 1;
	}

	return index;
};

const endOfBare = (text: string, start: number): number => {
	const end = text.indexOf(arrow, start);
	return end === -1 ? text.length : end;
};

const readQuoted = (
	text: string,
	start: number,
): {readonly value: string; readonly next: number} | undefined => {
	const quoted = /"(?:[^"\\]|\\.)*"/vy;
	quoted.lastIndex = start;
	const [found] = quoted.exec(text) ?? [];
	if (found === undefined) {
		return undefined;
	}

	try {
		const value: unknown = JSON.parse(found);
		return typeof value === 'string'
			? {value, next: quoted.lastIndex}
			: undefined;
	} catch {
		return undefined;
	}
};

// Only behind a quoted name may a port be quoted, so that a bare end never has quotes in it.
const printEnd = (node: string, port: string): string =>
	!needsQuotes(node) && !needsQuotes(port)
		? `${node}.${port}`
		: `${JSON.stringify(node)}.${needsQuotes(port) ? JSON.stringify(port) : port}`;

const needsQuotes = (name: string): boolean =>
	name === '' || name.trim() !== name || /[".\\]|->/v.test(name);

// `Array.isArray` does not narrow read-only lists.
const isList = (value: Json | undefined): value is readonly Json[] =>
	Array.isArray(value);

const isObject = (value: Json | undefined): value is JsonObject =>
	typeof value === 'object' && value !== null && !isList(value);
