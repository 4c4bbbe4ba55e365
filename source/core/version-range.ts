import semver from 'semver';
import {compareNumbers} from './version-order.js';

/**
Whether a version lies in a range. Versions may be loose: `4.2`, `550.54`, `535.104.05`, `v1.2.3`; what is no number at all, as `gold`, is in the range of the same text.

Ranges are npm's (`>=550`, `^4.1`, `1 || 2`; `20.0` is any 20.0.x, and `1.2.3` any 1.2.3.x), and Python's compatible release: `~=1.2.3` is `>=1.2.3 <1.3.0`, and `~=3.4` is `>=3.4 <4`. An empty range is any version. A range that cannot be read holds no version.
*/
export const satisfies = (version: string, range: string): boolean => {
	const text = range.trim();
	if (isAny(text) || text === version.trim()) {
		return true;
	}

	const parsed = parseVersion(version);
	return (
		parsed !== undefined &&
		rangeOf(text)?.some(
			({range: ofRelease, bounds}) =>
				ofRelease.test(parsed) &&
				bounds.every((bound) => isWithin(version, bound)),
		) === true
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
const ranges = new Map<string, readonly Alternative[] | undefined>();

type Alternative = {
	/** Of the first three numbers. */
	readonly range: semver.Range;
	/** Of all numbers, where there are more. */
	readonly bounds: readonly Bound[];
};

/** What a version must be, if its first three numbers are those of `numbers`. */
type Bound = {
	readonly operator: '<' | '<=' | '=' | '>' | '>=';
	readonly numbers: readonly number[];
};

const rangeOf = (text: string): readonly Alternative[] | undefined => {
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

const parseRange = (text: string): readonly Alternative[] | undefined => {
	const alternatives: Alternative[] = [];
	for (const part of text.split('||')) {
		const alternative = parseAlternative(part);
		if (alternative === undefined) {
			return undefined;
		}

		alternatives.push(alternative);
	}

	return alternatives;
};

const parseAlternative = (text: string): Alternative | undefined => {
	const bounds: Bound[] = [];
	const plain = text
		.replaceAll(/[\s,]+/gv, ' ')
		// Semantic versions have neither a fourth number nor leading zeros; drivers and builds do.
		.replaceAll(
			/(?<operator>[<>]=?|~=|={1,2}|[\^~])? ?(?<![\d.])v?(?<release>\d+(?:\.\d+){2})(?<rest>(?:\.\d+)+)/gv,
			(_, operator: string | undefined, release: string, rest: string) => {
				const {bound, short} = longForms[operator ?? '='] ?? exactly;
				bounds.push({operator: bound, numbers: numbersOf(release + rest)});
				return short(release);
			},
		)
		.replaceAll(/(?<![\w\-])v?0+(?=\d)/gv, '')
		.replaceAll(/(?<=\d\.)0+(?=\d)/gv, '')
		.replaceAll('==', '=')
		.replaceAll(/~=\s*v?(?<version>\d+(?:\.\d+)*)/gv, (_, version: string) =>
			compatibleRelease(version),
		);
	try {
		return {
			range: new semver.Range(plain, {includePrerelease: true}),
			bounds,
		};
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

type LongForm = {
	readonly bound: Bound['operator'];
	/** The range that the first three numbers must be in. */
	readonly short: (release: string) => string;
};

const exactly: LongForm = {bound: '=', short: (release) => `=${release}`};

/** What an operator before four or more numbers means. */
const longForms: Readonly<Partial<Record<string, LongForm>>> = {
	'<': {bound: '<', short: (release) => `<=${release}`},
	'<=': {bound: '<=', short: (release) => `<=${release}`},
	'>': {bound: '>', short: (release) => `>=${release}`},
	'>=': {bound: '>=', short: (release) => `>=${release}`},
	'~': {bound: '>=', short: (release) => `~${release}`},
	'^': {bound: '>=', short: (release) => `^${release}`},
	'~=': {
		bound: '>=',
		short(release) {
			const [major = 0, minor = 0, patch = 0] = numbersOf(release);
			return `>=${release} <${major}.${minor}.${patch + 1}-0`;
		},
	},
};

const isWithin = (version: string, {operator, numbers}: Bound): boolean => {
	const own = numbersOf(version);
	if ([0, 1, 2].some((index) => (own[index] ?? 0) !== numbers[index])) {
		// The range of the first three numbers has told.
		return true;
	}

	const difference = compareNumbers(own, numbers);
	switch (operator) {
		case '<': {
			return difference < 0;
		}

		case '<=': {
			return difference <= 0;
		}

		case '=': {
			return difference === 0;
		}

		case '>': {
			return difference > 0;
		}

		case '>=': {
			return difference >= 0;
		}
	}
};

const numbersOf = (version: string): readonly number[] =>
	/^\s*v?(?<numbers>\d+(?:\.\d+)*)/v
		.exec(version)
		?.groups?.['numbers']?.split('.')
		.map(Number) ?? [];
