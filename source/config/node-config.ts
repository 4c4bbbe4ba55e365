import fs from 'node:fs/promises';
import path from 'node:path';
import {z} from 'zod';
import {FarmError} from '../core/errors.js';
import type {JsonObject} from '../core/json.js';
import {faultError, type Fault} from './fault.js';
import {presetFolder} from './preset-files.js';
import {readToml, type TomlFile} from './read-toml.js';

/** What scheduler/nodes/ of the configuration folder says. */
export type NodeConfig = {
	/** Node type → the values that its expressions see as `config[...]`. */
	readonly config: Readonly<Record<string, JsonObject>>;
	/** Node type → name → parameters. */
	readonly presets: Presets;
	/** Node type → the preset that a new node of that type starts with. */
	readonly initialPreset: Readonly<Record<string, string>>;
};

type Presets = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

/** What is wrong with a preset of this node type. `path` leads on from the parameters. */
export type CheckPreset = (
	type: string,
	parameters: JsonObject,
) => Promise<
	ReadonlyArray<{
		readonly path: ReadonlyArray<string | number>;
		readonly message: string;
	}>
>;

const jsonTable = z.record(z.string(), z.json());

/**
Read `scheduler/nodes/config.toml`, `defaults.toml` and `settings/TYPE/NAME.toml`. What is not there is empty.

@throws {FarmError} `INVALID`, one line per fault
*/
export const loadNodeConfig = async (
	folder: string,
	checkPreset: CheckPreset = async () => [],
): Promise<NodeConfig> => {
	const nodes = path.join(folder, 'scheduler', 'nodes');
	const faults: Fault[] = [];
	const config = tablesOf(
		await readToml(path.join(nodes, 'config.toml')),
		faults,
	);
	const presets = await readPresets(presetFolder(folder), {
		faults,
		checkPreset,
	});
	const initialPreset = initialOf(
		await readToml(path.join(nodes, 'defaults.toml')),
		presets,
		faults,
	);
	if (faults.length > 0) {
		throw faultError(faults);
	}

	return {config, presets, initialPreset};
};

const readPresets = async (
	folder: string,
	{
		faults,
		checkPreset,
	}: {readonly faults: Fault[]; readonly checkPreset: CheckPreset},
): Promise<Presets> => {
	// Names are people's: one of them may be `__proto__`.
	const presets = new Map<string, Record<string, JsonObject>>();
	for (const type of await namesIn(folder, 'folders')) {
		const own = new Map<string, JsonObject>();
		// eslint-disable-next-line no-await-in-loop -- few and small, and faults come in order
		for (const file of await namesIn(path.join(folder, type), 'files')) {
			const read = await readToml(path.join(folder, type, file)); // eslint-disable-line no-await-in-loop -- likewise
			if (read.kind === 'absent') {
				continue;
			}

			if (read.kind === 'faulty') {
				faults.push(read.fault);
				continue;
			}

			const parameters = jsonTable.parse(read.data);
			// eslint-disable-next-line no-await-in-loop -- likewise
			for (const {path: place, message} of await checkPreset(
				type,
				parameters,
			)) {
				faults.push({
					...read.locate(place.map(String)),
					message,
				});
			}

			own.set(path.basename(file, '.toml'), parameters);
		}

		presets.set(type, Object.fromEntries(own));
	}

	return Object.fromEntries(presets);
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

/** `TYPE = "NAME"`: the preset that a new node of that type starts with. */
const initialOf = (
	read: TomlFile,
	presets: Presets,
	faults: Fault[],
): Record<string, string> => {
	const initial: Record<string, string> = {};
	for (const [type, {content, place}] of entriesOf(read, faults)) {
		if (typeof content !== 'string') {
			faults.push({
				...place,
				message: `"${type}" must be the name of settings in quotes`,
			});
		} else if (Object.hasOwn(presets[type] ?? {}, content)) {
			initial[type] = content;
		} else {
			faults.push({
				...place,
				message: `there are no settings "${content}" for "${type}": settings/${type}/${content}.toml is not there`,
			});
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
