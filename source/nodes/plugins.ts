import {readdir, realpath, stat} from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import type {NodeDefinition} from './contract.js';
import {parseDefinition} from './parse-definition.js';
import {pluginApi, type PluginApi} from './plugin-api.js';
import type {LoadedPlugins} from './registry.js';
import {syntaxLine} from './syntax-line.js';

/**
Loads node types from files, and from the files of folders. A folder in such a folder is a plugin too: of its `index` file, where it has one, otherwise of all its files. What does not exist is passed over, as are names that begin with `.` or `_`.

A file's default export is a node type, a list of them, or a function that is given `pluginApi` and returns one or the other; its other exports are node types where they look like one. Files that cannot be loaded are told, and do not disturb the others. See docs/plugins.md.
*/
export const loadPlugins = async (
	places: readonly string[],
): Promise<LoadedPlugins> => {
	const nodes: Array<LoadedPlugins['nodes'][number]> = [];
	const broken: Array<LoadedPlugins['broken'][number]> = [];
	const seen = new Set<string>();
	/* eslint-disable no-await-in-loop -- in order: where two files have a node type of the same name, the first has it */
	for (const place of places) {
		for (const {file, real, fault} of await filesIn(place)) {
			if (seen.has(real)) {
				continue;
			}

			seen.add(real);
			const {definitions, faults} =
				fault === undefined
					? await loadFile(file)
					: {definitions: [], faults: [fault]};
			nodes.push(...definitions.map((definition) => ({definition, file})));
			broken.push(...faults.map((message) => ({file, message})));
		}
	}
	/* eslint-enable no-await-in-loop */

	return {nodes, broken};
};

type LoadedFile = {
	readonly definitions: readonly NodeDefinition[];
	readonly faults: readonly string[];
};

const extensions = new Set(['.js', '.mjs', '.ts', '.mts']);
const declarations = ['.d.ts', '.d.mts'];

const isPluginFile = (name: string): boolean =>
	extensions.has(path.extname(name)) &&
	declarations.every((ending) => !name.endsWith(ending));

const isHidden = (name: string): boolean =>
	name.startsWith('.') || name.startsWith('_') || name === 'node_modules';

type FoundFile = {
	readonly file: string;
	/** Where links lead to. */
	readonly real: string;
	/** Why it, or the folder, cannot be read. */
	readonly fault?: string;
};

const filesIn = async (place: string): Promise<readonly FoundFile[]> => {
	try {
		const found = await stat(place);
		return found.isDirectory()
			? await filesInFolder(place, 'plugins')
			: [await foundFile(place)];
	} catch (error) {
		return isMissing(error) ? [] : [unreadable(place, error)];
	}
};

/** Of a folder that holds several plugins, among them folders; or the files of one plugin. */
const filesInFolder = async (
	folder: string,
	holds: 'plugins' | 'one plugin',
): Promise<readonly FoundFile[]> => {
	const names = await readdir(folder);
	const shown = names.filter((name) => !isHidden(name)).toSorted();
	const index =
		holds === 'one plugin'
			? shown.find(
					(name) => isPluginFile(name) && path.parse(name).name === 'index',
				)
			: undefined;
	const found = await Promise.all(
		(index === undefined ? shown : [index]).map(async (name) =>
			filesAt(path.join(folder, name), holds),
		),
	);
	return found.flat();
};

const filesAt = async (
	file: string,
	holds: 'plugins' | 'one plugin',
): Promise<readonly FoundFile[]> => {
	try {
		const found = await stat(file);
		if (found.isDirectory()) {
			return holds === 'plugins' ? await filesInFolder(file, 'one plugin') : [];
		}

		return isPluginFile(file) ? [await foundFile(file)] : [];
	} catch (error) {
		return [unreadable(file, error)];
	}
};

const foundFile = async (file: string): Promise<FoundFile> => ({
	file,
	real: await realpath(file),
});

const unreadable = (file: string, error: unknown): FoundFile => ({
	file,
	real: file,
	fault: `It cannot be read: ${messageOf(error)}.`,
});

const loadFile = async (file: string): Promise<LoadedFile> => {
	let exported: Readonly<Record<string, unknown>>;
	try {
		const module: unknown = await import(pathToFileURL(file).href);
		exported = {...(module as Record<string, unknown>)};
	} catch (error) {
		const place = placeOf(error);
		return {
			definitions: [],
			faults: [
				`It cannot be loaded: ${messageOf(error)}${place === '' ? await syntaxPlace(file, error) : place}`,
			],
		};
	}

	const candidates: unknown[] = [];
	const {default: main, ...others} = exported;
	try {
		const made: unknown = isMaker(main) ? await main(pluginApi) : main;
		candidates.push(...listOf(made));
	} catch (error) {
		return {
			definitions: [],
			faults: [
				`Its default export threw: ${messageOf(error)}${placeOf(error)}`,
			],
		};
	}

	candidates.push(
		...Object.values(others).filter((value) => looksLikeNode(value)),
	);
	if (candidates.length === 0) {
		return {
			definitions: [],
			faults: [
				'It exports no node type. Files that only others import begin with "_".',
			],
		};
	}

	const definitions: NodeDefinition[] = [];
	const faults: string[] = [];
	// The same one may be exported by two names.
	for (const candidate of new Set(candidates)) {
		const parsed = parseDefinition(candidate);
		if (parsed.kind === 'ok') {
			definitions.push(parsed.value);
		} else {
			faults.push(parsed.message);
		}
	}

	return {definitions, faults};
};

const isMaker = (value: unknown): value is (api: PluginApi) => unknown =>
	typeof value === 'function';

const listOf = (value: unknown): readonly unknown[] => {
	if (Array.isArray(value)) {
		return value;
	}

	return value === undefined ? [] : [value];
};

const looksLikeNode = (value: unknown): boolean =>
	typeof value === 'object' &&
	value !== null &&
	'type' in value &&
	'process' in value;

const messageOf = (error: unknown): string =>
	(error instanceof Error
		? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}`
		: String(error)
	).split('\n', 1)[0] ?? '';

/** Where V8 says that an error arose, where that is in a file and not in Node: in front of the stack for what cannot be read, in its first line for what threw. */
const placeOf = (error: unknown): string => {
	const stack = error instanceof Error ? (error.stack ?? '').split('\n') : [];
	const front = /^(?<place>(?:\/|file:|[A-Z]:).*:\d+)$/v.exec(stack[0] ?? '');
	const frame = stack.find((line) => line.startsWith('    at ')) ?? '';
	const [last = ''] = frame
		.replace(/\)$/v, '')
		.split(/[\s\(]/v)
		.slice(-1);
	const thrown = /^(?<place>(?:\/|file:|[A-Z]:).*:\d+):\d+$/v.exec(last);
	const place = (front ?? thrown)?.groups?.['place'];
	return place === undefined ? '' : ` (${place.replace(/^file:\/\//v, '')})`;
};

/** Of JavaScript that cannot be read V8 tells only what is wrong. */
const syntaxPlace = async (file: string, error: unknown): Promise<string> => {
	const line =
		error instanceof SyntaxError ? await syntaxLine(file) : undefined;
	return line === undefined ? '' : ` (${file}:${line})`;
};

const isMissing = (error: unknown): boolean =>
	error instanceof Error &&
	'code' in error &&
	(error.code === 'ENOENT' || error.code === 'ENOTDIR');
