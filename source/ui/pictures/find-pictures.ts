/** The picture files that a task's attributes name: strings, and lists of strings, in their order. */
export const picturesInAttributes = (
	attributes: Readonly<Record<string, unknown>>,
): readonly string[] => [
	...new Set(
		Object.values(attributes)
			.flatMap((value): readonly unknown[] =>
				Array.isArray(value) ? value : [value],
			)
			.filter(
				(value): value is string =>
					typeof value === 'string' && isPictureFile(value),
			),
	),
];

/** The picture files that lines of a log name, each once, in the order in which they are named first. */
export const picturesInLines = (
	lines: readonly string[],
): readonly string[] => [
	...new Set(
		lines
			// Most lines name none.
			.filter((line) => ending.test(line))
			.flatMap((line) =>
				line
					.matchAll(named)
					.map(({groups = {}}) => groups['quoted'] ?? groups['bare'] ?? '')
					.toArray(),
			),
	),
];

const isPictureFile = (text: string): boolean => whole.test(text);

// A path begins with `/`, `C:\`, `C:/` or `\\server`.
const whole =
	/^(?:\/|[a-z]:[\/\\]|\\\\)[^\n]*\.(?:png|jpe?g|bmp|tiff?|gif|webp)$/iv;
const ending = /\.(?:png|jpe?g|bmp|tiff?|gif|webp)/iv;
/** In quotes, with all that they hold; else up to a blank. Not the path of an address, as in `https://host/a.png`. */
const named =
	/(?<quote>["'])(?<quoted>(?:\/|[a-z]:[\/\\]|\\\\)(?:(?!\k<quote>)[^\n])*\.(?:png|jpe?g|bmp|tiff?|gif|webp))\k<quote>|(?<![\w.\/:\\])(?<bare>(?:\/|[a-z]:[\/\\]|\\\\)[^\s"'\(\),;<>\[\]\|]*\.(?:png|jpe?g|bmp|tiff?|gif|webp))(?![\w\/])/giv;
