import semver from 'semver';

/**
Whether a version lies in a range. Versions may be loose: `4.2`, `550.54`, `535.104.05`, `v1.2.3`; what is no number at all, as `gold`, is in the range of the same text.

Ranges are npm's (`>=550`, `^4.1`, `1 || 2`; `20.0` is any 20.0.x), and Python's compatible release: `~=1.2.3` is `>=1.2.3 <1.3.0`, and `~=3.4` is `>=3.4 <4`. An empty range is any version. A range that cannot be read holds no version.
*/
export const satisfies = (version: string, range: string): boolean => {
	const text = range.trim();
	if (isAny(text) || text === version.trim()) {
		return true;
	}

	const parsedVersion = parseVersion(version);
	const parsedRange = rangeOf(text);
	return (
		parsedVersion !== undefined && parsedRange?.test(parsedVersion) === true
	);
};

/** Whether this is a range that `satisfies` understands. */
export const isVersionRange = (range: string): boolean =>
	range.trim() === '' ||
	rangeOf(range.trim()) !== undefined ||
	/^[A-Za-z][\w+\-.]*$/v.test(range.trim());

/** The range of what lies in both. */
export const intersection = (left: string, right: string): string => {
	const [a, b] = [left.trim(), right.trim()];
	if (a === b || isAny(b)) {
		return a;
	}

	return isAny(a)
		? b
		: a
				.split('||')
				.flatMap((one) =>
					b.split('||').map((other) => `${one.trim()} ${other.trim()}`),
				)
				.join(' || ');
};

const isAny = (range: string): boolean => range === '' || range === '*';

const parseVersion = (text: string): semver.SemVer | undefined => {
	const match =
		/^\s*v?(?<major>\d{1,15})(?:\.(?<minor>\d{1,15}))?(?:\.(?<patch>\d{1,15}))?(?:\.\d+)*(?:-(?<prerelease>[\d\-.A-Za-z]+))?/v.exec(
			text,
		);
	if (!match?.groups) {
		return undefined;
	}

	const {major, minor = '0', patch = '0', prerelease} = match.groups;
	const whole = [major, minor, patch].map(Number).join('.');
	// What follows a version is not always a pre-release by the rules (`-01`): it is left out then.
	return (
		semver.parse(prerelease === undefined ? whole : `${whole}-${prerelease}`) ??
		semver.parse(whole) ??
		undefined
	);
};

/** Ranges come from nodes' parameters and are few; those that expressions make must not fill the memory. */
const mostRanges = 1000;
const ranges = new Map<string, semver.Range | undefined>();

const rangeOf = (text: string): semver.Range | undefined => {
	if (ranges.has(text)) {
		return ranges.get(text);
	}

	if (ranges.size >= mostRanges) {
		ranges.clear();
	}

	const range = parseRange(text);
	ranges.set(text, range);
	return range;
};

const parseRange = (text: string): semver.Range | undefined => {
	const plain = text
		.replaceAll(',', ' ')
		// Semantic versions have neither a fourth number nor leading zeros; drivers and builds do.
		.replaceAll(/(?<!\d)(?<release>\d+\.\d+\.\d+)(?:\.\d+)+/gv, '$<release>')
		.replaceAll(/(?<![\w\-])v?0+(?=\d)/gv, '')
		.replaceAll(/(?<=\d\.)0+(?=\d)/gv, '')
		.replaceAll('==', '=')
		.replaceAll(/~=\s*v?(?<version>\d+(?:\.\d+)*)/gv, (_, version: string) =>
			compatibleRelease(version),
		);
	try {
		return new semver.Range(plain, {includePrerelease: true});
	} catch {
		return undefined;
	}
};

const compatibleRelease = (version: string): string => {
	const [major = 0, minor = 0, patch] = version.split('.').map(Number);
	return patch === undefined
		? `>=${major}.${minor}.0 <${major + 1}.0.0-0`
		: `>=${major}.${minor}.${patch} <${major}.${minor + 1}.0-0`;
};
