import {configFolder} from '../config/folders.js';
import {thisHost} from '../config/host.js';
import {loadPackages} from '../config/packages.js';
import {
	addPackages,
	replacePackages,
	type WrittenPackages,
} from '../config/write-packages.js';
import {reasonOf} from '../config/writable-folder.js';
import {FarmError} from '../core/errors.js';
import type {PackageVersion} from '../core/packages.js';
import {compareVersions} from '../core/version-order.js';
import {packagesFound} from '../worker/software/scan-software.js';
import type {CommandContext, ExitStatus} from './context.js';
import {counted} from './human.js';
import {scanHere} from './scan-here.js';
import {tableLines} from './table.js';
import {tryPackages} from './try-packages.js';

/** `resolver scan`, `resolver generate`, `resolver list` and `resolver test`. */
export const run = async (context: CommandContext): Promise<ExitStatus> => {
	switch (context.command) {
		case 'resolver scan': {
			return scan(context);
		}

		case 'resolver generate': {
			return generate(context);
		}

		case 'resolver list': {
			return list(context);
		}

		default: {
			return tryPackages(context);
		}
	}
};

const scan = async ({flags, output}: CommandContext): Promise<ExitStatus> => {
	const {found, unknown} = await scanHere(thisHost());
	if (flags.toggle('json') === true) {
		output.printJson([
			...found.map(({name, version, label, program, env}) => ({
				package: name,
				version,
				label,
				program,
				env: envJson(env),
				problem: null,
			})),
			...unknown.map(({name, program, why}) => ({
				package: name,
				version: null,
				label: '',
				program,
				env: {},
				problem: why,
			})),
		]);
		return 0;
	}

	output.print(
		tableLines(
			[
				{title: 'PACKAGE'},
				{title: 'VERSION'},
				{title: 'LABEL', shrinksTo: 10},
				{title: 'PROGRAM', shrinksTo: 20},
			],
			found.map(({name, version, label, program}) => [
				name,
				version,
				label,
				program,
			]),
			output.columns(),
		).join('\n'),
	);
	for (const {name, program, why} of unknown) {
		output.message(`${name}: ${program} ${why}`);
	}

	return 0;
};

const generate = async ({
	flags,
	output,
}: CommandContext): Promise<ExitStatus> => {
	const host = thisHost();
	const {folder} = configFolder(host, flags.text('config-dir'));
	const isForced = flags.toggle('force') === true;
	if (!isForced) {
		// Its faults are told before anybody waits for the scan.
		await loadPackages(folder);
	}

	const found = await scanHere(host);
	const packages = packagesFound(found);
	const written = await orStorage(
		isForced
			? replacePackages(folder, packages)
			: addPackages(folder, packages),
	);
	for (const {name, program, why} of found.unknown) {
		output.message(`${name}: ${program} ${why}`);
	}

	if (flags.toggle('json') === true) {
		output.printJson(written);
		return 0;
	}

	output.print(resultText(written));
	for (const {name, version} of written.added) {
		output.print(`${name} ${version}`);
	}

	return 0;
};

const resultText = ({file, result, added, kept}: WrittenPackages): string => {
	switch (result) {
		case 'written': {
			return `${file}: written, with ${counted(added.length, 'version')}`;
		}

		case 'replaced': {
			return `${file}: written anew, with ${counted(added.length, 'version')}; the old one is ${file}.old`;
		}

		case 'added': {
			return `${file}: ${counted(added.length, 'version')} added, ${kept.length} kept`;
		}

		case 'kept': {
			return `${file}: nothing was found that is not in it already; ${kept.length} kept`;
		}
	}
};

const list = async ({flags, output}: CommandContext): Promise<ExitStatus> => {
	const {folder} = configFolder(thisHost(), flags.text('config-dir'));
	const {packages, file, isAbsent} = await loadPackages(folder);
	const rows = Object.entries(packages)
		.toSorted(([a], [b]) => (a < b ? -1 : 1))
		.flatMap(([name, versions]) =>
			Object.entries(versions)
				.toSorted(([a], [b]) => compareVersions(a, b))
				.map(([version, settings]) => ({name, version, ...settings})),
		);
	if (flags.toggle('json') === true) {
		output.printJson(
			rows.map(({name, version, label, priority, env}) => ({
				package: name,
				version,
				label,
				priority,
				env: envJson(env),
			})),
		);
		return 0;
	}

	if (isAbsent) {
		output.message(
			`There is no ${file}: "lifeblood resolver generate" writes it, and so does the first worker that runs here.`,
		);
	}

	output.print(
		tableLines(
			[
				{title: 'PACKAGE', shrinksTo: 10},
				{title: 'VERSION'},
				{title: 'PRIORITY', align: 'right'},
				{title: 'LABEL', shrinksTo: 10},
			],
			rows.map(({name, version, label, priority}) => [
				name,
				version,
				String(priority),
				label,
			]),
			output.columns(),
		).join('\n'),
	);
	return 0;
};

/** As it would stand in the file. */
const envJson = (env: PackageVersion['env']): Record<string, unknown> =>
	Object.fromEntries(
		Object.entries(env).map(([variable, change]) => [
			variable,
			change.kind === 'set'
				? change.values
				: {prepend: change.prepend, append: change.append},
		]),
	);

const orStorage = async (
	writing: Promise<WrittenPackages>,
): Promise<WrittenPackages> => {
	try {
		return await writing;
	} catch (error) {
		throw error instanceof FarmError
			? error
			: new FarmError(
					'STORAGE',
					`The packages cannot be written (${reasonOf(error)}): choose another folder with --config-dir or LIFEBLOOD_CONFIG_LOCATION.`,
					{cause: error},
				);
	}
};
