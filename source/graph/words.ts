import {fault, ok, type Parsed} from './parsed.js';

/**
Cut a text into words as a shell does: at white space, except within single or double quotes. A backslash keeps the next character as it is, outside of single quotes. With `keepEscapes` the backslashes stay in the words, for whoever reads the words to take them away.
*/
export const parseWords = (
	text: string,
	{keepEscapes = false}: {readonly keepEscapes?: boolean} = {},
): Parsed<readonly string[]> => {
	const words: string[] = [];
	let word: string | undefined;
	let quote: string | undefined;
	for (let index = 0; index < text.length; index++) {
		const character = text.charAt(index);
		if (character === '\\' && quote !== "'" && index + 1 < text.length) {
			index += 1;
			word = (word ?? '') + (keepEscapes ? character : '') + text.charAt(index);
		} else if (quote !== undefined) {
			if (character === quote) {
				quote = undefined;
			} else {
				word += character;
			}
		} else if (character === '"' || character === "'") {
			quote = character;
			word ??= '';
		} else if (/\s/v.test(character)) {
			if (word !== undefined) {
				words.push(word);
			}

			word = undefined;
		} else {
			word = (word ?? '') + character;
		}
	}

	return quote === undefined
		? ok(word === undefined ? words : [...words, word])
		: fault(
				`a quote (${quote}) is opened in ${JSON.stringify(text)} and not closed`,
			);
};
