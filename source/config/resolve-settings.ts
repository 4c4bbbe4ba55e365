import {z} from 'zod';
import {nearest} from '../core/nearest.js';
import {entryFaults} from './entry-faults.js';
import {parseToml} from './read-toml.js';
import type {Fault} from './fault.js';
import {absolute, expandHome} from './folders.js';
import type {Host} from './host.js';
import {
	leavesOf,
	settingTree,
	type SettingLeaf,
	type SettingSection,
} from './setting.js';
import {variableName} from './variable-name.js';

/** Where a value comes from. */
export type Origin =
	| {readonly kind: 'flag'; readonly flag: string}
	| {readonly kind: 'environment'; readonly variable: string}
	| {
			readonly kind: 'file';
			readonly file: string;
			readonly line: number | undefined;
	  }
	| {readonly kind: 'default'};

/** A setting as it is in force. */
export type SettingInForce = {
	/** `core.server_port`. */
	readonly path: string;
	/** As it was written: sizes as text, paths with `~` expanded. */
	readonly value: unknown;
	readonly origin: Origin;
	readonly description: string;
};

export type SettingsFile = {
	readonly data: Readonly<Record<string, unknown>>;
	readonly locate: (path: readonly string[]) => {
		readonly where: string;
		readonly line: number | undefined;
	};
};

/** By the name of the flag, without dashes, as in the command table. Undefined: not given. */
export type FlagValues = Readonly<Record<string, unknown>>;

type Input = {
	readonly component: string;
	readonly host: Host;
	readonly flags: FlagValues;
	readonly file: SettingsFile | undefined;
};

export type Resolved<Schema extends z.ZodType> =
	| {
			readonly kind: 'resolved';
			readonly settings: z.output<Schema>;
			readonly inForce: readonly SettingInForce[];
			readonly warnings: readonly string[];
	  }
	| {readonly kind: 'faulty'; readonly faults: readonly Fault[]};

type Found = {
	readonly value: unknown;
	readonly origin: Origin;
	readonly where: string;
	readonly line?: number | undefined;
};

/** The settings of a component: command line over environment over file over default. Every fault of all of them is told at once. */
export const resolveSettings = <Schema extends z.ZodType>(
	schema: Schema,
	{component, host, flags, file}: Input,
): Resolved<Schema> => {
	const tree = settingTree(schema);
	const leaves = leavesOf(tree);
	const faults: Fault[] =
		file === undefined
			? []
			: unknownKeys({section: tree, data: file.data, file, all: leaves});
	const inForce: SettingInForce[] = [];
	const merged: Record<string, unknown> = {};
	for (const leaf of leaves) {
		const found =
			fromFlag(leaf, flags) ??
			fromEnvironment({leaf, component, host}) ??
			fromFile(leaf, file) ??
			byDefault(leaf);
		const value =
			leaf.isPath === true && found.origin.kind !== 'default'
				? withPaths({value: found.value, host, origin: found.origin})
				: found.value;
		faults.push(...faultsOf({leaf, value, found, file}));
		inForce.push({
			path: leaf.path.join('.'),
			value,
			origin: found.origin,
			description: leaf.description,
		});
		put(merged, leaf.path, value);
	}

	return faults.length > 0
		? {kind: 'faulty', faults}
		: {
				kind: 'resolved',
				settings: schema.parse(merged),
				inForce,
				warnings: unknownVariables({component, host, leaves}),
			};
};

const unknownKeys = ({
	section,
	data,
	file,
	all,
}: {
	readonly section: SettingSection;
	readonly data: Readonly<Record<string, unknown>>;
	readonly file: SettingsFile;
	readonly all: readonly SettingLeaf[];
}): Fault[] =>
	Object.entries(data).flatMap(([name, value]) => {
		const path = [...section.path, name];
		const member = section.members.get(name);
		if (member === undefined) {
			return [
				{
					...file.locate(path),
					message: `unknown ${isTable(value) ? 'section' : 'key'} "${path.join('.')}"${hint({name, path, section, all})}`,
				},
			];
		}

		if (member.kind === 'setting') {
			return [];
		}

		return isTable(value)
			? unknownKeys({section: member, data: value, file, all})
			: [
					{
						...file.locate(path),
						message: `"${path.join('.')}" must be a section [${path.join('.')}], not ${shown(value)}`,
					},
				];
	});

/** What may have been meant: a key of that name elsewhere, or the nearest one here. */
const hint = ({
	name,
	path,
	section,
	all,
}: {
	readonly name: string;
	readonly path: readonly string[];
	readonly section: SettingSection;
	readonly all: readonly SettingLeaf[];
}): string => {
	const near = nearest(name, section.members.keys());
	if (near !== undefined) {
		return `; did you mean "${near}"?`;
	}

	const elsewhere = all.find((leaf) => leaf.path.at(-1) === name);
	if (elsewhere !== undefined) {
		return `; "${name}" belongs into [${elsewhere.path.slice(0, -1).join('.')}]`;
	}

	const whole = nearest(
		path.join('.'),
		all.map((leaf) => leaf.path.join('.')),
	);
	return whole === undefined
		? `; known here: ${section.members.keys().toArray().join(', ')}`
		: `; did you mean "${whole}"?`;
};

const faultsOf = ({
	leaf,
	value,
	found,
	file,
}: {
	readonly leaf: SettingLeaf;
	readonly value: unknown;
	readonly found: Found;
	readonly file: SettingsFile | undefined;
}): Fault[] => {
	const checked = leaf.schema.safeParse(value);
	if (checked.success) {
		return [];
	}

	if (!leaf.isTable) {
		return [
			{
				where: found.where,
				line: found.line,
				message: `${nameFor(found, leaf.path)} must be ${leaf.must}, not ${shown(found.value)}${meant(leaf, value)}`,
			},
		];
	}

	if (!isTable(value)) {
		return [
			{
				where: found.where,
				line: found.line,
				message: `${nameFor(found, leaf.path)} must be a table [${leaf.path.join('.')}], not ${shown(found.value)}`,
			},
		];
	}

	if (leaf.entryKeys !== undefined) {
		return entryFaults({
			issues: checked.error.issues,
			table: value,
			known: leaf.entryKeys,
		}).map(({path: inside, message}) => {
			const path = [...leaf.path, ...inside];
			const place =
				file !== undefined && found.origin.kind === 'file'
					? file.locate(path)
					: {where: found.where};
			return {...place, message: `${nameFor(found, path)} ${message}`};
		});
	}

	const wrong = new Set(
		checked.error.issues.map((issue) => String(issue.path[0])),
	);
	return [...wrong].map((name) => {
		const path = [...leaf.path, name];
		const place =
			file !== undefined && found.origin.kind === 'file'
				? file.locate(path)
				: {where: found.where};
		return {
			...place,
			message: `${nameFor(found, path)} must be ${leaf.must}, not ${shown(value[name])}`,
		};
	});
};

const nameFor = (found: Found, path: readonly string[]): string =>
	found.origin.kind === 'flag' ? found.where : path.join('.');

const meant = (leaf: SettingLeaf, value: unknown): string => {
	const schema =
		leaf.schema instanceof z.ZodPrefault ? leaf.schema.unwrap() : leaf.schema;
	const near =
		typeof value === 'string' && schema instanceof z.ZodEnum
			? nearest(value, schema.options.map(String))
			: undefined;
	return near === undefined ? '' : `; did you mean "${near}"?`;
};

const shown = (value: unknown): string => {
	const written = JSON.stringify(value) ?? String(value);
	return written.length > 80 ? `${written.slice(0, 77)}...` : written;
};

const fromFlag = (leaf: SettingLeaf, flags: FlagValues): Found | undefined => {
	if (leaf.flag === undefined || flags[leaf.flag] === undefined) {
		return undefined;
	}

	const flag = `--${leaf.flag}`;
	const given = flags[leaf.flag];
	return {
		value: typeof given === 'string' ? fromText(leaf, given) : given,
		origin: {kind: 'flag', flag},
		where: flag,
	};
};

const fromEnvironment = ({
	leaf,
	component,
	host,
}: {
	readonly leaf: SettingLeaf;
	readonly component: string;
	readonly host: Host;
}): Found | undefined => {
	const variable = variableName(component, leaf.path);
	const given = host.environment[variable];
	return given === undefined || given === ''
		? undefined
		: {
				value: fromText(leaf, given),
				origin: {kind: 'environment', variable},
				where: variable,
			};
};

const fromFile = (
	leaf: SettingLeaf,
	file: SettingsFile | undefined,
): Found | undefined => {
	let inside: unknown = file?.data;
	for (const name of leaf.path) {
		inside =
			isTable(inside) && Object.hasOwn(inside, name) ? inside[name] : undefined;
	}

	if (file === undefined || inside === undefined) {
		return undefined;
	}

	const {where, line} = file.locate(leaf.path);
	return {
		value: inside,
		origin: {kind: 'file', file: where, line},
		where,
		line,
	};
};

const byDefault = (leaf: SettingLeaf): Found => ({
	value: leaf.default,
	origin: {kind: 'default'},
	where: 'default',
});

/**
A value from text, as flags and the environment give it: the first of these that the setting takes. The text itself; yes or no; a TOML value; a list with commas between. Else the text, for the message.
*/
const fromText = (leaf: SettingLeaf, written: string): unknown => {
	const candidates = [
		written,
		tomlValue(written),
		switches[written.toLowerCase()],
		written
			.split(',')
			.map((item) => item.trim())
			.filter((item) => item !== ''),
	];
	return (
		candidates.find(
			(candidate) =>
				candidate !== undefined && leaf.schema.safeParse(candidate).success,
		) ?? written
	);
};

const switches: Readonly<Record<string, boolean>> = {
	1: true,
	yes: true,
	on: true,
	true: true,
	0: false,
	no: false,
	off: false,
	false: false,
};

const tomlValue = (written: string): unknown => {
	try {
		return parseToml(`value = ${written}`)['value'];
	} catch {
		return undefined;
	}
};

/** A relative path is meant from where it was written: the current folder, or the file's own. */
const withPaths = ({
	value,
	host,
	origin,
}: {
	readonly value: unknown;
	readonly host: Host;
	readonly origin: Origin;
}): unknown => {
	const from =
		origin.kind === 'file' ? absolute(host, `${origin.file}/..`) : host.cwd;
	const expand = (item: unknown): unknown =>
		typeof item === 'string' && item !== ''
			? absolute(host, expandHome(host, item), from)
			: item;
	return Array.isArray(value)
		? value.map((item) => expand(item))
		: expand(value);
};

/** A variable that begins like ours and names no setting is most likely a slip of the pen. */
const unknownVariables = ({
	component,
	host,
	leaves,
}: {
	readonly component: string;
	readonly host: Host;
	readonly leaves: readonly SettingLeaf[];
}): string[] => {
	const known = new Set(
		leaves.map((leaf) => variableName(component, leaf.path)),
	);
	return Object.keys(host.environment)
		.filter(
			(name) =>
				name.startsWith(`LIFEBLOOD_${component.toUpperCase()}_`) &&
				!known.has(name),
		)
		.map((name) => {
			const near = nearest(name, known);
			return `${name}: there is no such setting${near === undefined ? '' : `; did you mean ${near}?`}`;
		});
};

const put = (
	target: Record<string, unknown>,
	path: readonly string[],
	value: unknown,
): void => {
	let inside = target;
	for (const name of path.slice(0, -1)) {
		const next = inside[name];
		const table: Record<string, unknown> = isTable(next) ? next : {};
		inside[name] = table;
		inside = table;
	}

	inside[path.at(-1) ?? ''] = value;
};

const isTable = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
