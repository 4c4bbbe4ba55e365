import fs from 'node:fs/promises';
import path from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {stringify, TomlError} from 'smol-toml';
import writeFileAtomic from 'write-file-atomic';
import {FarmError} from '../core/errors.js';
import {faultLine} from './fault.js';
import {parseToml} from './read-toml.js';
import {isSame, tomlStatements} from './toml-lines.js';

/**
A TOML document with one value set, and everything else (comments, order, blank lines) as it was. `path` is the key from the root; its section is made where there is none.

@throws {FarmError} `INVALID` where the key is written in a form that cannot be changed without touching other things, as inside an inline table
*/
export const setInToml = (
	document: string,
	keyPath: readonly string[],
	value: string | number | boolean,
): string => {
	const lines = document.split('\n');
	const statements = tomlStatements(document);
	const section = keyPath.slice(0, -1);
	const written = stringify({[keyPath.at(-1) ?? '']: value}).trim();
	const existing = statements.find(
		(statement) =>
			statement.kind === 'value' && isSame(statement.path, keyPath),
	);
	if (existing !== undefined) {
		const comment = trailingComment(
			lines.slice(existing.first - 1, existing.last).join('\n'),
		);
		const sectionAt =
			statements.findLast(
				(statement) =>
					statement.kind === 'header' && statement.first < existing.first,
			)?.path ?? [];
		const inner = stringifyDotted(keyPath.slice(sectionAt.length), value);
		lines.splice(
			existing.first - 1,
			existing.last - existing.first + 1,
			inner + comment,
		);
		return checked({document, edited: lines.join('\n'), keyPath, value});
	}

	const headerIndex = statements.findIndex(
		(statement) =>
			statement.kind === 'header' && isSame(statement.path, section),
	);
	const header = statements[headerIndex];
	if (header === undefined) {
		const before =
			document === '' || document.endsWith('\n') ? document : `${document}\n`;
		const head = stringify(nested(section)).trim().split('\n').at(-1) ?? '';
		return checked({
			document,
			edited: `${before}${before === '' ? '' : '\n'}${head}\n${written}\n`,
			keyPath,
			value,
		});
	}

	// Where the setting stands commented out, its value goes in that place; else after the section's last value.
	const end =
		statements
			.slice(headerIndex + 1)
			.find((statement) => statement.kind === 'header')?.first ??
		lines.length + 1;
	const commented = lines.findIndex(
		(line, index) =>
			index >= header.last &&
			index < end - 1 &&
			line.replaceAll(' ', '').startsWith(`#${keyPath.at(-1)}=`),
	);
	const lastValue =
		statements.findLast(
			(statement) =>
				statement.kind === 'value' &&
				statement.first > header.last &&
				statement.last < end,
		)?.last ?? header.last;
	if (commented === -1) {
		lines.splice(lastValue, 0, written);
	} else {
		lines[commented] = written;
	}

	return checked({document, edited: lines.join('\n'), keyPath, value});
};

/** Set one value in a file, which is replaced as a whole and at once. It is made, from `initial`, where there is none. */
export const setInFile = async (
	file: string,
	change: {
		readonly path: readonly string[];
		readonly value: string | number | boolean;
		readonly initial: string;
		readonly mode?: number;
	},
): Promise<void> => {
	await fs.mkdir(path.dirname(file), {recursive: true});
	const document = await fs.readFile(file, 'utf8').catch((error: unknown) => {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return change.initial;
		}

		throw error;
	});
	try {
		await writeFileAtomic(
			file,
			setInToml(document, change.path, change.value),
			change.mode === undefined ? {} : {mode: change.mode},
		);
	} catch (error) {
		if (error instanceof TomlError) {
			throw new FarmError(
				'INVALID',
				faultLine({
					where: file,
					line: error.line,
					message: 'not TOML; mend it first, then try again',
				}),
				{cause: error},
			);
		}

		throw error;
	}
};

/** Editing text is never trusted: what comes out must be what went in, with the one value changed. */
const checked = ({
	document,
	edited,
	keyPath,
	value,
}: {
	readonly document: string;
	readonly edited: string;
	readonly keyPath: readonly string[];
	readonly value: unknown;
}): string => {
	const wanted = parseToml(document);
	let inside = wanted;
	for (const name of keyPath.slice(0, -1)) {
		const next = inside[name];
		const table: Record<string, unknown> = isTable(next) ? next : {};
		inside[name] = table;
		inside = table;
	}

	inside[keyPath.at(-1) ?? ''] = value;
	if (!isDeepStrictEqual(parsedOrUndefined(edited), wanted)) {
		throw new FarmError(
			'INVALID',
			`"${keyPath.join('.')}" is written in a way that cannot be changed from here: set it by hand.`,
		);
	}

	return edited;
};

const parsedOrUndefined = (document: string): unknown => {
	try {
		return parseToml(document);
	} catch {
		return undefined;
	}
};

const nested = (names: readonly string[]): Record<string, unknown> => {
	const [first, ...rest] = names;
	return first === undefined ? {} : {[first]: nested(rest)};
};

/** `a.b = 1`, each part quoted where it must be. */
const stringifyDotted = (names: readonly string[], value: unknown): string => {
	const keys = names.map((name) =>
		stringify({[name]: 0}).replace(/ = 0\s*$/v, ''),
	);
	const written = stringify({x: value}).trim().replace(/^x = /v, '');
	return `${keys.join('.')} = ${written}`;
};

/** ` # like this`, behind a value. The shortest tail that begins with # and without which the statement still parses to the same. */
const trailingComment = (statement: string): string => {
	const whole = parsedOrUndefined(statement);
	for (
		let index = statement.indexOf('#');
		index !== -1;
		index = statement.indexOf('#', index + 1)
	) {
		if (
			!statement.slice(index).includes('\n') &&
			isDeepStrictEqual(parsedOrUndefined(statement.slice(0, index)), whole)
		) {
			const value = statement.slice(0, index).trimEnd();
			return statement.slice(value.length);
		}
	}

	return '';
};

const isTable = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' &&
	value !== null &&
	!Array.isArray(value) &&
	!(value instanceof Date);
