import {compareVersions} from './version-order.js';

/** What a worker has, by name, with all versions of it that it has; the lowest first. */
export type Capabilities = Readonly<Record<string, readonly string[]>>;

/** As people write it and programs read it: one version as text, several as a list. */
export type WrittenCapabilities = Readonly<
	Record<string, string | readonly string[]>
>;

/** Each version once and in order, whoever wrote it how. Of several tables, what all of them have. */
export const capabilitiesOf = (
	...written: readonly WrittenCapabilities[]
): Capabilities => {
	const versions = new Map<string, string[]>();
	for (const table of written) {
		for (const [name, value] of Object.entries(table)) {
			versions.set(name, [...(versions.get(name) ?? []), ...[value].flat()]);
		}
	}

	return Object.fromEntries(
		[...versions]
			.filter(([, all]) => all.length > 0)
			.map(([name, all]) => [
				name,
				[...new Set(all)].toSorted((a, b) => compareVersions(a, b)),
			]),
	);
};

/** The short form: text where there is one version. */
export const writtenCapabilities = (
	capabilities: Capabilities,
): Record<string, string | string[]> =>
	Object.fromEntries(
		Object.entries(capabilities).map(([name, versions]) => {
			const [only = ''] = versions;
			return [name, versions.length === 1 ? only : [...versions]];
		}),
	);
