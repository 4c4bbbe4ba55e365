import {isDeepStrictEqual} from 'node:util';

/** A figure counts only if the work was done: what was found must be what was expected. */
export const expectEqual = (
	what: string,
	found: unknown,
	expected: unknown,
): void => {
	if (!isDeepStrictEqual(found, expected)) {
		throw new Error(
			`The work was not done as it should have been: ${what} is ${shown(found)}, not ${shown(expected)}.`,
		);
	}
};

const shown = (value: unknown): string => {
	const text = JSON.stringify(value) ?? 'nothing';
	return text.length > 1000 ? `${text.slice(0, 1000)}…` : text;
};
