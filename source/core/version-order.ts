/**
The order of versions, for `toSorted`: negative where `a` is the lower one. Versions may be loose, with any number of numbers: `20.0.506`, `535.104.05.1`, `v4.2`; a number that is absent is 0.

What follows the numbers after a dash is a pre-release, which comes before its release. What is no number at all, as `gold`, comes before all that are, by its letters.
*/
export const compareVersions = (a: string, b: string): number => {
	const left = parse(a);
	const right = parse(b);
	if (left === undefined || right === undefined) {
		return left === right ? byText(a, b) : left === undefined ? -1 : 1;
	}

	const byNumbers = compareNumbers(left.numbers, right.numbers);
	if (byNumbers !== 0) {
		return byNumbers;
	}

	if (left.rest === right.rest) {
		return byText(a, b);
	}

	const difference = rankOf(left.rest) - rankOf(right.rest);
	return difference === 0 ? byText(left.rest, right.rest) : difference;
};

/** The first difference; a number that is absent is 0. */
export const compareNumbers = (
	left: readonly number[],
	right: readonly number[],
): number => {
	const length = Math.max(left.length, right.length);
	for (let index = 0; index < length; index++) {
		const difference = (left[index] ?? 0) - (right[index] ?? 0);
		if (difference !== 0) {
			return difference;
		}
	}

	return 0;
};

const parse = (
	version: string,
): {readonly numbers: readonly number[]; readonly rest: string} | undefined => {
	const groups = /^\s*v?(?<numbers>\d{1,15}(?:\.\d{1,15})*)(?<rest>.*)$/sv.exec(
		version,
	)?.groups;
	return (
		groups && {
			numbers: (groups['numbers'] ?? '').split('.').map(Number),
			rest: (groups['rest'] ?? '').trim(),
		}
	);
};

const rankOf = (rest: string): number =>
	rest.startsWith('-') ? 0 : rest === '' ? 1 : 2;

const byText = (a: string, b: string): number =>
	a.localeCompare(b, 'en', {numeric: true});
