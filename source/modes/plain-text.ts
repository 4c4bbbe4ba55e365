/** One line that does nothing to a terminal: names and messages come from other people's programs. */
export const plainText = (text: string): string =>
	text.replaceAll(
		// eslint-disable-next-line no-control-regex -- they are what is taken out
		/[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]+/g,
		' ',
	);
