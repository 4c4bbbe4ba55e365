import {parse, stringify} from 'yaml';
import {FarmError} from '../../../core/errors.js';
import {
	graphDocumentShape,
	type GraphDocument,
} from '../../../net/messages/client.js';

/** A document as a graph file. */
export const printGraph = (document: GraphDocument): string =>
	stringify(document, {flowCollectionPadding: false});

/**
Reads a graph file.

@throws {FarmError} `INVALID` where the text is none
*/
export const parseGraph = (text: string): GraphDocument => {
	try {
		return graphDocumentShape.parse(parse(text, {merge: true}));
	} catch (error) {
		throw new FarmError(
			'INVALID',
			'What was pasted is no graph file: see `lifeblood graph export` for what one looks like.',
			{cause: error},
		);
	}
};
