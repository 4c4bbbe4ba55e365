import {parse} from 'smol-toml';

export type TomlStatement = {
	/** First and last line, from 1. */
	readonly first: number;
	readonly last: number;
	/** The key, from the document's root; indices of `[[tables]]` left out. */
	readonly path: readonly string[];
	readonly kind: 'header' | 'value';
};

/**
The statements of a TOML document that is known to parse, in order, with the lines they are on.

The parser keeps no positions. But each statement of TOML is a document of its own, so they are told apart by the same parser: lines are gathered until they parse.
*/
export const tomlStatements = (document: string): TomlStatement[] => {
	const lines = document.replace(/^\u{FEFF}/v, '').split('\n');
	const statements: TomlStatement[] = [];
	let section: readonly string[] = [];
	let start = 0;
	for (let end = 0; end < lines.length; end++) {
		const piece = lines.slice(start, end + 1).join('\n');
		const parsed = parseOrUndefined(piece);
		if (parsed === undefined) {
			continue;
		}

		const first = start + 1;
		start = end + 1;
		const isHeader = piece.trimStart().startsWith('[');
		const paths = isHeader ? [deepestOf(parsed)] : valuePaths(parsed, piece);
		if (isHeader) {
			section = paths[0] ?? [];
		}

		for (const path of paths) {
			statements.push({
				first,
				last: end + 1,
				path: isHeader ? path : [...section, ...path],
				kind: isHeader ? 'header' : 'value',
			});
		}
	}

	return statements;
};

/** The line of a key, or of the first thing in it. */
export const lineOf = (
	statements: readonly TomlStatement[],
	path: readonly string[],
): number | undefined => {
	const found =
		statements.find((statement) => isSame(statement.path, path)) ??
		statements.find((statement) =>
			isSame(statement.path.slice(0, path.length), path),
		);
	return found?.first;
};

export const isSame = (
	left: readonly string[],
	right: readonly string[],
): boolean =>
	left.length === right.length &&
	left.every((name, index) => name === right[index]);

const parseOrUndefined = (piece: string): unknown => {
	try {
		return parse(piece);
	} catch {
		return undefined;
	}
};

/** `[a.b]` parses to {a: {b: {}}}, `[[a.b]]` to {a: {b: [{}]}}: the way down is the path. */
const deepestOf = (parsed: unknown): string[] => {
	const path: string[] = [];
	let inside = parsed;
	for (;;) {
		const entry: [string, unknown] | undefined = isTable(inside)
			? Object.entries(inside)[0]
			: undefined;
		if (entry === undefined) {
			return path;
		}

		path.push(entry[0]);
		inside = entry[1];
	}
};

/** The key of `a.b = 1`, and below it those of an inline table, so that they are found too. A blank line or a comment has none. */
const valuePaths = (parsed: unknown, piece: string): string[][] => {
	if (piece.trim() === '') {
		return [];
	}

	const paths: string[][] = [];
	const walk = (inside: unknown, path: string[]): void => {
		if (path.length > 0) {
			paths.push(path);
		}

		if (isTable(inside)) {
			for (const [name, member] of Object.entries(inside)) {
				walk(member, [...path, name]);
			}
		}
	};

	walk(parsed, []);
	return paths;
};

const isTable = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' &&
	value !== null &&
	!Array.isArray(value) &&
	!(value instanceof Date);
