/** Characters of what was written that are said back: enough to find it again. */
const most = 60;

/** What a person wrote, in quotes and shortened, for a sentence about it. */
export const echo = (text: string): string => `"${shorten(text)}"`;

/** The same without quotes. */
export const shorten = (text: string): string =>
	text.length > most ? `${text.slice(0, most - 1)}…` : text;
