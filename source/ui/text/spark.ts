/** A chart of columns, from top to bottom: each value takes one column, `sparks` are the glyphs from nothing to full. What is there at all shows. */
export const sparkRows = (
	values: readonly number[],
	{
		height,
		most,
		sparks,
	}: {
		readonly height: number;
		/** The value that fills a column. */
		readonly most: number;
		readonly sparks: readonly string[];
	},
): readonly string[] => {
	const full = sparks.length - 1;
	const levels = values.map((value) =>
		value <= 0 || most <= 0
			? 0
			: Math.min(
					height * full,
					Math.max(1, Math.round((value / most) * height * full)),
				),
	);
	return Array.from({length: height}, (_, row) => {
		const below = (height - 1 - row) * full;
		return levels
			.map((level) => sparks[Math.max(0, Math.min(full, level - below))])
			.join('');
	});
};
