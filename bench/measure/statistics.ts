/** The value in the middle; of an even number the mean of the two. */
export const median = (values: readonly number[]): number => {
	const sorted = values.toSorted((left, right) => left - right);
	const middle = Math.floor(sorted.length / 2);
	return sorted.length % 2 === 1
		? (sorted[middle] ?? NaN)
		: ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
};

/** The smallest value that `share` (0..1) of them do not exceed. */
export const quantile = (values: readonly number[], share: number): number => {
	const sorted = values.toSorted((left, right) => left - right);
	return (
		sorted[
			Math.min(
				sorted.length - 1,
				Math.max(0, Math.ceil(sorted.length * share) - 1),
			)
		] ?? NaN
	);
};

/** The quotients of two series, run by run: each is of figures taken next to each other. */
export const quotients = (
	values: readonly number[],
	others: readonly number[],
): number[] => values.map((value, index) => value / (others[index] ?? NaN));
