/** One line that does nothing to a terminal: names and messages come from other people's programs. */
export const plainText = (text: string): string =>
	text.replaceAll(
		/[\p{Control}\u{2028}\u{2029}\u{202A}-\u{202E}\u{2066}-\u{2069}]+/gv,
		' ',
	);
