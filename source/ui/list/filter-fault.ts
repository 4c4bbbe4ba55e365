import {didYouMean} from '../../core/nearest.js';

/** The words that the filter of tasks has before a colon. */
export const filterWords: readonly string[] = [
	'state',
	'node',
	'group',
	'name',
	'worker',
	'parent',
	'tree',
];

/** Why `word:value` of a filter means nothing where it is written; undefined: it is text. What follows a colon at once as in `http://` is text. */
export const wordFault = (
	part: string,
	known: readonly string[],
): string | undefined => {
	const word = /^(?<word>[a-z]+):[^\/]/v.exec(part)?.groups?.['word'];
	return word === undefined || known.includes(word)
		? undefined
		: `A filter has no word "${word}:"${didYouMean(word, known)} It has ${known.map((other) => `${other}:`).join(' ')} and text.`;
};

/** As `wordFault`, of a list whose filter is text and nothing else: names with colons are found, the words of the filter of tasks are refused. */
export const textOnlyFault = (
	filter: string,
	/** What the text is looked for in. */
	soughtIn: string,
): string | undefined => {
	const word = filter
		.split(/\s+/v)
		.map((part) => /^(?<word>[a-z]+):./v.exec(part)?.groups?.['word'])
		.find((found) => found !== undefined && filterWords.includes(found));
	return word === undefined
		? undefined
		: `The filter of this list has no word "${word}:". It takes ${soughtIn}.`;
};
