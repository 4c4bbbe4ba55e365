import type {JsonObject} from './json.js';
import {isVersionRange} from './version-range.js';

type Asked =
	| {
			readonly kind: 'asked';
			/** By the name of the package, as it was written; empty: any version. */
			readonly ranges: ReadonlyMap<string, string>;
			/** The names of all other arguments. */
			readonly others: readonly string[];
	  }
	| {readonly kind: 'fault'; readonly message: string};

const prefix = 'package.';

/** The packages that arguments of an environment resolver ask for: `package.NAME = RANGE`. What a range means is the resolver's. */
export const packageArguments = (given: JsonObject): Asked => {
	const ranges = new Map<string, string>();
	const others: string[] = [];
	for (const [argument, value] of Object.entries(given)) {
		if (!argument.startsWith(prefix)) {
			others.push(argument);
			continue;
		}

		const name = argument.slice(prefix.length);
		if (name === '') {
			return {
				kind: 'fault',
				message: `The argument "${prefix}" names no package; write ${prefix}NAME.`,
			};
		}

		if (typeof value !== 'string' && typeof value !== 'number') {
			return {
				kind: 'fault',
				message: `The argument "${argument}" is ${JSON.stringify(value)}, but it must be a version range in quotes, such as "~=3.4"; "" is any version.`,
			};
		}

		ranges.set(name, String(value).trim());
	}

	return {kind: 'asked', ranges, others};
};

/** As `packageArguments`, for the resolver "standard", whose ranges are those of capabilities. */
export const standardPackageArguments = (given: JsonObject): Asked => {
	const asked = packageArguments(given);
	if (asked.kind === 'fault') {
		return asked;
	}

	for (const [name, range] of asked.ranges) {
		if (!isVersionRange(range)) {
			return {
				kind: 'fault',
				message: `The argument "${prefix}${name}" is ${JSON.stringify(range)}, which is no version range; write it like ~=3.4, >=20.5 or 20.0.`,
			};
		}
	}

	return asked;
};
