import {readdir, realpath, stat} from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import type {NodeDefinition} from './contract.js';
import {parseDefinition} from './parse-definition.js';
import {pluginApi} from './plugin-api.js';
import type {LoadedPlugins} from './registry.js';

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
	for (const place of places) {
		// One after the other: where two files have a node type of the same name, the first place has it.
		// eslint-disable-next-line no-await-in-loop
		for (const file of await filesIn(place, broken)) {
			const real = await realpath(file); // eslint-disable-line no-await-in-loop
			if (seen.has(real)) {
				continue;
			}

			seen.add(real);
			const loaded = await loadFile(file); // eslint-disable-line no-await-in-loop
			nodes.push(...loaded.definitions.map((definition) => ({definition, file})));
			broken.push(...loaded.faults.map((message) => ({file, message})));
		}
	}

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
	!declarations.some((ending) => name.endsWith(ending)) &&
	!isHidden(name);

const isHidden = (name: string): boolean =>
	name.startsWith('.') || name.startsWith('_') || name === 'node_modules';

const filesIn = async (
	place: string,
	broken: Array<LoadedPlugins['broken'][number]>,
): Promise<readonly string[]> => {
	try {
		const found = await stat(place);
		return found.isDirectory() ? await filesInFolder(place) : [place];
	} catch (error) {
		if (!isMissing(error)) {
			broken.push({file: place, message: `It cannot be read: ${messageOf(error)}.`});
		}

		return [];
	}
};

const filesInFolder = async (folder: string): Promise<string[]> => {
	const entries = await readdir(folder, {withFileTypes: true});
	const files: string[] = [];
	for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
		const whole = path.join(folder, entry.name);
		if (isHidden(entry.name)) {
			continue;
		}

		// A link may lead to either.
		const isFolder = entry.isSymbolicLink() ? (await stat(whole)).isDirectory() : entry.isDirectory(); // eslint-disable-line no-await-in-loop
		if (isFolder) {
			files.push(...(await filesOfPlugin(whole))); // eslint-disable-line no-await-in-loop
		} else if (isPluginFile(entry.name)) {
			files.push(whole);
		}
	}

	return files;
};

const filesOfPlugin = async (folder: string): Promise<string[]> => {
	const names = (await readdir(folder)).filter((name) => isPluginFile(name)).toSorted();
	const index = names.find((name) => path.parse(name).name === 'index');
	return (index === undefined ? names : [index]).map((name) => path.join(folder, name));
};

const loadFile = async (file: string): Promise<LoadedFile> => {
	let exported: Readonly<Record<string, unknown>>;
	try {
		exported = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>; // eslint-disable-line @typescript-eslint/no-unsafe-type-assertion -- every module is such an object
	} catch (error) {
		return {definitions: [], faults: [`It cannot be loaded: ${messageOf(error)}`]};
	}

	const candidates: unknown[] = [];
	const {default: main, ...others} = exported;
	try {
		const made: unknown = typeof main === 'function' ? await main(pluginApi) : main;
		candidates.push(...(Array.isArray(made) ? made : made === undefined ? [] : [made]));
	} catch (error) {
		return {definitions: [], faults: [`Its default export threw: ${messageOf(error)}`]};
	}

	candidates.push(...Object.values(others).filter((value) => looksLikeNode(value)));
	if (candidates.length === 0) {
		return {definitions: [], faults: ['It exports no node type. Files that only others import begin with "_".']};
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

const looksLikeNode = (value: unknown): boolean =>
	typeof value === 'object' && value !== null && 'type' in value && 'process' in value;

const messageOf = (error: unknown): string =>
	(error instanceof Error ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}` : String(error)).split('\n')[0] ?? '';

const isMissing = (error: unknown): boolean =>
	error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
