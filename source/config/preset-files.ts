import {Buffer} from 'node:buffer';
import fs from 'node:fs/promises';
import path from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {stringify} from 'smol-toml';
import writeFileAtomic from 'write-file-atomic';
import {FarmError} from '../core/errors.js';
import type {Json, JsonObject} from '../core/json.js';
import {readToml} from './read-toml.js';

/** Bytes: with the ending, and one of a few letters while it is written, it fits into the 255 of nearly every file system. */
const longestName = 200;

export type Preset = {
	/** The node type's name. */
	readonly type: string;
	readonly name: string;
	readonly parameters: JsonObject;
};

/** The files of node presets, `scheduler/nodes/settings/TYPE/NAME.toml`, as they are changed while a scheduler runs. */
export type PresetFiles = {
	/**
	Replaces the file at once. One that says the same already is left alone, comments and all.

	@throws {FarmError} `CONFLICT` where there is another one and it is not to be replaced; `INVALID` where its type, name or parameters cannot be in a file
	*/
	readonly save: (
		preset: Preset,
		options: {readonly isReplacing: boolean},
	) => Promise<void>;
	/** One that is not there stays away. */
	readonly remove: (preset: Pick<Preset, 'type' | 'name'>) => Promise<void>;
};

export const createPresetFiles = (folder: string): PresetFiles => ({
	async save({type, name, parameters}, {isReplacing}) {
		const file = fileOf(folder, {type, name});
		const text = textOf(parameters);
		const known = await readToml(file);
		if (known.kind === 'read' && isDeepStrictEqual(known.data, parameters)) {
			return;
		}

		if (!isReplacing && known.kind !== 'absent') {
			throw new FarmError(
				'CONFLICT',
				`There is a preset "${name}" for ${type} already, in ${file}: choose another name, or say that it is to be replaced.`,
			);
		}

		await fs.mkdir(path.dirname(file), {recursive: true});
		await writeFileAtomic(file, text);
	},
	async remove(preset) {
		await fs.rm(fileOf(folder, preset), {force: true});
	},
});

/** Where the presets of a configuration folder are. */
export const presetFolder = (folder: string): string =>
	path.join(folder, 'scheduler', 'nodes', 'settings');

const fileOf = (
	folder: string,
	{type, name}: Pick<Preset, 'type' | 'name'>,
): string => {
	for (const [what, word] of [
		['node type', type],
		['preset', name],
	] as const) {
		if (/^\.|[\p{Control}"*\/:<>?\\\|]/v.test(word)) {
			throw new FarmError(
				'INVALID',
				String.raw`The name of a ${what} that is kept in a file begins with no dot and holds none of / \ : * ? " < > |, unlike "${word}".`,
			);
		}
	}

	if (Buffer.byteLength(name) > longestName) {
		throw new FarmError(
			'INVALID',
			`The name of a preset that is kept in a file has no more than ${longestName} bytes, unlike "${name.slice(0, 40)}…".`,
		);
	}

	return path.join(presetFolder(folder), type, `${name}.toml`);
};

const textOf = (parameters: JsonObject): string => {
	for (const [name, value] of Object.entries(parameters)) {
		if (holdsNull(value)) {
			throw new FarmError(
				'INVALID',
				`Parameter "${name}" holds null, for which TOML has no word: it cannot be in a preset.`,
			);
		}
	}

	return stringify(parameters);
};

const holdsNull = (value: Json): boolean =>
	value === null ||
	(typeof value === 'object' &&
		Object.values(value as Readonly<Record<string, Json>>).some((member) =>
			holdsNull(member),
		));
