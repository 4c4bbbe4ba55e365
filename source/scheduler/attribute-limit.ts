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
