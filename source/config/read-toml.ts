import {parse, TomlError} from 'smol-toml';
import {createExplorer} from './explorer.js';
import type {Fault} from './fault.js';
import {lineOf, tomlStatements} from './toml-lines.js';

export type TomlFile =
	| {
			readonly kind: 'read';
			readonly file: string;
			readonly data: Readonly<Record<string, unknown>>;
			/** Where a key stands, in this file or one that it imports. */
			readonly locate: (path: readonly string[]) => {
				readonly where: string;
				readonly line: number | undefined;
			};
	  }
	| {readonly kind: 'absent'; readonly file: string}
	| {readonly kind: 'faulty'; readonly file: string; readonly fault: Fault};

/**
Read a TOML file through cosmiconfig, which also lets a file take in others: `"$import" = "/srv/farm/common.toml"`, its own values over theirs. Never throws for what is wrong with the file.
*/
export const readToml = async (file: string): Promise<TomlFile> => {
	const texts = new Map<string, string>();
	const load = (path: string, content: string): unknown => {
		texts.set(path, content);
		return parseToml(content);
	};

	try {
		const result = await createExplorer(load).load(file);
		const data: unknown = result?.config ?? {};
		return typeof data !== 'object' || data === null
			? {
					kind: 'faulty',
					file,
					fault: {where: file, message: 'is no TOML table'},
				}
			: {kind: 'read', file, data: {...data}, locate: locator(file, texts)};
	} catch (error) {
		return unreadable(file, error);
	}
};

/** Parse TOML into plain data: dates become text. Throws TomlError, which knows its line. */
export const parseToml = (content: string): Record<string, unknown> => {
	const plain = plainOf(parse(content, {unsafeKeyBehaviour: 'throw'}));
	return typeof plain === 'object' && plain !== null ? {...plain} : {};
};

const locator =
	(file: string, texts: ReadonlyMap<string, string>) =>
	(path: readonly string[]): {where: string; line: number | undefined} => {
		// The file's own values win over imported ones, so it is looked at first; where the key itself stands nowhere, what it is in.
		const order = [file, ...texts.keys().filter((name) => name !== file)];
		for (let {length} = path; length > 0; length--) {
			for (const where of order) {
				const line = lineOf(
					tomlStatements(texts.get(where) ?? ''),
					path.slice(0, length),
				);
				if (line !== undefined) {
					return {where, line};
				}
			}
		}

		return {where: file, line: undefined};
	};

const unreadable = (file: string, error: unknown): TomlFile => {
	if (error instanceof TomlError) {
		const where =
			'filepath' in error && typeof error.filepath === 'string'
				? error.filepath
				: file;
		return {
			kind: 'faulty',
			file,
			fault: {
				where,
				line: error.line,
				message: `not TOML: ${firstLine(error.message).replace(/^Invalid TOML document: /v, '')}`,
			},
		};
	}

	const code =
		error instanceof Error && 'code' in error ? error.code : undefined;
	const path =
		error instanceof Error && 'path' in error && typeof error.path === 'string'
			? error.path
			: file;
	if (path === file && (code === 'ENOENT' || code === 'ENOTDIR')) {
		return {kind: 'absent', file};
	}

	const reason =
		code === 'EACCES' || code === 'EPERM'
			? 'this user may not read it'
			: firstLine(error instanceof Error ? error.message : String(error));
	return {
		kind: 'faulty',
		file,
		fault: {where: path, message: `cannot be read: ${reason}`},
	};
};

const firstLine = (message: string): string => message.split('\n', 1)[0] ?? '';

const plainOf = (value: unknown): unknown => {
	if (value instanceof Date) {
		return value.toISOString();
	}

	if (Array.isArray(value)) {
		return value.map((item) => plainOf(item));
	}

	return typeof value === 'object' && value !== null
		? Object.fromEntries(
				Object.entries(value).map(([name, member]) => [name, plainOf(member)]),
			)
		: value;
};
