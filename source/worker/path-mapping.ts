import picomatch from 'picomatch';
import type {EnvironmentRequest} from '../core/invocation.js';
import type {Json, JsonObject} from '../core/json.js';
import {createMapPath, createMapPathBack, type PathTable} from './map-path.js';
import {isListOfRooted, mapPathList} from './path-list.js';

/** How a worker speaks of paths: as its machine has them, to processes; or, the other way round, as the farm has them. */
export type PathMapping = {
	/** One path. */
	readonly path: (text: string) => string;
	/** An argument: a path, or `NAME=PATH`, `--name=PATH`, `-nPATH`, or a list of paths. */
	readonly argument: (text: string) => string;
	/** The value of a variable: a path or a list of paths. */
	readonly variable: (text: string) => string;
	/** The arguments of a resolver, which become variables. */
	readonly environment: (request: EnvironmentRequest) => EnvironmentRequest;
	/** The chosen ones of a task's attributes, with all texts that are in them. */
	readonly attributes: (attributes: JsonObject) => JsonObject;
};

/** What a worker's configuration says of paths. */
export type PathSettings = {
	readonly path_mapping: PathTable;
	/** Glob patterns for names of attributes. */
	readonly path_attributes: readonly string[];
};

/** From the farm's words to those of this machine. */
export const mapToHere = (settings: PathSettings): PathMapping =>
	createPathMapping(settings, createMapPath(settings.path_mapping));

/** From the words of this machine to the farm's. */
export const mapToFarm = (settings: PathSettings): PathMapping =>
	createPathMapping(settings, createMapPathBack(settings.path_mapping));

const createPathMapping = (
	{path_mapping: table, path_attributes: patterns}: PathSettings,
	path: (text: string) => string,
): PathMapping => {
	if (Object.keys(table).length === 0) {
		return asItIs;
	}

	const variable = (text: string): string => mapPathList(text, path);
	const isChosen = picomatch([...patterns], {dot: true});
	return {
		path,
		argument: (text) => mapArgument(text, path),
		variable,
		environment: (request) => ({
			...request,
			arguments: mapEach(request.arguments, (value) =>
				mapTexts(value, variable),
			),
		}),
		attributes: (attributes) =>
			mapEach(attributes, (value, name) =>
				isChosen(name) ? mapTexts(value, path) : value,
			),
	};
};

const same = <Value>(value: Value): Value => value;
const asItIs: PathMapping = {
	path: same,
	argument: same,
	variable: same,
	environment: same,
	attributes: same,
};

/** What begins at a root is a path, even with a `=` in it; `host:/path` is on another machine and none of ours. */
const mapArgument = (text: string, path: (text: string) => string): string => {
	const mapped = path(text);
	if (mapped !== text) {
		return mapped;
	}

	const {name = '', value = ''} =
		/^(?<name>[\w\-.]+=)(?<value>.*)$/sv.exec(text)?.groups ??
		/^(?<name>-[A-Za-z])(?<value>(?:[\/\\]|[A-Za-z]:[\/\\]).*)$/sv.exec(text)
			?.groups ??
		{};
	const rest = name === '' ? text : value;
	return `${name}${isListOfRooted(rest) ? mapPathList(rest, path) : path(rest)}`;
};

const mapEach = (
	object: JsonObject,
	map: (value: Json, name: string) => Json,
): JsonObject =>
	Object.fromEntries(
		Object.entries(object).map(([name, value]) => [name, map(value, name)]),
	);

const mapTexts = (value: Json, map: (text: string) => string): Json => {
	if (typeof value === 'string') {
		return map(value);
	}

	if (Array.isArray(value)) {
		return value.map((element: Json) => mapTexts(element, map));
	}

	return typeof value === 'object' && value !== null
		? mapEach(value as JsonObject, (member) => mapTexts(member, map))
		: value;
};
