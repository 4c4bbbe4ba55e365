import {Buffer} from 'node:buffer';
import {FarmError} from '../core/errors.js';
import type {Attributes} from '../core/invocation.js';
import {mebibytes} from '../net/large.js';

/** Of a task's attributes together, as JSON: with them it must still fit into a line on the wire, beside what its process needs, to be run and to be listed. */
const mostBytes = 4 * 1024 * 1024;

/** Why a task cannot carry these attributes, which are given as JSON text; undefined: it can. */
export const attributesFault = (text: string): string | undefined => {
	// A character has up to three bytes, and most texts are short.
	const bytes =
		text.length <= mostBytes / 3 ? text.length : Buffer.byteLength(text);
	return bytes > mostBytes
		? `The attributes would be ${mebibytes(bytes)} as JSON, and a task carries at most ${mebibytes(mostBytes)}: write what is large to a file, and its path into an attribute.`
		: undefined;
};

/** The same for these attributes with others over them. Where both are small, which is nearly always, they are not put together for it. */
export const mergedFault = (
	{attributes, text}: {readonly attributes: Attributes; readonly text: string},
	over: Attributes,
): string | undefined =>
	text.length + JSON.stringify(over).length <= mostBytes / 3
		? undefined
		: attributesFault(JSON.stringify({...attributes, ...over}));

/** Characters that one step of a node may bring into the database: a thousand elements that each carry megabytes would hold up everybody else. */
const mostBrought = 128 * 1024 * 1024;

/** Why a node cannot make so many tasks at once; undefined: it can. */
export const broughtFault = (
	count: number,
	characters: number,
): string | undefined =>
	characters > mostBrought
		? `The ${count} tasks that it makes at once would carry ${mebibytes(characters)} of attributes together, and at most ${mebibytes(mostBrought)} are taken: write what is large to a file, and its path into an attribute.`
		: undefined;

/**
Refuse attributes that a task cannot carry.

@throws {FarmError} `INVALID`
*/
export const checkAttributes = (attributes: Attributes): void => {
	const fault = attributesFault(JSON.stringify(attributes));
	if (fault !== undefined) {
		throw new FarmError('INVALID', fault);
	}
};
