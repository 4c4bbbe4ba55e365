import path from 'node:path';
import fs from 'node:fs/promises';
import type {z} from 'zod';
import {faultError, faultLines, type Fault} from './fault.js';
import {configFolder, type ConfigFolder} from './folders.js';
import type {Host} from './host.js';
import {readToml} from './read-toml.js';
import {
	resolveSettings,
	type FlagValues,
	type SettingInForce,
} from './resolve-settings.js';
import {schedulerSchema, type SchedulerSettings} from './scheduler-settings.js';
import {configTemplate} from './template.js';
import {viewerSchema, type ViewerSettings} from './viewer-settings.js';
import {workerSchema, type WorkerSettings} from './worker-settings.js';
import {reasonOf} from './writable-folder.js';

export const components = ['scheduler', 'worker', 'viewer'] as const;
export type Component = (typeof components)[number];

export const schemas = {
	scheduler: schedulerSchema,
	worker: workerSchema,
	viewer: viewerSchema,
} as const;

export type LoadInput = {
	readonly host: Host;
	/** `--config-dir` */
	readonly configDirectory?: string | undefined;
	/** By name, as in the command table; undefined: not given. */
	readonly flags?: FlagValues;
	/** Whether to write a file with every setting where there is none. A command that only looks leaves the disk alone. */
	readonly isWriting?: boolean;
};

export type Loaded<Settings> = {
	readonly settings: Settings;
	/** Every setting with its value and where it comes from. */
	readonly inForce: readonly SettingInForce[];
	readonly configuration: ConfigFolder;
	/** The component's file, there or not. */
	readonly file: string;
	/** What the user should know, one line each; nothing that stops anything. */
	readonly warnings: readonly string[];
};

/**
The settings of a component: command line over environment over file over defaults. Paths are absolute, sizes are bytes.

@throws {FarmError} `INVALID`, with one line per fault: file, line, what is wrong, and what was most likely meant
*/
export const loadSchedulerConfig = async (
	input: LoadInput,
): Promise<Loaded<SchedulerSettings>> =>
	load('scheduler', schedulerSchema, input);

/** As `loadSchedulerConfig`. */
export const loadWorkerConfig = async (
	input: LoadInput,
): Promise<Loaded<WorkerSettings>> => load('worker', workerSchema, input);

/** As `loadSchedulerConfig`; for the viewer and for every command that asks a scheduler something. */
export const loadViewerConfig = async (
	input: LoadInput,
): Promise<Loaded<ViewerSettings>> => load('viewer', viewerSchema, input);

export const configFile = (folder: string, component: Component): string =>
	path.join(folder, component, 'config.toml');

/** What is wrong with a component's settings. */
export const settingFaults = async (
	component: Component,
	input: LoadInput,
): Promise<readonly Fault[]> => {
	const outcome = await resolve(component, schemas[component], input);
	return outcome.kind === 'faulty' ? outcome.faults : [];
};

/** As `settingFaults`, one line each. */
export const configFaults = async (
	component: Component,
	input: LoadInput,
): Promise<readonly string[]> =>
	faultLines(await settingFaults(component, input));

/** Write a component's file with every setting, commented out. `kept` where there is one already. */
export const writeConfigTemplate = async (
	folder: string,
	component: Component,
): Promise<'written' | 'kept'> => {
	const file = configFile(folder, component);
	await fs.mkdir(path.dirname(file), {recursive: true});
	try {
		// `wx`: of two that start at once, one writes it.
		await fs.writeFile(file, configTemplate(component, schemas[component]), {
			flag: 'wx',
		});
		return 'written';
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
			return 'kept';
		}

		throw error;
	}
};

type Outcome<Schema extends z.ZodType> =
	| {
			readonly kind: 'loaded';
			readonly loaded: Loaded<z.output<Schema>>;
			readonly isAbsent: boolean;
	  }
	| {readonly kind: 'faulty'; readonly faults: readonly Fault[]};

const load = async <Schema extends z.ZodType>(
	component: Component,
	schema: Schema,
	input: LoadInput,
): Promise<Loaded<z.output<Schema>>> => {
	const outcome = await resolve(component, schema, input);
	if (outcome.kind === 'faulty') {
		throw faultError(outcome.faults);
	}

	const {loaded, isAbsent} = outcome;
	if (!isAbsent || input.isWriting !== true) {
		return loaded;
	}

	try {
		await writeConfigTemplate(loaded.configuration.folder, component);
		return loaded;
	} catch (error) {
		return {
			...loaded,
			warnings: [
				...loaded.warnings,
				`${loaded.file} cannot be written (${reasonOf(error)}); going on with the defaults`,
			],
		};
	}
};

const resolve = async <Schema extends z.ZodType>(
	component: Component,
	schema: Schema,
	{host, configDirectory, flags = {}}: LoadInput,
): Promise<Outcome<Schema>> => {
	const configuration = configFolder(host, configDirectory);
	const file = configFile(configuration.folder, component);
	const read = await readToml(file);
	if (read.kind === 'faulty') {
		return {kind: 'faulty', faults: [read.fault]};
	}

	const resolved = resolveSettings(schema, {
		component,
		host,
		flags,
		file: read.kind === 'read' ? read : undefined,
	});
	if (resolved.kind === 'faulty') {
		return resolved;
	}

	const {settings, inForce, warnings} = resolved;
	return {
		kind: 'loaded',
		loaded: {settings, inForce, configuration, file, warnings},
		isAbsent: read.kind === 'absent',
	};
};
