/** Whether a number is what was written: decimals are rounded, as everywhere, but a whole number that became another one, or an infinite one, is not. */
export const isExact = (value: number, written: string): boolean =>
	Number.isFinite(value) &&
	(!/^[+\-]?\d+$/v.test(written) ||
		BigInt(written.replace(/^\+/v, '')) === BigInt(value));

/** Ends a sentence that names where it stands. */
export const inexactNumber = (written: string): string =>
	`the number ${written.length > 40 ? `${written.slice(0, 40)}…` : written} cannot be kept as it is: whole numbers are exact up to ${Number.MAX_SAFE_INTEGER}, and none is larger than ${Number.MAX_VALUE}; write it as text, in quotes`;
