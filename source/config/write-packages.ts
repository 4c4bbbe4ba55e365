import {randomUUID} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {stringify} from 'smol-toml';
import writeFileAtomic from 'write-file-atomic';
import {FarmError} from '../core/errors.js';
import {
	usualPriority,
	type Packages,
	type PackageVersion,
} from '../core/packages.js';
import {compareVersions} from '../core/version-order.js';
import {loadPackages, packagesFile} from './packages.js';
import {parseToml} from './read-toml.js';

type Named = {readonly name: string; readonly version: string};

export type WrittenPackages = {
	readonly file: string;
	/** `kept`: it holds all of them already. */
	readonly result: 'written' | 'added' | 'replaced' | 'kept';
	/** What came into the file. */
	readonly added: readonly Named[];
	/** What is in the file besides. */
	readonly kept: readonly Named[];
};

/**
Write the packages of a machine that has no file of them. Of several that do so at once, one writes it, and nobody ever sees a part of it.

@returns false where there is a file already, which is then left alone
*/
export const createPackagesFile = async (
	folder: string,
	packages: Packages,
): Promise<boolean> => {
	const file = packagesFile(folder);
	const draft = `${file}.${randomUUID()}`;
	await fs.mkdir(path.dirname(file), {recursive: true});
	await fs.writeFile(draft, newText(packages));
	try {
		// Unlike a renaming, this fails where the name is taken.
		await fs.link(draft, file);
		return true;
	} catch (error) {
		// Some network shares have no links.
		return codeOf(error) === 'EEXIST'
			? false
			: await createPlainly(file, newText(packages));
	} finally {
		await fs.rm(draft, {force: true});
	}
};

/**
Add packages to those of the file. What is there already stays as it is written, whoever wrote it, comments and all; what is not there comes to its end. The file is replaced at once.

@throws {FarmError} `INVALID` where the file has faults, or is written in a way to which nothing can be added
*/
export const addPackages = async (
	folder: string,
	packages: Packages,
): Promise<WrittenPackages> => {
	const {packages: before, file, isAbsent} = await loadPackages(folder);
	const added = namesIn(packages).filter(
		({name, version}) => before[name]?.[version] === undefined,
	);
	const kept = namesIn(before);
	if (isAbsent && (await createPackagesFile(folder, packages))) {
		return {file, result: 'written', added, kept};
	}

	if (added.length === 0) {
		return {file, result: 'kept', added, kept};
	}

	const text = await fs.readFile(file, 'utf8');
	const addition = sectionsText(packages, added);
	const edited = `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${addition}`;
	if (!isSum(edited, text, addition)) {
		throw new FarmError(
			'INVALID',
			`${file}: its packages are written in a way to which none can be added from here. Add them by hand:\n${addition}`,
		);
	}

	await writeFileAtomic(file, edited);
	return {file, result: 'added', added, kept};
};

/** Write the file anew, whatever is in it; that is kept beside it, with the ending `.old`. */
export const replacePackages = async (
	folder: string,
	packages: Packages,
): Promise<WrittenPackages> => {
	const file = packagesFile(folder);
	await fs.mkdir(path.dirname(file), {recursive: true});
	const isThere = await copied(file, `${file}.old`);
	await writeFileAtomic(file, newText(packages));
	return {
		file,
		result: isThere ? 'replaced' : 'written',
		added: namesIn(packages),
		kept: [],
	};
};

const copied = async (file: string, to: string): Promise<boolean> => {
	try {
		await fs.copyFile(file, to);
		return true;
	} catch (error) {
		if (codeOf(error) === 'ENOENT') {
			return false;
		}

		throw error;
	}
};

const createPlainly = async (file: string, text: string): Promise<boolean> => {
	try {
		await fs.writeFile(file, text, {flag: 'wx'});
		return true;
	} catch (error) {
		if (codeOf(error) === 'EEXIST') {
			return false;
		}

		throw error;
	}
};

const namesIn = (packages: Packages): Named[] =>
	Object.entries(packages)
		.toSorted(([a], [b]) => (a < b ? -1 : 1))
		.flatMap(([name, versions]) =>
			Object.keys(versions)
				.toSorted((a, b) => compareVersions(a, b))
				.map((version) => ({name, version})),
		);

const newText = (packages: Packages): string =>
	`# The software that this machine offers: what the environment resolver "standard" chooses from.
# A worker tells its scheduler these packages as capabilities, such as package.blender, and reads this file again at a HUP.
# "lifeblood resolver generate" adds what it finds and is not here yet; nothing else is changed.
#
# [packages.NAME."VERSION"]
# label = "for people"
# priority = 50                        # lower ones are applied first
# env.PATH.prepend = "/opt/tool/bin"   # or .append; one value, or a list: ["/one", "/two"]
# env.SOMETHING = "a value"
${sectionsText(packages, namesIn(packages))}`;

const sectionsText = (packages: Packages, names: readonly Named[]): string =>
	names
		.map(({name, version}) => {
			const found = packages[name]?.[version];
			return found === undefined ? '' : sectionText({name, version}, found);
		})
		.join('');

const sectionText = (
	{name, version}: Named,
	{label, priority, env}: PackageVersion,
): string =>
	[
		'',
		`[packages.${keyText(name)}.${keyText(version)}]`,
		`label = ${valueText([label])}`,
		...(priority === usualPriority ? [] : [`priority = ${priority}`]),
		...Object.entries(env).flatMap(([variable, change]) => {
			const key = `env.${keyText(variable)}`;
			return change.kind === 'set'
				? [`${key} = ${valueText(change.values)}`]
				: (['prepend', 'append'] as const)
						.filter((way) => change[way].length > 0)
						.map((way) => `${key}.${way} = ${valueText(change[way])}`);
		}),
		'',
	].join('\n');

const keyText = (key: string): string =>
	stringify({[key]: 0})
		.trim()
		.replace(/ = 0$/v, '');

const valueText = (values: readonly string[]): string =>
	stringify({x: values.length === 1 ? values[0] : [...values]})
		.trim()
		.replace(/^x = /v, '');

/** Editing text is never trusted: what comes out must be what was there, with what was added. */
const isSum = (edited: string, text: string, addition: string): boolean => {
	try {
		return isDeepStrictEqual(
			parseToml(edited),
			merged(parseToml(text), parseToml(addition)),
		);
	} catch {
		return false;
	}
};

const merged = (
	base: Readonly<Record<string, unknown>>,
	over: Readonly<Record<string, unknown>>,
): Record<string, unknown> => {
	const result: Record<string, unknown> = {...base};
	for (const [name, value] of Object.entries(over)) {
		const before = result[name];
		result[name] =
			isTable(before) && isTable(value) ? merged(before, value) : value;
	}

	return result;
};

const isTable = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const codeOf = (error: unknown): unknown =>
	error instanceof Error && 'code' in error ? error.code : undefined;
