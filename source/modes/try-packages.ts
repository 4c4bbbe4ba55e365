import {configFolder} from '../config/folders.js';
import {thisHost} from '../config/host.js';
import {loadPackages} from '../config/packages.js';
import {FarmError} from '../core/errors.js';
import type {JsonObject} from '../core/json.js';
import {standardPackageArguments} from '../core/package-arguments.js';
import type {Packages} from '../core/packages.js';
import {resolveEnvironment} from '../worker/resolve-environment.js';
import {
	choosePackages,
	type ChosenPackage,
} from '../worker/resolvers/choose-packages.js';
import type {CommandContext, ExitStatus} from './context.js';
import {definedOnes} from './defined-ones.js';
import {parsePackage} from './parse-package.js';

/** `resolver test PACKAGE...` */
export const tryPackages = async ({
	flags,
	output,
	arguments: words,
}: CommandContext): Promise<ExitStatus> => {
	const host = thisHost();
	const user = flags.text('user');
	const given: JsonObject = {
		...packagesOf(words),
		...(user !== undefined && {user}),
	};
	const {folder} = configFolder(host, flags.text('config-dir'));
	const {packages} = await loadPackages(folder);
	const environment = definedOnes(host.environment);
	const resolved = resolveEnvironment({
		request: {resolver: 'standard', arguments: given},
		fallback: {resolver: 'standard', arguments: {}},
		environment,
		packages,
	});
	const isJson = flags.toggle('json') === true;
	if (resolved.kind === 'failed') {
		if (isJson) {
			output.printJson({resolved: false, message: resolved.message});
		} else {
			output.message(`lifeblood: ${resolved.message}`);
		}

		return 1;
	}

	const chosen = chosenOf(packages, given);
	const changed = Object.entries(resolved.environment).filter(
		([name, value]) => environment[name] !== value,
	);
	if (isJson) {
		output.printJson({
			resolved: true,
			packages: Object.fromEntries(
				chosen.map(({name, version}) => [name, version]),
			),
			environment: Object.fromEntries(changed),
		});
		return 0;
	}

	for (const {name, version, label} of chosen) {
		output.print(`${name} ${version}${label === '' ? '' : `  ${label}`}`);
	}

	for (const [name, value] of changed) {
		output.print(`${name}=${withoutOld(name, value, environment[name] ?? '')}`);
	}

	return 0;
};

/** `NAME`, `NAME~=3.4`, `NAME=20.0`. */
const packagesOf = (words: readonly string[]): Record<string, string> =>
	Object.fromEntries(
		words.map((word) => {
			const parsed = parsePackage(word);
			if (parsed === undefined) {
				throw new FarmError(
					'INVALID',
					`"${word}" names no package: write NAME, or a NAME with a version range as in 'blender~=3.4'.`,
				);
			}

			return [`package.${parsed.name}`, parsed.range];
		}),
	);

const chosenOf = (
	packages: Packages,
	given: JsonObject,
): readonly ChosenPackage[] => {
	const asked = standardPackageArguments(given);
	const choice =
		asked.kind === 'fault' ? asked : choosePackages(packages, asked.ranges);
	return choice.kind === 'chosen' ? choice.packages : [];
};

/** What a variable held before is not repeated, as a shell would write it. */
const withoutOld = (name: string, value: string, old: string): string =>
	old === '' ? value : value.replace(old, () => `$${name}`);
