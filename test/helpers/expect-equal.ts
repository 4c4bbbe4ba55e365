import {isDeepStrictEqual} from 'node:util';

/**
That two values are deeply equal.

@throws Error that names each place where the two differ.
*/
export const expectEqual = (
	actual: unknown,
	expected: unknown,
	what: string,
): void => {
	if (!isDeepStrictEqual(actual, expected)) {
		throw new Error(`${what}: ${differences(actual, expected, '').join('; ')}`);
	}
};

/** Where two values differ: a hundred nodes that are alike say nothing. */
export const differences = (
	actual: unknown,
	expected: unknown,
	at: string,
): string[] => {
	if (isDeepStrictEqual(actual, expected)) {
		return [];
	}

	if (!isOpen(actual) || !isOpen(expected)) {
		return [
			`${at} is ${JSON.stringify(actual)}, should be ${JSON.stringify(expected)}`,
		];
	}

	const keys = new Set([...Object.keys(actual), ...Object.keys(expected)]);
	return keys
		.values()
		.flatMap((key) => differences(actual[key], expected[key], `${at}.${key}`))
		.toArray();
};

const isOpen = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null;
