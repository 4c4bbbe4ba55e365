/** Read a table from right to left; where two entries lead to the same, the first counts. */
export const invertTable = (
	table: Readonly<Record<string, string>>,
): Record<string, string> => {
	const inverse: Record<string, string> = {};
	for (const [key, value] of Object.entries(table)) {
		inverse[value] ??= key;
	}

	return inverse;
};
