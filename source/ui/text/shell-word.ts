/** A word as a shell reads it back. */
export const shellWord = (word: string): string =>
	/^[\w%+,\-.\/:=@]+$/v.test(word)
		? word
		: `'${word.replaceAll("'", String.raw`'\''`)}'`;
