import path from 'node:path';
import {z} from 'zod';
import {nearest} from '../core/nearest.js';
import {
	usualPriority,
	type Packages,
	type PackageVersion,
	type VariableChange,
} from '../core/packages.js';
import {faultError, faultLines, type Fault} from './fault.js';
import {readToml, type TomlFile} from './read-toml.js';

/** What the standard environment resolver chooses from. */
export type LoadedPackages = {
	readonly packages: Packages;
	/** There or not. */
	readonly file: string;
	readonly isAbsent: boolean;
};

export const packagesFile = (folder: string): string =>
	path.join(folder, 'standard_environment_resolver', 'config.toml');

/**
Read the packages of a configuration folder. A file that is not there holds none.

@throws {FarmError} `INVALID`, one line per fault
*/
export const loadPackages = async (folder: string): Promise<LoadedPackages> => {
	const file = packagesFile(folder);
	const read = await readToml(file);
	const {packages, faults} = parse(read);
	if (faults.length > 0) {
		throw faultError(faults);
	}

	return {packages, file, isAbsent: read.kind === 'absent'};
};

/** What is wrong with the packages of a configuration folder, one line each. */
export const packagesFaults = async (
	folder: string,
): Promise<readonly string[]> => {
	const {faults} = parse(await readToml(packagesFile(folder)));
	return faultLines(faults);
};

type Parsed = {
	readonly packages: Packages;
	readonly faults: readonly Fault[];
};

const parse = (read: TomlFile): Parsed => {
	switch (read.kind) {
		case 'absent': {
			return {packages: {}, faults: []};
		}

		case 'faulty': {
			return {packages: {}, faults: [read.fault]};
		}

		case 'read': {
			const faults: Fault[] = [];
			const packages = readPackages(read.data, (keys, message) => {
				faults.push({...read.locate(keys), message});
			});
			return {packages, faults};
		}
	}
};

/** Notes what is wrong with what stands at a key. */
type Complain = (keys: readonly string[], message: string) => void;

const readPackages = (
	data: Readonly<Record<string, unknown>>,
	complain: Complain,
): Packages => {
	for (const name of Object.keys(data)) {
		if (name !== 'packages') {
			complain(
				[name],
				`unknown key "${name}"; every package is a section [packages.NAME."VERSION"]`,
			);
		}
	}

	const sections = data['packages'] ?? {};
	if (!isTable(sections)) {
		complain(['packages'], '"packages" must be a section');
		return {};
	}

	const packages: Record<string, Record<string, PackageVersion>> = {};
	for (const [name, versions] of Object.entries(sections)) {
		const keys = ['packages', name];
		if (!/^\w[\w\-.]*$/v.test(name)) {
			complain(
				keys,
				`"${name}" cannot be the name of a package: letters, digits, "_", "-" and "." can`,
			);
		} else if (isTable(versions)) {
			packages[name] = readVersions(versions, keys, complain);
		} else {
			complain(
				keys,
				`"packages.${name}" must be a section [packages.${name}."VERSION"]`,
			);
		}
	}

	return packages;
};

const readVersions = (
	sections: Readonly<Record<string, unknown>>,
	keys: readonly string[],
	complain: Complain,
): Record<string, PackageVersion> => {
	const versions: Record<string, PackageVersion> = {};
	for (const [version, section] of Object.entries(sections)) {
		const inside = [...keys, version];
		if (!/^[^\s\p{Control},]{1,256}$/v.test(version)) {
			complain(
				inside,
				`${JSON.stringify(version)} cannot be a version: it has a space or a comma in it`,
			);
		} else if (isTable(section)) {
			versions[version] = readVersion(section, inside, complain);
		} else {
			complain(
				inside,
				known.includes(version)
					? `"${version}" belongs to a version: [${shown(keys)}."VERSION"]`
					: `"${shown(inside)}" must be a section, not ${JSON.stringify(section)}`,
			);
		}
	}

	return versions;
};

const known = ['label', 'priority', 'env'];

const readVersion = (
	section: Readonly<Record<string, unknown>>,
	keys: readonly string[],
	complain: Complain,
): PackageVersion => {
	for (const [name, value] of Object.entries(section)) {
		if (!known.includes(name)) {
			complain(
				[...keys, name],
				`unknown ${isTable(value) ? 'section' : 'key'} "${name}" in [${shown(keys)}]${hint(name, value, keys)}`,
			);
		}
	}

	const {label = '', priority = usualPriority, env = {}} = section;
	if (typeof label !== 'string') {
		complain([...keys, 'label'], '"label" must be text in quotes');
	}

	if (typeof priority !== 'number' || !Number.isFinite(priority)) {
		complain([...keys, 'priority'], '"priority" must be a number');
	}

	if (!isTable(env)) {
		complain(
			[...keys, 'env'],
			'"env" must be a table of variables, as in env.PATH.prepend = "/opt/bin"',
		);
	}

	return {
		label: typeof label === 'string' ? label : '',
		priority: typeof priority === 'number' ? priority : usualPriority,
		env: isTable(env) ? readVariables(env, [...keys, 'env'], complain) : {},
	};
};

/** A dot in a version or a name that is not in quotes makes a section within a section. */
const hint = (
	name: string,
	value: unknown,
	keys: readonly string[],
): string => {
	const near = nearest(name, known);
	if (near !== undefined) {
		return `; did you mean "${near}"?`;
	}

	return isTable(value)
		? `; a name or version with dots in it stands in quotes, as in [packages.${keys[1] ?? ''}."${keys[2] ?? ''}.${name}"]`
		: `; known here: ${known.join(', ')}`;
};

const readVariables = (
	table: Readonly<Record<string, unknown>>,
	keys: readonly string[],
	complain: Complain,
): Record<string, VariableChange> => {
	const changes: Record<string, VariableChange> = {};
	for (const [variable, written] of Object.entries(table)) {
		const inside = [...keys, variable];
		if (variable === '' || /[\0=]/v.test(variable)) {
			complain(
				inside,
				`${JSON.stringify(variable)} cannot be the name of a variable`,
			);
			continue;
		}

		if (!isTable(written)) {
			changes[variable] = {
				kind: 'set',
				values: readValues(written, inside, complain),
			};
			continue;
		}

		for (const way of Object.keys(written)) {
			if (way !== 'prepend' && way !== 'append') {
				complain(
					[...inside, way],
					`unknown key "${way}" of the variable ${variable}; ${variable} = "value" sets it, ${variable}.prepend and ${variable}.append add to it`,
				);
			}
		}

		const added = (way: 'prepend' | 'append'): readonly string[] =>
			Object.hasOwn(written, way)
				? readValues(written[way], [...inside, way], complain)
				: [];
		changes[variable] = {
			kind: 'extend',
			prepend: added('prepend'),
			append: added('append'),
		};
	}

	return changes;
};

const value = z
	.union([z.string(), z.number()])
	.transform(String)
	.refine((text) => !text.includes('\0'));
const values = z.union([value.transform((one) => [one]), z.array(value)]);

const readValues = (
	written: unknown,
	keys: readonly string[],
	complain: Complain,
): readonly string[] => {
	const checked = values.safeParse(written);
	if (checked.success) {
		return checked.data;
	}

	complain(
		keys,
		`"${keys.slice(3).join('.')}" must be text in quotes, a number, or a list of these, not ${JSON.stringify(written)}`,
	);
	return [];
};

/** Keys as they would stand in a header. */
const shown = (keys: readonly string[]): string =>
	keys
		.map((key) => (/^[\w\-]+$/v.test(key) ? key : JSON.stringify(key)))
		.join('.');

const isTable = (
	written: unknown,
): written is Readonly<Record<string, unknown>> =>
	typeof written === 'object' && written !== null && !Array.isArray(written);
