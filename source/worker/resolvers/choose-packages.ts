import type {PackageVersion, Packages} from '../../core/packages.js';
import {compareVersions} from '../../core/version-order.js';
import {satisfies} from '../../core/version-range.js';

export type ChosenPackage = PackageVersion & {
	readonly name: string;
	readonly version: string;
};

type Choice =
	| {readonly kind: 'chosen'; readonly packages: readonly ChosenPackage[]}
	| {readonly kind: 'failed'; readonly message: string};

/** Of each package that is asked for the highest version in its range, in the order in which they are to be applied. */
export const choosePackages = (
	packages: Packages,
	ranges: ReadonlyMap<string, string>,
): Choice => {
	const chosen: ChosenPackage[] = [];
	for (const [name, range] of ranges) {
		const versions = Object.hasOwn(packages, name) ? packages[name] : undefined;
		if (versions === undefined) {
			return {kind: 'failed', message: noPackage(packages, name)};
		}

		const known = Object.keys(versions).toSorted((a, b) =>
			compareVersions(a, b),
		);
		const version = known.findLast((candidate) => satisfies(candidate, range));
		const found = version === undefined ? undefined : versions[version];
		if (version === undefined || found === undefined) {
			return {
				kind: 'failed',
				message: `This worker has no version of the package "${name}" in the range ${range}; it has ${known.join(', ')}.`,
			};
		}

		chosen.push({...found, name, version});
	}

	return {kind: 'chosen', packages: chosen.toSorted(byPriority)};
};

const byPriority = (a: ChosenPackage, b: ChosenPackage): number =>
	a.priority === b.priority
		? a.name < b.name
			? -1
			: 1
		: a.priority - b.priority;

const noPackage = (packages: Packages, name: string): string => {
	const known = Object.keys(packages).toSorted();
	return known.length === 0
		? `This worker has no package "${name}", and no other either: "lifeblood resolver generate" on its machine looks for software.`
		: `This worker has no package "${name}"; it has ${known.join(', ')}.`;
};
