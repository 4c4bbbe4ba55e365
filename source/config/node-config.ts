import fs from 'node:fs/promises';
import path from 'node:path';
import {z} from 'zod';
import {FarmError} from '../core/errors.js';
import type {JsonObject} from '../core/json.js';
import {faultError, type Fault} from './fault.js';
import {readToml, type TomlFile} from './read-toml.js';

/** What scheduler/nodes/ of the configuration folder says. */
export type NodeConfig = {
	/** Node type → the values that its expressions see as `config[...]`. */
	readonly config: Readonly<Record<string, JsonObject>>;
	/** Node type → parameters that a new node of that type starts with. */
	readonly initial: Readonly<Record<string, JsonObject>>;
	/** Node type → name → parameters: the presets there are. */
	readonly settings: Readonly<
		Record<string, Readonly<Record<string, JsonObject>>>
	>;
};

const jsonTable = z.record(z.string(), z.json());

/**
Read `scheduler/nodes/config.toml`, `defaults.toml` and `settings/TYPE/NAME.toml`. What is not there is empty.

@throws {FarmError} `INVALID`, one line per fault
*/
export const loadNodeConfig = async (folder: string): Promise<NodeConfig> => {
	const nodes = path.join(folder, 'scheduler', 'nodes');
	const faults: Fault[] = [];
	const config = tablesOf(
		await readToml(path.join(nodes, 'config.toml')),
		faults,
	);
	const settings = await readSettings(path.join(nodes, 'settings'), faults);
	const initial = initialOf(
		await readToml(path.join(nodes, 'defaults.toml')),
		settings,
		faults,
	);
	if (faults.length > 0) {
		throw faultError(faults);
	}

	return {config, initial, settings};
};

const readSettings = async (
	folder: string,
	faults: Fault[],
): Promise<Record<string, Record<string, JsonObject>>> => {
	const settings: Record<string, Record<string, JsonObject>> = {};
	for (const type of await namesIn(folder, 'folders')) {
		const presets: Record<string, JsonObject> = {};
		// eslint-disable-next-line no-await-in-loop -- few and small, and faults come in order
		for (const file of await namesIn(path.join(folder, type), 'files')) {
			const read = await readToml(path.join(folder, type, file)); // eslint-disable-line no-await-in-loop -- likewise
			if (read.kind === 'faulty') {
				faults.push(read.fault);
			} else if (read.kind === 'read') {
				presets[path.basename(file, '.toml')] = jsonTable.parse(read.data);
			}
		}

		settings[type] = presets;
	}

	return settings;
};

/** A section a node type. */
const tablesOf = (
	read: TomlFile,
	faults: Fault[],
): Record<string, JsonObject> => {
	const tables: Record<string, JsonObject> = {};
	for (const [type, value] of entriesOf(read, faults)) {
		const parsed = jsonTable.safeParse(value.content);
		if (parsed.success) {
			tables[type] = parsed.data;
		} else {
			faults.push({
				...value.place,
				message: `"${type}" must be a section [${type}], one for a node type`,
			});
		}
	}

	return tables;
};

/** `TYPE = "NAME"`: the name of the settings that a new node of that type starts with. */
const initialOf = (
	read: TomlFile,
	settings: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>,
	faults: Fault[],
): Record<string, JsonObject> => {
	const initial: Record<string, JsonObject> = {};
	for (const [type, {content, place}] of entriesOf(read, faults)) {
		const preset =
			typeof content === 'string' ? settings[type]?.[content] : undefined;
		if (typeof content !== 'string') {
			faults.push({
				...place,
				message: `"${type}" must be the name of settings in quotes`,
			});
		} else if (preset === undefined) {
			faults.push({
				...place,
				message: `there are no settings "${content}" for "${type}": settings/${type}/${content}.toml is not there`,
			});
		} else {
			initial[type] = preset;
		}
	}

	return initial;
};

type Entry = {
	readonly content: unknown;
	readonly place: {readonly where: string; readonly line: number | undefined};
};

const entriesOf = (read: TomlFile, faults: Fault[]): Array<[string, Entry]> => {
	switch (read.kind) {
		case 'absent': {
			return [];
		}

		case 'faulty': {
			faults.push(read.fault);
			return [];
		}

		case 'read': {
			return Object.entries(read.data).map(([name, content]) => [
				name,
				{content, place: read.locate([name])},
			]);
		}
	}
};

const namesIn = async (
	folder: string,
	what: 'folders' | 'files',
): Promise<string[]> => {
	try {
		const entries = await fs.readdir(folder, {withFileTypes: true});
		return entries
			.filter((entry) =>
				what === 'folders'
					? entry.isDirectory()
					: !entry.isDirectory() && entry.name.endsWith('.toml'),
			)
			.map((entry) => entry.name)
			.toSorted();
	} catch (error) {
		if (
			error instanceof Error &&
			'code' in error &&
			(error.code === 'ENOENT' || error.code === 'ENOTDIR')
		) {
			return [];
		}

		throw new FarmError(
			'INVALID',
			`${folder}: cannot be read: ${error instanceof Error ? error.message : String(error)}`,
			{cause: error},
		);
	}
};
